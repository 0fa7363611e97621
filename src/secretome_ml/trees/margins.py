"""Margins of many rows: every split is compared once for all trees, leaves are found by bitwise choice.

Eight rows share a byte. A split's outcomes are bits; which leaf a row reaches is found from the lowest level
up, each split choosing between what its two sides found. The leaves of several small trees make one code,
whose sum is looked up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from secretome_ml.trees.blocks import available_threads, in_blocks
from secretome_ml.trees.forest import LEAF, Floats, Forest, Integers, Tree, TreesRefused
from secretome_ml.trees.lookup import Rows

_BLOCK = 16_384
_DEEPEST, _CODE_BITS = 8, 12
_SEGMENT = 8192  # conditions met at a time: rows of bits, 2 KiB each
Bits = NDArray[np.uint8]
Variant = Mapping[int, Rows]


Condition = tuple[int, float, bool]  # column, threshold, and whether a missing value goes left
_NEVER: Condition = (-1, 0.0, False)


@dataclass(frozen=True)
class _Bundle:
    """Some trees of one depth, whose leaves make one code.

    Parameters
    ----------
    depth : int
        Levels of splits of each tree.
    conditions : array of int, trees by splits
        Which condition of the segment each split asks, in level order.
    sums : array, codes
        What the leaves of a code add.
    """

    depth: int
    conditions: Integers
    sums: Floats


@dataclass
class _Segment:
    """Bundles that ask few enough conditions to keep the outcomes of all at hand."""

    bundles: list[_Bundle] = field(default_factory=list)
    conditions: dict[Condition, int] = field(default_factory=lambda: {_NEVER: 0})


class MarginTables:
    """Margins of a forest.

    Parameters
    ----------
    forest : Forest
        Trees as `read_forest` gives them.
    threads : int, optional
        Blocks of rows worked at a time; default: one per core that the process may use.

    Raises
    ------
    TreesRefused
        If a tree is deeper than 8 levels.
    """

    def __init__(self, forest: Forest, threads: int | None = None) -> None:
        depths = [_depth(tree) for tree in forest.trees]
        if max(depths) > _DEEPEST:
            raise TreesRefused(f"A tree has {max(depths)} levels; at most {_DEEPEST} have a table.")
        self.threads = threads or available_threads()
        self._base = forest.base
        self._segments = [_Segment()]
        for depth in sorted(set(depths)):
            trees = [t for t, d in zip(forest.trees, depths, strict=True) if d == depth]
            if depth == 0:
                self._base += sum(float(t.value[0]) for t in trees)
                continue
            step = _CODE_BITS // depth
            for i in range(0, len(trees), step):
                if len(self._segments[-1].conditions) > _SEGMENT:
                    self._segments.append(_Segment())
                self._segments[-1].bundles.append(self._bundle(trees[i : i + step], depth))

    def margins(self, rows: Rows) -> Floats:
        """Return the margin of each row.

        Parameters
        ----------
        rows : array of float32, rows by features
            NaN = missing.
        """
        found: Floats = self.margins_of(np.ascontiguousarray(rows.T), [{}])[0]
        return found

    def margins_of(self, columns: Rows, variants: Sequence[Variant]) -> Floats:
        """Return variants by rows: margins where some columns are exchanged.

        Parameters
        ----------
        columns : array of float32, features by rows
            What the variants share.
        variants : sequence of mapping
            Per variant, column to the values that stand there instead.
        """
        count = columns.shape[1]
        found = np.full((len(variants), count), self._base)

        def work(start: int, stop: int) -> None:
            own = [{c: values[start:stop] for c, values in variant.items()} for variant in variants]
            self._add(columns[:, start:stop], own, found[:, start:stop])

        in_blocks(work, count, _BLOCK, self.threads)
        return found

    def _bundle(self, trees: list[Tree], depth: int) -> _Bundle:
        filled = [_filled(tree, depth, self._segments[-1].conditions) for tree in trees]
        sums = np.zeros(1)
        for _, leaves in filled:
            sums = (sums[:, None] + leaves[None, :]).ravel()
        return _Bundle(depth, np.array([asked for asked, _ in filled]), sums)

    def _add(self, columns: Rows, variants: Sequence[Variant], total: Floats) -> None:
        size = columns.shape[1]
        exchanged = {column for variant in variants for column in variant}
        for segment in self._segments:
            met = np.zeros((len(segment.conditions), (size + 7) // 8), dtype=np.uint8)
            varying = []
            for condition, row in segment.conditions.items():
                if condition[0] in exchanged:
                    varying.append((condition, met[row]))
                elif condition is not _NEVER:
                    met[row] = _met(condition, columns[condition[0]])
            for variant, into in zip(variants, total, strict=True):
                for condition, row in varying:
                    column = condition[0]
                    row[:] = _met(condition, variant[column] if column in variant else columns[column])
                for bundle in segment.bundles:
                    code = _leaf_codes(met[bundle.conditions], bundle.depth, size)
                    np.add(into, np.take(bundle.sums, code, mode="wrap"), out=into)


def _filled(tree: Tree, depth: int, conditions: dict[Condition, int]) -> tuple[list[int], Floats]:
    """Return a tree with every level full: conditions in level order, and the leaves below.

    The first child is the one that a missing value goes to.
    """
    level, asked = [0], []
    for _ in range(depth):
        below = []
        for node in level:
            if tree.left[node] == LEAF:
                asked.append(0)
                below += [node, node]
                continue
            ask = (int(tree.feature[node]), float(tree.threshold[node]), bool(tree.missing_left[node]))
            asked.append(conditions.setdefault(ask, len(conditions)))
            children = [int(tree.left[node]), int(tree.right[node])]
            below += children if tree.missing_left[node] else children[::-1]
        level = below
    return asked, tree.value[level]


def _met(condition: Condition, values: NDArray[np.float32]) -> Bits:
    """Return, as bits, where a condition is met: where a row goes as a missing value does not."""
    _, threshold, missing_left = condition
    compare = np.greater_equal if missing_left else np.less
    return np.packbits(compare(values, np.float32(threshold)), bitorder="little")


def _leaf_codes(bits: Bits, depth: int, size: int) -> NDArray[np.intp]:
    """Return the code of the leaves that each row reaches, the first tree's in the highest bits.

    Parameters
    ----------
    bits : array, trees by splits by bytes
        Outcomes in level order.
    """
    trees = len(bits)
    first = 2 ** (depth - 1) - 1
    chosen = bits[:, first:, None, :]
    for level in range(depth - 2, -1, -1):
        first = 2**level - 1
        outcome = bits[:, first : first + 2**level, None, :]
        zero, one = chosen[:, 0::2], chosen[:, 1::2]
        below = np.bitwise_xor(zero, one)
        np.bitwise_and(below, outcome, out=below)
        np.bitwise_xor(below, zero, out=below)
        chosen = np.concatenate([outcome, below], axis=2)
    single = np.unpackbits(chosen.reshape(trees * depth, -1), axis=1, count=size, bitorder="little")
    code = single[0].astype(np.uint16)
    for bit in single[1:]:
        np.left_shift(code, 1, out=code)
        np.bitwise_or(code, bit, out=code)
    found: NDArray[np.intp] = code.astype(np.intp)
    return found


def _depth(tree: Tree) -> int:
    deep = [0] * len(tree.left)
    for node in tree.splits.tolist():
        deep[tree.left[node]] = deep[tree.right[node]] = deep[node] + 1
    return max(deep)
