"""Over-representation, checked by counting, by Fisher's test and by what it must not depend on."""

import gzip
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import fisher_exact
from scipy.stats.contingency import odds_ratio

from conftest import ROOT
from secretome_ml import read_profiles
from secretome_ml.core.errors import InputRefused
from secretome_ml.explanation.panel import over_representation, power
from secretome_ml.explanation.panel_sets import FactorSets, read_gene_sets, shipped_sets
from secretome_ml.profiles import Profiles
from secretome_ml.workflows.panel import PanelFunction, chosen_samples, panel_function

PANEL = [f"g{i}" for i in range(40)]
SETS = {
    "first five": frozenset(PANEL[:5]),
    "ten": frozenset(PANEL[5:15]),
    "unmeasured": frozenset({"x", "y", "z", PANEL[0]}),
}
GO = "knowledge/GO_Biological_Process_2021.fixed.gmt.gz"


@pytest.fixture(scope="module")
def real(shared_folder: Path) -> Profiles:
    folder = shared_folder / "readers" / "fragpipe_msc_secretome"
    return read_profiles(folder / "combined_protein_secr_fragpipe.tsv.gz", metadata=folder / "fact_secr.xlsx")


@pytest.fixture(scope="module")
def go(shared_folder: Path) -> FactorSets:
    return read_gene_sets(shared_folder / GO)


@pytest.fixture(scope="module")
def function(real: Profiles, go: FactorSets) -> PanelFunction:
    return panel_function(real, go, samples=["Ad_dif_138"])


def test_p_is_counted_by_hand():
    """4 of the 5 among 6 changed of 40: sum over k of C(5, k) C(35, 6 - k) / C(40, 6)."""
    found = over_representation(PANEL[:4] + PANEL[30:32], PANEL, SETS).set_index("set")
    by_hand = sum(math.comb(5, k) * math.comb(35, 6 - k) for k in (4, 5)) / math.comb(40, 6)
    assert found.at["first five", "p"] == pytest.approx(by_hand)
    assert found.at["first five", "overlap"] == 4
    assert found.at["first five", "expected"] == pytest.approx(5 * 6 / 40)
    assert found.at["first five", "factors"] == "g0; g1; g2; g3"
    assert "unmeasured" not in found.index, "one measured member is too few"
    # Benjamini and Hochberg over the two tested sets: the smaller p doubles, the larger stays.
    assert found.at["first five", "adjusted"] == pytest.approx(2 * by_hand)
    assert found.at["ten", "adjusted"] == pytest.approx(found.at["ten", "p"])


def test_every_set_of_a_real_panel_agrees_with_fishers_test(function: PanelFunction):
    total, changed = (int(function.asked.loc[0, c]) for c in ("background", "changed"))
    own = function.results[function.results["direction"] == "elevated"]
    assert len(own) > 1000
    assert own["overlap"].max() >= 3
    for row in own.iloc[::37].to_dict("records"):
        hit, size = row["overlap"], row["size"]
        table = [[hit, size - hit], [changed - hit, total - size - changed + hit]]
        assert fisher_exact(table, alternative="greater").pvalue == pytest.approx(row["p"], rel=1e-8)


def test_the_correction_counts_the_sets_without_overlap(function: PanelFunction):
    for _, own in function.results.groupby("direction"):
        p = np.sort(own["p"].to_numpy())
        ranks = np.arange(1, len(p) + 1)
        by_hand = np.minimum.accumulate((p * len(p) / ranks)[::-1])[::-1]
        assert np.allclose(np.sort(own["adjusted"]), np.minimum(by_hand, 1.0))
        assert (own["overlap"] == 0).any()


def test_the_interval_of_the_odds_ratio_is_near_the_exact_one():
    members = frozenset(PANEL[:16])
    found = over_representation(PANEL[:10] + PANEL[30:36], PANEL, {"s": members}).iloc[0]
    exact = odds_ratio([[10, 6], [6, 18]]).confidence_interval(0.9)
    assert np.log(found["odds_low"]) == pytest.approx(np.log(exact.low), abs=0.35)
    assert np.log(found["odds_high"]) == pytest.approx(np.log(exact.high), abs=0.35)
    assert found["odds_low"] < found["odds_ratio"] < found["odds_high"]


def test_what_was_not_measured_changes_nothing():
    genome = {n: m | frozenset(f"other{i}" for i in range(500)) for n, m in SETS.items()}
    here, there = (over_representation(PANEL[:4], PANEL, sets) for sets in (SETS, genome))
    assert here[["set", "size", "p"]].equals(there[["set", "size", "p"]])


def test_a_smaller_background_makes_the_same_overlap_less_surprising():
    small, large = (over_representation(PANEL[:4], PANEL[:n], SETS).set_index("set") for n in (20, 40))
    assert small.at["first five", "p"] > large.at["first five", "p"]


def test_chance_alone_is_seldom_significant(real: Profiles, go: FactorSets):
    """Real panel, changed factors drawn at random: few of the draws find anything."""
    measured = frozenset(real.take(["Ad_dif_138"]).factors["factor"])
    background = sorted(go.background(measured))
    draw = np.random.default_rng(0)
    hits = [
        (
            over_representation(draw.choice(background, 40, replace=False), background, go.sets)["adjusted"]
            <= 0.05
        ).any()
        for _ in range(40)
    ]
    assert np.mean(hits) <= 0.15


def test_a_panel_that_cannot_show_anything_is_refused_with_its_numbers():
    assert not power(PANEL[:1], PANEL[:10], SETS).enough
    assert power(PANEL[:5], PANEL, SETS).enough
    profiles = read_profiles(ROOT / "data" / "examples" / "adipose_hypoxia.csv")
    with pytest.raises(InputRefused, match=r"0 of \d factors that could stand in a set are elevated"):
        panel_function(profiles, shipped_sets())


def test_power_is_the_best_that_a_choice_of_the_same_number_could_reach():
    best = power(PANEL[20:25], PANEL, SETS).best
    reached = over_representation(PANEL[:5], PANEL, SETS)["adjusted"].min()
    assert reached >= best
    assert best == pytest.approx(power(PANEL[:5], PANEL, SETS).best)


def test_elevated_and_decreased_are_told_apart(function: PanelFunction, real: Profiles):
    """By another road: NumPy alone, over the samples with a factor, brought to equal loading."""
    rows = real.factors.dropna(subset=["level", "value"]).drop_duplicates(["sample", "factor"])
    wide = np.log2(rows.pivot(index="factor", columns="sample", values="value").astype(float))
    wide = wide - (wide.sub(wide.median(axis=1), axis=0)).median(axis=0)
    away = wide.sub(wide.median(axis=1), axis=0)
    z = away.div(np.hypot(away.abs().median(axis=1) * 1.4826, 0.15), axis=0)["Ad_dif_138"]
    enough = wide.notna().sum(axis=1) >= 4
    for direction, hit in (("elevated", z >= 2), ("decreased", z <= -2)):
        named = function.results[function.results["direction"] == direction]["factors"]
        factors = {f for text in named for f in text.split("; ") if f}
        assert factors
        assert factors <= set(z.index[hit & enough])


def test_only_genes_stand_in_the_background_of_gene_sets():
    sets = FactorSets("mine", {"s": frozenset({"VEGFA"})})
    assert sets.background(frozenset({"VEGFA", "miR-126-3p", "PGE2", "FKBP9"})) == {"VEGFA", "FKBP9"}


def test_the_shipped_sets_hold_the_roles_both_ways():
    sets = shipped_sets()
    assert "VEGFA" in sets.sets["promotes the angiogenic effect"]
    assert "SERPINF1" in sets.sets["inhibits the angiogenic effect"]
    assert sets.universe is not None
    assert all(members <= sets.universe for members in sets.sets.values())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no tabs at all\n", "line is not of the form"),
        (b"a\tNA\tVEGFA\na\tNA\tHGF\n", "stands in another line too"),
        (b"", "holds no set"),
        (b"\xff\xfe\x00bad", "not text in UTF-8"),
        (gzip.compress(b"a\tNA\tVEGFA\n", mtime=0)[:-9], "cannot be read"),
    ],
)
def test_what_is_no_gmt_is_refused(tmp_path: Path, content: bytes, said: str):
    path = tmp_path / "sets.gmt"
    path.write_bytes(content)
    with pytest.raises(InputRefused, match=said):
        read_gene_sets(path)


def test_an_unknown_sample_is_refused(real: Profiles):
    with pytest.raises(InputRefused, match="no sample 'nowhere'"):
        chosen_samples(real, ["Ad_c_111", "nowhere"], "f.tsv")


def test_the_command_on_a_real_export(command: Callable[..., Any], shared_folder: Path, tmp_path: Path):
    folder = shared_folder / "readers" / "fragpipe_msc_secretome"
    done = command(
        "panel", folder / "combined_protein_secr_fragpipe.tsv.gz", "--metadata", folder / "fact_secr.xlsx",
        "--sample", "GF_d_1", "--gene-sets", shared_folder / GO, "--json", "--out", tmp_path / "f.csv",
    )  # fmt: skip
    assert done.code == 0, done.err
    asked = {row["direction"]: row for row in done.json["asked"]}
    assert asked["decreased"]["background"] == asked["elevated"]["background"] > 400
    best = next(r for r in done.json["results"] if r["direction"] == "decreased")
    # Differentiated gingival fibroblasts gave less matrix than the other samples.
    assert best["set"].startswith("extracellular matrix organization")
    assert best["adjusted"] < 0.001
    assert best["odds_low"] > 1
    found = [r for r in done.json["results"] if r["direction"] == "decreased"]
    assert len(found) > 10
    assert [r["adjusted"] for r in found] == sorted(r["adjusted"] for r in found)
    assert all(r["odds_low"] <= r["odds_ratio"] <= r["odds_high"] for r in found)
    assert (tmp_path / "f.csv").exists()


def test_the_command_refuses_a_small_panel(command: Callable[..., Any]):
    done = command("panel", ROOT / "data" / "examples" / "adipose_hypoxia.csv")
    assert done.code == 3
    assert "nothing could come out" in done.err


def test_the_command_refuses_missing_gene_sets(command: Callable[..., Any], tmp_path: Path):
    done = command(
        "panel", ROOT / "data" / "examples" / "adipose_hypoxia.csv", "--gene-sets", tmp_path / "no.gmt"
    )
    assert done.code == 3
    assert "cannot be read" in done.err
