"""Baselines by arithmetic; labels by a plain walk over the records."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from conftest import HEADLINE, frame_of, make_arm, make_evidence, make_record
from secretome_ml.evidence import write_records
from secretome_ml.models import MODELS, targets_from_evidence
from secretome_ml.models.targets import Targets
from secretome_ml.profiles.from_evidence import study_of


def logit(p: float) -> float:
    return math.log(p / (1 - p))


def test_prevalence_by_hand(few_features, few_targets):
    margin = MODELS["prevalence"]().fit(few_features, few_targets).margin(few_features)
    for effect in HEADLINE:
        good = total = 0.0
        for sample, share in few_targets.outcomes[effect].items():
            if not math.isnan(share):
                weight = few_targets.weights[sample]
                good, total = good + weight * share, total + weight
        assert margin[effect].unique() == pytest.approx([logit((good + 1) / (total + 2))])


def test_cell_source_by_hand(few_features, few_targets, few_profiles):
    margin = (
        MODELS["cell_source_only"](pseudo_observations=2.0)
        .fit(few_features, few_targets)
        .margin(few_features)
    )
    prior = MODELS["prevalence"]().fit(few_features, few_targets).margin(few_features)
    known = {
        c.name.removeprefix("cell_source=") for c in few_features.columns if c.name.startswith("cell_source=")
    }
    assert len(known) >= 2
    for effect in HEADLINE:
        base = float(prior[effect].iloc[0])
        common = 1 / (1 + math.exp(-base))
        for source in known:
            inside = few_profiles.context["cell_source"] == source
            share = few_targets.outcomes.loc[inside.fillna(False).to_numpy(dtype=bool), effect].dropna()
            weight = few_targets.weights[share.index]
            expected = logit((float((weight * share).sum()) + 2 * common) / (weight.sum() + 2))
            arms = inside.index[inside.fillna(False).to_numpy(dtype=bool)]
            assert margin.loc[arms, effect].to_numpy() == pytest.approx(expected, abs=1e-6)
    unstated = few_profiles.context["cell_source"].isna()
    assert (margin[unstated.to_numpy()] == prior[unstated.to_numpy()]).all(axis=None)


def test_the_factor_list_is_not_trained(few_features, few_targets):
    margin = MODELS["known_factor_list"]().fit(few_features, few_targets).margin(few_features)
    for effect in HEADLINE:
        known = (
            frame_of(few_features, effect)[["known_factors", "known_genes", "known_blocking"]]
            .fillna(0)
            .sum(axis=1)
        )
        gap = margin[effect] - known
        assert np.ptp(gap) < 3e-9  # scores are rounded to nine decimals


def test_outcomes_by_a_walk_over_the_records(few, few_targets):
    seen = 0
    for record in map(json.loads, write_records(few).splitlines()):
        for arm in record["arms"]:
            sample = f"{record['study']['id']}/{arm['arm']}"
            for effect in HEADLINE:
                results = [o["result"] for o in arm["outcomes"] if o["effect"] == effect]
                share = few_targets.outcomes.at[sample, effect]
                if results:
                    assert share == pytest.approx(results.count("beneficial") / len(results))
                    seen += 1
                else:
                    assert math.isnan(share)
    assert seen == few_targets.outcomes.notna().to_numpy().sum() > 80


def test_weights_follow_the_basis(few, few_targets):
    basis = few.studies.set_index("study")["basis"]
    for sample, weight in few_targets.weights.items():
        assert weight == {"title": 0.6, "review": 0.6}.get(basis[sample.split("/")[0]], 1.0)


def test_comparisons_by_a_walk_over_the_records(few, few_targets):
    turn = {"higher": 1.0, "equal": 0.0, "lower": -1.0}
    told: dict[tuple[str, str, str], list[float]] = {}
    for record in map(json.loads, write_records(few).splitlines()):
        name = record["study"]["id"]
        for arm in record["arms"]:
            for pair in arm["relative"]:
                if pair["effect"] not in HEADLINE:
                    continue
                one, other, way = f"{name}/{arm['arm']}", f"{name}/{pair['than']}", turn[pair["direction"]]
                if one > other:
                    one, other, way = other, one, -way
                told.setdefault((pair["effect"], one, other), []).append(way)
    found = {(r.effect, r.arm, r.than): r.direction for r in few_targets.comparisons.itertuples()}
    assert found == pytest.approx({k: sum(v) / len(v) for k, v in told.items()})
    assert len(found) > 30


def test_readouts_that_disagree():
    outcomes = [{"effect": "angiogenic", "result": r} for r in ("beneficial", "null", "adverse")]
    even = outcomes[:2]
    arms = make_arm("a", outcomes=outcomes), make_arm("b", outcomes=even), make_arm("c")
    targets = targets_from_evidence(make_evidence(make_record(1, *arms)), ("angiogenic",))
    assert targets.outcomes["angiogenic"].fillna(-1).tolist() == pytest.approx([1 / 3, 0.5, -1])
    assert targets.binary("angiogenic").to_dict() == {"s-00000001/a": 0}


def test_take_keeps_pairs_whose_arms_both_stay(few_targets):
    pair = few_targets.comparisons.iloc[0]
    both = few_targets.take(
        few_targets.outcomes.index[few_targets.outcomes.index.isin([pair["arm"], pair["than"]])]
    )
    assert len(both.comparisons) >= 1
    one = few_targets.take(few_targets.outcomes.index[few_targets.outcomes.index == pair["arm"]])
    assert one.comparisons.empty
    assert one.outcomes.index.tolist() == [pair["arm"]]


def told_pair(than: str, direction: str, effect: str = "angiogenic", **more: str) -> dict[str, str]:
    return {"than": than, "effect": effect, "direction": direction, **more}


def test_pairs_by_hand():
    """A pair has one row whoever tells it; readouts that disagree meet in the middle."""
    arms = (
        make_arm("a", relative=[told_pair("b", "higher"), told_pair("c", "equal")]),
        make_arm(
            "b",
            relative=[told_pair("a", "equal", assay="sprouting"), told_pair("a", "higher", "anti_fibrotic")],
        ),
        make_arm("c", relative=[told_pair("b", "lower"), told_pair("b", "higher", "proliferative")]),
    )
    record = make_record(1, *arms) | {"basis": "title"}
    found = targets_from_evidence(make_evidence(record), ("angiogenic", "anti_fibrotic"), {"title": 0.25})
    one = "s-00000001"
    rows = {tuple(r) for r in found.comparisons.itertuples(index=False)}
    assert found.comparisons.columns.tolist() == ["effect", "arm", "than", "study", "direction", "weight"]
    assert rows == {
        ("angiogenic", f"{one}/a", f"{one}/b", one, 0.5, 0.25),
        ("angiogenic", f"{one}/a", f"{one}/c", one, 0.0, 0.25),
        ("angiogenic", f"{one}/b", f"{one}/c", one, 1.0, 0.25),
        ("anti_fibrotic", f"{one}/a", f"{one}/b", one, -1.0, 0.25),
    }
    assert found.comparisons["arm"].tolist()[0] == f"{one}/a", "in the order in which they are told"


def test_labels_by_hand():
    arms = (
        make_arm("b", outcomes=[{"effect": "anti_fibrotic", "result": "beneficial"}]),
        make_arm("a", outcomes=[{"effect": "anti_fibrotic", "result": "adverse"}]),
    )
    other = make_record(2, make_arm("x")) | {"basis": "title"}
    evidence = make_evidence(make_record(1, *arms), other)
    found = targets_from_evidence(evidence, ("angiogenic", "anti_fibrotic"), {"title": 0.25, "review": 9.0})
    samples = [f"{s}/{a}" for s, a in zip(evidence.arms["study"], evidence.arms["arm"], strict=True)]
    assert (found.outcomes.index.tolist(), found.outcomes.index.name) == (samples, "sample")
    assert found.outcomes.columns.name is None
    assert found.effects == ("angiogenic", "anti_fibrotic")
    assert found.outcomes["angiogenic"].isna().all()
    assert found.outcomes["anti_fibrotic"].dropna().to_dict() == {"s-00000001/a": 0.0, "s-00000001/b": 1.0}
    assert found.outcomes.dtypes.eq(float).all()
    expected = {s: 0.25 if s.startswith("s-00000002") else 1.0 for s in samples}
    assert found.weights.to_dict() == expected
    assert set(targets_from_evidence(evidence, ("angiogenic",)).weights) == {1.0}
    assert found.studies.tolist() == [s.split("/")[0] for s in samples]


def test_the_study_ends_at_the_first_slash():
    assert study_of(pd.Index(["s1/a/b", "s2/c"])).tolist() == ["s1", "s2"]


def test_take_numbers_the_pairs_anew_and_keeps_what_belongs_to_the_samples():
    index = pd.Index(["s/a", "s/b", "t/a", "t/b"])
    pairs = pd.DataFrame(
        [("x", "s/a", "s/b", "s", 1.0, 1.0), ("x", "t/a", "t/b", "t", -1.0, 0.5)],
        columns=["effect", "arm", "than", "study", "direction", "weight"],
    )
    outcomes = pd.DataFrame({"x": [0.0, 0.25, 0.5, 1.0]}, index=index)
    whole = Targets(outcomes, pd.Series([1.0, 2.0, 3.0, 4.0], index=index), pairs)
    some = whole.take(pd.Index(["t/b", "s/b", "t/a"]))
    assert some.outcomes["x"].to_dict() == {"t/b": 1.0, "s/b": 0.25, "t/a": 0.5}
    assert some.weights.tolist() == [4.0, 2.0, 3.0]
    assert some.comparisons.index.tolist() == [0]
    assert some.comparisons["study"].tolist() == ["t"]
    assert whole.binary("x").to_dict() == {"s/a": 0, "s/b": 0, "t/b": 1}, "an even split is left out"
    assert whole.binary("x").dtype == int
