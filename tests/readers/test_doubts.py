"""Doubts: none about right files, at their limits exactly, and never a change of a level."""

import math
from pathlib import Path

import pytest

from conftest import ROOT
from secretome_ml.core.errors import InputRefused
from secretome_ml.profiles.levels.reference import published_range
from secretome_ml.readers import doubts, read_profiles

EXAMPLES = ROOT / "data" / "examples"
OWN = ("carries the word 'remove'", "above the range of the assay", "The instrument says")
# Stimulated blood cells: 5 of 71 wells hold over 50 ng/mL of MIP-1 alpha, which no stem cell does.
OF_BLOOD = "far above every published or usual one"


def said(folder: Path, text: str, **options: object) -> list[str]:
    (folder / "t.csv").write_text(text, encoding="utf-8")
    return [w.what for w in read_profiles(folder / "t.csv", **options).warnings]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    [
        "adipose_freeze_dried.tsv",
        "adipose_hypoxia.csv",
        "amnion_solution_elisa.csv",
        "bone_marrow_lps.xlsx",
        "bone_marrow_supplements.parquet",
        "bone_marrow_tgf_alpha.csv",
    ],
)
def test_no_doubt_about_an_example(name: str) -> None:
    assert read_profiles(EXAMPLES / name).warnings == ()


@pytest.mark.parametrize(
    ("name", "sheet"),
    [
        ("maxquant/proteinGroups_maxquant_go.txt.gz", None),
        ("luminex/pone.0187901.s001_30plex_cytokine_LX200.csv", None),
        ("luminex/combsecretomics_plate_3510.csv", None),
        ("luminex/New_Batch_6_LX200.csv", None),
        ("spectronaut/results_non_european_comma.tsv.gz", None),
        (
            "fragpipe_msc_secretome/combined_protein_secr_fragpipe.tsv.gz",
            "fragpipe_msc_secretome/fact_secr.xlsx",
        ),
    ],
)
def test_no_doubt_about_a_real_export(shared_folder: Path, name: str, sheet: str | None) -> None:
    folder = shared_folder / "readers"
    profiles = read_profiles(folder / name, metadata=folder / sheet if sheet else None)
    expected = (*OWN, "Amount not used", *((OF_BLOOD,) if "30plex" in name else ()))
    assert [w.what for w in profiles.warnings if not any(o in w.what for o in expected)] == []


@pytest.mark.parametrize(("fold", "side"), [(99, None), (101, "above"), (1 / 99, None), (1 / 101, "below")])
def test_a_unit_is_doubted_from_a_hundredfold(tmp_path: Path, fold: float, side: str | None) -> None:
    found = published_range("VEGFA", "per_cells", "adipose")
    assert found is not None
    amount = fold * (found.high if fold > 1 else found.low)
    text = f"sample,cell_source,VEGF [pg/10^6 cells/24 h]\na,adipose,{amount:.6f}\n"
    words = said(tmp_path, text)
    every = "every published or usual one" if side == "above" else "every published one"
    assert words == ([f"The amounts lie far {side} {every} (100-fold or more)."] if side else [])


@pytest.mark.parametrize(("fold", "doubted"), [(299, False), (301, True)])
def test_a_sample_is_doubted_from_three_hundredfold(tmp_path: Path, fold: int, doubted: bool) -> None:
    one = (4, 7, 9, 12)
    rows = [one, one, one, [v * fold for v in one]]
    lines = [f"s{i},{','.join(map(str, r))}" for i, r in enumerate(rows)]
    names = ",".join(f"IL-{n} [MFI]" for n in (4, 5, 6, 10))
    words = said(tmp_path, f"sample,{names}\n" + "\n".join(lines))
    assert any("fold above the others" in w for w in words) is doubted


@pytest.mark.parametrize(
    ("text", "doubted"),
    [
        ("hypoxia(o2=14.9%, hours=4)", False),
        ("hypoxia(o2=15%, hours=4)", True),
        ("hypoxia(o2=1%, hours=3.9)", True),
        ('"cytokine(IFNG, 10 ng/mL, hours=336)"', False),
        ('"cytokine(IFNG, 10 ng/mL, hours=337)"', True),
        ('"cytokine(IFNG, 10 ng/mL, hours=1)"', False),
        ("genetic_modification(IL-6 siRNA)", True),
        ("genetic_modification(IL-6 over-expression)", False),
        ("genetic_modification(IL-8 siRNA)", False),
    ],
)
def test_conditions_at_their_limits(tmp_path: Path, text: str, doubted: bool) -> None:
    cell = text if text.startswith('"') else f'"{text}"'
    assert bool(said(tmp_path, f"sample,preconditioning,IL-6\na,{cell},elevated\n")) is doubted


@pytest.mark.parametrize(("zeros", "doubted"), [(1, False), (2, True)])
def test_zeros_are_doubted_from_a_fifth(tmp_path: Path, zeros: int, doubted: bool) -> None:
    lines = [f"s{i},{0 if i < zeros else 40 + i}" for i in range(10)]
    words = said(tmp_path, "sample,IL-6 [pg/mL]\n" + "\n".join(lines))
    assert any("numbers are 0" in w for w in words) is doubted


@pytest.mark.parametrize(
    ("name", "doubted"),
    [
        ("control", True),
        ("MSC_control_1", True),
        ("medium only", True),
        ("controlled release", False),
        ("hypoxia", False),
    ],
)
def test_names_of_controls(tmp_path: Path, name: str, doubted: bool) -> None:
    text = f"sample,IL-6 [pg/mL]\n{name},30\nb,60\n"
    assert any("named like a control" in w.lower() for w in said(tmp_path, text)) is doubted
    assert not any("named like" in w.lower() for w in said(tmp_path, text, control=name))


@pytest.mark.parametrize(
    ("name", "doubted"),
    [("Mean", True), ("Total", True), ("SD", True), ("total EV", False), ("sum149", False)],
)
def test_names_of_summaries(tmp_path: Path, name: str, doubted: bool) -> None:
    words = said(tmp_path, f"sample,IL-6 [pg/mL]\na,30\n{name},60\n")
    assert any("named like a mean" in w for w in words) is doubted


def test_a_doubt_changes_no_level(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (EXAMPLES / "adipose_hypoxia.csv").read_text(encoding="utf-8").replace("[pg/", "[ng/")
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    with_doubts = read_profiles(tmp_path / "t.csv")
    monkeypatch.setattr(doubts, "CHECKS", ())
    without = read_profiles(tmp_path / "t.csv")
    assert with_doubts.warnings
    assert not without.warnings
    assert with_doubts.factors.equals(without.factors)
    assert with_doubts.context.equals(without.context)


CELLS = "sample,cell_type,product"


@pytest.mark.parametrize(
    "name", ["blank", "Blank 2", "medium", "culture_medium", "DMEM", "fresh medium only"]
)
def test_a_sample_called_blank_or_medium_is_named(tmp_path: Path, name: str) -> None:
    rows = f"{CELLS},VEGF [pg/mL]\n{name},MSC,CM,2\nCM_1,MSC,CM,700\n"
    assert [w for w in said(tmp_path, rows) if "medium without cells" in w]
    right = rows.replace(f"{name},MSC,CM", f"{name},none,fresh medium")
    assert not [w for w in said(tmp_path, right) if "medium without cells" in w]


@pytest.mark.parametrize("name", ["CM", "MSC medium", "conditioned medium", "hypoxia medium", "lot 1"])
def test_conditioned_medium_is_no_blank(tmp_path: Path, name: str) -> None:
    found = said(tmp_path, f"{CELLS},VEGF [pg/mL]\n{name},MSC,CM,700\n")
    assert not [w for w in found if "without cells" in w]


@pytest.mark.parametrize("base", [2, 10])
def test_logarithms_given_as_concentrations_are_named(tmp_path: Path, base: int) -> None:
    amounts = {"IL-6": 1800.0, "VEGF": 600.0, "HGF": 450.0, "TIMP-1": 60000.0, "MCP-1": 2200.0}
    header = CELLS + "".join(f",{name} [pg/mL]" for name in amounts)
    right = ",".join(f"{a}" for a in amounts.values())
    logged = ",".join(f"{math.log(a, base):.3f}" for a in amounts.values())
    assert not [w for w in said(tmp_path, f"{header}\na,MSC,CM,{right}\n") if "as if they were log" in w]
    assert [w for w in said(tmp_path, f"{header}\na,MSC,CM,{logged}\n") if f"were log{base} of them" in w]


@pytest.mark.parametrize(("value", "lod", "state", "words"), [
    (500, "", "not_detected", "above any limit"), (500, 30, "not_detected", "above any limit"),
    (30, 30, "not_detected", ""), (0, "", "elevated", "with an amount of 0"), (500, "", "elevated", ""),
])  # fmt: skip
def test_a_state_against_its_value_is_named(
    tmp_path: Path, value: float, lod: float | str, state: str, words: str
) -> None:
    rows = f"{CELLS},factor,value,unit,lod,state\na,MSC,CM,VEGF,{value},pg/mL,{lod},{state}\n"
    found = [w for w in said(tmp_path, rows) if "the state was taken" in w]
    assert bool(found) == bool(words)
    assert all(words in w for w in found)


@pytest.mark.parametrize(("amount", "doubted"), [(2_000_000, False), (3_000_000, True)])
def test_amounts_beyond_all_that_is_usual_are_named_without_a_tissue(
    tmp_path: Path, amount: float, doubted: bool
) -> None:
    """IL-6 reaches 24 ng/mL in what is published; from a hundred times that on the unit is doubted."""
    found = said(tmp_path, f"{CELLS},IL-6 [pg/mL]\na,MSC,CM,{amount}\n")
    assert any("far above every published or usual" in w for w in found) == doubted


def test_one_factor_in_several_units_is_named_and_in_one_sample_refused(tmp_path: Path) -> None:
    head = f"{CELLS},factor,value,unit\na,MSC,CM,VEGF,500,pg/mL\n"
    assert [
        w for w in said(tmp_path, head + "b,MSC,CM,VEGF,0.7,ng/mL\n") if "in several units: pg/mL, ng/mL" in w
    ]
    with pytest.raises(InputRefused, match="besides another unit"):
        said(tmp_path, head + "a,MSC,CM,VEGF,700,MFI\n")


@pytest.mark.parametrize("unit", [
    "pg/mg protein", "ng/ug total protein", "pg/10^9 particles", "copies/EV", "IU/mL", "pg/ug DNA", "ng/well",
    "ng/mL/cell",
])  # fmt: skip
@pytest.mark.parametrize("wide", [True, False])
def test_a_unit_that_needs_another_number_is_refused_with_it(tmp_path: Path, unit: str, wide: bool) -> None:
    head = (
        f"{CELLS},VEGF [{unit}]\na,MSC,CM,5\n"
        if wide
        else f"{CELLS},factor,value,unit\na,MSC,CM,VEGF,5,{unit}\n"
    )
    with pytest.raises(InputRefused, match=r"cannot be converted.*Give it per volume"):
        said(tmp_path, head)
