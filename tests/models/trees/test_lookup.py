"""Contributions and interactions against XGBoost's own, shap's, the definition, and hand computation."""

import math
from itertools import combinations

import numpy as np
import pytest
import shap
import xgboost as xgb
from hypothesis import given, settings
from hypothesis import strategies as st

from models.trees.growing import Grown, forest_of, grow, make_rows
from secretome_ml.models.trees import Forest, PatternTables, TreesRefused
from secretome_ml.models.trees import lookup as lookup_module
from secretome_ml.models.trees.forest import LEAF, Tree

CLOSE = {"rtol": 0.0, "atol": 1e-5}


def agree(found: Grown, threads: int = 1) -> None:
    """Hold contributions and interactions against XGBoost's own."""
    tables = PatternTables(found.forest, threads)
    matrix = xgb.DMatrix(found.rows)
    np.testing.assert_allclose(
        tables.contributions(found.rows), found.booster.predict(matrix, pred_contribs=True), **CLOSE
    )
    np.testing.assert_allclose(
        tables.interactions(found.rows), found.booster.predict(matrix, pred_interactions=True), **CLOSE
    )


@pytest.mark.parametrize("depth", range(1, 9))
def test_every_depth_equals_xgboost(depth: int):
    agree(grow(max_depth=depth, rounds=5))


@pytest.mark.parametrize(
    "settings_",
    [
        {"objective": "binary:logistic"},
        {"base_score": 3.25},
        {"grow_policy": "lossguide", "max_leaves": 11, "max_depth": 0},
        {"min_child_weight": 60},
        {"num_parallel_tree": 3, "subsample": 0.6},
        {"tree_method": "exact", "max_depth": 5},
    ],
    ids=lambda s: next(iter(s)),
)
def test_every_way_to_grow_equals_xgboost(settings_: dict):
    agree(grow(rounds=6, **settings_))


@settings(max_examples=25, deadline=None)
@given(
    features=st.integers(1, 9),
    missing=st.sampled_from([0.0, 0.2, 0.9]),
    depth=st.integers(1, 7),
    seed=st.integers(0, 10_000),
    penalty=st.sampled_from([0.0, 1.0, 20.0]),
)
def test_any_booster_equals_xgboost(features: int, missing: float, depth: int, seed: int, penalty: float):
    settings_ = {"max_depth": depth, "lambda": penalty, "min_child_weight": 0.0}
    agree(grow(max(features, 2), missing, 3, seed, **settings_))


def test_shap_agrees(grown: Grown):
    explainer = shap.TreeExplainer(grown.booster)
    found = PatternTables(grown.forest).contributions(grown.rows)
    np.testing.assert_allclose(found[:, :-1], explainer.shap_values(grown.rows), **CLOSE)
    np.testing.assert_allclose(found[:, -1], explainer.expected_value, **CLOSE)


def test_contributions_add_up_and_interactions_add_up_to_them(grown: Grown):
    tables = PatternTables(grown.forest)
    singles, both = tables.contributions(grown.rows), tables.interactions(grown.rows)
    margin = grown.booster.predict(xgb.DMatrix(grown.rows), output_margin=True)
    np.testing.assert_allclose(singles.sum(axis=1), margin, **CLOSE)
    np.testing.assert_allclose(both.sum(axis=2), singles, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(both, both.transpose(0, 2, 1))


def test_the_definition_by_all_coalitions():
    """Shapley's sum over coalitions of what a tree gives when only their features are known."""
    found = grow(features=4, missing=0.2, rounds=2, max_depth=3)
    width, row = found.forest.features, found.rows[0]
    expected = np.zeros(width)
    for i in range(width):
        others = [j for j in range(width) if j != i]
        for size in range(width):
            weight = math.factorial(size) * math.factorial(width - 1 - size) / math.factorial(width)
            for known in combinations(others, size):
                gain = known_value(found.forest, row, {*known, i}) - known_value(
                    found.forest, row, set(known)
                )
                expected[i] += weight * gain
    got = PatternTables(found.forest).contributions(found.rows[:1])[0]
    np.testing.assert_allclose(got[:-1], expected, rtol=0, atol=1e-6)
    np.testing.assert_allclose(got[-1], found.forest.base + known_value(found.forest, row, set()), atol=1e-6)


def known_value(forest: Forest, row: np.ndarray, known: set[int]) -> float:
    """Return the sum of trees where unknown features follow the training rows."""

    def walk(tree: Tree, node: int) -> float:
        if tree.left[node] == LEAF:
            return float(tree.value[node])
        left, right, feature = tree.left[node], tree.right[node], int(tree.feature[node])
        if feature not in known:
            share = tree.cover[left] / tree.cover[node]
            return share * walk(tree, left) + (1 - share) * walk(tree, right)
        value = row[feature]
        goes_left = tree.missing_left[node] if np.isnan(value) else value < tree.threshold[node]
        return walk(tree, left if goes_left else right)

    return sum(walk(tree, 0) for tree in forest.trees)


def test_a_value_on_the_threshold_goes_right():
    rows = np.repeat(np.array([[0.0], [1.0]], dtype=np.float32), 20, axis=0)
    booster = xgb.train({"max_depth": 1, "eta": 1.0}, xgb.DMatrix(rows, rows[:, 0]), num_boost_round=1)
    threshold = forest_of(booster).trees[0].threshold[0]
    around = np.array(
        [[np.nextafter(threshold, np.float32(-9))], [threshold], [np.nan], [9.0], [-9.0]],
        dtype=np.float32,
    )
    found = PatternTables(forest_of(booster)).contributions(around)
    np.testing.assert_allclose(found, booster.predict(xgb.DMatrix(around), pred_contribs=True), **CLOSE)
    assert found[0, 0] != found[1, 0]


def test_a_row_gets_the_same_in_any_company(grown: Grown, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lookup_module, "_BLOCK", 64)
    many = make_rows(500, 7, 0.3, 9)
    together = PatternTables(grown.forest, threads=2).contributions(many)
    alone = np.concatenate(
        [PatternTables(grown.forest, 1).contributions(many[i : i + 1]) for i in (0, 77, 499)]
    )
    np.testing.assert_array_equal(together[[0, 77, 499]], alone)


def test_no_row_is_no_contribution(grown: Grown):
    assert PatternTables(grown.forest).contributions(grown.rows[:0]).shape == (0, 8)


def test_too_deep_trees_are_refused():
    rows = np.arange(400, dtype=np.float32)[:, None]
    steps = xgb.train(
        {"max_depth": 14, "eta": 1.0, "lambda": 0, "min_child_weight": 0, "tree_method": "exact"},
        xgb.DMatrix(rows, np.random.default_rng(0).normal(size=400)),
        num_boost_round=1,
    )
    with pytest.raises(TreesRefused, match="at most 12"):
        PatternTables(forest_of(steps))
