"""Boosted trees: the gradient against finite differences, the contributions against shap's own code."""

from dataclasses import replace

import numpy as np
import pytest
import shap
from scipy.special import expit

from secretome_ml.models import MODELS
from secretome_ml.models.boosted import BoostedTrees, _gradient
from secretome_ml.models.design import fill_typical, joint_design


def loss(margin, design, weight: float) -> float:
    """The joint loss, written out again: cross-entropy of outcomes, and of comparisons."""
    chance = expit(margin)
    found = -np.sum(
        design.outcome_weight * (design.outcome * np.log(chance) + (1 - design.outcome) * np.log(1 - chance))
    )
    ahead = expit(margin[design.first] - margin[design.second])
    wins = (design.direction + 1) / 2
    return found - np.sum(
        weight * design.pair_weight * (wins * np.log(ahead) + (1 - wins) * np.log(1 - ahead))
    )


@pytest.mark.parametrize("weight", [0.0, 0.6, 1.0])
def test_the_gradient_by_finite_differences(few_features, few_targets, weight: float):
    design = joint_design(few_features, few_targets)
    margin = np.random.default_rng(0).normal(size=len(design.values))
    first, second = _gradient(margin, design, weight)
    step = 1e-5
    for row in range(0, len(margin), 7):
        nudge = np.zeros(len(margin))
        nudge[row] = step
        slope = (loss(margin + nudge, design, weight) - loss(margin - nudge, design, weight)) / (2 * step)
        assert first[row] == pytest.approx(slope, rel=1e-4, abs=2e-6)
        up, here, down = (loss(margin + s * 100 * nudge, design, weight) for s in (1, 0, -1))
        bend = (up - 2 * here + down) / (100 * step) ** 2
        assert second[row] == pytest.approx(max(bend, 1e-6), rel=1e-3, abs=3e-6)


def test_gradients_lie_on_a_grid_on_which_sums_are_exact(few_features, few_targets):
    """Half a million rows in any order, on any number of threads, add up to the same bits."""
    design = joint_design(few_features, few_targets)
    for part in _gradient(np.random.default_rng(0).normal(size=len(design.values)), design, 1.0):
        steps = part * 2**20
        assert (steps == np.rint(steps)).all()
        assert np.abs(steps).max() * 500_000 < 2**53


def test_a_step_against_the_gradient_lowers_the_loss(few_features, few_targets):
    design = joint_design(few_features, few_targets)
    margin = np.zeros(len(design.values))
    first, second = _gradient(margin, design, 1.0)
    assert loss(margin - 0.05 * first / (second + 1), design, 1.0) < loss(margin, design, 1.0)


@pytest.fixture(scope="module")
def trees(few_features, few_targets):
    return BoostedTrees(rounds=40, depth=3).fit(few_features, few_targets)


@pytest.mark.parametrize("effect", ["angiogenic", "anti_fibrotic"])
def test_contributions_are_those_of_shap(trees, few_features, effect: str):
    """Another road: shap's own TreeExplainer over the same booster."""
    position = trees.effects_.index(effect)
    indicator = np.zeros((len(few_features.samples), len(trees.effects_)))
    indicator[:, position] = 1.0
    values = fill_typical(few_features.for_effect(effect), trees.typical_)
    matrix = np.column_stack([values, indicator])
    explainer = shap.TreeExplainer(trees.booster_)
    theirs = explainer.shap_values(matrix)
    ours = trees.contributions(few_features, effect)
    columns = len(few_features.columns)
    assert np.abs(ours[:, :columns] - theirs[:, :columns]).max() < 1e-5
    base = explainer.expected_value + theirs[:, columns:].sum(axis=1) + trees.base_[effect]
    assert np.abs(ours[:, -1] - base).max() < 1e-5
    assert np.abs(ours[:, :columns]).max() > 0.01


def test_trees_use_what_is_missing_as_missing(few_features, few_targets, trees):
    """Replacing NaN by zero changes scores: missing has its own branch."""
    own = {e: np.nan_to_num(values) for e, values in few_features.by_effect.items()}
    filled = replace(few_features, common=np.nan_to_num(few_features.common), by_effect=own)
    assert np.abs((trees.margin(filled) - trees.margin(few_features)).to_numpy()).max() > 1e-3


def test_more_rounds_fit_the_training_labels_better(few_features, few_targets):
    design = joint_design(few_features, few_targets)

    def fit(rounds: int) -> float:
        margin = BoostedTrees(rounds=rounds).fit(few_features, few_targets).margin(few_features)
        stacked = []
        for effect in few_targets.effects:
            pairs = few_targets.comparisons[few_targets.comparisons["effect"] == effect]
            named = set(pairs["arm"]) | set(pairs["than"])
            share = few_targets.outcomes[effect]
            stacked.append(
                margin.loc[share.index[share.notna() | share.index.isin(named)], effect].to_numpy()
            )
        return loss(np.concatenate(stacked), design, 1.0)

    losses = [fit(r) for r in (1, 10, 60)]
    assert losses[0] > losses[1] > losses[2]


def test_another_seed_gives_other_trees(few_features, few_targets, trees):
    other = BoostedTrees(rounds=40, depth=3, seed=1).fit(few_features, few_targets)
    assert other.state()["forest"] != trees.state()["forest"]


def test_the_blend_is_the_mean_of_its_parts(few_features, few_targets):
    for share in (0.0, 0.25, 1.0):
        blend = MODELS["blend"](rounds=20, tree_share=share, penalty=50.0, deviation=70.0, seed=3).fit(
            few_features, few_targets
        )
        linear = MODELS["informed"](50.0, 70.0, 1.0).fit(few_features, few_targets).margin(few_features)
        trees = BoostedTrees(rounds=20, depth=2, seed=3).fit(few_features, few_targets).margin(few_features)
        expected = (1 - share) * linear + share * trees
        assert np.abs((blend.margin(few_features) - expected).to_numpy()).max() < 1e-6
