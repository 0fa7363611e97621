"""Small trees against XGBoost's own predictor and against the tables of larger ones."""

import numpy as np
import pytest
import xgboost as xgb
from hypothesis import given, settings
from hypothesis import strategies as st

from models.trees.growing import Grown, grow
from secretome_ml.models.trees import PatternTables, TreesRefused
from secretome_ml.models.trees.small import SmallTrees

VARYING = {1, 6}


def variants_of(found: Grown, count: int = 3) -> dict[int, np.ndarray]:
    """Return the columns of the rows; two of them stand otherwise in each variant."""
    columns = {i: found.rows[None, :, i] for i in range(found.rows.shape[1])}
    for column in VARYING & set(columns):
        columns[column] = np.stack([np.roll(found.rows[:, column], shift) for shift in range(count)])
    return columns


def rows_of(columns: dict[int, np.ndarray], variant: int) -> np.ndarray:
    return np.ascontiguousarray(np.stack([c[min(variant, len(c) - 1)] for c in columns.values()], axis=1))


@settings(max_examples=25, deadline=None)
@given(
    depth=st.integers(1, 3),
    missing=st.sampled_from([0.0, 0.3, 0.9]),
    rounds=st.sampled_from([1, 5, 60]),
    seed=st.integers(0, 10_000),
)
def test_every_variant_equals_xgboost_to_the_last_bit(depth: int, missing: float, rounds: int, seed: int):
    found = grow(7, missing, rounds, seed, max_depth=depth, base_score=0.0)
    small, columns = SmallTrees(found.forest, VARYING), variants_of(found)
    outcomes = small.outcomes(columns)
    margins, shares = small.margins(outcomes), small.contributions(outcomes)
    tables = PatternTables(found.forest)
    for variant in range(3):
        rows = rows_of(columns, variant)
        told = found.booster.inplace_predict(rows, predict_type="margin")
        np.testing.assert_array_equal(np.broadcast_to(margins, (3, len(rows)))[variant], told)
        own = np.broadcast_to(shares, (len(small.asked), 3, len(rows)))[:, variant]
        np.testing.assert_allclose(own.T, tables.contributions(rows)[:, small.asked], rtol=0, atol=1e-12)
        theirs = found.booster.predict(xgb.DMatrix(rows), pred_contribs=True)
        np.testing.assert_allclose(own.T, theirs[:, small.asked], rtol=0, atol=1e-5)


def test_trees_of_more_splits_are_refused():
    with pytest.raises(TreesRefused, match="more than 8 splits"):
        SmallTrees(grow(max_depth=5, min_child_weight=0).forest)
