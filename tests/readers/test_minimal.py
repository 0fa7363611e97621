"""Small tables that were once misread, each of a kind: what is right stands here, worked out by hand."""

from pathlib import Path

import numpy as np
import pytest

from conftest import SHARED
from secretome_ml.core.errors import InputRefused
from secretome_ml.profiles import Profiles
from secretome_ml.readers import read_profiles
from secretome_ml.readers.formats import recognise
from secretome_ml.readers.source import open_source
from secretome_ml.vocabulary import FactorVocabulary

HERE = Path(__file__).parent / "minimal"
BESIDE = SHARED / "tables" / "minimal"
UP, SAME, DOWN = "elevated", "unchanged", "decreased"

# One comparison each: factor to log2 fold change and what it means.
CHANGES = {
    "A1_perseus_significant.csv": {
        "VEGFA": (1.9, UP),
        "HGF": (-0.1, SAME),
        "IL6": (-2.4, DOWN),
        "DCN": (-3, DOWN),
    },
    "A2_annotation_marks.csv": {
        "VEGFA": (np.log2(3.7), UP),
        "HGF": (np.log2(0.9), SAME),
        "IL6": (np.log2(0.2), DOWN),
        "ENO1": (0, SAME),
    },
    "B1_deseq2.csv": {"VEGFA": (1.9, UP), "HGF": (-0.3, SAME), "IL6": (-2.4, DOWN), "TIMP1": (0.3, SAME)},
    "B2_log2_foldchange.csv": {
        "VEGFA": (1.9, UP),
        "HGF": (-0.3, SAME),
        "IL6": (-2.4, DOWN),
        "TIMP1": (0.3, SAME),
    },
    "B4_dep_results.csv": {
        "VEGFA": (1.9, UP),
        "HGF": (-0.3, SAME),
        "IL6": (-2.4, DOWN),
        "TIMP1": (0.3, SAME),
    },
    "C2_minus_log_p.csv": {"VEGFA": (1.9, UP), "HGF": (-0.1, SAME), "IL6": (-2.4, DOWN)},
    "I1_write_table_row_names.tsv": {"VEGFA": (1.9, UP), "HGF": (-0.1, SAME), "IL6": (-2.4, DOWN)},
}

# Amounts: sample to factor to value.
AMOUNTS = {
    "A3_maxquant_through_R.csv": (
        "maxquant",
        {"norm": {"VEGFA": 1e6, "HGF": 8e5}, "hyp": {"VEGFA": 2.1e6, "HGF": 8.1e5}},
    ),
    "C3_log2_intensities.csv": (
        "matrix",
        {
            "control": {"VEGFA": 25.1, "HGF": 24.0, "IL6": 22.5, "TIMP1": 30.2},
            "hypoxia": {"VEGFA": 27.0, "HGF": 23.9, "IL6": 20.1, "TIMP1": 30.1},
        },
    ),
    "C4_concentration_two_columns.csv": (
        "matrix",
        {
            "control": {"VEGFA": 1250, "HGF": 310, "IL6": 820},
            "hypoxia": {"VEGFA": 2400, "HGF": 300, "IL6": 410},
        },
    ),
    "D1_condition_columns.csv": (
        "matrix",
        {
            "Condition A": {"VEGFA": 1203.5, "HGF": 310.1, "IL6": 820.9},
            "Condition B": {"VEGFA": 2410.2, "HGF": 305.7, "IL6": 402.3},
        },
    ),
    "E1_olink_sample_names.csv": (
        "olink",
        {
            "S1": {"VEGFA": 7.1, "IL6": 3.1},
            "S2": {"VEGFA": 8.4, "IL6": 4.4},
            "C1": {"VEGFA": 6.2, "IL6": 2.2},
            "T1": {"VEGFA": 9.2, "IL6": 5.2},
        },
    ),
    "E3_olink_new_sample_types.csv": (
        "olink",
        {"MSC_norm": {"VEGFA": 7.1, "IL6": 3.1}, "MSC_hyp": {"VEGFA": 8.4, "IL6": 4.4}},
    ),
    "F2_fragpipe_contaminants.tsv": ("fragpipe", {"norm_1": {"VEGFA": 1e6}, "hyp_1": {"VEGFA": 2.1e6}}),
    "F4_maxquant_contaminants.txt": ("maxquant", {"norm": {"VEGFA": 1e6}, "hyp": {"VEGFA": 2.1e6}}),
    "F5_pd_text_headers.tsv": (
        "proteome_discoverer",
        {"F1 norm": {"VEGFA": 1000, "HGF": 800}, "F2 hyp": {"VEGFA": 4000, "HGF": 800}},
    ),
    "F6_diann_matrix_with_statistics.tsv": (
        "diann",
        {
            "norm_1": {"VEGFA": 1e6, "HGF": 8e5, "IL6": 4e5},
            "norm_2": {"VEGFA": 1.1e6, "HGF": 7.9e5, "IL6": 3.9e5},
            "hyp_1": {"VEGFA": 2.1e6, "HGF": 8.1e5, "IL6": 6.1e5},
            "hyp_2": {"VEGFA": 2.2e6, "HGF": 8.05e5, "IL6": 6.05e5},
        },
    ),
    "G1_table.tsv": (
        "fragpipe",
        {"norm_1": {"VEGFA": 1e6, "HGF": 8e5}, "hyp_1": {"VEGFA": 2.1e6, "HGF": 8.1e5}},
    ),
    "H1_intelliflex_signature.csv": (
        "intelliflex",
        {"MSC_norm": {"VEGFA": 812, "IL6": 1203}, "MSC_hyp": {"VEGFA": 1650, "IL6": 900}},
    ),
    "I3_gene_by_sample.csv": (
        "matrix",
        {
            "norm_1": {"VEGFA": 1e6, "HGF": 8e5, "IL6": 4e5},
            "norm_2": {"VEGFA": 1.1e6, "HGF": 7.9e5, "IL6": 3.9e5},
            "hyp_1": {"VEGFA": 2.1e6, "HGF": 8.1e5, "IL6": 2.1e5},
            "hyp_2": {"VEGFA": 2.2e6, "HGF": 8.05e5, "IL6": 2.05e5},
        },
    ),
    "I5_olink_wide.csv": (
        "olink_wide",
        {"MSC_norm": {"VEGFA": 9.1, "IL6": 3.2}, "MSC_hyp": {"VEGFA": 10.4, "IL6": 2.1}},
    ),
    "I6_tmt_abundance.tsv": (
        "matrix",
        {
            "norm_1": {"VEGFA": 19.8, "HGF": 19.1},
            "norm_2": {"VEGFA": 19.9, "HGF": 19.3},
            "hyp_1": {"VEGFA": 21.0, "HGF": 19.2},
            "hyp_2": {"VEGFA": 21.2, "HGF": 19.2},
        },
    ),
    "I7_peaks_proteins.csv": (
        "matrix",
        {"norm_1": {"VEGFA": 1e6, "HGF": 8e5}, "hyp_1": {"VEGFA": 2.1e6, "HGF": 8.1e5}},
    ),
}

REFUSED = {
    "F1_fragpipe_combined_peptide.tsv": "FragPipe's table of peptides or ions. Give combined_protein.tsv",
    "I9_milliplex_without_sample_column.csv": "No column names the samples: which of Group, Treatment, "
    "Location, Well ID",
}
SHEETS = {"G1_sheet_condition_C.csv", "G3_sheet_sample_type.csv"}
NAMES = {
    "VEGFA": "VEGFA", "SEPTIN2": "SEPTIN2", "AARS1": "AARS1", "WARS1": "WARS1", "H1-0": "H1-0",
    "P2RY12": "P2RY12", "B4GAT1": "B4GAT1", "IFNy": "IFNG", "hIL-6": "IL6",
}  # fmt: skip


def table_of(profiles: Profiles) -> dict[str, dict[str, float]]:
    """Return sample to factor to value as read."""
    found: dict[str, dict[str, float]] = {str(s): {} for s in profiles.samples}
    for row in profiles.factors.itertuples():
        found[str(row.sample)][str(row.factor)] = float(row.value)
    return found


def test_every_input_is_judged() -> None:
    assert {p.name for p in HERE.iterdir()} == {
        *CHANGES, *AMOUNTS, *REFUSED, *SHEETS, "J1_present_symbols.csv"
    }  # fmt: skip


@pytest.mark.parametrize("file", CHANGES)
def test_one_comparison_is_one_sample(file: str) -> None:
    profiles = read_profiles(HERE / file)
    assert list(profiles.samples) == [file.rsplit(".", 1)[0]]
    told = {str(r.factor): (float(r.value), r.state) for r in profiles.factors.itertuples()}
    assert set(told) == set(CHANGES[file])
    for factor, (value, state) in CHANGES[file].items():
        assert told[factor][0] == pytest.approx(value, abs=1e-12)
        assert told[factor][1] == state
    assert set(profiles.factors["unit"]) == {"log2 fold change"}


@pytest.mark.parametrize("file", AMOUNTS)
def test_amounts_of_the_samples_and_of_nothing_else(file: str) -> None:
    format, expected = AMOUNTS[file]
    assert recognise(open_source(HERE / file)) == format
    profiles = read_profiles(HERE / file)
    assert table_of(profiles) == expected
    assert set(profiles.factors["state"]) == {"detected"}


@pytest.mark.parametrize("file", REFUSED)
def test_refused_by_name(file: str) -> None:
    with pytest.raises(InputRefused, match=REFUSED[file]):
        read_profiles(HERE / file)


@pytest.mark.parametrize(
    ("file", "word"),
    [
        ("A3_maxquant_through_R.csv", "1 rows dropped: contaminant"),
        ("A3_maxquant_through_R.csv", "1 rows dropped: decoy"),
        ("A3_maxquant_through_R.csv", "1 rows dropped: only identified by site"),
        ("C3_log2_intensities.csv", "the values are log2 amounts (the header says log2)"),
        ("E3_olink_new_sample_types.csv", "2 samples left out: quality control"),
        ("F2_fragpipe_contaminants.tsv", "2 rows dropped: contaminant"),
        ("F4_maxquant_contaminants.txt", "2 rows dropped: contaminant"),
        ("F6_diann_matrix_with_statistics.tsv", "not read as samples: p.value, log2FC"),
        ("H1_intelliflex_signature.csv", "4 lines of the document's signature left out"),
        ("I6_tmt_abundance.tsv", "not read as samples: NumberPSM, MaxPepProb, ReferenceIntensity"),
    ],
)
def test_what_was_decided_is_said(file: str, word: str) -> None:
    assert word in " ".join(read_profiles(HERE / file).notes)


def test_limits_of_a_wide_olink_table() -> None:
    factors = read_profiles(HERE / "I5_olink_wide.csv").factors
    assert factors.groupby("factor", observed=True)["lod"].unique().map(list).to_dict() == {
        "VEGFA": [1.1],
        "IL6": [1.5],
    }


def test_a_single_letter_is_never_standard_culture() -> None:
    profiles = read_profiles(HERE / "G1_table.tsv", metadata=HERE / "G1_sheet_condition_C.csv")
    kinds = profiles.preconditioning.groupby("sample")["kind"].agg(list).to_dict()
    assert kinds == {"norm_1": ["other:K"], "hyp_1": ["other:C"]}
    for letter in "CK":
        assert f"condition '{letter}' read as preconditioning other:{letter}" in " ".join(profiles.notes)


def test_a_column_of_sample_types_names_products() -> None:
    profiles = read_profiles(HERE / "G1_table.tsv", metadata=HERE / "G3_sheet_sample_type.csv")
    assert profiles.context["product"].to_dict() == {"norm_1": "conditioned_medium", "hyp_1": "exosome"}
    assert set(profiles.context["cell_source"]) == {"adipose"}
    assert "'Sample type' as product" in " ".join(profiles.notes)


def test_present_symbols_and_names_of_kits() -> None:
    profiles = read_profiles(HERE / "J1_present_symbols.csv")
    values = profiles.factors.set_index("name")["value"].to_dict()
    assert values == dict(zip(NAMES, [1200, 10, 20, 30, 40, 50, 60, 70, 80], strict=True))
    symbols = FactorVocabulary.load()
    for name, meant in NAMES.items():
        found = profiles.factors.set_index("name").at[name, "factor"]
        assert found == symbols.resolve(meant).factor
        assert found is not None
    assert not len(profiles.unknown)


@pytest.mark.skipif(not BESIDE.is_dir(), reason="the inputs as they were given lie beside the checkout")
def test_the_inputs_are_those_that_were_given() -> None:
    given = {p.name: p.read_bytes() for p in BESIDE.iterdir() if p.suffix != ".md"}
    assert {p.name: p.read_bytes() for p in HERE.iterdir()} == given
