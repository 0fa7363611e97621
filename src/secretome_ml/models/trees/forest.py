"""The trees of an XGBoost booster as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

LEAF = -1
_PLAIN_LOSSES = ("reg:squarederror", "reg:absoluteerror", "reg:pseudohubererror", "rank:pairwise")
_LOGISTIC_LOSSES = ("binary:logistic", "binary:logitraw", "reg:logistic")


class TreesRefused(ValueError):
    """The booster holds something that tables of split outcomes cannot say; use the booster itself."""


@dataclass(frozen=True)
class Tree:
    """One tree; node 0 is its root.

    Parameters
    ----------
    left, right : array of int, nodes
        Children of a node; `LEAF` at a leaf.
    feature : array of int, nodes
        Column that a node asks.
    threshold : array of float32, nodes
        A value below it goes left.
    missing_left : array of bool, nodes
        Whether a missing value goes left.
    cover : array, nodes
        Sum of second derivatives of the training rows that reached the node.
    value : array, nodes
        What a leaf adds to the margin.
    """

    left: Integers
    right: Integers
    feature: Integers
    threshold: NDArray[np.float32]
    missing_left: Flags
    cover: Floats
    value: Floats

    @property
    def splits(self) -> Integers:
        """Nodes that ask a question, in order."""
        return np.flatnonzero(self.left != LEAF)


@dataclass(frozen=True)
class Forest:
    """The trees of a booster, whose leaves add up to the margin.

    Parameters
    ----------
    trees : tuple of Tree
        In the order of training.
    features : int
        Number of columns of a row.
    base : float
        What the margin is before any tree, on the margin's own scale.
    """

    trees: tuple[Tree, ...]
    features: int
    base: float


def read_forest(model: Mapping[str, Any]) -> Forest:
    """Return the trees of a saved booster.

    Parameters
    ----------
    model : mapping
        What `Booster.save_raw("json")` holds, parsed.

    Raises
    ------
    TreesRefused
        If a split is categorical, a leaf holds several outputs, trees are weighted or absent, or the loss
        has a link other than the identity and the logistic one.

    Examples
    --------
    >>> import json
    >>> import numpy as np
    >>> import xgboost as xgb
    >>> rows = np.arange(20.0).reshape(10, 2)
    >>> booster = xgb.train({"max_depth": 2}, xgb.DMatrix(rows, rows[:, 0]), num_boost_round=3)
    >>> forest = read_forest(json.loads(bytes(booster.save_raw("json"))))
    >>> len(forest.trees), forest.features
    (3, 2)
    """
    learner = model["learner"]
    shape, booster = learner["learner_model_param"], learner["gradient_booster"]
    # From XGBoost 3.4 on a booster with dropout calls itself gbtree too; its trees carry weights.
    kind = "dart" if booster.get("model", {}).get("weight_drop") else booster["name"]
    _require(kind == "gbtree", f"a booster of kind {kind}")
    several = int(shape.get("num_class", "0")) > 1 or int(shape.get("num_target", "1")) > 1
    _require(not several, "several outputs")
    base = _base(str(shape["base_score"]), str(learner["objective"]["name"]))
    trees = tuple(_read_tree(tree) for tree in booster["model"]["trees"])
    _require(bool(trees), "no tree")
    return Forest(trees, int(shape["num_feature"]), base)


def _read_tree(tree: Mapping[str, Any]) -> Tree:
    left = np.asarray(tree["left_children"], dtype=np.int64)
    leaf = left == LEAF
    conditions = np.asarray(tree["split_conditions"], dtype=np.float32)
    _require(int(tree["tree_param"].get("size_leaf_vector", "1")) <= 1, "a leaf of several outputs")
    _require(not np.any(np.asarray(tree["split_type"])[~leaf]), "a categorical split")
    return Tree(
        left=left,
        right=np.asarray(tree["right_children"], dtype=np.int64),
        feature=np.asarray(tree["split_indices"], dtype=np.int64),
        threshold=conditions,
        missing_left=np.asarray(tree["default_left"]).astype(bool),
        cover=np.asarray(tree["sum_hessian"], dtype=np.float64),
        value=np.where(leaf, conditions, np.float32(0.0)).astype(np.float64),
    )


def _base(text: str, loss: str) -> float:
    """Return the base score on the margin's scale; XGBoost keeps it on the outcome's."""
    score = float(text.strip("[]"))
    if loss in _PLAIN_LOSSES:
        return score
    _require(loss in _LOGISTIC_LOSSES and 0.0 < score < 1.0, f"the loss {loss}")
    return float(np.log(score / (1.0 - score)))


def _require(fits: bool, what: str) -> None:
    if not fits:
        raise TreesRefused(f"The booster holds {what}; its own predictor must be asked.")
