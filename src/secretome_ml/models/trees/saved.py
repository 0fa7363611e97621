"""The trees of a booster as plain JSON values, checked when they are read, and handed back to XGBoost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from secretome_ml.models.trees.forest import LEAF, Forest, Tree

MOST_TREES, MOST_NODES, DEEPEST = 2000, 65_536, 16
_LARGEST, _LEAST_COVER, _SLACK = 1e9, 1e-6, 1.01
_NO_PARENT = 2**31 - 1


def forest_state(forest: Forest) -> dict[str, Any]:
    """Return a forest as JSON values: the trees' sizes, and the nodes of all trees one after the other.

    `condition` is the threshold of a split and the value of a leaf.
    """
    trees = forest.trees

    def joined(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(tree, name) for tree in trees])

    left = joined("left")
    condition = np.where(left == LEAF, joined("value").astype(np.float32), joined("threshold"))
    return {
        "nodes": [len(tree.left) for tree in trees],
        "left": left.tolist(),
        "right": joined("right").tolist(),
        "feature": np.where(left == LEAF, 0, joined("feature")).tolist(),
        "missing_left": joined("missing_left").astype(int).tolist(),
        "condition": _shortest(condition),
        "cover": _shortest(joined("cover").astype(np.float32)),
    }


def forest_from_state(state: Mapping[str, Any], features: int) -> Forest:
    """Return the forest of JSON values.

    Parameters
    ----------
    state : mapping
        As `forest_state` gives it.
    features : int
        Columns that the trees may ask.

    Raises
    ------
    ValueError
        If they are no trees: each node but the roots the child of one earlier node, numbers within reason.
    """
    sizes = np.asarray(state["nodes"], dtype=np.int64)
    _require(0 < len(sizes) <= MOST_TREES and sizes.min() > 0, "number of trees")
    total = int(sizes.sum())
    _require(total <= MOST_NODES, "number of nodes")
    left, right, feature = (_array(state, name, total, np.int64) for name in ("left", "right", "feature"))
    missing_left = _array(state, "missing_left", total, np.int64)
    condition, cover = (_array(state, name, total, np.float32) for name in ("condition", "cover"))
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    _check_shape(left, right, starts, sizes)
    split = left != LEAF
    _require(bool(((feature >= 0) & (feature < features)).all()), "a split on no feature")
    _require(bool(((missing_left == 0) | (missing_left == 1)).all()), "where missing values go")
    for values in (condition, cover):
        _require(bool((np.abs(values) < _LARGEST).all()), "a value that sums could not hold")
    _require(bool((cover >= 0.0).all() and (cover[split] > _LEAST_COVER).all()), "cover of a split")
    offset = np.repeat(starts, sizes)[split]
    for child in (left[split] + offset, right[split] + offset):
        _require(bool((cover[child] <= _SLACK * cover[split] + _LEAST_COVER).all()), "cover of a node")
    value = np.where(split, np.float32(0.0), condition).astype(np.float64)
    columns = left, right, feature, condition, missing_left.astype(bool), cover.astype(np.float64), value
    cuts = starts[1:]
    parts = zip(*(np.split(column, cuts) for column in columns), strict=True)
    return Forest(tuple(Tree(*part) for part in parts), features, 0.0)


def booster_json(forest: Forest, names: list[str]) -> bytes:
    """Return a forest as XGBoost reads it.

    Examples
    --------
    >>> import numpy as np
    >>> import xgboost as xgb
    >>> from secretome_ml.models.trees import read_forest
    >>> rows = np.arange(20.0).reshape(10, 2)
    >>> grown = xgb.train({"base_score": 0.0}, xgb.DMatrix(rows, rows[:, 0]), num_boost_round=3)
    >>> again = xgb.Booster()
    >>> forest = read_forest(json.loads(bytes(grown.save_raw("json"))))
    >>> again.load_model(bytearray(booster_json(forest, ["a", "b"])))
    >>> bool((again.inplace_predict(rows) == grown.inplace_predict(rows)).all())
    True
    """
    trees = [_tree_json(number, tree, forest.features) for number, tree in enumerate(forest.trees)]
    model = {
        "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": str(len(trees))},
        "iteration_indptr": list(range(len(trees) + 1)),
        "tree_info": [0] * len(trees),
        "trees": trees,
    }
    shape = {
        "base_score": "0E0",
        "boost_from_average": "0",
        "num_class": "0",
        "num_feature": str(forest.features),
        "num_target": "1",
    }
    learner = {
        "attributes": {},
        "feature_names": names,
        "feature_types": [],
        "gradient_booster": {"model": model, "name": "gbtree"},
        "learner_model_param": shape,
        "objective": {"name": "reg:squarederror", "reg_loss_param": {"scale_pos_weight": "1"}},
    }
    return json.dumps({"learner": learner, "version": [3, 0, 0]}).encode()


def _tree_json(number: int, tree: Tree, features: int) -> dict[str, Any]:
    nodes = len(tree.left)
    parents = np.full(nodes, _NO_PARENT)
    for children in (tree.left, tree.right):
        parents[children[tree.splits]] = tree.splits
    leaf = tree.left == LEAF
    zeros = [0.0] * nodes
    return {
        "base_weights": zeros,
        "categories": [],
        "categories_nodes": [],
        "categories_segments": [],
        "categories_sizes": [],
        "default_left": tree.missing_left.astype(int).tolist(),
        "id": number,
        "left_children": tree.left.tolist(),
        "loss_changes": zeros,
        "parents": parents.tolist(),
        "right_children": tree.right.tolist(),
        "split_conditions": np.where(leaf, tree.value, tree.threshold).tolist(),
        "split_indices": tree.feature.tolist(),
        "split_type": [0] * nodes,
        "sum_hessian": tree.cover.tolist(),
        "tree_param": {
            "num_deleted": "0",
            "num_feature": str(features),
            "num_nodes": str(nodes),
            "size_leaf_vector": "1",
        },
    }


def _check_shape(
    left: NDArray[np.int64], right: NDArray[np.int64], starts: NDArray[np.int64], sizes: NDArray[np.int64]
) -> None:
    """Refuse anything but binary trees of a bounded depth, all nodes reached once from their root."""
    split = left != LEAF
    _require(bool(((right != LEAF) == split).all()), "children of a node")
    own, offset = np.arange(len(left)), np.repeat(starts, sizes)
    last = offset + np.repeat(sizes, sizes)
    parents = np.zeros(len(left), dtype=np.int64)
    for child in (left[split] + offset[split], right[split] + offset[split]):
        inside = (child > own[split]) & (child < last[split])
        _require(bool(inside.all()), "children of a node")
        np.add.at(parents, child, 1)
    expected = np.ones(len(left), dtype=np.int64)
    expected[starts] = 0
    _require(bool((parents == expected).all()), "nodes of a tree")
    level = starts
    for _ in range(DEEPEST + 1):
        level = level[split[level]]
        level = np.concatenate([left[level], right[level]]) + np.tile(offset[level], 2)
    _require(len(level) == 0, "depth of a tree")


def _array(state: Mapping[str, Any], name: str, count: int, kind: type[np.generic]) -> NDArray[Any]:
    found = np.asarray(state[name], dtype=kind)
    _require(found.shape == (count,), name)
    return found


def _shortest(values: NDArray[np.float32]) -> list[float]:
    """Return numbers by the shortest decimals that give them back in single precision."""
    return [float(text) for text in values.astype(str).tolist()]


def _require(fits: bool, what: str) -> None:
    if not fits:
        raise ValueError(f"trees: {what}")
