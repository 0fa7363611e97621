"""Forests of small trees: every distinct condition is met once for all trees, rows and their variants.

A variant exchanges some columns, as the effects of a preparation do. What no exchanged column enters is
worked out once for all variants, by broadcasting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from secretome_ml.models.trees.forest import Floats, Forest, Integers, Tree, TreesRefused
from secretome_ml.models.trees.groups import Group, cut
from secretome_ml.models.trees.tables import GroupTable, contribution_tables, expected

_MOST_SPLITS = 8  # of a tree; its pattern of outcomes has a byte
_BUNDLE_BITS = 10  # of trees whose contributions are looked up together
Singles = NDArray[np.float32]
Outcome = NDArray[np.uint8]
Condition = tuple[int, float, bool]  # column, threshold, and whether a missing value goes left


@dataclass(frozen=True)
class _Small:
    """One tree: the conditions that its pattern of outcomes is made of, and the leaf of each pattern."""

    conditions: tuple[int, ...]
    leaves: Singles


@dataclass(frozen=True)
class _Bundle:
    """Trees with few conditions together: what each pattern of their outcomes adds to each column."""

    conditions: tuple[int, ...]
    places: Integers
    values: Floats


class SmallTrees:
    """Margins and exact contributions of a forest of small trees.

    Parameters
    ----------
    forest : Forest
        Trees as `read_forest` gives them, of eight splits at most.
    varying : set of int
        Columns that variants exchange.

    Raises
    ------
    TreesRefused
        If a tree has more splits.

    Examples
    --------
    >>> import json
    >>> import xgboost as xgb
    >>> from secretome_ml.models.trees import read_forest
    >>> rows = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    >>> booster = xgb.train({"max_depth": 2}, xgb.DMatrix(rows, rows[:, 0] * rows[:, 1]), num_boost_round=5)
    >>> small = SmallTrees(read_forest(json.loads(bytes(booster.save_raw("json")))))
    >>> outcomes = small.outcomes({i: rows[None, :, i] for i in range(3)})
    >>> bool(np.allclose(small.margins(outcomes)[0] + small.forest.base, booster.inplace_predict(rows)))
    True
    """

    def __init__(self, forest: Forest, varying: Set[int] = frozenset()) -> None:
        if max(len(tree.splits) for tree in forest.trees) > _MOST_SPLITS:
            raise TreesRefused(f"A tree has more than {_MOST_SPLITS} splits.")
        self.forest = forest
        self.varying = varying
        self.expected = expected(forest)
        self.asked: Integers = np.unique(np.concatenate([tree.feature[tree.splits] for tree in forest.trees]))
        self.conditions: dict[Condition, int] = {}
        self._trees = [self._small(tree, cut(tree)[0]) for tree in forest.trees]
        self._bundles: list[_Bundle] | None = None

    def outcomes(self, columns: Mapping[int, Singles]) -> list[Outcome]:
        """Return, per condition, 1 where a row goes the way that a missing value does not.

        Parameters
        ----------
        columns : mapping of int to array of float32
            Every asked column: variants by rows, or one row or column of that where it is the same.
        """
        found = []
        for feature, threshold, missing_left in self.conditions:
            compare = np.greater_equal if missing_left else np.less
            found.append(compare(columns[feature], np.float32(threshold)).view(np.uint8))
        return found

    def margins(self, outcomes: Sequence[Outcome]) -> Singles:
        """Return variants by rows: the sum of the leaves, without the base.

        Leaves are added in single precision, tree after tree, as XGBoost adds them: the last bit is the same.
        """
        total = np.zeros(_shape(outcomes), dtype=np.float32)
        for tree in self._trees:
            total += np.take(tree.leaves, _code(tree.conditions, outcomes), mode="wrap")
        return total

    def contributions(self, outcomes: Sequence[Outcome]) -> Floats:
        """Return asked columns by variants by rows: the share of each column in the margin."""
        if self._bundles is None:
            self._bundles = self._bundled()
        shape = _shape(outcomes)
        total = np.zeros((len(self.asked), *shape))
        for bundle in self._bundles:
            code = _code(bundle.conditions, outcomes)
            taken = np.empty(code.shape)
            for place, values in zip(bundle.places.tolist(), bundle.values, strict=True):
                np.take(values, code, out=taken, mode="wrap")
                total[place] += taken
        return total

    def _small(self, tree: Tree, group: Group) -> _Small:
        asked = [
            (int(tree.feature[node]), float(tree.threshold[node]), bool(tree.missing_left[node]))
            for node in group.inside
        ]
        conditions = tuple(self.conditions.setdefault(a, len(self.conditions)) for a in asked)
        codes = np.arange(2 ** len(conditions))
        leaves = np.zeros(len(codes), dtype=np.float32)
        for path in group.paths:
            met = np.ones(len(codes), dtype=bool)
            for bit, left, node in zip(path.bits, path.lefts, path.nodes, strict=True):
                met &= ((codes >> bit) & 1) == (left != bool(tree.missing_left[node]))
            leaves[met] = tree.value[path.leaf]
        return _Small(conditions, leaves)

    def _bundled(self) -> list[_Bundle]:
        """Return the trees in bundles, each into the one that it makes least larger."""
        features = [feature for feature, _, _ in self.conditions]
        tables = [groups[0] for groups in contribution_tables(self.forest)]

        def varies(tree: _Small) -> bool:
            return any(features[c] in self.varying for c in tree.conditions)

        gathered: dict[bool, list[tuple[set[int], list[int]]]] = {False: [], True: []}
        for number, tree in enumerate(self._trees):
            own, bundles = set(tree.conditions), gathered[varies(tree)]
            fits = [
                (len(own - met), i) for i, (met, _) in enumerate(bundles) if len(met | own) <= _BUNDLE_BITS
            ]
            if not fits:
                bundles.append((own, [number]))
                continue
            _, i = min(fits)
            bundles[i][0].update(own)
            bundles[i][1].append(number)
        return [
            self._joined(met, members, tables) for bundles in gathered.values() for met, members in bundles
        ]

    def _joined(self, met: set[int], members: list[int], tables: Sequence[GroupTable]) -> _Bundle:
        conditions = tuple(sorted(met))
        position = {condition: bit for bit, condition in enumerate(conditions)}
        codes = np.arange(2 ** len(conditions))
        keys = sorted({key for number in members for key in tables[number].keys})
        values, row = np.zeros((len(keys), len(codes))), {key: i for i, key in enumerate(keys)}
        for number in members:
            own, table = np.zeros(len(codes), dtype=np.int64), tables[number]
            for bit, condition in enumerate(self._trees[number].conditions):
                own |= ((codes >> position[condition]) & 1) << bit
            for key, part in zip(table.keys, table.values, strict=True):
                values[row[key]] += part[own]
        return _Bundle(conditions, np.searchsorted(self.asked, keys), values)


def _shape(outcomes: Sequence[Outcome]) -> tuple[int, ...]:
    return np.broadcast_shapes(*{outcome.shape for outcome in outcomes})


def _code(conditions: Sequence[int], outcomes: Sequence[Outcome]) -> NDArray[np.intp]:
    """Return the pattern of some outcomes, the first in the lowest bit."""
    code: NDArray[np.uint16] = np.zeros((1, 1), dtype=np.uint16)
    for bit, condition in enumerate(conditions):
        code = code | np.left_shift(outcomes[condition], bit, dtype=np.uint16)
    return code.astype(np.intp)
