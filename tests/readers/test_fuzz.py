# ruff: noqa: E501 -- lines of data stay whole
"""Mutated files: every text reader ends with profiles or with a named error, nothing else, in bounded time."""

import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secretome_ml.core.errors import InputRefused
from secretome_ml.profiles import Profiles
from secretome_ml.profiles.profiles import STATE_LEVELS
from secretome_ml.profiles.template import template
from secretome_ml.profiles.units import parse_unit
from secretome_ml.readers import READERS, read_profiles
from secretome_ml.readers.cell_numbers import decimal_mark, parse_numbers
from secretome_ml.readers.reading import read_source
from secretome_ml.readers.source import Source

SEEDS = {
    "wide": template("wide"),
    "long": template("long"),
    "elisa": "factor;value;unit\nIL-6;1,5;pg/mL\nVEGF;<3;pg/mL\n",
    "plate": "Sample,IL6,VEGFA\nBLANK,10,12\nBLANK,11,13\na,500,600\na,510,610\n",
    "maxquant": "Majority protein IDs\tGene names\tLFQ intensity a\tLFQ intensity b\tReverse\nP05231\tIL6\t1e6\t0\t\n"
    "CON__P1\tALB\t1\t2\t\nP13500;P2\tCCL2;X\t3e6\t2e6\t\n",
    "diann": "Protein.Group\tProtein.Names\tGenes\tC:\\x\\a.d\t/y/b.raw\nP05231\tIL6_HUMAN\tIL6\t5e5\t\n",
    "diann_report": "Run\tProtein.Group\tGenes\tPG.MaxLFQ\tGlobal.PG.Q.Value\na\tP05231\tIL6\t7e4\t0.001\n",
    "fragpipe": "Protein\tProtein ID\tEntry Name\tGene\tA MaxLFQ Intensity\tB Intensity\n"
    "sp|P05231|IL6_HUMAN\tP05231\tIL6_HUMAN\tIL6\t5e5\t6e5\n",
    "spectronaut": "R.FileName\tPG.ProteinGroups\tPG.Genes\tPG.Quantity\nr1\tP05231\tIL6\t1234,5\nr2\tP05231\tIL6\t99,25\n",
    "proteome_discoverer": "Master,Accession,Description,Abundance: F1: Sample\nMaster Protein,P05231,IL6 GN=IL6,5000.5\n",
    "mztab": "MTD\tmzTab-version\t1.0.0\nMTD\tms_run[1]-location\tfile://a.raw\nPRH\taccession\tdescription\t"
    "protein_abundance_assay[1]\nPRT\tP05231\tIL6 GN=IL6\t5000\n",
    "olink": "SampleID;OlinkID;UniProt;Assay;MissingFreq;PlateID;QC_Warning;LOD;NPX\nA;OID1;P05231;IL6;0.1;P;PASS;0.5;2.5\n",
    "xponent": 'Program,xPONENT\nDataType:,Median\nLocation,Sample,IL6,VEGF,Total Events\n"1(1,A1)",Blank,1,2,9\n'
    '"2(1,B1)",s_a,100,200,9\nDataType:,Units\nAnalyte:,IL6,VEGF\nUnits:,pg/mL,pg/mL\n-- CRC --\n',
    "intelliflex": "WELL LOCATION,WELL TYPE,SAMPLE ID,R20: RP1 ANALYTE NAME,R20: RP1 MEDIAN\nA1,U1,x,IL6,50\n",
    "bioplex": "File: a\n,,,IL-6 (33)\nType,Well,Description,FI\nB,A1,,5\nX1,B1,cm,500\n",
    "evidence": '{"study": {"doi": "10.1/x"}, "basis": "abstract", "arms": [{"arm": "a", "factors": [{"name": "VEGF", '
    '"state": "elevated"}]}]}\n',
    "protein_list": "Gene,Fold change\nIL6,2.5\nVEGFA,-3\n",
    "matrix": ",norm_1,hyp_1\nIL6,2.5e4,3e4\nVEGFA,3e5,1e5\n",
    "assay_table": "Group,Name,IL6,VEGFA\nmsc,a,12.5,<3\nmsc,b,13.5,40\n",
    "long_results": "[Results]\nWell,Sample Name,Target Name,CT\nA1,a,hsa-miR-21,25.1\nA2,b,hsa-miR-21,Undetermined\n",
    "olink_wide": "Panel;Olink X;Olink X;\nAssay;IL6;VEGFA;QC Warning\nUniprot ID;P05231;P15692;\nOlinkID;OID1;OID2;\n"
    "a;2,5;3,5;Pass\nLOD;0,5;0,5;\n",
    "somascan": "^HEADER\n!Version\t1.2\n^TABLE_BEGIN\n\t\t\tUniProt\tP05231\tP15692\n\t\t\tEntrezGeneSymbol\tIL6\tVEGFA\n"
    "PlateId\tSampleId\tSampleType\t\nP1\ta\tSample\t\t812.5\t1203\nP1\tb\tBuffer\t\t90\t80\n",
}
NASTY = [
    b"", b"\x00", b"\xff", "ß".encode(), b'"', b",", b";", b"\t", b"\n", b"\r", b"NaN", b"inf", b"-1", b"1e999", b"1,5",
    b"1.234.567,8", b"=1+1", b"2-Sep", b"# ", b"DataType:", b"<", b">", b"(" * 40, b"9" * 400, b"sample", b"\xef\xbb\xbf",
    "٣".encode(), b"[", b"]", b"{", b"}", b"|", b"\\", b"null", b"PG.Quantity",
]  # fmt: skip
# The long campaign is that of fuzz/, which is run apart.
ROUNDS = 100


def mutate(content: bytes, rng: random.Random) -> bytes:
    """Change a file in one to four places: cut, repeat, swap, insert."""
    data = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        end = min(len(data), at + rng.randint(0, 30))
        kind = rng.randrange(5)
        if kind == 0:
            del data[at:end]
        elif kind == 1:
            data[at:at] = rng.choice(NASTY)
        elif kind == 2:
            data[at:end] = rng.choice(NASTY)
        elif kind == 3:
            data[at:at] = data[at:end] * rng.randint(1, 20)
        else:
            lines = bytes(data).split(b"\n")
            rng.shuffle(lines)
            data = bytearray(b"\n".join(lines))
    return bytes(data)


def ends_well(content: bytes, format: str | None) -> None:
    """Read bytes; only a named refusal may come out, or profiles that keep their promises."""
    try:
        profiles = read_source(Source("fuzz", "text", content), format)
    except InputRefused as refused:
        problems = refused.problems
    else:
        keeps_its_promises(profiles)
        return
    assert problems
    assert all(p.what and p.remedy for p in problems)


def keeps_its_promises(profiles: Profiles) -> None:
    levels = profiles.factors["level"]
    # Evidence may name a factor without a state; every other format ends in a level.
    assert levels[profiles.factors["route"].notna()].notna().all()
    assert levels.dropna().between(-1, 2).all()
    assert profiles.context.index.is_unique
    assert set(profiles.factors["sample"]) <= set(profiles.samples)
    assert set(profiles.factors["state"].dropna()) <= set(STATE_LEVELS)


def test_every_text_reader_has_a_seed() -> None:
    assert set(READERS) - set(SEEDS) == {"h5ad"}


@pytest.mark.parametrize("format", SEEDS)
def test_seeds_are_read(format: str) -> None:
    from secretome_ml.readers.formats import recognise

    source = Source("seed.csv", "text", SEEDS[format].encode())
    assert recognise(source) == format
    assert len(read_source(source)) >= 1


@pytest.mark.parametrize("format", SEEDS)
def test_mutations_end_well(format: str) -> None:
    rng = random.Random(f"seed {format}")
    for round in range(ROUNDS):
        content = mutate(SEEDS[format].encode(), rng)
        start = time.process_time()
        ends_well(content, format if round % 2 else None)
        assert time.process_time() - start < 10


CELLS = st.one_of(
    st.sampled_from(
        [
            "",
            "1",
            "0",
            "<3",
            ">5",
            "1.5",
            "elevated",
            "not_detected",
            "NaN",
            "inf",
            "-2",
            "1,5",
            "1e5",
            "2-Sep",
        ]
    ),
    st.text(max_size=12),
    st.floats(allow_nan=True, allow_infinity=True).map(str),
)
HEADS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "sample",
                "IL-6 [pg/mL]",
                "VEGF",
                "CXCL8",
                "cell_source",
                "preconditioning",
                "factor",
                "value",
                "unit",
            ]
        ),
        st.text(max_size=15),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    heads=HEADS,
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=6), max_size=5),
    mark=st.sampled_from(",;\t"),
)
def test_any_table_ends_well(heads: list[str], rows: list[list[str]], mark: str) -> None:
    def line(cells: list[str]) -> str:
        return mark.join('"' + c.replace('"', '""') + '"' for c in cells)

    ends_well("\n".join([line(heads), *(line(r) for r in rows)]).encode("utf-8", "surrogatepass"), None)


@settings(max_examples=200, deadline=None)
@given(
    values=st.lists(st.floats(min_value=0.001, max_value=1e6, allow_nan=False), min_size=1, max_size=8),
    comma=st.booleans(),
)
def test_numbers_survive_a_table(
    values: list[float], comma: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    texts = [f"{v:.4f}" for v in values]
    path = tmp_path_factory.mktemp("t") / "t.csv"
    shown = [t.replace(".", ",") if comma else t for t in texts]
    path.write_text("sample;IL-6\n" + "".join(f"s{i};{t}\n" for i, t in enumerate(shown)))
    found = read_profiles(path).factors["value"].tolist()
    assert found == [float(t) for t in texts]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_no_text_breaks_the_parsers(text: str) -> None:
    import pandas as pd

    parse_unit(text)
    decimal_mark([text])
    parse_numbers(pd.Series([text], dtype="object"))


@pytest.mark.parametrize(
    "text", ["1" * 5000, "1," * 3000, "((((" * 2000, "µg/" * 2000, "10^" * 2000, "a" * 100_000, "<" * 9000]
)
def test_nasty_texts_take_no_time(text: str) -> None:
    import pandas as pd

    start = time.process_time()
    parse_unit(text)
    decimal_mark([text])
    parse_numbers(pd.Series([text], dtype="object"))
    ends_well(f"sample,{text}\na,1\n".encode(), "wide")
    ends_well(f"sample,IL-6\na,{text}\n".encode(), None)
    assert time.process_time() - start < 5


def test_a_folder_of_examples_mutated(tmp_path: Path) -> None:
    from secretome_ml.core.paths import data_dir

    rng = random.Random(7)
    for path in sorted((data_dir() / "examples").iterdir()):
        if path.suffix in (".csv", ".tsv", ".jsonl"):
            for _ in range(20):
                ends_well(mutate(path.read_bytes(), rng), None)
