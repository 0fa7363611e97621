"""Gains, intervals, trials and cocktails, each found again by another road."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from secretome_ml.core.errors import InputRefused, UnknownName
from secretome_ml.design.candidates import candidate_changes
from secretome_ml.design.change import Preparation, preparations_as_profiles
from secretome_ml.design.pareto import front_numbers, front_share
from secretome_ml.design.rank import BETTER, verdict
from secretome_ml.design.scoring import score_preparations
from secretome_ml.design.start import read_start
from secretome_ml.readers.formats.canonical_wide import profiles_from_table
from secretome_ml.workflows.design import NOTHING, design, one_change_held_out

from .conftest import START


def of(designed: Any, change: str) -> Any:
    return designed.ranked.set_index("change").loc[change]


def score_of(model: Any, text: str) -> float:
    scores = model.score(read_start(text)).set_index("effect")
    return float(scores.at["angiogenic", "score"])


@pytest.mark.parametrize(
    ("change", "becomes"),
    [
        ("hypoxia (1 % O2, 48 h)", START.replace("none", "hypoxia(o2=1%, hours=48)")),
        ("over-express VEGFA", START.replace("none", "genetic_modification(VEGF)")),
        ("product: exosome", START.replace("conditioned_medium", "exosome")),
        ("cell source: placenta", START.replace("adipose", "placenta")),
        ("pharmacological: DMOG", START.replace("none", "pharmacological(DMOG)")),
    ],
)
def test_a_gain_is_the_difference_of_two_scores(model: Any, designed: Any, change: str, becomes: str):
    gain = score_of(model, becomes) - score_of(model, START)
    assert of(designed, change)["gain"] == pytest.approx(gain, abs=1e-6)


def test_probabilities_are_those_of_score(model: Any, designed: Any):
    scores = model.score(read_start(START.replace("none", "hypoxia(o2=1%, hours=48)"))).set_index("effect")
    row = of(designed, "hypoxia (1 % O2, 48 h)")
    assert row["probability"] == pytest.approx(scores.at["angiogenic", "probability"], abs=1e-6)
    base = designed.start.set_index("effect").at["angiogenic", "probability"]
    assert row["probability_gain"] == pytest.approx(row["probability"] - base, abs=1e-6)


def test_a_knock_down_is_the_opposite_of_over_expression(model: Any, start: Any, corpus: Any, arms: Any):
    found = {c.label: c for c in candidate_changes(Preparation.of(start), corpus, arms)}
    both = [found["over-express VEGFA"], found["knock down VEGFA"]]
    scored = score_preparations(model, start, [c.apply(Preparation.of(start)) for c in both])
    up, down = scored.gains("angiogenic")["gain"]
    assert up > 0.5
    assert down < -0.5


def test_intervals_hold_the_gain_and_verdicts_follow_them(designed: Any):
    ranked = designed.ranked
    assert (ranked["low"] <= ranked["gain"]).all()
    assert (ranked["gain"] <= ranked["high"]).all()
    assert ((ranked["verdict"] == BETTER) == (ranked["low"] > 0)).all()
    assert ranked.loc[ranked["verdict"] == BETTER, "helps"].min() > 0.5
    first_noise = ranked.index[ranked["verdict"] != BETTER].min()
    assert (ranked.loc[: first_noise - 1, "gain"].diff().dropna() <= 1e-12).all()


def test_the_interval_is_that_of_models_scored_one_by_one(model: Any, designed: Any):
    both = (START, START.replace("none", "hypoxia(o2=1%, hours=48)"))
    features = [model.encoder.transform(read_start(text)) for text in both]
    gains = []
    for refit in model.resampled:
        one, two = (float(refit.margin(f)["angiogenic"].iloc[0]) for f in features)
        gains.append(two - one)
    row = of(designed, "hypoxia (1 % O2, 48 h)")
    low, middle, high = np.quantile(gains, [0.05, 0.5, 0.95])
    assert row["low"] == pytest.approx(row["gain"] - (middle - low), abs=1e-6)
    assert row["high"] == pytest.approx(row["gain"] + (high - middle), abs=1e-6)
    assert row["helps"] == np.mean(np.array(gains) > 0)


def test_a_candidate_scores_as_a_profile_with_the_factors_of_the_start(model: Any, corpus: Any, arms: Any):
    start = read_start(f"{START}; VEGF=elevated; HGF=detected; IL-6=decreased")
    own = Preparation.of(start)
    changed = [c.apply(own) for c in candidate_changes(own, corpus, arms)[::25]]
    names = [f"p{i}" for i in range(len(changed))]
    bare = preparations_as_profiles(changed, names)
    copies = pd.concat([start.factors.assign(sample=name) for name in names], ignore_index=True)
    whole = replace(bare, factors=copies.astype(start.factors.dtypes))
    found = score_preparations(model, start, changed)
    scores = model.score(whole).pivot(index="sample", columns="effect", values="score").loc[names]
    for effect in model.effects:
        np.testing.assert_allclose(found.margin[effect][1:], scores[effect], atol=1e-12)
    assert found.reasons[1:].tolist() == model.domain.judge(whole)["domain_reason"].tolist()


def test_a_measured_start_gains_what_the_same_file_with_the_change_gains(model: Any, corpus: Any):
    """The whole road by another file: the start's table with hypoxia written into it."""
    table = pd.DataFrame(
        [{"sample": "s", "cell_type": "MSC", "cell_source": "bone_marrow", "product": "conditioned_medium",
          "preconditioning": "none", "VEGF": "elevated", "HGF": "detected"}]
    )  # fmt: skip
    before = profiles_from_table(table, "t")
    after = profiles_from_table(table.assign(preconditioning="hypoxia(o2=1%, hours=24)"), "t")
    found = design(model, before, corpus, ["angiogenic"])
    one, two = (model.score(p).set_index("effect").at["angiogenic", "score"] for p in (before, after))
    assert of(found, "hypoxia (1 % O2, 24 h)")["gain"] == pytest.approx(two - one, abs=1e-6)


def test_the_cocktail_is_predicted_anew_and_not_summed(model: Any, designed: Any):
    steps = designed.cocktail
    assert len(steps) >= 2
    assert (steps["step_low"] > 0).all()
    parts = [of(designed, c)["gain"] for c in steps["change"]]
    assert steps["gain"].iloc[0] == pytest.approx(parts[0], abs=1e-9)
    assert abs(steps["gain"].iloc[-1] - sum(parts)) > 0.05, "known agents overlap, so a sum would be wrong"
    for (_, one), (_, two) in pairwise(steps.iterrows()):
        assert two["step_gain"] == pytest.approx(two["gain"] - one["gain"], abs=1e-6)


def test_a_pair_of_changes_scores_as_the_preparation_with_both(
    model: Any, start: Any, corpus: Any, arms: Any
):
    found = {c.label: c for c in candidate_changes(Preparation.of(start), corpus, arms)}
    both = found["over-express VEGFA"].apply(found["hypoxia (1 % O2, 48 h)"].apply(Preparation.of(start)))
    scored = score_preparations(model, start, [both])
    text = START.replace("none", "hypoxia(o2=1%, hours=48) + genetic_modification(VEGF)")
    assert scored.margin["angiogenic"].iloc[1] == pytest.approx(score_of(model, text), abs=1e-6)


def test_only_what_studies_did_and_tested_is_ranked(designed: Any, trials: Any, corpus: Any):
    assert (designed.ranked["studies"] >= 2).all()
    assert (designed.ranked["tested"] >= 2).all()
    assert not set(designed.refused["change"]) & set(designed.ranked["change"])
    assert designed.refused["reason"].str.len().min() > 0
    # Hypoxia counted from the tables, by another road.
    table = corpus.preconditioning
    done = set(table.loc[table["kind"] == "hypoxia", "study"])
    assert set(trials.done["hypoxia"]) == done


def test_trials_are_comparisons_of_this_very_change(designed: Any, corpus: Any):
    own = designed.trials[designed.trials["change"] == "hypoxia"]
    assert len(own) >= 5
    for row in own.to_dict("records"):
        table = corpus.comparisons[
            (corpus.comparisons["study"] == row["study"]) & (corpus.comparisons["effect"] == "angiogenic")
        ]
        there = table[(table["arm"] == row["changed"]) & (table["than"] == row["unchanged"])]
        back = table[(table["arm"] == row["unchanged"]) & (table["than"] == row["changed"])]
        turned = {"higher": "lower", "lower": "higher", "equal": "equal"}
        assert row["direction"] in {*there["direction"], *back["direction"].map(turned)}
        own_study = corpus.preconditioning[corpus.preconditioning["study"] == row["study"]]
        kinds = {
            arm: set(own_study.loc[own_study["arm"] == arm, "kind"])
            for arm in (row["changed"], row["unchanged"])
        }
        assert "hypoxia" in kinds[row["changed"]]
        assert "hypoxia" not in kinds[row["unchanged"]]


def test_a_trial_of_the_reported_study_is_found(trials: Any, start: Any, corpus: Any, arms: Any):
    """s-0a3b4583 reports hypoxic medium above normoxic on fibrosis."""
    hypoxia = next(c for c in candidate_changes(Preparation.of(start), corpus, arms) if c.label == "hypoxia")
    found = trials.of(hypoxia, "anti_fibrotic")
    row = found[(found["study"] == "s-0a3b4583") & (found["changed"] == "hypoxia_cm")]
    assert row["direction"].tolist() == ["higher"]
    assert row["doi"].tolist() == ["10.1186/s13287-020-01642-6"]


def test_a_start_outside_the_domain_is_refused(model: Any, corpus: Any):
    with pytest.raises(InputRefused, match="outside the domain"):
        design(model, read_start("cell_source=other:moon rock; product=exosome"), corpus, ["angiogenic"])


def test_an_effect_the_model_lacks_is_refused(model: Any, start: Any, corpus: Any):
    with pytest.raises(UnknownName, match="does not predict 'migratory'"):
        design(model, start, corpus, ["migratory"])


def test_where_the_evidence_carries_nothing_that_is_said(model: Any, start: Any, corpus: Any):
    found = design(model, start, corpus.subset(["s-0a3b4583"]), ["angiogenic"])
    assert found.notes[-1] == NOTHING
    assert found.ranked.empty
    assert found.cocktail.empty
    assert len(found.refused) > 0


def test_without_refits_nothing_is_called_better(model: Any, start: Any, corpus: Any):
    found = design(replace(model, refits={"draws": []}), start, corpus, ["angiogenic"])
    assert "no interval" in found.notes[-1]
    assert set(found.ranked["verdict"]) == {"no interval"}
    assert found.cocktail.empty


def test_an_effect_to_keep_puts_its_losers_last(model: Any, start: Any, corpus: Any):
    found = design(model, start, corpus, ["anti_inflammatory"], ["angiogenic"])
    kept = found.ranked[found.ranked["effect"] == "angiogenic"].set_index("rank")["verdict"].sort_index()
    loses = (kept == "worse").to_numpy()
    assert loses.any()
    assert loses[loses.argmax() :].all()
    assert (found.cocktail.loc[found.cocktail["effect"] == "angiogenic", "high"] >= 0).all()
    gains = found.ranked.pivot(index="rank", columns="effect", values="gain").sort_index()
    fronts = found.ranked.drop_duplicates("rank").set_index("rank")["front"].sort_index()
    assert (front_numbers(gains.to_numpy()) == fronts.to_numpy()).all()


def test_fronts_are_as_found_one_by_one():
    points = np.random.default_rng(3).normal(size=(60, 3)).round(1)
    left, by_hand, number = list(range(60)), np.zeros(60, dtype=int), 0
    while left:
        number += 1
        first = [
            i for i in left
            if not any((points[j] >= points[i]).all() and (points[j] > points[i]).any() for j in left)
        ]  # fmt: skip
        by_hand[first] = number
        left = [i for i in left if i not in first]
    assert (front_numbers(points) == by_hand).all()
    shares = front_share(points[None])
    assert ((shares == 1) == (by_hand == 1)).all()


def test_verdicts():
    assert [verdict(*b) for b in ((0.1, 1), (-1, -0.1), (-1, 1))] == [
        "better",
        "worse",
        "not told from noise",
    ]
    assert verdict(float("nan"), float("nan")) == "no interval"


def test_held_out_agreement_is_counted_again(model: Any, corpus: Any):
    """Pairs of which only one arm was made hypoxic are pairs of an agent; counted here from the tables."""
    table = one_change_held_out(model, corpus).set_index(["changed", "effect"])
    genes = table.loc[("a gene over-expressed or knocked down", "all")]
    agents = table.loc[("an agent added", "all")]
    assert genes["low"] < genes["right"] < genes["high"]
    assert genes["right"] > agents["right"] > 0.7
    per_effect = table.xs("a gene over-expressed or knocked down").drop("all")
    assert per_effect["pairs"].sum() == genes["pairs"]
    assert np.average(per_effect["right"], weights=per_effect["pairs"]) == pytest.approx(genes["right"])
    whole = table.loc[("any one of these", "all")]
    assert whole["right"] > whole["rule_high"], "a model must beat the rule that what is done helps"


def test_the_rule_that_needs_no_model_is_counted_by_hand(model: Any, arms: Any, corpus: Any):
    own = model.held_out[model.held_out["study"] == "s-0a3b4583"]
    assert len(own) > 0
    kept = replace(model, held_out=own)
    table = one_change_held_out(kept, corpus).set_index(["changed", "effect"])
    row = table.loc[("an agent added", "all")]
    assert row["rule"] == 1.0, "hypoxia, the only thing done there, was better every time"
    assert row["right"] == (own["gap"] > 0).mean()


def test_what_the_order_among_agents_rests_on_is_told(designed: Any):
    assert "one agent, dose or gene with another" in designed.notes[0]
    assert NOTHING not in designed.notes


def test_the_command_ranks_and_writes(command: Callable[..., Any], tmp_path: Path):
    done = command(
        "design", "--effect", "anti-inflammatory", "--keep", "angiogenic", "--start", START,
        "--json", "--out", tmp_path / "d",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert done.json["effects"] == ["anti_inflammatory", "angiogenic"]
    assert done.json["ranked"][0]["verdict"] == "better"
    written = {p.name for p in (tmp_path / "d").iterdir()}
    assert {"ranked.csv", "refused.csv", "trials.csv", "front.svg", "gains_angiogenic.png"} <= written


def test_the_command_takes_a_sample_of_a_real_export(command: Callable[..., Any], shared_folder: Path):
    folder = shared_folder / "readers" / "fragpipe_msc_secretome"
    table, sheet = folder / "combined_protein_secr_fragpipe.tsv.gz", folder / "fact_secr.xlsx"
    done = command("design", table, "--metadata", sheet, "--sample", "Ad_c_111", "--effect", "angiogenic")
    assert done.code == 0, done.err
    assert "Gain, angiogenic" in done.out
    several = command("design", table, "--metadata", sheet, "--effect", "angiogenic")
    assert several.code == 3
    assert "holds 50 samples" in several.err


@pytest.mark.parametrize(
    "words",
    [["--start", START], ["--effect", "angiogenic"], ["x.csv", "--effect", "angiogenic", "--start", START]],
)
def test_the_command_needs_one_start_and_an_effect(command: Callable[..., Any], words: list[str]):
    assert command("design", *words).code == 2


def test_the_command_says_that_nothing_is_better(command: Callable[..., Any], corpus: Any, tmp_path: Path):
    corpus.subset(["s-0a3b4583"]).save(tmp_path / "one")
    words = ["design", "--effect", "angiogenic", "--start", START, "--evidence", tmp_path / "one"]
    done = command(*words, "--out", tmp_path / "d")
    assert done.code == 0, done.err
    assert NOTHING in " ".join(done.err.split())
    assert "Not ranked" in done.out


def test_the_command_says_how_good_it_is(command: Callable[..., Any]):
    done = command("design", "--held-out")
    assert done.code == 0, done.err
    assert "cell source" in done.out


def test_only_what_is_asked_for_is_changed_and_no_gene_is_engineered(model, corpus):
    start = read_start("cell_source=adipose; product=conditioned_medium")
    found = design(model, start, corpus, ["angiogenic"], only=["preconditioning"], gene=False).ranked
    assert set(found["slot"]) == {"preconditioning"}
    assert set(found["feasible"]) == {"with the same cells"}
    assert not found["change"].str.contains("over-express|knock down").any()
    with pytest.raises(UnknownName, match="cannot be changed alone"):
        design(model, start, corpus, ["angiogenic"], only=["moon"])


def test_a_gain_in_percentiles_is_that_of_the_score(model, corpus):
    start = read_start("cell_source=adipose; product=conditioned_medium")
    found = design(model, start, corpus, ["angiogenic"], only=["product"]).ranked
    score = model.score(start).set_index("effect").at["angiogenic", "score"]
    reference = model.reference["angiogenic"]
    place = [100.0 * np.mean(reference < v) for v in (score, *(score + found["gain"]))]
    assert np.abs(found["percentile_gain"] - (np.array(place[1:]) - place[0])).max() < 1.0


def test_a_variant_counts_the_studies_of_its_own_numbers(model, corpus):
    start = read_start("cell_source=adipose; product=conditioned_medium")
    found = design(model, start, corpus, ["angiogenic"], only=["preconditioning"]).ranked
    own = found[found["change"] == "hypoxia (5 % O2)"].iloc[0]
    told = corpus.preconditioning
    same = told[(told["kind"] == "hypoxia") & (told["o2_percent"] == 5) & told["hours"].isna()]
    assert 0 < own["of_variant"] <= same["study"].nunique()
    assert own["of_variant"] < own["studies"]
