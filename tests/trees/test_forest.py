"""What is read of a booster, and what is refused."""

import json

import numpy as np
import pandas as pd
import pytest
import xgboost as xgb

from secretome_ml.models.ubjson import read_ubjson
from secretome_ml.trees import TreesRefused, read_forest
from trees.growing import Grown, forest_of, make_rows


def test_both_formats_hold_the_same_trees(grown: Grown):
    other = read_forest(read_ubjson(bytes(grown.booster.save_raw("ubj"))))
    assert (other.features, other.base) == (grown.forest.features, grown.forest.base)
    for a, b in zip(grown.forest.trees, other.trees, strict=True):
        for name in ("left", "right", "feature", "threshold", "missing_left", "value"):
            np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
        np.testing.assert_allclose(a.cover, b.cover, rtol=1e-6)


def test_the_trees_are_those_of_the_text_dump(grown: Grown):
    """XGBoost's own listing, another way out of the booster."""
    listed = grown.booster.trees_to_dataframe()
    for number, tree in enumerate(grown.forest.trees):
        own = listed[listed["Tree"] == number]
        leaves = own[own["Feature"] == "Leaf"]
        np.testing.assert_allclose(np.sort(tree.value[tree.left < 0]), np.sort(leaves["Gain"]), rtol=1e-5)
        np.testing.assert_allclose(np.sort(tree.cover), np.sort(own["Cover"]), rtol=1e-4)


def several_outputs() -> xgb.Booster:
    rows = make_rows(90, 3, 0.0, 0)
    return xgb.train(
        {"objective": "multi:softprob", "num_class": 3},
        xgb.DMatrix(rows, np.arange(90) % 3),
        num_boost_round=1,
    )


def categorical() -> xgb.Booster:
    rows = pd.DataFrame({"a": pd.Categorical(list("abcabcabcd") * 9), "b": np.arange(90.0)})
    data = xgb.DMatrix(rows, (rows["a"].cat.codes % 2) * 1.0, enable_categorical=True)
    return xgb.train({"max_depth": 2, "max_cat_to_onehot": 1}, data, num_boost_round=2)


def counts() -> xgb.Booster:
    return xgb.train({"objective": "count:poisson"}, xgb.DMatrix(make_rows(90, 3, 0.0, 0), np.arange(90)), 1)


def linear() -> xgb.Booster:
    return xgb.train({"booster": "gblinear"}, xgb.DMatrix(make_rows(90, 3, 0.0, 0), np.arange(90)), 1)


def dropped() -> xgb.Booster:
    return xgb.train({"booster": "dart"}, xgb.DMatrix(make_rows(90, 3, 0.0, 0), np.arange(90)), 2)


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (several_outputs, "several outputs"),
        (categorical, "categorical"),
        (counts, "count:poisson"),
        (linear, "gblinear"),
        (dropped, "dart"),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_what_tables_cannot_say_is_refused(make, what: str):
    with pytest.raises(TreesRefused, match=what):
        forest_of(make())


def test_the_message_says_what_to_do():
    with pytest.raises(TreesRefused, match="its own predictor must be asked"):
        read_forest(json.loads(bytes(linear().save_raw("json"))))
