"""Trees cut into groups of neighbouring leaves, each met through few splits.

A row meets a group of leaves only through the outcomes of the splits above and inside it. Few splits have
few patterns of outcomes, and what the group adds is worked out once for each of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from secretome_ml.models.trees.forest import LEAF, Tree, TreesRefused

# A group of up to 8 splits has a code of one byte. Deeper leaves stand alone, up to what a table can hold.
_GROUP_BITS, _MOST_BITS = 8, 12


@dataclass(frozen=True)
class Path:
    """The way to one leaf.

    Parameters
    ----------
    leaf : int
        Its node.
    bits : tuple of int
        Position, in the group's code, of each split on the way.
    lefts : tuple of bool
        Whether the way goes left there.
    nodes : tuple of int
        The splits, from the root on.
    """

    leaf: int
    bits: tuple[int, ...]
    lefts: tuple[bool, ...]
    nodes: tuple[int, ...]


@dataclass(frozen=True)
class Group:
    """Neighbouring leaves and the splits that decide what a row gets from them.

    Parameters
    ----------
    above : tuple of int
        Splits from the root to the group; bit i of the code is the outcome of the i-th.
    inside : tuple of int
        Splits within the group; their bits follow.
    paths : tuple of Path
        One per leaf.
    """

    above: tuple[int, ...]
    inside: tuple[int, ...]
    paths: tuple[Path, ...]

    @property
    def bits(self) -> int:
        """Length of the code."""
        return len(self.above) + len(self.inside)


def cut(tree: Tree) -> list[Group]:
    """Return the groups of a tree, from left to right.

    Raises
    ------
    TreesRefused
        If a leaf lies below more splits than a table can hold the patterns of.
    """
    groups: list[Group] = []
    inside = [0] * len(tree.left)
    for node in reversed(range(len(tree.left))):
        if tree.left[node] != LEAF:
            inside[node] = 1 + inside[tree.left[node]] + inside[tree.right[node]]
    _cut(tree, 0, (), (), inside, groups)
    return groups


def _cut(
    tree: Tree,
    node: int,
    above: tuple[int, ...],
    lefts: tuple[bool, ...],
    inside: list[int],
    groups: list[Group],
) -> None:
    if len(above) + inside[node] <= _GROUP_BITS or inside[node] == 0:
        if len(above) > _MOST_BITS:
            raise TreesRefused(f"A leaf lies below {len(above)} splits; at most {_MOST_BITS} have a table.")
        groups.append(_group(tree, node, above, lefts))
        return
    for left, child in ((True, tree.left[node]), (False, tree.right[node])):
        _cut(tree, int(child), (*above, node), (*lefts, left), inside, groups)


def _group(tree: Tree, root: int, above: tuple[int, ...], lefts: tuple[bool, ...]) -> Group:
    own: list[int] = []
    paths: list[Path] = []
    first = tuple(range(len(above)))
    waiting = [(root, first, lefts, above)]
    while waiting:
        node, bits, turns, nodes = waiting.pop()
        if tree.left[node] == LEAF:
            paths.append(Path(node, bits, turns, nodes))
            continue
        place = len(above) + len(own)
        own.append(node)
        for left, child in ((False, tree.right[node]), (True, tree.left[node])):
            waiting.append((int(child), (*bits, place), (*turns, left), (*nodes, node)))
    return Group(above, tuple(own), tuple(paths))


def ratios(tree: Tree) -> np.ndarray:
    """Return, per node, the share of its parent's cover; 1 at the root."""
    share = np.ones(len(tree.left))
    splits = tree.splits
    for children in (tree.left[splits], tree.right[splits]):
        parent = tree.cover[splits]
        share[children] = np.divide(
            tree.cover[children], parent, out=np.zeros(len(splits)), where=parent > 0.0
        )
    return share
