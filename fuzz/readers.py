"""Files from strangers: every reader ends with profiles or a named refusal.

`python fuzz/readers.py --seconds 60`. The first byte chooses the reader (or recognition by content), the
rest is the file as it lies on disk, so archives and workbooks are unpacked too.
"""

from __future__ import annotations

import gzip
import io
import lzma
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import engine

if __name__ == "__main__":
    with engine.instrumented():
        from secretome_ml.readers import READERS, read_profiles
else:
    from secretome_ml.readers import READERS, read_profiles

from secretome_ml.core.errors import InputRefused
from secretome_ml.core.paths import data_dir
from secretome_ml.profiles.template import template

# A refusal of a large file may be long, but it names rows; more than this for a small one is a finding.
LONGEST_MESSAGE = 2_000_000


def one(data: bytes) -> None:
    """Read a file by the reader that its first byte names."""
    if not data:
        return
    formats = [None, *READERS]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "input"
        path.write_bytes(data[1:])
        try:
            profiles = read_profiles(path, formats[data[0] % len(formats)])
        except InputRefused as refused:
            if not refused.problems or len(str(refused)) > LONGEST_MESSAGE:
                raise AssertionError("a refusal says nothing, or far too much") from refused
            return
    levels = profiles.factors["level"].dropna()
    if not levels.between(-1, 2).all() or not profiles.context.index.is_unique:
        raise AssertionError("profiles that break their promises")


def seeds() -> list[bytes]:
    """Return one small file per format and container; the first byte asks for recognition."""
    texts = [template(name).encode() for name in ("wide", "long", "luminex-sheet")]
    examples = sorted((data_dir() / "examples").iterdir())
    texts += [p.read_bytes() for p in examples if p.is_file() and p.stat().st_size < 20_000]
    packed = [pack(texts[0]) for pack in (gzip.compress, lzma.compress, _workbook, _parquet)]
    own = [bytes([number]) + text for number, text in enumerate(SMALL.values())]
    return [b"\x00" + content for content in (*texts, *packed)] + own


def _workbook(text: bytes) -> bytes:
    import csv

    import openpyxl

    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(text.decode())):
        if row and not row[0].startswith("# "):
            book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _parquet(text: bytes) -> bytes:
    import pandas as pd

    stream = io.BytesIO()
    pd.read_csv(io.BytesIO(text), comment="#", dtype="string").to_parquet(stream, index=False)
    return stream.getvalue()


SMALL = {
    "maxquant": b"Majority protein IDs\tGene names\tLFQ intensity a\tReverse\nP05231\tIL6\t1e6\t\n",
    "diann": b"Protein.Group\tGenes\tC:\\x\\a.d\t/y/b.raw\nP05231\tIL6\t5e5\t\n",
    "diann_report": b"Run\tProtein.Group\tGenes\tPG.MaxLFQ\na\tP05231\tIL6\t7e4\n",
    "fragpipe": b"Protein\tProtein ID\tGene\tA MaxLFQ Intensity\nsp|P05231|IL6_HUMAN\tP05231\tIL6\t5e5\n",
    "spectronaut": b"R.FileName\tPG.ProteinGroups\tPG.Genes\tPG.Quantity\nr1\tP05231\tIL6\t1234,5\n",
    "mztab": b"MTD\tmzTab-version\t1.0.0\nPRH\taccession\tprotein_abundance_assay[1]\nPRT\tP05231\t5000\n",
    "olink": b"SampleID;OlinkID;UniProt;Assay;LOD;NPX\nA;OID1;P05231;IL6;0.5;2.5\n",
    "xponent": b'DataType:,Median\nLocation,Sample,IL6,Total Events\n"1(1,A1)",Blank,1,9\n"2(1,B1)",a,5,9\n',
    "bioplex": b"File: a\n,,,IL-6 (33)\nType,Well,Description,FI\nB,A1,,5\nX1,B1,cm,500\n",
    "evidence": b'{"study": {"doi": "10.1/x"}, "arms": [{"arm": "a", "factors": [{"name": "VEGF"}]}]}\n',
    "protein_list": b"Gene,Fold change\nIL6,2.5\nVEGFA,-3\n",
    "plate": b"Sample,IL6,VEGFA\na,500,600\na,510,610\n",
    "elisa": b"factor;value;unit\nIL-6;1,5;pg/mL\n",
    "matrix": b",a,b\nIL6,2.5e4,3e4\nmiR-21-5p,30,40\n",
    "assay_table": b"Name,IL6,VEGFA\na,12.5,<3\nb,13,40\n",
    "long_results": b"Sample;Gene;Ct\na;IL6;25,1\nb;IL6;Undetermined\n",
    "olink_wide": b"Assay;IL6;VEGFA\nUniprot ID;P05231;P15692\nOlinkID;OID1;OID2\na;2,5;3,5\nLOD;0,5;0,5\n",
    "somascan": b"^HEADER\n^TABLE_BEGIN\n\t\tUniProt\tP05231\n\t\tEntrezGeneSymbol\tIL6\n"
    b"SampleId\tSampleType\t\na\tSample\t\t812.5\n",
    "intelliflex": b"WELL LOCATION,SAMPLE ID,R20: RP1 ANALYTE NAME,R20: RP1 MEDIAN\nA1,x,IL6,50\n",
}


if __name__ == "__main__":
    engine.run(one, seeds(), longest=4096)
