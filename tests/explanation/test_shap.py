"""Contributions and interactions by another road: shap's own explainers."""

import numpy as np
import pytest
import shap

from conftest import HEADLINE


@pytest.mark.parametrize("effect", HEADLINE)
def test_the_trees_by_shap(fitted, effect: str):
    """`shap.TreeExplainer` walks the trees itself; indicator columns of effects belong to the base value."""
    trees = fitted.model.trees_
    rows = trees._columns(fitted.features, effect).T
    explainer = shap.TreeExplainer(trees.booster_, feature_perturbation="tree_path_dependent")
    theirs, own = explainer.shap_values(rows), len(trees.columns_)
    ours = trees.contributions(fitted.features, effect)
    assert np.abs(theirs[:, :own] - ours[:, :own]).max() < 1e-5
    base = theirs[:, own:].sum(axis=1) + explainer.expected_value + trees.base_[effect]
    assert np.abs(base - ours[:, -1]).max() < 1e-5
    assert np.abs(ours[:, :own]).max() > 0.05, "trees that say nothing agree with anything"


@pytest.mark.parametrize("effect", HEADLINE)
def test_the_linear_part_by_shap(fitted, effect: str):
    """`shap.LinearExplainer` with the mean of the training rows as background."""
    linear = fitted.model.linear_
    values = fitted.features.for_effect(effect)
    values = np.where(np.isnan(values), linear.typical_, values)
    standard = np.nan_to_num(values) / linear.scale_
    weights, base = linear.weights_[effect], linear.base_[effect]
    background = (linear.means_[effect], np.zeros((len(weights), len(weights))))
    explainer = shap.LinearExplainer((weights, base), background)
    theirs = explainer.shap_values(standard)
    ours = linear.contributions(fitted.features, effect)
    assert np.abs(theirs - ours[:, :-1]).max() < 1e-5
    assert np.abs(explainer.expected_value - ours[:, -1]).max() < 1e-5


def test_the_blend_is_the_mean_of_both(fitted):
    effect, share = "angiogenic", fitted.model.tree_share
    parts = [m.contributions(fitted.features, effect) for m in (fitted.model.linear_, fitted.model.trees_)]
    blend = (1 - share) * parts[0] + share * parts[1]
    assert np.abs(blend - fitted.model.contributions(fitted.features, effect)).max() < 1e-9


def test_interactions_by_shap(fitted):
    trees = fitted.model.trees_
    some = fitted.features.take(fitted.features.samples[:12])
    rows, own = trees._columns(some, "angiogenic").T, len(trees.columns_)
    theirs = shap.TreeExplainer(trees.booster_).shap_interaction_values(rows)[:, :own, :own]
    ours = trees.interactions(some, "angiogenic")[:, :own, :own]
    assert np.abs(theirs - ours).max() < 1e-5
