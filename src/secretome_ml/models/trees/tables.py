"""Tables of a forest: for every group of leaves, what each pattern of split outcomes adds to each feature."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from secretome_ml.models.trees.forest import Flags, Floats, Forest, Integers, TreesRefused
from secretome_ml.models.trees.groups import Group, cut, ratios
from secretome_ml.models.trees.shapley import pairs, singles

_LARGEST = 2**29  # bytes
_CHUNK = 2**21  # table entries worked at a time


@dataclass(frozen=True)
class GroupTable:
    """What a group adds.

    Parameters
    ----------
    group : Group
        The splits that make its code.
    keys : list of int
        Feature of each row of `values`; of pairs, `first * features + second`.
    values : array of float32, keys by codes
        What each code adds.
    """

    group: Group
    keys: list[int]
    values: NDArray[np.float32]


@dataclass(frozen=True)
class Ways:
    """The ways to leaves that lie equally deep, one row each.

    Parameters
    ----------
    group : array of int, leaves
        Number of the leaf's group.
    bits : array of int, leaves by splits
        Position of each split in the group's code.
    wanted : array of bool, leaves by splits
        The outcome that leads to the leaf.
    feature : array of int, leaves by splits
        Column that each split asks.
    share : array, leaves by splits
        Share of cover that goes on towards the leaf.
    value : array, leaves
        Value of the leaf.
    """

    group: Integers
    bits: Integers
    wanted: Flags
    feature: Integers
    share: Floats
    value: Floats


def contribution_tables(forest: Forest) -> list[list[GroupTable]]:
    """Return, per tree, the tables of its groups: contributions per feature."""
    return _tables(forest, interactions=False)


def interaction_tables(forest: Forest) -> list[list[GroupTable]]:
    """Return, per tree, the tables of its groups: interactions per pair of features."""
    return _tables(forest, interactions=True)


def _tables(forest: Forest, interactions: bool) -> list[list[GroupTable]]:
    groups = [cut(tree) for tree in forest.trees]
    flat = [group for several in groups for group in several]
    sizes = np.array([2**group.bits for group in flat], dtype=np.int64)
    batches = [part for ways in _ways(forest, groups) for part in _merged(ways)]
    keys = [_keys(batch, forest.features, interactions) for batch in batches]
    span = forest.features**2 if interactions else forest.features
    columns = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *(k.ravel() for k in keys)]))
    owner = columns // span
    starts = np.concatenate([[0], np.cumsum(sizes[owner])])
    if starts[-1] * 4 > _LARGEST:
        raise TreesRefused(f"The tables would take {starts[-1] * 4 / 2**20:.0f} MiB; the trees are too deep.")
    values = np.zeros(starts[-1])
    for batch, key in zip(batches, keys, strict=True):
        _add(values, batch, starts[np.searchsorted(columns, key)], sizes[batch.group], interactions)
    single = values.astype(np.float32)
    first = np.searchsorted(owner, np.arange(len(flat) + 1))
    made = []
    for number, group in enumerate(flat):
        a, b = int(first[number]), int(first[number + 1])
        table = single[starts[a] : starts[b]].reshape(b - a, int(sizes[number]))
        made.append(GroupTable(group, (columns[a:b] % span).tolist(), table))
    ends = np.cumsum([0, *(len(several) for several in groups)])
    return [made[a:b] for a, b in pairwise(ends)]


def _ways(forest: Forest, groups: list[list[Group]]) -> Iterator[Ways]:
    """Yield the ways to all leaves of the forest, by their length; a lone leaf has none."""
    feature = np.concatenate([t.feature for t in forest.trees])
    share = np.concatenate([ratios(t) for t in forest.trees])
    value = np.concatenate([t.value for t in forest.trees])
    missing_left = np.concatenate([t.missing_left for t in forest.trees])
    gathered: dict[int, list[tuple[object, ...]]] = defaultdict(list)
    number = offset = 0
    for tree, several in zip(forest.trees, groups, strict=True):
        for group in several:
            for path in group.paths:
                steps = [n + offset for n in (*path.nodes, path.leaf)]
                gathered[len(path.nodes)].append((number, path.bits, path.lefts, steps))
            number += 1
        offset += len(tree.left)
    for length, rows in sorted(gathered.items()):
        if length == 0:
            continue
        group_of, bits, lefts, walked = (np.array(column) for column in zip(*rows, strict=True))
        nodes = walked[:, :-1]
        # An outcome is kept as "not where a missing value goes", which one comparison finds.
        wanted = lefts != missing_left[nodes]
        yield Ways(group_of, bits, wanted, feature[nodes], share[walked[:, 1:]], value[walked[:, -1]])


@dataclass(frozen=True)
class _Merged:
    """Ways that ask equally many features; `slot` says which of them each split asks."""

    group: Integers
    bits: Integers
    wanted: Flags
    slot: Integers
    feature: Integers
    share: Floats
    value: Floats


def _merged(ways: Ways) -> Iterator[_Merged]:
    """Yield the ways by their number of distinct features; splits on one feature become one condition."""
    same = ways.feature[:, :, None] == ways.feature[:, None, :]
    first = same.argmax(axis=2)
    new = first == np.arange(first.shape[1])
    rank = np.cumsum(new, axis=1) - 1
    slots = np.take_along_axis(rank, first, axis=1)
    count = new.sum(axis=1)
    for width in np.unique(count):
        rows = np.flatnonzero(count == width)
        slot, at = slots[rows], np.arange(len(rows))
        feature = np.zeros((len(rows), width), dtype=np.int64)
        share = np.ones((len(rows), width))
        for j in range(slot.shape[1]):
            feature[at, slot[:, j]] = ways.feature[rows, j]
            share[at, slot[:, j]] *= ways.share[rows, j]
        yield _Merged(
            ways.group[rows], ways.bits[rows], ways.wanted[rows], slot, feature, share, ways.value[rows]
        )


def _keys(batch: _Merged, features: int, interactions: bool) -> Integers:
    """Return leaves by features (or pairs): one number per group and feature (or pair)."""
    if not interactions:
        return batch.group[:, None] * features + batch.feature
    chosen = np.array(list(combinations(range(batch.feature.shape[1]), 2)), dtype=np.int64).reshape(-1, 2)
    both = np.sort(batch.feature[:, chosen], axis=2)
    found: Integers = (batch.group[:, None] * features + both[:, :, 0]) * features + both[:, :, 1]
    return found


def _add(values: Floats, batch: _Merged, starts: Integers, sizes: Integers, interactions: bool) -> None:
    """Add what the leaves give to the tables of their groups, for every code of the group."""
    width, columns = batch.share.shape[1], starts.shape[1]
    if columns == 0:
        return
    work = pairs if interactions else singles
    for size in np.unique(sizes):
        rows = np.flatnonzero(sizes == size)
        codes = np.arange(size)
        step = max(1, _CHUNK // int(size * columns))
        for part in (rows[i : i + step] for i in range(0, len(rows), step)):
            each = work(batch.value[part], batch.share[part])
            pattern = np.full((len(part), size), 2**width - 1, dtype=np.int64)
            for j in range(batch.bits.shape[1]):
                outcome = (codes[None, :] >> batch.bits[part, j, None]) & 1
                against = outcome != batch.wanted[part, j, None]
                pattern &= ~(against.astype(np.int64) << batch.slot[part, j, None])
            added = np.take_along_axis(each, pattern[:, :, None], axis=1)
            np.add.at(values, starts[part][:, None, :] + codes[None, :, None], added)


def expected(forest: Forest) -> float:
    """Return the mean of the trees' sum over the training cover, the base left out."""
    total = 0.0
    for tree in forest.trees:
        mean = tree.value.copy()
        share = ratios(tree)
        for node in reversed(tree.splits):
            a, b = tree.left[node], tree.right[node]
            mean[node] = share[a] * mean[a] + share[b] * mean[b]
        total += float(mean[0])
    return total
