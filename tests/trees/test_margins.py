"""Margins against XGBoost's own predictor."""

import numpy as np
import pytest
import xgboost as xgb
from hypothesis import given, settings
from hypothesis import strategies as st

from secretome_ml.trees import MarginTables, TreesRefused, margins
from trees.growing import Grown, forest_of, grow, make_rows

CLOSE = {"rtol": 0.0, "atol": 1e-5}


def margin(booster: xgb.Booster, rows: np.ndarray) -> np.ndarray:
    return booster.inplace_predict(rows, predict_type="margin", missing=np.nan)


@pytest.mark.parametrize("depth", range(1, 9))
def test_every_depth_equals_xgboost(depth: int):
    found = grow(max_depth=depth, rounds=9)
    np.testing.assert_allclose(
        MarginTables(found.forest).margins(found.rows), margin(found.booster, found.rows), **CLOSE
    )


@settings(max_examples=25, deadline=None)
@given(
    features=st.integers(2, 9), missing=st.sampled_from([0.0, 0.5]), depth=st.integers(1, 7),
    rounds=st.integers(1, 15), seed=st.integers(0, 10_000), count=st.integers(1, 40),
)  # fmt: skip
def test_any_booster_equals_xgboost(
    features: int, missing: float, depth: int, rounds: int, seed: int, count: int
):
    found = grow(features, missing, rounds, seed, max_depth=depth, objective="binary:logistic")
    rows = make_rows(count, features, missing, seed + 7)
    np.testing.assert_allclose(MarginTables(found.forest).margins(rows), margin(found.booster, rows), **CLOSE)


def test_a_tree_of_one_leaf_counts():
    found = grow(rounds=3, min_child_weight=1e6)
    assert max(len(tree.left) for tree in found.forest.trees) == 1
    np.testing.assert_allclose(
        MarginTables(found.forest).margins(found.rows), margin(found.booster, found.rows), **CLOSE
    )


def test_variants_equal_whole_rows(grown: Grown, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(margins, "_BLOCK", 24)
    columns = np.ascontiguousarray(grown.rows.T)
    variants = [{}, {0: columns[1], 6: columns[5]}, {0: np.full(60, np.nan, dtype=np.float32)}]
    found = MarginTables(grown.forest, threads=2).margins_of(columns, variants)
    for variant, own in zip(variants, found, strict=True):
        rows = columns.copy()
        for column, values in variant.items():
            rows[column] = values
        np.testing.assert_allclose(own, margin(grown.booster, np.ascontiguousarray(rows.T)), **CLOSE)


def test_deeper_trees_are_refused():
    rows = make_rows(3000, 3, 0.0, 0)
    booster = xgb.train(
        {"max_depth": 12, "min_child_weight": 0, "lambda": 0},
        xgb.DMatrix(rows, np.random.default_rng(0).normal(size=3000)),
        num_boost_round=1,
    )
    with pytest.raises(TreesRefused, match="at most 8"):
        MarginTables(forest_of(booster))
