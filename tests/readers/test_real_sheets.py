"""Real exports with their own sample sheets."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from secretome_ml.core.errors import InputRefused
from secretome_ml.readers import read_profiles


def test_fifty_secretomes_have_their_context(real: Path) -> None:
    folder = real / "fragpipe_msc_secretome"
    profiles = read_profiles(
        folder / "combined_protein_secr_fragpipe.tsv.gz", metadata=folder / "fact_secr.xlsx"
    )
    sheet = pd.read_excel(folder / "fact_secr.xlsx").set_index("Sample")
    assert list(profiles.samples) == list(sheet.index)
    sources = profiles.context["cell_source"]
    expected = {
        "ADSCs": "adipose",
        "DPSCs": "dental_pulp",
        "GFs": "gingiva",
        "PDLSCs": "periodontal_ligament",
        "WJ-MSCs": "umbilical_cord",
    }
    for sample, words in sheet["Cell_type"].items():
        assert sources[sample] == expected[words] if words in expected else pd.isna(sources[sample])
    assert (profiles.context["species"] == "human").all()
    assert (profiles.context["donor"] == sheet["Donor"].astype(str)).all()
    done = profiles.preconditioning
    changed = set(done.loc[done["kind"] != "none", "sample"])
    assert changed == set(sheet.index[sheet["Differentiation"] == "dif"])
    assert profiles.context["cell_type"].notna().all()
    assert profiles.factors.groupby("sample")["factor"].nunique().min() > 100


def test_fifty_secretomes_against_a_control(real: Path) -> None:
    folder = real / "fragpipe_msc_secretome"
    profiles = read_profiles(
        folder / "combined_protein_secr_fragpipe.tsv.gz",
        metadata=folder / "fact_secr.xlsx",
        control="Ad_c_111",
    )
    rows = profiles.factors[profiles.factors["route"] == "control"]
    assert set(rows["vs"]) == {"Ad_c_111"}
    assert "Ad_c_111" not in set(rows["sample"])
    raw = pd.read_csv(folder / "combined_protein_secr_fragpipe.tsv.gz", sep="\t").set_index("Gene")
    fn1 = raw.loc["FN1"]
    change = np.log2(fn1["Ad_dif_111 MaxLFQ Intensity"] / fn1["Ad_c_111 MaxLFQ Intensity"])
    row = rows[(rows["sample"] == "Ad_dif_111") & (rows["factor"] == "FN1")].iloc[0]
    expected = "elevated" if change >= 1 else "decreased" if change <= -1 else "unchanged"
    assert row["state"] == expected


def test_plaque_sheet_joins_by_stem_and_replicates_are_joined(real: Path) -> None:
    folder = real / "diann"
    profiles = read_profiles(
        folder / "report.pg_matrix_plaques.tsv.gz", metadata=folder / "sample_info_plaques.xlsx"
    )
    sheet = pd.read_excel(folder / "sample_info_plaques.xlsx")
    assert len(profiles) == sheet["Replicate"].nunique() == 20
    assert list(profiles.samples) == [str(n) for n in range(62, 82)]
    assert (
        profiles.context["donor"].tolist() == sheet.drop_duplicates("Replicate")["Donor"].astype(str).tolist()
    )
    raw = pd.read_csv(folder / "report.pg_matrix_plaques.tsv.gz", sep="\t").set_index("Genes")
    both = np.log2(raw.loc["THBS1"].filter(regex=r"\\62_").astype(float))
    row = profiles.factors[
        (profiles.factors["sample"] == "62") & (profiles.factors["factor"] == "THBS1")
    ].iloc[0]
    assert np.log2(float(row["value"])) == pytest.approx(both.median())
    assert row["spread"] == pytest.approx(both.std(ddof=1))
    assert row["n"] == 2
    assert any("by their first part and order in the file" in note for note in profiles.notes)


def test_external_ids_name_the_samples(real: Path) -> None:
    folder = real / "diann"
    profiles = read_profiles(folder / "report_final.pg_matrix_10rows.tsv", metadata=folder / "metadata.xlsx")
    assert list(profiles.samples) == [f"S{i}" for i in range(1, 21)]
    assert profiles.context["donor"].notna().all()


def test_plate_layout_names_the_wells(real: Path) -> None:
    folder = real / "luminex"
    profiles = read_profiles(
        folder / "CovidOISExPONTENT_CO_MAGPIX.csv", metadata=folder / "CovidOISExPONTENT_layout.csv"
    )
    layout = pd.read_csv(folder / "CovidOISExPONTENT_layout.csv", index_col=0)
    assert layout.loc["B", "1"] in profiles.samples
    assert len(profiles) == 37


def test_a_foreign_sheet_is_refused_row_by_row(real: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        read_profiles(
            real / "maxquant/proteinGroups_maxquant_go.txt.gz",
            metadata=real / "fragpipe_msc_secretome/fact_secr.xlsx",
        )
    assert len(refused.value.problems) >= 60
    assert {p.file for p in refused.value.problems} == {"fact_secr.xlsx", "proteinGroups_maxquant_go.txt.gz"}
