"""Every real export is read by automatic recognition; counts and values are checked by another road."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from secretome_ml.core.errors import InputRefused
from secretome_ml.profiles import Profiles
from secretome_ml.readers import read_profiles
from secretome_ml.readers.formats import recognise
from secretome_ml.readers.source import open_source

# File, format, samples, factors, names that no factor stands behind.
PINNED = [
    ("diann/report.pg_matrix_plaques.tsv.gz", "diann", 40, 3207, 11),
    ("diann/report_final.pg_matrix_10rows.tsv", "diann", 20, 5, 1),
    ("fragpipe/combined_proteins_10rows.tsv", "fragpipe", 20, 6, 0),
    ("fragpipe_msc_secretome/combined_protein_secr_fragpipe.tsv.gz", "fragpipe", 50, 1555, 7),
    ("luminex/Chul_TotalIgG_2_MAGPIX.csv", "xponent", 78, 0, 10),
    ("luminex/CovidOISExPONTENT_CO_MAGPIX.csv", "xponent", 37, 0, 28),
    ("luminex/New_Batch_14.csv", "xponent", 75, 3, 19),
    ("luminex/New_Batch_6_LX200.csv", "xponent", 90, 3, 19),
    ("luminex/combsecretomics_plate_3510.csv", "plate", 36, 21, 2),
    ("luminex/pone.0187901.s001_30plex_cytokine_LX200.csv", "xponent", 71, 30, 0),
    ("luminex/random_intelliflex_MOCK.csv", "intelliflex", 5, 0, 2),
    ("luminex/synthetic_bioplex_MOCK.xlsx", "bioplex", 3, 1, 1),
    ("maxquant/proteinGroups_maxquant_go.txt.gz", "maxquant", 10, 640, 96),
    ("mztab/test.mztab.gz", "mztab", 1, 279, 0),
    (
        "proteome_discoverer/mdavis_sruti_24_01to12_filebased_multiconcensus.csv.gz",
        "proteome_discoverer",
        12,
        1174,
        14,
    ),
    ("spectronaut/results_non_european_comma.tsv.gz", "spectronaut", 1, 33, 0),
    ("hypoxia_lists/BRA+10.csv.xz", "protein_list", 1, 42, 17),
    ("hypoxia_lists/CGH+17.csv.xz", "protein_list", 3, 0, 290),
    ("hypoxia_lists/FPR+18.csv.xz", "protein_list", 1, 83, 0),
    ("hypoxia_lists/JVC+12.csv.xz", "protein_list", 1, 274, 0),
    ("hypoxia_lists/LRS+14.csv.xz", "protein_list", 2, 129, 8),
    ("hypoxia_lists/NJVS19.csv.xz", "protein_list", 2, 463, 1),
    ("hypoxia_lists/ODS+18.csv.xz", "protein_list", 2, 112, 0),
    ("hypoxia_lists/RSE+16.csv.xz", "protein_list", 1, 116, 0),
    ("hypoxia_lists/SKA+13.csv.xz", "protein_list", 3, 97, 1),
    ("hypoxia_lists/SRS+13a.csv.xz", "protein_list", 3, 339, 1),
]


@pytest.mark.parametrize(
    ("file", "format", "samples", "factors", "unknown"), PINNED, ids=[p[0] for p in PINNED]
)
def test_recognised_and_counted(
    real: Path, file: str, format: str, samples: int, factors: int, unknown: int
) -> None:
    assert recognise(open_source(real / file)) == format
    profiles = read_profiles(real / file)
    assert len(profiles) == samples
    # The vocabulary grows; names that it learns move from unknown to known.
    assert abs(profiles.factors["factor"].nunique() - factors) <= max(3, 0.02 * factors)
    assert profiles.unknown["name"].nunique() <= unknown + 3
    assert profiles.factors["level"].between(-1, 2).all()
    assert not profiles.factors.duplicated(["sample", "factor", "unit"]).any()


def test_every_file_is_covered(real: Path) -> None:
    others = {
        "MANIFEST.md",
        "metadata.xlsx",
        "sample_info_plaques.xlsx",
        "fact_secr.xlsx",
        "CovidOISExPONTENT_layout.csv",
        "secreted_summary.csv",
    }
    there = {str(p.relative_to(real)) for p in real.rglob("*") if p.is_file()}
    assert {f for f in there if Path(f).name not in others} == {p[0] for p in PINNED}


@pytest.mark.parametrize(
    ("file", "word"),
    [
        ("diann/metadata.xlsx", "--metadata"),
        ("diann/sample_info_plaques.xlsx", "--metadata"),
        ("fragpipe_msc_secretome/fact_secr.xlsx", "--metadata"),
        ("luminex/CovidOISExPONTENT_layout.csv", "--metadata"),
        ("hypoxia_lists/secreted_summary.csv", "no known format"),
    ],
)
def test_what_is_no_profile_is_refused_with_what_to_do(real: Path, file: str, word: str) -> None:
    with pytest.raises(InputRefused, match=word):
        read_profiles(real / file)


def _value(profiles: Profiles, sample: str, factor: str) -> float:
    rows = profiles.factors[(profiles.factors["sample"] == sample) & (profiles.factors["factor"] == factor)]
    assert len(rows) == 1
    return float(rows["value"].iloc[0])


def test_maxquant_by_hand(real: Path) -> None:
    path = real / "maxquant/proteinGroups_maxquant_go.txt.gz"
    profiles = read_profiles(path)
    raw = pd.read_csv(path, sep="\t", low_memory=False)
    marks = ["Only identified by site", "Reverse", "Potential contaminant"]
    clean = raw[raw[marks].isna().all(axis=1)]
    assert len(raw) - len(clean) == 109
    said = " ".join(profiles.notes)
    assert "72 rows dropped: only identified by site" in said
    assert "8 rows dropped: decoy (reverse)" in said
    assert "29 rows dropped: contaminant" in said
    ids = clean["Majority protein IDs"]
    single = clean[ids.str.fullmatch(r"sp\|\w+\|\w+_HUMAN") & (clean["LFQ intensity AC381"] > 0)]
    assert len(single) > 40
    measured = profiles.factors[profiles.factors["sample"] == "AC381"].set_index("name")["value"]
    for _, row in single.iterrows():
        gene = re.search(r"GN=(\S+)", row["Fasta headers"])
        if (
            gene
            and gene[1] in measured.index
            and list(single["Fasta headers"].str.contains(f"GN={gene[1]} ")).count(True) == 1
        ):
            assert measured[gene[1]] == pytest.approx(row["LFQ intensity AC381"])


def test_diann_by_hand(real: Path) -> None:
    path = real / "diann/report.pg_matrix_plaques.tsv.gz"
    profiles = read_profiles(path)
    raw = pd.read_csv(path, sep="\t")
    column = "R:\\K\\Kutichim\\211221\\62_Slot1-54_1_2674.d"
    assert next(iter(profiles.samples)) == "62_Slot1-54_1_2674"
    for gene in ("THBS1", "ALB", "TIMP3"):
        expected = raw.loc[raw["Genes"] == gene, column].max()
        assert _value(profiles, "62_Slot1-54_1_2674", gene) == pytest.approx(expected)
    measured = int((raw.iloc[:, 5:].astype(float) > 0).to_numpy().sum())
    assert len(profiles.factors) + len(profiles.unknown) <= measured


def test_fragpipe_by_hand(real: Path) -> None:
    path = real / "fragpipe_msc_secretome/combined_protein_secr_fragpipe.tsv.gz"
    profiles = read_profiles(path)
    raw = pd.read_csv(path, sep="\t")
    assert "10 rows dropped: contaminant" in profiles.notes
    shown = ", ".join(f"{s} MaxLFQ remove Intensity" for s in ("Ost_c_8", "Ost_c_9", "Ost_dif_8"))
    assert [w.column for w in profiles.warnings] == [f"{shown} and 1 more"]
    for gene in ("FN1", "SERPINE1", "TIMP1"):
        for sample, column in (
            ("Ad_c_111", "Ad_c_111 MaxLFQ Intensity"),
            ("Ost_c_8", "Ost_c_8 MaxLFQ remove Intensity"),
        ):
            expected = raw.loc[(raw["Gene"] == gene) & ~raw["Protein"].str.startswith("contam"), column].max()
            if expected > 0:
                assert _value(profiles, sample, gene) == pytest.approx(expected)
    zero = raw.loc[(raw["Gene"] == "LIF"), "Ad_c_111 MaxLFQ Intensity"]
    if len(zero) and zero.max() == 0:
        assert not ((profiles.factors["sample"] == "Ad_c_111") & (profiles.factors["factor"] == "LIF")).any()


def test_spectronaut_by_hand(real: Path) -> None:
    path = real / "spectronaut/results_non_european_comma.tsv.gz"
    profiles = read_profiles(path)
    raw = pd.read_csv(path, sep="\t", index_col=0, dtype=str)
    sample = "20221015_EV_TP_40SPD_LITDIA_MS1_Rapid_MS2_Rapid_57w_100ng_03"
    assert list(profiles.samples) == [sample]
    quantity = raw.drop_duplicates("PG.ProteinGroups").set_index("PG.ProteinGroups")["PG.Quantity"]
    assert sorted(profiles.factors["value"].astype(float)) == pytest.approx(
        sorted(quantity.str.replace(",", ".").astype(float)), rel=1e-12
    ) or len(profiles.factors) < len(quantity)
    assert set(profiles.factors["value"].astype(float)) <= set(quantity.str.replace(",", ".").astype(float))


def test_proteome_discoverer_by_hand(real: Path) -> None:
    path = real / "proteome_discoverer/mdavis_sruti_24_01to12_filebased_multiconcensus.csv.gz"
    profiles = read_profiles(path)
    raw = pd.read_csv(path).set_index("Accession")
    assert list(profiles.samples) == [f"F{i}" for i in range(1, 13)]
    for accession, factor in (("P02751", "FN1"), ("P07996", "THBS1"), ("P10145", "CXCL8")):
        expected = raw.loc[accession, "Abundances (Normalized): F4: Sample"]
        if expected > 0:
            assert _value(profiles, "F4", factor) == pytest.approx(expected)
    assert _value(profiles, "F1", "FN1") == 7394090980


def test_mztab_by_hand(real: Path) -> None:
    path = real / "mztab/test.mztab.gz"
    profiles = read_profiles(path)
    lines = pd.Series(__import__("gzip").open(path, "rt").read().splitlines())
    proteins = lines[lines.str.startswith("PRT\t")].str.split("\t")
    assert len(proteins) == 283
    decoys = int(proteins.str[-1].eq("1").sum())
    assert f"{decoys} rows dropped: decoy" in profiles.notes
    assert set(profiles.factors["state"]) == {"detected"}


def test_luminex_by_hand(real: Path) -> None:
    path = real / "luminex/pone.0187901.s001_30plex_cytokine_LX200.csv"
    profiles = read_profiles(path)
    lines = path.read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("DataType:,Result"))
    header = lines[start + 1].split(",")
    row = next(line for line in lines[start:] if "B_sid_13_HBS" in line)
    cells = re.sub(r'"[^"]*"', "x", row).split(",")
    at = header.index("MCP1")
    assert _value(profiles, "B_sid_13_HBS", "CCL2") == pytest.approx(float(cells[at]))
    assert set(profiles.factors["unit"]) == {"pg/mL"}
    assert not any(re.match(r"Standard|Control|Background", s) for s in profiles.samples)
    low = profiles.factors[profiles.factors["state"] == "not_detected"]
    assert len(low) > 0
    assert (low["level"] == 0).all()
    assert low["lod"].notna().all()
    assert "2 blank, 6 quality control, 71 sample, 17 standard" in profiles.notes[0]


def test_net_mfi_is_read_where_there_is_no_result(real: Path) -> None:
    profiles = read_profiles(real / "luminex/New_Batch_6_LX200.csv")
    assert set(profiles.factors["unit"]) == {"MFI"}
    assert profiles.factors["route"].isin(["the samples", "stated", "amount not used"]).all()


def test_plate_with_blanks_and_repeated_wells(real: Path) -> None:
    path = real / "luminex/combsecretomics_plate_3510.csv"
    profiles = read_profiles(path)
    raw = pd.read_csv(path)
    assert "BLANK" not in profiles.samples
    wells = raw.loc[raw["Sample"] == "D-T1-S1", "ZG16"]
    assert _value(profiles, "D-T1-S1", "ZG16") == pytest.approx(float(np.exp2(np.log2(wells).median())))
    row = profiles.factors[
        (profiles.factors["sample"] == "D-T1-S1") & (profiles.factors["factor"] == "ZG16")
    ].iloc[0]
    assert row["n"] == len(wells)
    assert row["spread"] == pytest.approx(np.log2(wells).std(ddof=1))
    blanks = raw.loc[raw["Sample"] == "BLANK", "VEGFA"]
    lod = profiles.factors.loc[profiles.factors["factor"] == "VEGFA", "lod"].dropna().unique()
    assert lod == pytest.approx([blanks.mean() + 3 * blanks.std(ddof=1)])
