"""The contract of every model of the registry; a new model is tested by being listed there."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from conftest import HEADLINE
from secretome_ml.bundle import to_json
from secretome_ml.core.errors import UnknownName
from secretome_ml.models import BASELINES, MODELS, ModelState, Targets

QUICK = {"xgboost": {"rounds": 25}, "blend": {"rounds": 25}}
LEARNERS = tuple(n for n in MODELS if n not in BASELINES)


def make(name: str, **more):
    return MODELS[name](**{**QUICK.get(name, {}), **more})


@pytest.fixture(scope="module")
def fitted(few_features, few_targets):
    return {name: make(name).fit(few_features, few_targets) for name in MODELS}


def through_json(state: ModelState) -> ModelState:
    """Return a state as a bundle would hold it."""
    return json.loads(to_json(state))


@pytest.mark.parametrize("name", MODELS)
def test_margin(fitted, few_features, name: str):
    margin = fitted[name].margin(few_features)
    assert margin.index.equals(few_features.samples)
    assert tuple(margin.columns) == HEADLINE
    assert np.isfinite(margin.to_numpy()).all()
    assert margin.dtypes.eq(float).all()


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("effect", HEADLINE)
def test_contributions_add_up_to_the_margin(fitted, few_features, name: str, effect: str):
    parts = fitted[name].contributions(few_features, effect)
    assert parts.shape == (len(few_features.samples), len(few_features.columns) + 1)
    gap = np.abs(parts.sum(axis=1) - fitted[name].margin(few_features)[effect].to_numpy())
    assert gap.max() < 1e-5
    # The trees learn all effects at once; what their effect columns do stands in the base value.
    assert np.ptp(parts[:, -1]) < (0.2 if name in ("xgboost", "blend") else 1e-9), (
        "the base value is one number"
    )


@pytest.mark.parametrize("name", MODELS)
def test_the_state_rebuilds_the_model(fitted, few_features, name: str):
    model = fitted[name]
    again = MODELS[name].from_state(through_json(model.state()), few_features.columns)
    assert np.abs((again.margin(few_features) - model.margin(few_features)).to_numpy()).max() < 1e-7
    for effect in HEADLINE:
        one, other = (m.contributions(few_features, effect) for m in (again, model))
        assert np.abs(one - other).max() < 1e-6
    assert again.columns_ == model.columns_
    assert again.effects_ == model.effects_
    assert again.get_params() == model.get_params()
    assert to_json(again.state()) == to_json(model.state())


@pytest.mark.parametrize("name", MODELS)
def test_the_state_holds_changed_settings(few_features, few_targets, name: str):
    kind = MODELS[name]
    numbers = {k: v for k, v in make(name).get_params().items() if isinstance(v, float)}
    model = make(name, **{k: v / 2 for k, v in numbers.items()}).fit(few_features, few_targets)
    assert (
        kind.from_state(through_json(model.state()), few_features.columns).get_params() == model.get_params()
    )


@pytest.mark.parametrize("name", MODELS)
def test_the_same_seed_gives_the_same_model(few_features, few_targets, fitted, name: str):
    again = make(name).fit(few_features, few_targets)
    assert to_json(again.state()) == to_json(fitted[name].state())


@pytest.mark.parametrize("name", MODELS)
def test_scikit_learn_can_copy_it(few_features, few_targets, fitted, name: str):
    copy = clone(fitted[name])
    assert copy.get_params() == fitted[name].get_params()
    assert not hasattr(copy, "effects_")
    for key, value in copy.get_params().items():
        copy.set_params(**{key: value})
    assert np.allclose(
        copy.fit(few_features, few_targets).margin(few_features), fitted[name].margin(few_features)
    )


@pytest.mark.parametrize("name", MODELS)
def test_every_choice_of_the_grid_can_be_made(name: str):
    assert MODELS[name].name == name
    assert MODELS[name].grid
    for choice in MODELS[name].grid:
        assert MODELS[name](**choice).get_params().items() >= choice.items()


@pytest.mark.parametrize("name", MODELS)
def test_a_row_is_scored_alike_in_any_company(fitted, few_features, name: str):
    whole = fitted[name].margin(few_features)
    some = few_features.samples[5:8]
    assert np.allclose(fitted[name].margin(few_features.take(some)), whole.loc[some], atol=1e-6)


@pytest.mark.parametrize("name", MODELS)
def test_features_of_other_columns_are_refused(fitted, few_features, name: str):
    """The same columns in another order would be scored wrongly without a word."""
    own = [c for c in few_features.columns if c.effect is None]
    columns = (*own[::-1], *(c for c in few_features.columns if c.effect is not None))
    turned = replace(few_features, common=few_features.common[::-1], columns=columns)
    with pytest.raises(ValueError, match="columns"):
        fitted[name].margin(turned)
    with pytest.raises(ValueError, match="columns"):
        fitted[name].contributions(turned, "angiogenic")


@pytest.mark.parametrize("name", MODELS)
def test_fitting_changes_neither_features_nor_targets(few_features, few_targets, name: str):
    before = [few_features.common.copy(), few_targets.outcomes.copy(), few_targets.comparisons.copy()]
    make(name).fit(few_features, few_targets)
    np.testing.assert_array_equal(before[0], few_features.common)
    for one, other in zip(before[1:], (few_targets.outcomes, few_targets.comparisons), strict=True):
        pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("kind", ["outcomes only", "comparisons only", "one effect without any label"])
def test_labels_may_be_missing(few_features, few_targets, name: str, kind: str):
    outcomes, pairs = few_targets.outcomes.copy(), few_targets.comparisons
    if kind == "comparisons only":
        outcomes[:] = np.nan
    if kind == "outcomes only":
        pairs = pairs.iloc[:0]
    if kind == "one effect without any label":
        outcomes["anti_fibrotic"] = np.nan
        pairs = pairs[pairs["effect"] != "anti_fibrotic"].reset_index(drop=True)
    targets = Targets(outcomes, few_targets.weights, pairs)
    margin = make(name).fit(few_features, targets).margin(few_features)
    assert np.isfinite(margin.to_numpy()).all()


@pytest.mark.parametrize("name", LEARNERS)
def test_untested_is_not_negative(few_features, few_targets, name: str):
    """Masking an outcome is not the same as calling it null."""
    masked, null = few_targets.outcomes.copy(), few_targets.outcomes.copy()
    tested = null["angiogenic"].dropna().index[::2]
    masked.loc[tested, "angiogenic"] = np.nan
    null.loc[tested, "angiogenic"] = 0.0
    one, other = (
        make(name)
        .fit(few_features, Targets(o, few_targets.weights, few_targets.comparisons))
        .margin(few_features)
        for o in (masked, null)
    )
    assert one["angiogenic"].mean() > other["angiogenic"].mean() + 0.1


@pytest.mark.parametrize("name", LEARNERS)
def test_what_the_labels_say_is_learned(few_features, few_targets, name: str):
    """With every label turned round, the order of the arms turns round too."""
    pairs = few_targets.comparisons
    turned = Targets(
        1 - few_targets.outcomes, few_targets.weights, pairs.assign(direction=-pairs["direction"])
    )
    for labels, sign in ((few_targets, 1), (turned, -1)):
        if name in ("informed", "blend") and sign < 0:
            continue  # these hold on to what is known: see the tests of the prior
        margin = make(name).fit(few_features, labels).margin(few_features)
        gaps = [
            margin.at[r.arm, r.effect] - margin.at[r.than, r.effect]
            for r in pairs.itertuples()
            if r.direction > 0
        ]
        assert sign * np.mean(np.sign(gaps)) > 0.3


@pytest.mark.parametrize("name", LEARNERS)
def test_a_comparison_can_be_told_from_either_side(few_features, few_targets, fitted, name: str):
    pairs = few_targets.comparisons
    mirrored = pairs.assign(arm=pairs["than"], than=pairs["arm"], direction=-pairs["direction"])
    again = make(name).fit(few_features, Targets(few_targets.outcomes, few_targets.weights, mirrored))
    assert np.abs((again.margin(few_features) - fitted[name].margin(few_features)).to_numpy()).max() < 1e-4


@pytest.mark.parametrize("name", LEARNERS)
def test_a_comparison_alone_orders_its_arms(few_features, few_targets, name: str):
    outcomes = few_targets.outcomes * np.nan
    margin = (
        make(name)
        .fit(few_features, Targets(outcomes, few_targets.weights, few_targets.comparisons))
        .margin(few_features)
    )
    decided = few_targets.comparisons[few_targets.comparisons["direction"].abs() == 1]
    gaps = np.array([margin.at[r.arm, r.effect] - margin.at[r.than, r.effect] for r in decided.itertuples()])
    assert (gaps * decided["direction"] > 0).mean() > 0.6


def test_the_registry_names_what_it_holds():
    assert set(BASELINES) == {"prevalence", "cell_source_only", "known_factor_list"}
    assert {"logistic", "xgboost"} < set(MODELS)
    assert "no_such" not in MODELS
    with pytest.raises(UnknownName, match="logistic"):
        MODELS["no_such"]
