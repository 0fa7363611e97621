"""Every route from values to levels, worked out again by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from secretome_ml.core.errors import InputRefused
from secretome_ml.profiles import Profiles
from secretome_ml.profiles.levels import ROUTES
from secretome_ml.profiles.levels.reference import published_ranges
from secretome_ml.readers import read_profiles
from secretome_ml.vocabulary import frame


def read(
    folder: Path, text: str, sheet: str | None = None, control: str | None = None, name: str = "t.csv"
) -> Profiles:
    (folder / name).write_text(text)
    if sheet is not None:
        (folder / "s.csv").write_text(sheet)
    return read_profiles(folder / name, metadata=folder / "s.csv" if sheet else None, control=control)


def cell(profiles: Profiles, sample: str, factor: str) -> pd.Series:
    found = profiles.factors[(profiles.factors["sample"] == sample) & (profiles.factors["factor"] == factor)]
    assert len(found) == 1
    return found.iloc[0]


def test_every_route_says_what_it_does() -> None:
    assert [r.NAME for r in ROUTES] == ["control", "stated", "amount", "rank", "amount not used"]
    assert all(r.__doc__ and r.find_levels.__doc__ for r in ROUTES)


def test_stated_states_and_limits(tmp_path: Path) -> None:
    words = {
        "elevated": 2.0,
        "decreased": -1.0,
        "unchanged": 1.0,
        "detected": 1.0,
        "not_detected": 0.0,
        "<3": 0.0,
        "0": 0.0,
    }
    names = ["IL-6", "VEGF", "HGF", "CCL2", "CXCL8", "IL-10", "TNF"]
    profiles = read(tmp_path, "sample," + ",".join(names) + "\na," + ",".join(words) + "\n")
    assert profiles.factors["level"].tolist() == list(words.values())
    assert set(profiles.factors["route"]) == {"stated"}
    assert cell(profiles, "a", "IL10")["lod"] == 3


def test_absent_is_not_measured(tmp_path: Path) -> None:
    profiles = read(tmp_path, "sample,IL-6,VEGF\na,1,\nb,,2\n")
    assert set(zip(profiles.factors["sample"], profiles.factors["factor"], strict=True)) == {
        ("a", "IL6"),
        ("b", "VEGFA"),
    }


def test_fold_changes(tmp_path: Path) -> None:
    profiles = read(tmp_path, "sample,IL-6 [fold change],VEGF [log2FC],HGF [fold change]\na,4,-2,1.2\n")
    assert [cell(profiles, "a", f)["level"] for f in ("IL6", "VEGFA", "HGF")] == [2.0, -1.0, 1.0]


def test_control_without_replicates(tmp_path: Path) -> None:
    text = "sample,IL-6,VEGF,HGF,CCL2,TNF\nctrl,10,100,5,<2,8\nhyp,10.5,300,2,8,<2\n"
    profiles = read(tmp_path, text, control="ctrl")
    states = {
        f: (cell(profiles, "hyp", f)["state"], cell(profiles, "hyp", f)["level"])
        for f in ("IL6", "VEGFA", "HGF", "CCL2", "TNF")
    }
    assert states == {
        "IL6": ("unchanged", 1.0),
        "VEGFA": ("elevated", 2.0),
        "HGF": ("decreased", -1.0),
        "CCL2": ("elevated", 2.0),
        "TNF": ("decreased", -1.0),
    }
    assert set(profiles.factors.loc[profiles.factors["sample"] == "hyp", "vs"]) == {"ctrl"}
    assert cell(profiles, "ctrl", "IL6")["route"] == "amount not used"


def test_both_below_the_limit_stay_low(tmp_path: Path) -> None:
    profiles = read(tmp_path, "sample,IL-6\nctrl,<2\nhyp,<2\n", control="ctrl")
    assert (cell(profiles, "hyp", "IL6")["state"], cell(profiles, "hyp", "IL6")["level"]) == (
        "not_detected",
        0.0,
    )


def test_control_with_replicates_uses_their_spread(tmp_path: Path) -> None:
    text = "sample,IL-6,VEGF\nc1,100,100\nc2,110,30\nc3,90,300\nh1,180,180\nh2,190,60\nh3,170,500\n"
    sheet = "sample,group,replicate,role\n" + "".join(
        f"{s},{'ctrl' if s[0] == 'c' else 'hyp'},{s[1]},{'control' if s[0] == 'c' else 'sample'}\n"
        for s in ("c1", "c2", "c3", "h1", "h2", "h3")
    )
    profiles = read(tmp_path, text, sheet)
    assert list(profiles.samples) == ["ctrl", "hyp"]
    il6 = cell(profiles, "hyp", "IL6")
    logs = np.log2([180, 190, 170])
    assert il6["spread"] == pytest.approx(logs.std(ddof=1))
    assert il6["n"] == 3
    assert float(il6["value"]) == pytest.approx(180)
    change = np.log2(180 / 100)
    assert il6["state"] == "elevated"
    assert il6["level"] == pytest.approx(1.5 + 0.5 * (change - np.log2(1.5)) / (1 - np.log2(1.5)))
    assert cell(profiles, "hyp", "VEGFA")["state"] == "unchanged"


def test_controls_per_batch(tmp_path: Path) -> None:
    text = "sample,IL-6\na1,10\na2,40\nb1,40\nb2,40\nc1,9\n"
    sheet = "sample,batch,role\na1,A,control\na2,A,sample\nb1,B,control\nb2,B,sample\nc1,C,sample\n"
    profiles = read(tmp_path, text, sheet)
    assert cell(profiles, "a2", "IL6")["vs"] == "a1"
    assert cell(profiles, "a2", "IL6")["state"] == "elevated"
    assert cell(profiles, "b2", "IL6")["state"] == "unchanged"
    assert cell(profiles, "c1", "IL6")["route"] == "amount not used"


def test_two_controls_in_a_batch_are_asked_about(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="2 controls"):
        read(tmp_path, "sample,IL-6\na,1\nb,2\nc,3\n", "sample,role\na,control\nb,control\nc,sample\n")


def test_published_ranges_come_from_their_rows() -> None:
    """One publication of adipose cells, mean 1203 and spread 254: 1.5 decades around the geometric middle."""
    own = published_ranges()["VEGFA", "per_cells", "adipose", "conditioned_medium"]
    assert own.low * own.high == pytest.approx((1203 - 254) * (1203 + 254))
    assert own.high / own.low == pytest.approx(10**1.5)
    assert own.sources == ("10.1161/01.cir.0000121425.42966.f1",)


def test_an_amount_is_graded_within_what_was_published(tmp_path: Path) -> None:
    """Level 1 in the middle, 0.5 and 1.5 at the ends; twice the amount is never the same level."""
    own = published_ranges()["VEGFA", "per_cells", "adipose", "conditioned_medium"]
    middle = (own.low * own.high) ** 0.5
    levels = {}
    for amount in (own.low / 50, own.low, middle / 2, middle, 2 * middle, own.high, 50 * own.high):
        text = f"sample,cell_source,product,VEGF [pg/10^6 cells/24 h]\na,adipose,CM,{amount!r}\n"
        profiles = read(tmp_path, text)
        levels[amount] = cell(profiles, "a", "VEGFA")["level"]
        assert cell(profiles, "a", "VEGFA")["route"] == "published"
        assert any("10.1161/01.cir.0000121425.42966.f1" in n for n in profiles.notes)
    assert (levels[own.low], levels[middle], levels[own.high]) == pytest.approx((0.5, 1.0, 1.5))
    assert np.all(np.diff(list(levels.values())) > 0.03)
    assert 0.0 < min(levels.values()) < max(levels.values()) < 2.0


def test_the_same_amount_in_another_unit_has_the_same_level(tmp_path: Path) -> None:
    one = read(tmp_path, "sample,cell_source,VEGF [ng/mL]\na,adipose,0.85\n")
    two = read(tmp_path, "sample,cell_source,VEGF [pg/mL]\na,adipose,850\n")
    assert cell(one, "a", "VEGFA")["level"] == pytest.approx(cell(two, "a", "VEGFA")["level"], abs=1e-12)


def test_an_amount_that_nothing_can_be_held_against_is_named(tmp_path: Path) -> None:
    profiles = read(tmp_path, "sample,HAPLN1 [pg/mL]\na,5\nb,5000\n")
    assert profiles.factors["level"].tolist() == [1.0, 1.0]
    assert set(profiles.factors["route"]) == {"amount not used"}
    assert [w.column for w in profiles.warnings if "Amount not used" in w.what] == ["HAPLN1"]


def test_lots_of_one_table_are_told_apart_without_anything_published(tmp_path: Path) -> None:
    amounts = [10, 20, 40, 80, 160]
    text = "sample,HAPLN1 [pg/mL]\n" + "".join(f"lot{i},{a}\n" for i, a in enumerate(amounts))
    profiles = read(tmp_path, text)
    levels = profiles.factors["level"].to_numpy(dtype=float)
    # By hand: log2 steps of 1, median absolute deviation 1; five samples count for 5/9.
    deviation = np.hypot(1.4826, 0.15)
    evidence = np.array([-2, -1, 0, 1, 2]) / deviation * 5 / 9 / 2
    np.testing.assert_allclose(levels, 2 / (1 + 3.0**-evidence))
    assert set(profiles.factors["route"]) == {"the samples"}


def test_both_ways_add_up_and_keep_the_order(tmp_path: Path) -> None:
    amounts = [31, 62, 125, 250, 500, 1000, 2000, 4000]
    text = "sample,cell_source,VEGF [pg/mL]\n" + "".join(
        f"lot{i},adipose,{a}\n" for i, a in enumerate(amounts)
    )
    levels = read(tmp_path, text).factors["level"].to_numpy(dtype=float)
    assert np.all(np.diff(levels) > 0.05)
    alone = [
        read(tmp_path, f"sample,cell_source,VEGF [pg/mL]\na,adipose,{a}\n").factors["level"].iloc[0]
        for a in amounts
    ]
    assert levels[-1] > alone[-1]
    assert levels[0] < alone[0]


def test_relative_scales_are_graded_among_the_samples(tmp_path: Path) -> None:
    values = [10.0, 10.2, 9.8, 10.1, 9.9, 14.0, 6.0]
    text = "sample,IL-6 [NPX]\n" + "".join(f"s{i},{v}\n" for i, v in enumerate(values))
    profiles = read(tmp_path, text)
    level = {f"s{i}": cell(profiles, f"s{i}", "IL6")["level"] for i in range(7)}
    assert sorted(level, key=lambda s: level[s]) == ["s6", "s2", "s4", "s0", "s3", "s1", "s5"]
    assert (level["s0"], cell(profiles, "s5", "IL6")["state"]) == (1.0, "elevated")
    assert level["s5"] + level["s6"] == pytest.approx(2.0)
    few = read(tmp_path, "sample,IL-6 [NPX]\n" + "".join(f"s{i},{v}\n" for i, v in enumerate(values[:3])))
    assert set(few.factors["route"]) == {"amount not used"}


def matrix(folder: Path, samples: dict[str, np.ndarray], genes: list[str]) -> Profiles:
    table = pd.DataFrame({"Protein.Group": "", "Genes": genes, **{f"{s}.raw": v for s, v in samples.items()}})
    table.to_csv(folder / "m.tsv", sep="\t", index=False)
    return read_profiles(folder / "m.tsv")


def test_unequal_loading_is_no_biology(tmp_path: Path) -> None:
    genes = frame("factors").query("kind == 'protein'")["id"].head(120).tolist()
    rng = np.random.default_rng(3)
    base = rng.lognormal(14, 2, 120)
    samples = {f"s{i}": base * rng.lognormal(0, 0.05, 120) for i in range(8)}
    samples["s7"] = samples["s7"] * 8
    samples["s0"][0] *= 30
    profiles = matrix(tmp_path, samples, genes)
    changed = profiles.factors[profiles.factors["state"] == "elevated"]
    loaded = changed["sample"].eq("s7").sum()
    assert loaded < 12
    first = profiles.factors[(profiles.factors["sample"] == "s0") & (profiles.factors["name"] == genes[0])]
    assert first["level"].iloc[0] > 1.7


def test_rank_within_a_sample(tmp_path: Path) -> None:
    genes = frame("factors").query("kind == 'protein'")["id"].head(60).tolist()
    profiles = matrix(tmp_path, {"only": np.arange(1, 61) * 1e5}, genes)
    rows = profiles.factors.sort_values("value")
    assert set(rows["route"]) == {"rank"}
    count = len(rows)
    assert rows["level"].tolist() == pytest.approx([0.5 + (i + 0.5) / count for i in range(count)])


def test_mouse_names_are_mapped_and_said(tmp_path: Path) -> None:
    profiles = read(tmp_path, "sample,species,Il6,Vegfa,Cxcl12\na,mouse,1,2,3\n")
    assert set(profiles.factors["factor"]) == {"IL6", "VEGFA", "CXCL12"}
    assert any("human ortholog by symbol" in n for n in profiles.notes)
