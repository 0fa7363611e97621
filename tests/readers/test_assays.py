"""Olink, Luminex, ELISA and AnnData: layouts that the makers document, written here in small."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from secretome_ml.core.errors import InputRefused
from secretome_ml.profiles import Profiles
from secretome_ml.readers import read_profiles
from secretome_ml.readers.formats import recognise
from secretome_ml.readers.source import open_source

OLINK = """SampleID;Index;OlinkID;UniProt;Assay;MissingFreq;Panel;Panel_Lot_Nr;PlateID;QC_Warning;LOD;NPX
A1;1;OID20101;P05231;IL6;0.02;Target 96 Inflammation;B1;Plate1;PASS;0.5;3.25
A1;1;OID20102;P13500;MCP-1;0.75;Target 96 Inflammation;B1;Plate1;PASS;1.5;-0.25
A2;2;OID20101;P05231;IL6;0.02;Target 96 Inflammation;B1;Plate1;WARN;0.5;4.25
A2;2;OID20102;P13500;MCP-1;0.75;Target 96 Inflammation;B1;Plate1;WARN;1.5;NA
CONTROL_SAMPLE_1;3;OID20101;P05231;IL6;0.02;Target 96 Inflammation;B1;Plate1;PASS;0.5;9.0
A1;1;OID20999;NA;Incubation control 1;0;Target 96 Inflammation;B1;Plate1;PASS;0.1;8.0
"""


def row(profiles: Profiles, sample: str, factor: str) -> pd.Series:
    found = profiles.factors[(profiles.factors["sample"] == sample) & (profiles.factors["factor"] == factor)]
    assert len(found) == 1
    return found.iloc[0]


@pytest.mark.parametrize("comma", [False, True])
def test_olink_long(tmp_path: Path, comma: bool) -> None:
    path = tmp_path / "npx.csv"
    path.write_text("\ufeff" + (OLINK.replace(".", ",") if comma else OLINK), encoding="utf-8")
    assert recognise(open_source(path)) == "olink"
    profiles = read_profiles(path)
    assert list(profiles.samples) == ["A1", "A2"]
    assert row(profiles, "A1", "IL6")["value"] == 3.25
    low = row(profiles, "A1", "CCL2")
    assert (low["state"], low["level"], low["lod"]) == ("not_detected", 0.0, 1.5)
    assert row(profiles, "A2", "IL6")["flag"] == "QC warning"
    assert "CCL2" not in set(profiles.factors.loc[profiles.factors["sample"] == "A2", "factor"])
    assert profiles.warnings[0].column == "QC_Warning"
    assert "1 rows dropped: internal control of the assay" in profiles.notes
    assert any("MissingFreq" in n for n in profiles.notes)


def test_olink_explore_ht_parquet(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "SampleID": ["S1", "S1", "NEG"],
            "SampleType": ["SAMPLE", "SAMPLE", "NEGATIVE_CONTROL"],
            "PlateID": "P",
            "OlinkID": ["OID1", "OID2", "OID1"],
            "UniProt": ["P05231", "X", "P05231"],
            "Assay": ["IL6", "Extension control 2", "IL6"],
            "AssayType": ["assay", "ext_ctrl", "assay"],
            "NPX": [2.0, 5.0, -3.0],
            "SampleQC": "PASS",
        }
    )
    frame.to_parquet(tmp_path / "ht.parquet")
    profiles = read_profiles(tmp_path / "ht.parquet")
    assert list(profiles.samples) == ["S1"]
    assert row(profiles, "S1", "IL6")["value"] == 2.0


def xponent(result: str = "Result", lod: str = "", decimal: str = ".", mark: str = ",") -> str:
    lines = [
        ["Program", "xPONENT", "", "FLEXMAP 3D"],
        ["Batch", "plate 7"],
        ["DataType:", "Median"],
        ["Location", "Sample", "IL-6", "VEGF", "Total Events"],
        ["1(1,A1)", "Background0", "10", "20", "100"],
        ["2(1,B1)", "Standard1", "900", "800", "100"],
        ["3(1,C1)", "Standard2", "30", "40", "100"],
        ["4(1,D1)", "cm_1", "500.5", "15", "100"],
        ["5(1,E1)", "cm_1", "510.5", "700", "100"],
        ["6(1,F1)", "cm_2", "300", "400", "100"],
        ["DataType:", "Count"],
        ["Location", "Sample", "IL-6", "VEGF", "Total Events"],
        *[
            [f"{i}(1,{w}1)", s, "90", "12" if w == "F" else "90", "180"]
            for i, (w, s) in enumerate(WELLS, start=1)
        ],
        ["DataType:", result],
        ["Location", "Sample", "IL-6", "VEGF", "Total Events"],
        ["1(1,A1)", "Background0", "NaN", "NaN", "100"],
        ["2(1,B1)", "Standard1", "1000", "2000", "100"],
        ["3(1,C1)", "Standard2", "10", "20", "100"],
        ["4(1,D1)", "cm_1", "400.5", "NaN", "100"],
        ["5(1,E1)", "cm_1", "420.5", "1500.25", "100"],
        ["6(1,F1)", "cm_2", "< 3.5", "> 2000", "100"],
        ["DataType:", "Units"],
        ["Analyte:", "IL-6", "VEGF"],
        ["BeadID:", "12", "13"],
        ["Units:", "pg/mL", "ng/mL"],
    ]
    if lod:
        lines += [["DataType:", lod], ["Analyte:", "IL-6", "VEGF"], ["LOD", "2.5", "4.5"]]
    text = "\n".join(mark.join(f'"{c}"' if c else '""' for c in line) for line in lines)
    return text.replace(".", decimal) + "\n-- CRC --\nCRC32: 0\n"


WELLS = list(zip("ABCDEF", ["Background0", "Standard1", "Standard2", "cm_1", "cm_1", "cm_2"], strict=True))


@pytest.mark.parametrize(("decimal", "mark"), [(".", ","), (",", ";")])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_xponent_blocks(tmp_path: Path, decimal: str, mark: str, end: str) -> None:
    path = tmp_path / "run.csv"
    path.write_bytes(xponent(decimal=decimal, mark=mark).replace("\n", end).encode())
    assert recognise(open_source(path)) == "xponent"
    profiles = read_profiles(path)
    assert list(profiles.samples) == ["cm_1", "cm_2"]
    both = row(profiles, "cm_1", "IL6")
    assert float(both["value"]) == pytest.approx(np.sqrt(400.5 * 420.5))
    assert both["n"] == 2
    low = row(profiles, "cm_2", "IL6")
    assert (low["state"], low["lod"]) == ("not_detected", 3.5)
    above = row(profiles, "cm_2", "VEGFA")
    assert (above["flag"], above["value"], above["unit"]) == ("few beads", 2000.0, "ng/mL")
    assert any("fewer than 20 beads" in w.what for w in profiles.warnings)


def test_xponent_limit_block(tmp_path: Path) -> None:
    path = tmp_path / "run.csv"
    path.write_text(xponent(lod="LOD"))
    assert row(read_profiles(path), "cm_1", "IL6")["lod"] == 2.5


def test_xponent_without_result_reads_net_or_median(tmp_path: Path) -> None:
    path = tmp_path / "run.csv"
    path.write_text(xponent(result="Peak"))
    profiles = read_profiles(path)
    assert set(profiles.factors["unit"]) == {"MFI"}
    assert row(profiles, "cm_2", "IL6")["value"] == 300


def test_xponent_cut_off_in_a_row_is_placed(tmp_path: Path) -> None:
    text = xponent()
    path = tmp_path / "run.csv"
    path.write_text(text[: text.index('"1500.25"') - 3])
    with pytest.raises(InputRefused, match=r"values for 2 analytes|cannot be read"):
        read_profiles(path)


def test_xponent_saved_as_workbook(tmp_path: Path) -> None:
    import csv
    import io

    import openpyxl

    book = openpyxl.Workbook()
    for cells in csv.reader(io.StringIO(xponent())):
        book.active.append(cells)
    book.save(tmp_path / "run.xlsx")
    assert recognise(open_source(tmp_path / "run.xlsx")) == "xponent"
    assert row(read_profiles(tmp_path / "run.xlsx"), "cm_2", "IL6")["lod"] == 3.5


@pytest.mark.parametrize(
    "text",
    [
        "factor,value,unit\nIL-6,12.5,pg/mL\nVEGF,<3,pg/mL\n",
        "Analyte;Concentration [pg/mL]\nIL-6;12,5\nVEGF;<3\n",
        "cytokine\tresult\tunits\nIL-6\t12.5\tpg/mL\nVEGF\t<3\tpg/mL\n",
    ],
)
def test_elisa_without_sample_is_one_sample(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cm_day3.csv"
    path.write_text(text)
    assert recognise(open_source(path)) == "elisa"
    profiles = read_profiles(path)
    assert list(profiles.samples) == ["cm_day3"]
    assert float(row(profiles, "cm_day3", "IL6")["value"]) == 12.5
    assert row(profiles, "cm_day3", "VEGFA")["lod"] == 3


def test_elisa_with_samples_is_long(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("sample,factor,value,unit\na,IL-6,1,ng/mL\nb,IL-6,2,ng/mL\n")
    profiles = read_profiles(tmp_path / "e.csv")
    assert list(profiles.samples) == ["a", "b"]
    assert list(read_profiles(tmp_path / "e.csv", format="elisa").samples) == ["a", "b"]


def test_anndata(tmp_path: Path) -> None:
    anndata = pytest.importorskip("anndata")
    data = anndata.AnnData(
        np.array([[1e6, 0.0], [2e6, 3e6]]),
        obs=pd.DataFrame({"cell_source": ["adipose", "bone marrow"]}, index=["a", "b"]),
        var=pd.DataFrame({"gene": ["IL6", "VEGFA"]}, index=["P05231", "P15692"]),
    )
    data.write_h5ad(tmp_path / "x.h5ad")
    profiles = read_profiles(tmp_path / "x.h5ad")
    assert profiles.context["cell_source"].tolist() == ["adipose", "bone_marrow"]
    assert set(profiles.factors[["sample", "factor"]].itertuples(index=False, name=None)) == {
        ("a", "IL6"),
        ("b", "IL6"),
        ("b", "VEGFA"),
    }


def test_protein_lists(tmp_path: Path) -> None:
    (tmp_path / "paper.csv").write_text("Gene,Regulated\nIL6,up\nVEGFA,down\n")
    profiles = read_profiles(tmp_path / "paper.csv")
    assert dict(zip(profiles.factors["factor"], profiles.factors["level"], strict=True)) == {
        "IL6": 2,
        "VEGFA": -1,
    }
    (tmp_path / "fold.csv").write_text("Accession,Fold change\nP05231,4\nP15692,-4\nP13500,1.1\n")
    levels = read_profiles(tmp_path / "fold.csv").factors.set_index("factor")["state"].to_dict()
    assert levels == {"IL6": "elevated", "VEGFA": "decreased", "CCL2": "unchanged"}
