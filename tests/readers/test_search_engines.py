# ruff: noqa: E501 -- lines of data stay whole
"""Variants of search-engine exports that the real files do not show: versions, missing columns, encodings."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT
from secretome_ml.core.errors import InputRefused
from secretome_ml.profiles import Profiles
from secretome_ml.readers import READERS, read_profiles
from secretome_ml.readers.formats import recognise
from secretome_ml.readers.source import open_source


def read(folder: Path, name: str, text: str, format: str, encoding: str = "utf-8") -> Profiles:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    assert recognise(open_source(path)) == format
    return read_profiles(path)


def values(profiles: Profiles) -> dict[tuple[str, str], float]:
    rows = profiles.factors.dropna(subset="value")
    return {(r.sample, r.factor): float(r.value) for r in rows.itertuples()}


@pytest.mark.parametrize(
    ("columns", "word"),
    [
        (("LFQ intensity a", "iBAQ a", "Intensity a"), "LFQ intensity"),
        (("iBAQ peptides", "iBAQ a", "Intensity a"), "iBAQ"),
        (("Intensity", "Intensity a"), "intensity"),
        (("LFQ Intensity a", "Intensity a"), "LFQ intensity"),
        (("Reporter intensity corrected a", "Reporter intensity a"), "reporter intensity"),
    ],
)
def test_maxquant_takes_the_best_quantity(tmp_path: Path, columns: tuple[str, ...], word: str) -> None:
    numbers = {c: str(1000 * (i + 1)) for i, c in enumerate(columns)}
    best = next(c for c in columns if c.casefold().startswith(word.casefold()) and c.endswith(" a"))
    if word == "reporter intensity":
        best = columns[0]
    header = ["Protein IDs", "Majority protein IDs", "Gene names", *columns, "Reverse", "Contaminant"]
    lines = ["\t".join(header), "\t".join(["P05231", "P05231", "IL6", *numbers.values(), "", ""])]
    if word in ("reporter intensity", "intensity") and "Intensity" not in columns:
        lines = [line + "\t" for line in lines]
    profiles = read(tmp_path, "proteinGroups.txt", "\r\n".join(lines) + "\r\n", "maxquant")
    assert values(profiles) == {("a", "IL6"): float(numbers[best])}
    assert word in profiles.notes[0]


def test_maxquant_drops_by_prefix_when_flag_columns_are_missing(tmp_path: Path) -> None:
    text = "Majority protein IDs\tGene names\tIntensity x\nCON__P02769\tALB\t5e5\nREV__P1\t\t4e5\nP05231\tIL6\t1e6\n"
    profiles = read(tmp_path, "pg.txt", text, "maxquant")
    assert values(profiles) == {("x", "IL6"): 1e6}
    assert "1 rows dropped: contaminant" in profiles.notes
    assert "1 rows dropped: decoy (reverse)" in profiles.notes


def test_maxquant_single_experiment_is_named_after_the_file(tmp_path: Path) -> None:
    text = "Majority protein IDs\tGene names\tIntensity\tReverse\nP05231\tIL6\t1e6\t\n"
    assert list(read(tmp_path, "run7.txt", text, "maxquant").samples) == ["run7"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_diann_posix_paths_bom_and_line_ends(tmp_path: Path, start: str, end: str) -> None:
    lines = [
        "Protein.Group\tProtein.Names\tGenes\tFirst.Protein.Description\tN.Sequences\t/d/a.raw\t/d/b.mzML.dia",
        "P05231\tIL6_HUMAN\tIL6\tInterleukin-6\t3\t100000.5\t",
        "P13500\tCCL2_HUMAN\tCCL2\tMCP-1\t2\t\t2e5",
        "Cont_P02769\tALBU_BOVIN\tALB\tx\t2\t9e9\t9e9",
    ]
    profiles = read(tmp_path, "report.pg_matrix.tsv", start + end.join(lines) + end, "diann")
    assert values(profiles) == {("a", "IL6"): 100000.5, ("b", "CCL2"): 2e5}
    assert set(profiles.context["species"]) == {"human"}


def test_diann_gene_matrix_and_main_report(tmp_path: Path) -> None:
    matrix = "Genes\tC:\\x\\a.raw\tC:\\x\\b.raw\nIL6\t5e4\t6e4\n"
    assert values(read(tmp_path, "gg.tsv", matrix, "diann")) == {("a", "IL6"): 5e4, ("b", "IL6"): 6e4}
    report = (
        "Run\tProtein.Group\tProtein.Names\tGenes\tPG.MaxLFQ\tGlobal.PG.Q.Value\tPrecursor.Id\n"
        "a\tP05231\tIL6_HUMAN\tIL6\t70000\t0.001\tAAK2\n"
        "a\tP05231\tIL6_HUMAN\tIL6\t70000\t0.001\tCCK2\n"
        "a\tP13500\tCCL2_HUMAN\tCCL2\t80000\t0.2\tDDK2\n"
    )
    profiles = read(tmp_path, "report.tsv", report, "diann_report")
    assert values(profiles) == {("a", "IL6"): 70000}
    assert any("1 rows above a q-value" in note for note in profiles.notes)
    frame = pd.read_csv(tmp_path / "report.tsv", sep="\t")
    frame.to_parquet(tmp_path / "report.parquet")
    assert values(read_profiles(tmp_path / "report.parquet")) == {("a", "IL6"): 70000}


def test_fragpipe_versions(tmp_path: Path) -> None:
    head = "Protein\tProtein ID\tEntry Name\tGene\tOrganism\tIndistinguishable Proteins"
    row = "sp|P05231|IL6_HUMAN\tP05231\tIL6_HUMAN\tIL6\tHomo sapiens OX=9606\t"
    both = f"{head}\tA Intensity\tA MaxLFQ Intensity\n{row}\t5e5\t7e5\n"
    assert values(read(tmp_path, "a.tsv", both, "fragpipe")) == {("A", "IL6"): 7e5}
    old = f"{head}\tA Unique Intensity\tA Razor Intensity\n{row}\t4e5\t6e5\n"
    assert values(read(tmp_path, "b.tsv", old, "fragpipe")) == {("A", "IL6"): 6e5}
    counts = f"{head}\tCombined Spectral Count\tA Spectral Count\tA Total Spectral Count\n{row}\t9\t4\t5\n"
    assert values(read(tmp_path, "c.tsv", counts, "fragpipe")) == {("A", "IL6"): 5}


def test_spectronaut_pivot_and_gene_columns(tmp_path: Path) -> None:
    text = (
        "PG.ProteinGroups;PG.Genes;PG.ProteinNames;[1] a.raw.PG.Quantity;[2] b.raw.PG.Quantity;[1] a.raw.PG.NrOfPeptides\n"
        "P05231;IL6;IL6_HUMAN;1234,5;Filtered;3\nP13500;CCL2;CCL2_HUMAN;NaN;2345678,25;2\n"
    )
    profiles = read(tmp_path, "pivot.csv", text, "spectronaut")
    assert values(profiles) == {("a", "IL6"): 1234.5, ("b", "CCL2"): 2345678.25}
    assert "decimal commas were read" in profiles.notes
    log = "R.FileName\tPG.ProteinAccessions\tPG.Genes\tPG.Log2Quantity\nrun1.raw\tP05231\tIL6\t14.25\n"
    profiles = read(tmp_path, "log.tsv", log, "spectronaut")
    assert values(profiles) == {("run1", "IL6"): 14.25}


def test_proteome_discoverer_tab_text_with_quotes(tmp_path: Path) -> None:
    text = (
        '"Checked"\t"Master"\t"Accession"\t"Description"\t"Gene Symbol"\t"Contaminant"\t"Abundance: F1: Sample, n/a, hypoxia"'
        '\t"Abundance: F2: Control, n/a"\t"Abundance Ratio: (hypoxia) / (n/a)"\n'
        '"False"\t"IsMasterProtein"\t"P05231"\t"Interleukin-6 OS=Homo sapiens GN=IL6"\t"IL6"\t"False"\t"12345.5"\t""\t"2"\n'
        '"False"\t"IsMasterProtein"\t"P02769"\t"Albumin OS=Bos taurus"\t"ALB"\t"True"\t"9e9"\t"9e9"\t"1"\n'
        '"False"\t"IsMasterProteinCandidate"\t"P13500"\t"MCP1 GN=CCL2"\t"CCL2"\t"False"\t"777777"\t"8"\t"1"\n'
    )
    profiles = read(tmp_path, "pd.txt", text, "proteome_discoverer")
    assert ("F1 hypoxia", "IL6") in values(profiles)
    assert "CCL2" not in set(profiles.factors["factor"])
    assert list(profiles.samples) == ["F1 hypoxia", "F2 Control"]


MZTAB = """COM\tmade for a test
MTD\tmzTab-version\t1.0.0
MTD\tmzTab-mode\tComplete
MTD\tms_run[1]-location\tfile:///data/hypoxia_1.raw
MTD\tassay[1]-ms_run_ref\tms_run[1]
MTD\tstudy_variable[1]-description\thypoxia
PRH\taccession\tdescription\tambiguity_members\tprotein_abundance_assay[1]\tprotein_abundance_study_variable[1]
PRT\tP05231\tInterleukin-6 OS=Homo sapiens GN=IL6\tnull\t123456\t222222
PRT\tP13500\tMCP1 GN=CCL2\tnull\tnull\tnull
"""


def test_mztab_abundances(tmp_path: Path) -> None:
    assert values(read(tmp_path, "q.mztab", MZTAB, "mztab")) == {("hypoxia_1", "IL6"): 123456}
    study = MZTAB.replace("\t123456\t", "\tnull\t")
    assert values(read(tmp_path, "s.mztab", study, "mztab")) == {("hypoxia", "IL6"): 222222}


def test_group_rules_are_said(tmp_path: Path) -> None:
    text = "Protein.Group\tGenes\tr1.raw\nP10147;P13236\tCCL3;CCL4\t5e5\n\tVegfa\t6e5\n\tnonsense_gene\t7e5\n"
    profiles = read(tmp_path, "m.tsv", text, "diann")
    assert values(profiles) == {("r1", "CCL3"): 5e5, ("r1", "VEGFA"): 6e5}
    assert any("1 groups of several genes resolved to their leading protein" in n for n in profiles.notes)
    assert any("human ortholog by symbol" in n for n in profiles.notes)
    assert list(profiles.unknown["name"]) == ["nonsense_gene"]


def test_values_too_small_for_intensities_are_read_as_log2_with_a_warning(tmp_path: Path) -> None:
    symbols = ["IL6", "CCL2", "VEGFA", "HGF", "FN1", "THBS1", "TIMP1", "TIMP2", "MMP2", "SPARC"]
    rows = "".join(
        f"\t{g}\t{20 + i / 7:.3f}\t{21 + i / 9:.3f}\t{19 + i / 5:.3f}\n" for i, g in enumerate(symbols)
    )
    profiles = read(tmp_path, "m.tsv", "Protein.Group\tGenes\ta.raw\tb.raw\tc.raw\n" + rows, "diann")
    assert "read as log2" in profiles.warnings[0].remedy


@pytest.mark.parametrize(
    ("cell", "word"),
    [("-5", "negative"), ("inf", "infinite"), ("abc", "not a number"), ("1,500", "cannot be told apart")],
)
def test_wrong_intensities_are_placed(tmp_path: Path, cell: str, word: str) -> None:
    (tmp_path / "m.tsv").write_text(f"Protein.Group\tGenes\ta.raw\nP05231\tIL6\t{cell}\n")
    with pytest.raises(InputRefused, match=word):
        read_profiles(tmp_path / "m.tsv")


def test_a_large_table_of_protein_groups(tmp_path: Path) -> None:
    """10,000 groups in 200 samples, as large studies have them: the right shape and the right cells."""
    rng = np.random.default_rng(11)
    proteins = pd.read_csv(ROOT / "data" / "vocabulary" / "proteins.csv", dtype=str).iloc[:10_000]
    assert len(proteins) == 10_000
    amounts = rng.integers(0, 5, (10_000, 200)) * rng.integers(10_000, 9_000_000, (10_000, 200))
    table = pd.DataFrame(amounts, columns=[f"LFQ intensity s{i:03d}" for i in range(200)])
    table.insert(0, "Majority protein IDs", proteins["accession"].to_numpy())
    table.insert(1, "Gene names", proteins.iloc[:, 0].to_numpy())
    table["Reverse"] = np.where(np.arange(10_000) % 100 == 7, "+", "")
    table.to_csv(tmp_path / "proteinGroups.txt", sep="\t", index=False)
    measured = READERS["maxquant"].read(open_source(tmp_path / "proteinGroups.txt"))
    kept = np.arange(10_000) % 100 != 7
    assert measured.samples == [f"s{i:03d}" for i in range(200)]
    assert measured.dropped == {"decoy (reverse)": 100}
    assert len(measured.values) == int((amounts[kept] > 0).sum())
    cells = measured.values.set_index(["sample", "accession"])["value"]
    for _ in range(300):
        row, sample = int(rng.integers(10_000)), int(rng.integers(200))
        key = (f"s{sample:03d}", proteins["accession"].iloc[row])
        told = amounts[row, sample] if kept[row] else 0
        assert cells.get(key) == (told or None)
