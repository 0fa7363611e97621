"""Trees of a booster as UBJSON, read and checked before the native loader, which trusts what it reads."""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

# What XGBoost writes: numbers by marker, every length as a 64-bit integer. Nothing else is read.
_NUMBERS = {"i": ">b", "U": ">B", "I": ">h", "l": ">i", "L": ">q", "d": ">f", "D": ">d"}
_ARRAYS = {"i": ">i1", "U": ">u1", "I": ">i2", "l": ">i4", "L": ">i8", "d": ">f4", "D": ">f8"}
_CONSTANTS = {"T": True, "F": False, "Z": None}
_DEEPEST_NESTING, _DEEPEST_TREE, _MOST_TREES, _MOST_NODES = 12, 32, 20_000, 1_000_000
_INTEGERS = (">i4",)
_NO_PARENT = 2**31 - 1
_LARGEST_VALUE, _LEAST_COVER = 1e9, 1e-6
_PER_NODE = {
    "base_weights": (">f4",),
    "default_left": (">u1",),
    "left_children": _INTEGERS,
    "loss_changes": (">f4",),
    "parents": _INTEGERS,
    "right_children": _INTEGERS,
    "split_conditions": (">f4",),
    "split_indices": (">i4", ">i8"),
    "split_type": (">u1",),
    "sum_hessian": (">f4",),
}
_CATEGORICAL = ("categories", "categories_nodes", "categories_segments", "categories_sizes")


def read_ubjson(content: bytes) -> dict[str, Any]:
    """Return the object that UBJSON bytes hold; numeric arrays come as NumPy arrays.

    Parameters
    ----------
    content : bytes
        One object and nothing after it.

    Raises
    ------
    ValueError
        If the bytes are anything else, or a length exceeds what is left of them.
    """
    reader = _Reader(content)
    found = reader.value(0)
    if not isinstance(found, dict) or reader.at != len(content):
        raise ValueError("bytes that are not one UBJSON object")
    return found


def check_booster(content: bytes, names: list[str]) -> None:
    """Refuse trees that the native loader or predictor could not take without harm.

    Parameters
    ----------
    content : bytes
        A tree booster as XGBoost saves it.
    names : list of str
        The features that it must have been trained on, in order.

    Raises
    ------
    ValueError
        If anything does not fit.
    """
    try:
        _check_booster(read_ubjson(content), names)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"a part of the booster: {error}") from error


class _Reader:
    """A place in UBJSON bytes that never passes their end."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.at = 0

    def value(self, depth: int) -> Any:
        _require(depth <= _DEEPEST_NESTING, "nesting too deep")
        marker = self._marker()
        if marker == "{":
            return self._object(depth)
        if marker == "[":
            return self._array(depth)
        if marker == "S":
            return self._text()
        if marker in _NUMBERS:
            form = _NUMBERS[marker]
            return struct.unpack(form, self._take(struct.calcsize(form)))[0]
        _require(marker in _CONSTANTS, f"marker {marker!r}")
        return _CONSTANTS[marker]

    def _object(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not self._next("}"):
            key = self._text()
            _require(key not in found, "a key that stands twice")
            found[key] = self.value(depth + 1)
        return found

    def _array(self, depth: int) -> list[Any] | NDArray[Any]:
        if self._next("$"):
            marker = self._marker()
            _require(marker in _ARRAYS and self._next("#"), "an array of no known type")
            dtype = np.dtype(_ARRAYS[marker])
            count = self._length(dtype.itemsize)
            return np.frombuffer(self._take(count * dtype.itemsize), dtype=dtype)
        if self._next("#"):
            return [self.value(depth + 1) for _ in range(self._length(1))]
        items: list[Any] = []
        while not self._next("]"):
            items.append(self.value(depth + 1))
        return items

    def _text(self) -> str:
        return self._take(self._length(1)).decode()

    def _length(self, width: int) -> int:
        _require(self._marker() == "L", "a length that is no 64-bit integer")
        length = int(struct.unpack(">q", self._take(8))[0])
        _require(0 <= length <= (len(self.content) - self.at) // width, "a length beyond the end")
        return length

    def _marker(self) -> str:
        return self._take(1).decode("latin-1")

    def _next(self, marker: str) -> bool:
        found = self.content[self.at : self.at + 1] == marker.encode()
        self.at += found
        return found

    def _take(self, count: int) -> bytes:
        _require(self.at + count <= len(self.content), "an early end")
        self.at += count
        return self.content[self.at - count : self.at]


def _check_booster(booster: dict[str, Any], names: list[str]) -> None:
    version, learner = booster["version"], booster["learner"]
    _require(len(version) == 3 and all(type(v) is int and 0 <= v < 1000 for v in version), "version")
    _require(learner["feature_names"] == names and len(learner["feature_types"]) == 0, "feature names")
    _require(all(isinstance(v, str) for v in learner["attributes"].values()), "attributes")
    shape, objective = learner["learner_model_param"], learner["objective"]
    trees = learner["gradient_booster"]
    _require(float(shape["base_score"].strip("[]")) == 0.0, "base score")
    _require((shape["num_class"], shape["num_target"]) == ("0", "1"), "number of outputs")
    _require(_count(shape["num_feature"]) == len(names), "number of features")
    _require(_count(shape["boost_from_average"]) <= 1, "boost_from_average")
    _require(objective["name"] == "reg:squarederror" and set(objective) == {"name", "reg_loss_param"}, "loss")
    _require(math.isfinite(float(objective["reg_loss_param"]["scale_pos_weight"])), "loss")
    _require(trees["name"] == "gbtree", "kind of booster")
    _check_forest(trees["model"], len(names))


def _check_forest(model: dict[str, Any], features: int) -> None:
    trees, sizes = model["trees"], model["gbtree_model_param"]
    _require(isinstance(trees, list) and 0 < len(trees) <= _MOST_TREES, "number of trees")
    _require(_count(sizes["num_trees"]) == len(trees) and sizes["num_parallel_tree"] == "1", "trees")
    _require(_equal(model["tree_info"], [0] * len(trees)), "tree_info")
    _require(_equal(model["iteration_indptr"], list(range(len(trees) + 1))), "iteration_indptr")
    if "cats" in model:
        _require(set(model["cats"]) == {"enc", "feature_segments", "sorted_idx"}, "cats")
        _require(all(len(v) == 0 for v in model["cats"].values()), "categories")
    for number, tree in enumerate(trees):
        _require(type(tree["id"]) is int and tree["id"] == number, "number of a tree")
        _check_tree(tree, features)


def _check_tree(tree: dict[str, Any], features: int) -> None:
    sizes = tree["tree_param"]
    nodes = _count(sizes["num_nodes"])
    _require(0 < nodes <= _MOST_NODES, "number of nodes")
    _require((sizes["num_deleted"], sizes["size_leaf_vector"]) == ("0", "1"), "shape of a tree")
    _require(_count(sizes["num_feature"]) == features, "features of a tree")
    for name, dtypes in _PER_NODE.items():
        array = tree[name]
        _require(isinstance(array, np.ndarray) and array.dtype in dtypes and len(array) == nodes, name)
        _require(bool(np.isfinite(array).all()), name)
    _require(all(len(tree[name]) == 0 for name in _CATEGORICAL), "categories of a tree")
    left, right, parent = (tree[n].tolist() for n in ("left_children", "right_children", "parents"))
    split = tree["left_children"] >= 0
    for values in (tree["base_weights"], tree["sum_hessian"], tree["split_conditions"][~split]):
        _require(bool((np.abs(values) < _LARGEST_VALUE).all()), "a value that sums could not hold")
    _require(bool((tree["split_type"] == 0).all() and (tree["default_left"] <= 1).all()), "splits of a tree")
    inside = (tree["split_indices"] >= 0) & (tree["split_indices"] < features)
    _require(bool(inside.all()), "a split on no feature")
    cover, parted = tree["sum_hessian"].tolist(), tree["sum_hessian"][split]
    _require(min(cover) >= 0.0 and bool((parted > _LEAST_COVER).all()), "cover of a split")
    # Each node but the root is the child of one earlier node: a tree, without cycles and nothing loose.
    _require(parent[0] == _NO_PARENT and 2 * int(split.sum()) + 1 == nodes, "nodes of a tree")
    depth = [0] * nodes
    for node in range(nodes):
        if left[node] < 0:
            _require(left[node] == right[node] == -1, "children of a node")
            continue
        _require(left[node] != right[node] and depth[node] < _DEEPEST_TREE, "children of a node")
        for child in (left[node], right[node]):
            _require(node < child < nodes and parent[child] == node, "children of a node")
            _require(cover[child] <= 1.01 * cover[node] + _LEAST_COVER, "cover of a node")
            depth[child] = depth[node] + 1


def _equal(found: Any, expected: list[int]) -> bool:
    return isinstance(found, list) and found == expected and all(type(v) is int for v in found)


def _count(text: str) -> int:
    _require(isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 10, "a count")
    return int(text)


def _require(fits: bool, what: str) -> None:
    if not fits:
        raise ValueError(f"trees.ubj: {what}")
