"""Sample sheets: column synonyms, joining, roles, replicates."""

from pathlib import Path

import openpyxl
import pytest

from secretome_ml.core.errors import InputRefused
from secretome_ml.profiles import Profiles
from secretome_ml.readers import read_profiles
from secretome_ml.readers.joining import join_names

TABLE = "sample,IL-6\nrun_A1.raw,10\nrun_A2.raw,12\nrun_B1.raw,40\n"


def read(folder: Path, sheet: str, table: str = TABLE, **options: object) -> Profiles:
    (folder / "t.csv").write_text(table)
    (folder / "s.tsv").write_text(sheet)
    return read_profiles(folder / "t.csv", metadata=folder / "s.tsv", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("column", ["sample", "Sample Name", "sample_id", "Name", "Raw file", "File Name"])
@pytest.mark.parametrize("name", ["run_A1.raw", "C:\\data\\run_A1.raw", "run_A1", "RUN-A1"])
def test_names_meet(tmp_path: Path, column: str, name: str) -> None:
    sheet = f"{column}\tTissue\n{name}\tadipose\nrun_A2\tbone marrow\nrun_B1\tWharton's jelly\n"
    profiles = read(tmp_path, sheet)
    assert profiles.context["cell_source"].tolist() == ["adipose", "bone_marrow", "umbilical_cord"]


def test_every_context_column(tmp_path: Path) -> None:
    head = "sample\tcell type\tsource\tOrganism\tstage\tPatient\tpreparation\tculture\tpreconditioning"
    row = "\tMSC\tbone marrow\tHomo sapiens\tadult\t7\tconditioned medium\tspheroid\thypoxia(o2=1%, hours=24)"
    profiles = read(tmp_path, head + "".join(f"\nrun_{s}{row}" for s in ("A1", "A2", "B1")) + "\n")
    context = profiles.context.iloc[0]
    assert context.dropna().to_dict() == {
        "cell_type": "MSC",
        "cell_source": "bone_marrow",
        "species": "human",
        "stage": "adult",
        "donor": "7",
        "product": "conditioned_medium",
        "culture": "spheroid",
    }
    assert profiles.preconditioning["o2_percent"].tolist() == [1.0, 1.0, 1.0]


def test_free_words_of_a_treatment_column_are_kept_and_said(tmp_path: Path) -> None:
    profiles = read(tmp_path, "sample\ttreatment\nrun_A1\tcontrol\nrun_A2\tmoonlight\nrun_B1\thypoxia\n")
    assert profiles.preconditioning[["sample", "kind"]].values.tolist() == [
        ["run_A1.raw", "none"],
        ["run_A2.raw", "other:moonlight"],
        ["run_B1.raw", "hypoxia"],
    ]
    assert any("moonlight" in n for n in profiles.notes)


def test_preconditioning_column_is_checked(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="moonlight"):
        read(tmp_path, "sample\tpreconditioning\nrun_A1\tmoonlight\nrun_A2\tnone\nrun_B1\tnone\n")


def test_roles(tmp_path: Path) -> None:
    profiles = read(tmp_path, "sample\trole\nrun_A1\tblank\nrun_A2\tcontrol\nrun_B1\tsample\n")
    assert list(profiles.samples) == ["run_A2.raw", "run_B1.raw"]
    assert profiles.factors.set_index("sample")["vs"].to_dict()["run_B1.raw"] == "run_A2.raw"
    with pytest.raises(InputRefused, match="is no role"):
        read(tmp_path, "sample\trole\nrun_A1\tking\nrun_A2\tcontrol\nrun_B1\tsample\n")


def test_replicates_by_agreement(tmp_path: Path) -> None:
    profiles = read(
        tmp_path, "sample\tsource\treplicate\nrun_A1\tadipose\t1\nrun_A2\tadipose\t2\nrun_B1\tplacenta\t1\n"
    )
    assert len(profiles) == 2
    row = profiles.factors.dropna(subset="n").iloc[0]
    assert row["n"] == 2
    assert float(row["value"]) == pytest.approx((10 * 12) ** 0.5)


def test_replicate_words_without_context(tmp_path: Path) -> None:
    profiles = read(tmp_path, "sample\treplicate\nrun_A1\thypoxia\nrun_A2\thypoxia\nrun_B1\tnormoxia\n")
    assert len(profiles) == 2
    numbers = read(tmp_path, "sample\treplicate\nrun_A1\t1\nrun_A2\t2\nrun_B1\t1\n")
    assert len(numbers) == 3
    assert "belong to no group" in numbers.warnings[0].what


def test_no_replicate_column_joins_nothing(tmp_path: Path) -> None:
    assert len(read(tmp_path, "sample\tgroup\nrun_A1\thypoxia\nrun_A2\thypoxia\nrun_B1\tnormoxia\n")) == 3


def test_sheet_problems_are_listed_together(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        read(tmp_path, "sample\tsource\trole\nrun_A1\tmoon\tking\nrun_A1\tadipose\t\n\tadipose\t\n")
    assert {(p.row, p.column) for p in refused.value.problems} == {
        (2, "cell_source"),
        (2, "role"),
        (3, "sample"),
        (4, "sample"),
    }


def test_sheet_without_samples_column(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="no column of sample names"):
        read(tmp_path, "alpha\tbeta\n1\t2\n")


def test_workbook_sheet(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("sample,IL-6\n1,10\n2,12\n")
    book = openpyxl.Workbook()
    for cells in (["Sample", "Cell type"], [1, "ADSC"], [2, "WJ-MSCs"]):
        book.active.append(cells)
    book.save(tmp_path / "s.xlsx")
    profiles = read_profiles(tmp_path / "t.csv", metadata=tmp_path / "s.xlsx")
    assert profiles.context["cell_source"].tolist() == ["adipose", "umbilical_cord"]


def test_ambiguous_cleaned_names_match_nothing() -> None:
    joined = join_names(["x"], [2], ["a/x.raw", "b/x.raw"], {}, ("s", "t"))
    assert joined.samples == {}
    assert len(joined.problems) == 3


def test_evidence_takes_no_sheet(tmp_path: Path) -> None:
    from secretome_ml.core.paths import data_dir

    path = data_dir() / "examples" / "hypoxic_coculture.jsonl"
    with pytest.raises(InputRefused, match="Leave out --control"):
        read_profiles(path, control="x")


def test_unknown_names_of_replicates_stand_under_their_joined_name(tmp_path: Path) -> None:
    table = "sample,IL-6,spot 7\nrun_A1.raw,10,1\nrun_A2.raw,12,1\nrun_B1.raw,40,\n"
    sheet = "sample\tgroup\treplicate\nrun_A1\tA\t1\nrun_A2\tA\t2\nrun_B1\tB\t1\n"
    profiles = read(tmp_path, sheet, table)
    assert profiles.samples.tolist() == ["A", "run_B1.raw"]
    assert profiles.unknown[["sample", "name"]].values.tolist() == [["A", "spot 7"]]


def test_one_letter_is_never_standard_culture(tmp_path: Path) -> None:
    profiles = read(tmp_path, "sample\tcondition\nrun_A1\tK\nrun_A2\tC\nrun_B1\tcontrol\n")
    assert profiles.preconditioning[["sample", "kind"]].to_numpy().tolist() == [
        ["run_A1.raw", "other:K"],
        ["run_A2.raw", "other:C"],
        ["run_B1.raw", "none"],
    ]
    for word in ("'K'", "'C'", "'control' read as standard culture"):
        assert any(word in note for note in profiles.notes), word


def test_a_column_of_sample_types_that_are_products(tmp_path: Path) -> None:
    sheet = "sample\tSample type\nrun_A1\tconditioned medium\nrun_A2\texosome\nrun_B1\tEVs\n"
    profiles = read(tmp_path, sheet)
    assert profiles.context["product"].tolist() == ["conditioned_medium", "exosome", "ev"]
    assert any("'Sample type' as product" in note for note in profiles.notes)
    with pytest.raises(InputRefused, match="named `product`"):
        read(tmp_path, "sample\tSample type\nrun_A1\tcontrol\nrun_A2\texosome\nrun_B1\tsample\n")


@pytest.mark.parametrize(
    ("words", "source"),
    [
        ("ADSC", "adipose"),
        ("hADSCs", "adipose"),
        ("SVF", "adipose"),
        ("BM-MSC", "bone_marrow"),
        ("WJ-MSC", "umbilical_cord"),
        ("AF-MSC", "amniotic_fluid"),
        ("SHED", "exfoliated_deciduous_teeth"),
        ("iPSC-MSC", "ipsc"),
        ("Wharton's jelly MSC", "umbilical_cord"),
        ("bone marrow-derived MSC", "bone_marrow"),
        ("placental mesenchymal stromal cells", "placenta"),
    ],
)
def test_a_cell_type_gives_its_source_in_a_sheet_and_in_a_table(
    tmp_path: Path, words: str, source: str
) -> None:
    sheet = f"sample\tcell type\nrun_A1\t{words}\nrun_A2\t{words}\nrun_B1\tMSC\n"
    assert read(tmp_path, sheet).context["cell_source"].fillna("").tolist() == [source, source, ""]
    (tmp_path / "w.csv").write_text(
        f'sample,cell_type,cell_source,VEGF\na,"{words}",,1\nb,"{words}",liver,1\n'
    )
    assert read_profiles(tmp_path / "w.csv").context["cell_source"].tolist() == [source, "liver"]


@pytest.mark.parametrize(
    ("words", "product", "fraction", "done"),
    [
        ("conditioned medium concentrated 10x", "conditioned_medium", "concentrated", []),
        ("boiled conditioned medium", "conditioned_medium", "heat_inactivated", ["heat_inactivated"]),
        ("CM depleted of VEGF", "conditioned_medium", "factor_depleted", ["depleted VEGFA"]),
        ("CM + anti-VEGF antibody", "conditioned_medium", "neutralised", ["neutralised VEGFA"]),
        ("RNase-treated EVs", "ev", "nuclease_treated", ["nuclease RNA"]),
        ("exosomes", "exosome", "", []),
    ],
)
def test_a_treated_product_is_the_product_and_what_was_done(
    tmp_path: Path, words: str, product: str, fraction: str, done: list[str]
) -> None:
    (tmp_path / "w.csv").write_text(f"sample,product,HGF\na,{words},1\n")
    for profiles in (
        read_profiles(tmp_path / "w.csv"),
        read(tmp_path, f"sample\tproduct\nrun_A1\t{words}\nrun_A2\tcells\nrun_B1\tcells\n"),
    ):
        context = profiles.context.fillna("").iloc[0]
        assert (context["product"], context["fraction"]) == (product, fraction)
        rows = profiles.manipulations.fillna("").head(2)
        assert [f"{k} {t}".strip() for k, t in zip(rows["kind"], rows["target"], strict=True)] == done


@pytest.mark.parametrize(
    "decorated",
    [
        "20210105_QE3_nLC5_AH_{}",
        "{}_Slot1-12_1_3456.d",
        "{}_RC1_1_3456",
        "Reporter intensity corrected 1 {}",
        "Abundances (Normalized): F1: Sample, {}",
        "D:\\data\\run7_{}.wiff",
        "LFQ.intensity.{}",
        "Normalized Area {}",
        "{}.lcd",
    ],
)
def test_names_that_instruments_decorate_meet(decorated: str) -> None:
    names = ["asc hyp 1", "asc hyp 10", "asc norm 1"]
    table = [decorated.format(n.replace(" ", "_")) for n in names]
    for sheet, other in ((names, table), (table, names)):
        found = join_names(sheet, [2, 3, 4], other, {}, ("s", "t"))
        assert found.samples == dict(zip(sheet, other, strict=True))
        assert not found.problems
        assert found.notes


def test_a_name_that_stands_in_several_is_not_guessed() -> None:
    found = join_names(["hyp"], [2], ["run1_hyp_1", "run2_hyp_2"], {}, ("s", "t"))
    assert found.samples == {}
    assert len(found.problems) == 3


@pytest.mark.parametrize(("header", "more", "kept"), [
    ("Tissue", "", False), ("cell_source", "", True), ("Tissue", "\tMSC", True),
])  # fmt: skip
def test_a_piece_of_an_organ_is_no_cell_source(tmp_path: Path, header: str, more: str, kept: bool) -> None:
    column = "\tCell type" if more else ""
    sheet = f"sample\t{header}{column}\n" + "".join(
        f"{run}\theart{more}\n" for run in ("run_A1", "run_A2", "run_B1")
    )
    profiles = read(tmp_path, sheet)
    assert profiles.context["cell_source"].eq("heart").fillna(False).all() == kept
    assert any("may be the tissue itself" in note for note in profiles.notes) != kept


@pytest.mark.parametrize(("word", "kind", "agent"), [
    ("dif", "differentiation", None), ("Diff.", "differentiation", None),
    ("osteogenic", "differentiation", "osteogenic"), ("adipogenic differentiation", "differentiation", None),
])  # fmt: skip
def test_a_lineage_is_differentiation(tmp_path: Path, word: str, kind: str, agent: str | None) -> None:
    sheet = f"sample\tDifferentiation\nrun_A1\t{word}\nrun_A2\tcontrol\nrun_B1\tundifferentiated\n"
    rows = read(tmp_path, sheet).preconditioning
    rows = rows[rows["kind"].ne("none")]  # what is said to be standard culture
    assert rows["kind"].tolist() == [kind]
    assert rows["agent"].astype(object).where(rows["agent"].notna(), None).tolist() == [agent]
