"""What is read of a booster, and what is refused."""

import json

import numpy as np
import pandas as pd
import pytest
import xgboost as xgb

from models.trees.growing import Grown, forest_of, make_rows
from secretome_ml.models.trees import TreesRefused, read_forest
from secretome_ml.models.trees.saved import booster_json, forest_from_state, forest_state


def test_a_forest_comes_back_from_plain_json_and_from_xgboost(grown: Grown):
    """To the last bit, and XGBoost scores and explains with what it is handed as with what it grew."""
    state, base = json.loads(json.dumps(forest_state(grown.forest))), grown.forest.base
    again = forest_from_state(state, grown.forest.features)
    for a, b in zip(grown.forest.trees, again.trees, strict=True):
        for name in ("left", "right", "missing_left", "value", "cover"):
            np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
        np.testing.assert_array_equal(a.threshold[a.splits], b.threshold[b.splits])
        np.testing.assert_array_equal(a.feature[a.splits], b.feature[b.splits])
    booster = xgb.Booster({"nthread": 1})
    names = [f"f{i}" for i in range(again.features)]
    booster.load_model(bytearray(booster_json(again, names)))
    mine, theirs = xgb.DMatrix(grown.rows, feature_names=names), xgb.DMatrix(grown.rows)
    for wanted in ({"output_margin": True}, {"pred_contribs": True}, {"pred_interactions": True}):
        found, told = booster.predict(mine, **wanted), grown.booster.predict(theirs, **wanted)
        offset = np.zeros(found.shape[1:])
        offset[tuple(np.array(offset.shape, dtype=int) - 1)] = base
        np.testing.assert_allclose(found + offset, told, atol=2e-5)


SOUND = {
    "nodes": [3, 1],
    "left": [1, -1, -1, -1],
    "right": [2, -1, -1, -1],
    "feature": [1, 0, 0, 0],
    "missing_left": [0, 0, 0, 0],
    "condition": [0.5, 1.0, -1.0, 0.25],
    "cover": [10.0, 4.0, 6.0, 10.0],
}


def chain(depth: int) -> dict:
    """Return one tree that goes ever further to its left."""
    nodes, node = 2 * depth + 1, 0
    children, others = [-1] * nodes, [-1] * nodes
    for level in range(depth):
        children[node], others[node] = 2 * level + 1, 2 * level + 2
        node = children[node]
    flat = {name: [0] * nodes for name in ("feature", "missing_left")}
    return {"nodes": [nodes], "left": children, "right": others, **flat, "condition": [0.5] * nodes,
            "cover": [1.0] * nodes}  # fmt: skip


def test_trees_up_to_sixteen_splits_deep():
    assert len(forest_from_state(SOUND, 2).trees) == 2
    assert len(forest_from_state(chain(16), 1).trees[0].left) == 33
    with pytest.raises(ValueError, match="depth of a tree"):
        forest_from_state(chain(17), 1)


@pytest.mark.parametrize(
    ("name", "at", "value", "what"),
    [
        ("nodes", 0, 0, "number of trees"),
        ("nodes", 0, 4, "left"),
        ("nodes", 0, 10**9, "number of nodes"),
        ("nodes", 1, 65_537, "number of nodes"),
        ("left", 0, -1, "children of a node"),
        ("left", 0, 0, "children of a node"),
        ("left", 0, 3, "children of a node"),
        ("left", 0, -2, "children of a node"),
        ("left", 0, 2, "nodes of a tree"),
        ("left", 3, 1, "children of a node"),
        ("feature", 0, 2, "a split on no feature"),
        ("feature", 0, -1, "a split on no feature"),
        ("missing_left", 0, 2, "where missing values go"),
        ("condition", 0, 1e9, "a value that sums could not hold"),
        ("condition", 1, float("nan"), "a value that sums could not hold"),
        ("cover", 0, 0.0, "cover of a split"),
        ("cover", 1, -1.0, "cover of a split"),
        ("cover", 1, 11.0, "cover of a node"),
    ],
)
def test_what_is_no_tree_is_refused(name: str, at: int, value: float, what: str):
    forged = {key: list(values) for key, values in SOUND.items()}
    forged[name][at] = value
    with pytest.raises(ValueError, match=f"trees: {what}"):
        forest_from_state(forged, 2)


@pytest.mark.parametrize("name", list(SOUND))
def test_a_forest_with_a_part_too_few_is_refused(name: str):
    with pytest.raises((ValueError, KeyError)):
        forest_from_state({**SOUND, name: SOUND[name][:-1]}, 2)
    with pytest.raises(KeyError):
        forest_from_state({k: v for k, v in SOUND.items() if k != name}, 2)


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
    return xgb.train(
        {"booster": "dart", "rate_drop": 0.5}, xgb.DMatrix(make_rows(90, 3, 0.0, 0), np.arange(90)), 5
    )


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
