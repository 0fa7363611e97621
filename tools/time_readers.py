"""Measure how fast long tables are read, and write the speeds into docs/formats.md.

Usage: python tools/time_readers.py [ROWS]. One table of every text format, a million rows each unless said
otherwise, is written into a temporary folder, read up to its measurements, and removed. CPU seconds (user and
system) are counted, so that a busy machine does not matter; a tenth of the rows are read too, to see that
the time is in proportion.
"""

from __future__ import annotations

import gc
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tools")]

SAMPLES = 4
Lines = Callable[[int], Iterator[str]]


def _names(rows: int) -> list[str]:
    """Return accessions of human proteins, in turn."""
    from secretome_ml.vocabulary.tables import rows as table

    known = [r["accession"] for r in table("proteins") if r["accession"]]
    return [known[i % len(known)] for i in range(rows)]


def _matrix(header: str, row: str, mark: str = "\t") -> Lines:
    """Return the lines of a matrix: `{}` of a row is the accession, then as many amounts as samples."""

    def lines(rows: int) -> Iterator[str]:
        amounts = np.random.default_rng(1).integers(1_000, 9_000_000, (rows, SAMPLES)).tolist()
        yield header + "\n"
        for name, own in zip(_names(rows), amounts, strict=True):
            yield row.format(name) + "".join(f"{mark}{a}.5" for a in own) + "\n"

    return lines


def _long(header: str, row: str, above: str = "") -> Lines:
    """Return the lines of a long table: sample, accession and amount fill a row."""

    def lines(rows: int) -> Iterator[str]:
        amounts = np.random.default_rng(1).integers(100, 9_000, rows).tolist()
        yield above + header + "\n"
        for i, (name, amount) in enumerate(zip(_names(rows), amounts, strict=True)):
            yield row.format(f"s{i * SAMPLES // rows}", name, amount / 100) + "\n"

    return lines


def _wide(header: str, above: str = "", row: str = "s{},{}.5,{}.5,{}.5,{}.5") -> Lines:
    """Return the lines of a table with a sample in each row: its number and four amounts fill a row."""

    def lines(rows: int) -> Iterator[str]:
        amounts = np.random.default_rng(1).integers(100, 9_000, (rows, SAMPLES)).tolist()
        yield above + header + "\n"
        for i, own in enumerate(amounts):
            yield row.format(i, *own) + "\n"

    return lines


_FOUR = "VEGFA,IL6,HGF,CXCL8"


def _headed(before: str, words: str, after: str = "") -> str:
    return before + "".join(f"\t{words}s{i}{after}" for i in range(SAMPLES))


TABLES: dict[str, Lines] = {
    "maxquant": _matrix(_headed("Majority protein IDs", "LFQ intensity "), "{}"),
    "diann": _matrix(_headed("Protein.Group\tGenes", "/data/", ".raw"), "{}\t"),
    "diann_report": _long("Run\tProtein.Group\tGenes\tPG.MaxLFQ", "{}\t{}\t\t{}"),
    "fragpipe": _matrix(
        _headed("Protein\tProtein ID\tEntry Name\tGene", "", " MaxLFQ Intensity"), "sp|{0}|X\t{0}\t\t"
    ),
    "spectronaut": _long("R.FileName\tPG.ProteinGroups\tPG.Genes\tPG.Quantity", "{}\t{}\t\t{}"),
    "proteome_discoverer": _matrix(
        _headed("Accession\tDescription", "Abundance: F", ": Sample"), "{}\tprotein"
    ),
    "mztab": _matrix(
        _headed("MTD\tmzTab-version\t1.0.0\nPRH\taccession", "protein_abundance_assay[", "]").replace(
            "[s", "["
        ),
        "PRT\t{}",
    ),
    "olink": _long("SampleID;OlinkID;UniProt;Assay;NPX", "{0};OID1;{1};{1};{2}"),
    "long_results": _long("Sample,Gene,Ct", "{},{},{}"),
    "long": _long("sample,factor,value,unit", "{},{},{},pg/mL"),
    "elisa": _long("factor,value,unit", "{1},{2},pg/mL"),
    "protein_list": _long("Protein ID,fold change,padj", "{1},{2},0.01"),
    "matrix": _matrix(_headed("Protein ID", ""), "{}"),
    "wide": _wide("sample," + ",".join(f"{n} [pg/mL]" for n in _FOUR.split(","))),
    "assay_table": _wide(f"Name,{_FOUR}"),
    "plate": _long("Sample,IL6,VEGFA", "{0},{2},{2}"),
    "olink_wide": _wide(
        "OlinkID,OID1,OID2,OID3,OID4", f"Assay,{_FOUR}\nUniprot ID,P15692,P05231,P14210,P10145\n"
    ),
    "intelliflex": _wide(
        "WELL LOCATION,SAMPLE ID," + ",".join(f"{n}: RP1 MEDIAN" for n in _FOUR.split(",")),
        row="A1,s{},{},{},{},{}",
    ),
    "somascan": _wide(
        "SampleId\tSampleType\t\t\t\t\t",
        "^HEADER\n!Version\t1.2\n^TABLE_BEGIN\n\t\tUniProt\tP15692\tP05231\tP14210\tP10145\n"
        "\t\tEntrezGeneSymbol\tVEGFA\tIL6\tHGF\tCXCL8\n",
        "s{}\tSample\t\t{}.5\t{}.5\t{}.5\t{}.5",
    ),
    "xponent": _wide(
        f"Location,Sample,{_FOUR},Total Events",
        "Program,xPONENT\nDataType:,Net MFI\n",
        '"1(1,A1)",s{},{}.5,{}.5,{}.5,{}.5,400',
    ),
    "bioplex": _wide(
        "Type,Well,Description,FI,FI,FI,FI",
        "File: a\n,,,VEGF (33),IL-6 (34),HGF (35),IL-8 (36)\n",
        "X1,B1,s{},{},{},{},{}",
    ),
}


def measured(name: str, lines: Lines, rows: int, folder: Path) -> tuple[float, float, int]:
    """Return megabytes, CPU seconds of reading them, and how many values came out; -1 if refused."""
    from secretome_ml.core.errors import InputRefused
    from secretome_ml.readers import READERS
    from secretome_ml.readers.formats import recognise
    from secretome_ml.readers.source import open_source

    path = folder / "table.txt"
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(lines(rows))
    size = path.stat().st_size / 1e6
    before = _cpu()
    try:
        source = open_source(path)
        found = recognise(source)
        if found != name:
            raise SystemExit(f"{name} was recognised as {found}")
        count = len(READERS[name].read(source).values)  # type: ignore[union-attr]
    except InputRefused as refused:
        print(f"{name}: {str(refused)[:200]}", file=sys.stderr)
        count = -1
    spent = _cpu() - before
    path.unlink()
    gc.collect()
    return size, spent, count


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(rows: int) -> None:
    """Measure every table and write the rows of the page."""
    from build_formats import PAGE, written

    shown = []
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in TABLES.items():
            part, tenth, _ = measured(name, lines, rows // 10, Path(folder))
            size, spent, count = measured(name, lines, rows, Path(folder))
            told = f"{count:,}" if count >= 0 else "refused by its size"
            shown.append(
                f"| `{name}` | {rows:,} | {size:.0f} | {spent:.1f} | {100 * spent / size:.0f} | "
                f"{100 * tenth / part:.0f} | {told} |"
            )
            print(shown[-1], flush=True)
            PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), "speed", shown), encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
