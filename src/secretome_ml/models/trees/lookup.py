"""Contributions and interactions of many rows: codes of split outcomes, looked up and added."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from secretome_ml.models.trees.blocks import available_threads, in_blocks
from secretome_ml.models.trees.forest import LEAF, Floats, Forest, Tree
from secretome_ml.models.trees.tables import GroupTable, contribution_tables, expected, interaction_tables

_BLOCK = 16_384
Rows = NDArray[np.float32]


class PatternTables:
    """Exact path-dependent SHAP values of a forest by tables of split outcomes.

    Parameters
    ----------
    forest : Forest
        Trees as `read_forest` gives them.
    threads : int, optional
        Blocks of rows worked at a time; default: one per core that the process may use.

    Raises
    ------
    TreesRefused
        If the trees are too deep for tables.

    Examples
    --------
    >>> import json
    >>> import xgboost as xgb
    >>> from secretome_ml.models.trees import read_forest
    >>> rows = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    >>> booster = xgb.train({"max_depth": 3}, xgb.DMatrix(rows, rows[:, 0] * rows[:, 1]), num_boost_round=5)
    >>> found = PatternTables(read_forest(json.loads(bytes(booster.save_raw("json"))))).contributions(rows)
    >>> bool(np.allclose(found, booster.predict(xgb.DMatrix(rows), pred_contribs=True), atol=1e-5))
    True
    """

    def __init__(self, forest: Forest, threads: int | None = None) -> None:
        self.forest = forest
        self.threads = threads or available_threads()
        self.expected = expected(forest)
        self._asked = np.unique(np.concatenate([tree.feature[tree.splits] for tree in forest.trees]))
        self._tables = contribution_tables(forest)
        self._pairs: list[list[GroupTable]] | None = None

    def contributions(self, rows: Rows) -> Floats:
        """Return rows by (features + 1): the share of each feature in the margin, the base value last.

        Parameters
        ----------
        rows : array of float32, rows by features
            NaN = missing.
        """
        return self.contributions_of(rows.T).T

    def contributions_of(self, columns: Rows) -> Floats:
        """Return (features + 1) by rows, as `contributions` does, from features by rows."""
        count = columns.shape[1]
        found = np.zeros((self.forest.features + 1, count))
        found[-1] = self.forest.base + self.expected
        place = {feature: i for i, feature in enumerate(self._asked.tolist())}

        def work(start: int, stop: int) -> None:
            found[self._asked, start:stop] = self._sums(self._tables, columns[:, start:stop], place)

        in_blocks(work, count, _BLOCK, self.threads)
        return found

    def interactions(self, rows: Rows) -> Floats:
        """Return rows by (features + 1) by (features + 1): SHAP interaction values, the base value last.

        Each row of a sample's matrix adds up to the contribution of that feature, the whole to the margin.
        """
        width = self.forest.features
        if self._pairs is None:
            self._pairs = interaction_tables(self.forest)
        tables = self._pairs
        keys = sorted({key for groups in tables for group in groups for key in group.keys})
        first, second = np.divmod(np.array(keys, dtype=np.int64), width)
        place = {key: i for i, key in enumerate(keys)}
        found = np.zeros((len(rows), width + 1, width + 1))

        def work(start: int, stop: int) -> None:
            total = self._sums(tables, rows[start:stop].T, place)
            found[start:stop, first, second] = total.T
            found[start:stop, second, first] = total.T

        in_blocks(work, len(rows), _BLOCK, self.threads)
        own = np.arange(width + 1)
        found[:, own, own] = self.contributions(rows) - found.sum(axis=2)
        return found

    def _sums(self, tables: list[list[GroupTable]], given: Rows, place: dict[int, int]) -> Floats:
        """Return keys by rows: what the trees give to each key; `place` finds the row of a key."""
        count = given.shape[1]
        columns = dict(zip(self._asked.tolist(), np.ascontiguousarray(given[self._asked]), strict=True))
        total = np.zeros((len(place), count))
        taken = np.empty(count, dtype=np.float32)
        own: list[NDArray[np.float32]] = []
        for tree, groups in zip(self.forest.trees, tables, strict=True):
            if tree.left[0] == LEAF:
                continue
            # A tree's share is gathered in single precision, the sum over trees in double.
            slots: dict[int, int] = {}
            for table, code in _codes(tree, groups, columns, count):
                for key, values in zip(table.keys, table.values, strict=True):
                    slot = slots.get(key)
                    if slot is None:
                        slot = slots[key] = len(slots)
                        if slot == len(own):
                            own.append(np.empty(count, dtype=np.float32))
                        np.take(values, code, out=own[slot], mode="wrap")
                    else:
                        np.take(values, code, out=taken, mode="wrap")
                        np.add(own[slot], taken, out=own[slot])
            for key, slot in slots.items():
                into = total[place[key]]
                np.add(into, own[slot], out=into)
        return total


def _codes(
    tree: Tree, groups: list[GroupTable], columns: dict[int, NDArray[np.float32]], size: int
) -> Iterator[tuple[GroupTable, NDArray[np.intp]]]:
    """Yield every group of a tree with the code of each row; the array is used again for the next."""
    outcomes = outcomes_of(tree, columns)
    kind = np.uint8 if all(table.group.bits <= 8 for table in groups) else np.uint16
    code, shifted, index = np.empty(size, kind), np.empty(size, kind), np.empty(size, np.intp)
    above = [np.zeros(size, kind)]
    before: tuple[int, ...] = ()
    for table in groups:
        group = table.group
        # Neighbours share the splits above them: only what differs is shifted in anew.
        shared = 0
        while before[shared : shared + 1] == group.above[shared : shared + 1] != ():
            shared += 1
        before = group.above
        del above[shared + 1 :]
        for bit in range(shared, len(group.above)):
            np.left_shift(outcomes[group.above[bit]], bit, out=shifted, dtype=kind)
            above.append(np.bitwise_or(above[-1], shifted))
        found = above[-1]
        for bit, node in enumerate(group.inside, start=len(group.above)):
            np.left_shift(outcomes[node], bit, out=shifted, dtype=kind)
            found = np.bitwise_or(found, shifted, out=code)
        np.copyto(index, found)
        yield table, index


def outcomes_of(tree: Tree, columns: dict[int, NDArray[np.float32]]) -> dict[int, NDArray[np.uint8]]:
    """Return, per split, 1 where a row goes the way that a missing value does not.

    A comparison with NaN is false, so that missing values get 0 by themselves.
    """
    found = {}
    for node in tree.splits.tolist():
        compare = np.greater_equal if tree.missing_left[node] else np.less
        found[node] = compare(columns[int(tree.feature[node])], tree.threshold[node]).view(np.uint8)
    return found
