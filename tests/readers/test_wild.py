# ruff: noqa: E501 -- headers of tables stay whole
"""Real tables of public repositories, as found: read rightly, or refused by name.

Values are held against what pandas, openpyxl or plain text give for the same cell; ten of each file, spread
over it, are compared one by one, and all others of the file with them.
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from conftest import SHARED
from secretome_ml.core.errors import InputRefused
from secretome_ml.profiles import Profiles
from secretome_ml.readers import read_profiles
from secretome_ml.readers.formats import recognise
from secretome_ml.readers.source import open_source

WILD = SHARED / "tables" / "wild"
pytestmark = pytest.mark.skipif(not WILD.is_dir(), reason="the real tables lie beside the checkout")

Cells = dict[tuple[str, str], float]


def by_pandas(
    name: str,
    columns: dict[str, str],
    turn: Callable[[float], float] = float,
    label: tuple[str, str] = ("", ""),
    **options: object,
) -> Callable[[Path], Cells]:
    """Return a reader of one column of names and a column per sample, of names that stand once."""

    def read(path: Path) -> Cells:
        frame = pd.read_csv(path, low_memory=False, **{"sep": ",", **options})  # type: ignore[call-overload]
        frame = frame.reset_index(drop=True)
        labels = frame[name].replace(*label, regex=True) if label[0] else frame[name]
        once = ~labels.duplicated(keep=False) & labels.notna()
        wanted = columns or {c: c for c in frame if c not in (name, "Protein names")}
        return {
            (sample, str(label)): turn(float(value))
            for sample, column in wanted.items()
            for label, value in zip(labels[once], frame.loc[once, column], strict=True)
            if pd.notna(value) and np.isfinite(float(value))
        }

    return read


def wallis_sheet(path: Path) -> Cells:
    rows = openpyxl.load_workbook(path, read_only=True, data_only=True)["Sheet1"].iter_rows(values_only=True)
    header = [str(c) for c in next(rows)]
    gene, change = header.index("Gene names"), header.index("Difference RAS_F8_STOP_F8")
    told = [(str(r[gene]), float(r[change])) for r in rows if r[gene] is not None]
    times = Counter(g for g, _ in told)
    return {("wallis_MS3_Analysis", g): v for g, v in told if times[g] == 1}


def adat(path: Path) -> Cells:
    """Read an ADAT by hand: aptamers in columns, their words in the rows above the header."""
    lines = [line.split("\t") for line in gzip.decompress(path.read_bytes()).decode().splitlines()]
    start = next(i for i, cells in enumerate(lines) if cells[0] == "^TABLE_BEGIN") + 1
    symbols = next(c for c in lines[start:] if "EntrezGeneSymbol" in c)
    at = symbols.index("EntrezGeneSymbol") + 1
    head = next(i for i, c in enumerate(lines) if i > start and "SampleId" in c)
    sample, kind = lines[head].index("SampleId"), lines[head].index("SampleType")
    genes = symbols[at:]
    times = Counter(genes)
    return {
        (cells[sample], gene): float(value)
        for cells in lines[head + 1 :]
        if cells[kind] == "Sample"
        for gene, value in zip(genes, cells[at:], strict=True)
        if gene and times[gene] == 1
    }


CONTRASTS = ("PGRMC1__vs__MIAPACA", "PGRMC1_AG205__vs__MIAPACA_AG205", "PGRMC1__vs__PGRMC1_AG205")
TESTS = ("BV2 + TGFB_BV2 CONTROL", "BV2 + IL10_BV2 CONTROL", "BV2 + LPS_BV2 CONTROL")
AREAS = [f"HCA_{c}{n}" for c in "KMCi" for n in (2, 4, 6)]
# `hsa-mir-30d_mature` is read as hsa-miR-30d.
MATURE = (r"^hsa-mir-(\d+[a-z]?(?:-[35]p)?)(?:-\d)?_mature$", r"hsa-miR-\1")
RUNS = [f"HCA_{c}_{n}" for c in "CI" for n in (1, 2, 3)]

# File: format, samples, how many cells can be compared at least, and the other road.
READ: dict[str, tuple[str, int, int, Callable[[Path], Cells]]] = {
    "wallis_MS3_Analysis.xlsx": ("protein_list", 1, 1000, wallis_sheet),
    "bv2_cell_ms.csv.gz": (
        "protein_list",
        3,
        4000,
        by_pandas("Gene names", {f"bv2_cell_ms {t.replace('_', ' ')}": f"Student's T-test Difference {t}" for t in TESTS}),
    ),
    "amica_pg.tsv.gz": (
        "protein_list",
        4,
        2000,
        by_pandas(
            "Gene.names",
            {f"amica_pg {c.replace('__', '_').replace('_', ' ')}": f"logFC_{c}" for c in CONTRASTS},
            sep="\t",
        ),
    ),
    "tidyp_expr.csv.gz": ("protein_list", 1, 3000, by_pandas("gene_name", {"tidyp_expr": "log2_foldchange"})),
    "lfqa_proteinGroups.txt.gz": (
        "maxquant",
        12,
        1500,
        by_pandas("Gene names", {s: f"LFQ intensity {s}" for s in ("H2", "H5", "L3", "N4")}, sep="\t"),
    ),
    "zoiret_proteins_131-153.tsv.gz": (
        "fragpipe",
        22,
        5000,
        by_pandas("Gene", {s: f"{s} MaxLFQ Intensity" for s in RUNS}, sep="\t"),
    ),
    "zoiret_proteome_HCA.csv.gz": (
        "matrix",
        12,
        20000,
        by_pandas("Accession", {s: f"Area {s}" for s in AREAS}, label=(r"\|.*", "")),
    ),
    "tmt_abundance_MD.tsv.gz": (
        "matrix",
        24,
        25000,
        by_pandas("Index", {s: s for s in ("C3L-00606-N", "C3L-00606-T", "C3N-01522-T")}, sep="\t"),
    ),
    "soma10.adat.gz": ("somascan", 9, 20000, adat),
    "rager_stats.csv.gz": ("protein_list", 1, 300, by_pandas("miRNA", {"rager_stats": "log2FoldChange"}, label=MATURE)),
    "rager_mirna.csv.gz": ("matrix", 12, 2000, by_pandas("miRNA", {}, label=MATURE)),
    "mirna_counts.csv.gz": ("matrix", 16, 30000, by_pandas("Unnamed: 0", {})),
    "jdreyf_human-Ct.csv.gz": ("matrix", 12, 4000, by_pandas("Unnamed: 0", {}, lambda ct: 40 - ct)),
    "skbr3_SI-1_Proteins.csv.gz": (
        "protein_list",
        2,
        3500,
        by_pandas("Gene Symbol", {f"skbr3_SI-1_Proteins TMT {t}": f"Log2 TMT {t}" for t in ("130/129", "131/129")}),
    ),
    "wallis_MS1.csv.gz": ("protein_list", 1, 400, by_pandas("T: Gene names", {"wallis_MS1": "log2 difference"})),
    "wallis_Summary_Means_MS3.csv.gz": ("matrix", 6, 6000, by_pandas("Gene names", {})),
}  # fmt: skip

REFUSED = {
    "fp_combined_ion.tsv.gz": "FragPipe's table of peptides or ions. Give combined_protein.tsv",
    "peaks_features_400rows.csv.gz": "PEAKS' table of peptides or features. Give proteins.csv",
    "allo_luminex_intelliflex_single_dataset.csv": "names bead regions .*not analytes",
    "olabisi_WO.csv.gz": "No column names the samples: which of Plate, Group, Treatment, Day, Location, Well ID",
    "olabisi_lod.csv": "limits of detection",
    "olabisi_sheet.csv": "--metadata",
    "tmt_annotation.tsv": "--metadata",
    "zoiret_sample_info_131-153.xlsx": "--metadata",
}
OTHERS = {
    "MANIFEST.md",
    "diann19.tsv.gz",
    "ms_mq_pg.csv.gz",
    "allo_luminex_intelliflex_v2_2.csv",
    "wyss_table_s5_scimilarity_microglia.csv.gz",
    "skbr3_SI-3_SEC_Proteins.csv.gz",
}


def cells_of(profiles: Profiles) -> Cells:
    """Return the values that stand for one cell each, by the name that the file uses."""
    alone = profiles.factors[profiles.factors["n"].isna() & profiles.factors["value"].notna()]
    return {
        (str(r.sample), str(r.label)): float(r.value)
        for r in alone.rename(columns={"name": "label"}).itertuples()
    }


def test_every_file_is_judged() -> None:
    assert {p.name for p in WILD.iterdir()} == {*READ, *REFUSED, *OTHERS}


@pytest.mark.parametrize("file", READ)
def test_cells_are_those_of_the_file(file: str) -> None:
    format, samples, least, other_road = READ[file]
    assert recognise(open_source(WILD / file)) == format
    profiles = read_profiles(WILD / file)
    assert len(profiles) == samples
    found, expected = cells_of(profiles), other_road(WILD / file)
    both = [key for key in expected if key in found]
    assert len(both) >= least
    ten = both[:: len(both) // 10][:10]
    assert len(ten) == 10
    for key in ten:
        assert found[key] == pytest.approx(expected[key], rel=1e-9, abs=1e-9), key
    assert [found[k] for k in both] == pytest.approx([expected[k] for k in both], rel=1e-9, abs=1e-9)
    if format == "protein_list":
        states = {
            (str(r.sample), str(r.label)): r.state
            for r in profiles.factors.rename(columns={"name": "label"}).itertuples()
        }
        for key in both:
            size = expected[key]
            assert states[key] == (
                "elevated" if size > 0.6 else "decreased" if size < -0.6 else states[key]
            ), key


@pytest.mark.parametrize("file", REFUSED)
def test_refused_by_name(file: str) -> None:
    with pytest.raises(InputRefused, match=REFUSED[file]) as refused:
        read_profiles(WILD / file)
    assert len(refused.value.problems) == 1


def test_diann_by_another_road() -> None:
    profiles = read_profiles(WILD / "diann19.tsv.gz")
    report = pd.read_csv(WILD / "diann19.tsv.gz", sep="\t", low_memory=False)
    report = report[
        report["Global.PG.Q.Value"].le(0.01) & report["PG.Q.Value"].le(0.01) & report["PG.MaxLFQ"].gt(0)
    ]
    expected = report.groupby(["Run", "Protein.Group"])["PG.MaxLFQ"].max()
    found = cells_of(profiles)
    both = [k for k in expected.index if k in found]
    assert len(both) > 100
    assert [found[k] for k in both] == pytest.approx([expected[k] for k in both], rel=1e-9)


def test_flags_of_maxquant_through_r() -> None:
    profiles = read_profiles(WILD / "ms_mq_pg.csv.gz")
    assert len(profiles) == 15
    raw = pd.read_csv(WILD / "ms_mq_pg.csv.gz")
    kept = raw[
        raw["Only.identified.by.site"].isna() & raw["Reverse"].isna() & raw["Potential.contaminant"].isna()
    ]
    assert set(profiles.unknown["name"]) == set(kept["Gene.names"])
    assert not len(profiles.factors)


def test_signature_of_intelliflex() -> None:
    profiles = read_profiles(WILD / "allo_luminex_intelliflex_v2_2.csv")
    assert "5 lines of the document's signature left out" in profiles.notes
    assert set(profiles.unknown["name"]) >= {"HPV6", "HPV11", "HPV16"}


@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("wyss_table_s5_scimilarity_microglia.csv.gz", "Gene Name"),
        ("skbr3_SI-3_SEC_Proteins.csv.gz", "Gene Symbol"),
    ],
)
def test_lists_are_detected_in_one_sample(file: str, column: str) -> None:
    profiles = read_profiles(WILD / file)
    assert len(profiles) == 1
    assert set(profiles.factors["state"]) == {"detected"}
    listed = set(pd.read_csv(WILD / file)[column].dropna().astype(str))
    names = set(profiles.factors["name"].astype(str)) | set(profiles.unknown["name"])
    assert len(names & listed) > 0.95 * len(listed)
    assert not {"True", "False"} & set(profiles.samples)


@pytest.mark.parametrize(
    ("table", "sheet", "samples"),
    [
        ("zoiret_proteins_131-153.tsv.gz", "zoiret_sample_info_131-153.xlsx", 22),
        ("tmt_abundance_MD.tsv.gz", "tmt_annotation.tsv", 2),
    ],
)
def test_legends_of_the_authors_match(table: str, sheet: str, samples: int) -> None:
    profiles = read_profiles(WILD / table, metadata=WILD / sheet)
    assert len(profiles) == samples
    assert not [w for w in profiles.warnings if "no row in" in w.what or "no sample of" in w.what]


def test_a_sheet_says_which_columns_name_the_samples(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="'-' could mean not measured or not detected"):
        read_profiles(WILD / "olabisi_WO.csv.gz", metadata=WILD / "olabisi_sheet.csv")
    raw = pd.read_csv(WILD / "olabisi_WO.csv.gz", dtype=str).replace("-", "")
    raw.to_csv(tmp_path / "t.csv", index=False)
    profiles = read_profiles(tmp_path / "t.csv", metadata=WILD / "olabisi_sheet.csv")
    assert len(profiles) == len(raw)
    assert not len(profiles.unknown)
    assert "samples named by 'Plate + Well ID + Location'" in " ".join(profiles.notes)
    found = cells_of(profiles)
    analytes = list(raw.columns[6:])
    for i in range(0, len(raw), 19):
        row = raw.iloc[i]
        for analyte in analytes:
            key = (f"{row['Plate']} {row['Well ID']} {row['Location']}", analyte)
            assert found.get(key) == (float(row[analyte]) if row[analyte] else None)
    # "MSC" in the column Treatment says which cells, not what was done to them.
    assert set(profiles.preconditioning["kind"].dropna()) == {"other:MSC", "other:Dual", "other:ISC"}
