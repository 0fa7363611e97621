"""Which term every encoded column belongs to, per sample: worked out once, then used for any model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.features.batch import Batch, Integers
from secretome_ml.features.columns import Array, Features
from secretome_ml.features.knowledge import KnowledgeBlock, Part, Parts

BASE_TERM = "base value"
TERM_COLUMNS = ("sample", "effect", "term", "kind", "value", "contribution")

# A sum of opposing parts may be near zero; its parts are never blown up by more than about three.
_LEAST_NET_SHARE = 0.3

# (sum, factor or condition) to its mean amount over the training arms.
Usual = Mapping[tuple[str, str], float]
NOTHING_USUAL: Usual = MappingProxyType({})


@dataclass(frozen=True)
class TermMap:
    """How contributions of columns become contributions of terms, for the samples and one effect.

    A signed sum of known roles is divided among the factors and conditions in it, in proportion to how far
    each lies from its average over the training arms, so that what every preparation has explains nothing.
    Shares of one sum may add up to less than one; the rest stays with the sum. An empty sum stands under its
    own name.

    Parameters
    ----------
    samples : pandas.Index
        The samples.
    terms, kinds : tuple of str
        Every term, the base value among them, and what kind of thing it is.
    values : array, samples by terms
        What the sample states; NaN = not measured or not stated.
    present : array of bool, samples by terms
        Which terms a sample has.
    absences : array of bool, terms
        Which of the terms are the names of empty sums.
    home : array of int, columns + 1
        The term that a column contributes to, the base value last.
    factors : tuple of (int, array of int, array)
        The column that is divided among factors, their terms, and their shares, factors by samples.
    empty : tuple of (int, int, array of bool)
        Per sum: its column, the term of its absence, and the samples that have none of it.
    row, column, target : array of int, moves
        The sample, the column of another sum, and the term that gets a share of it.
    share : array, moves
        That share.
    """

    samples: pd.Index
    terms: tuple[str, ...]
    kinds: tuple[str, ...]
    values: Array
    present: NDArray[np.bool_]
    absences: NDArray[np.bool_]
    home: Integers
    factors: tuple[int, Integers, Array] | None
    empty: tuple[tuple[int, int, NDArray[np.bool_]], ...]
    row: Integers
    column: Integers
    target: Integers
    share: Array

    def contributions(self, found: Array) -> Array:
        """Return samples by terms.

        Parameters
        ----------
        found : array, samples by (columns + 1)
            As `EffectModel.contributions` gives it; the sum of a row is kept.
        """
        given = found.T
        summed = np.zeros((len(self.terms), len(self.samples)))
        for place, contribution in zip(self.home.tolist(), given, strict=True):
            summed[place] += contribution
        if self.factors is not None:
            column, targets, share = self.factors
            moved = share * given[column]
            summed[targets] += moved
            summed[self.home[column]] -= moved.sum(axis=0)
        for column, target, without in self.empty:
            moved = np.where(without, given[column], 0.0)
            summed[target] += moved
            summed[self.home[column]] -= moved
        moved = self.share * given[self.column, self.row]
        np.add.at(summed, (self.target, self.row), moved)
        np.subtract.at(summed, (self.home[self.column], self.row), moved)
        return summed.T

    def moves(self) -> tuple[Integers, Integers, Integers, Array]:
        """Return every share that is moved, one after another: sample, column, term, share."""
        parts = [(self.row, self.column, self.target, self.share)]
        if self.factors is not None:
            column, targets, share = self.factors
            factor, row = np.nonzero(share)
            parts.append((row, np.full(len(row), column), targets[factor], share[factor, row]))
        for column, absence, without in self.empty:
            silent = np.flatnonzero(without)
            ones = np.ones(len(silent))
            parts.append((silent, np.full(len(silent), column), np.full(len(silent), absence), ones))
        row, at, to, share = (np.concatenate(several) for several in zip(*parts, strict=True))
        return row, at, to, share

    def table(self, contributions: Array, effect: str) -> pd.DataFrame:
        """Return contributions as one row per sample and term that it has, columns `TERM_COLUMNS`."""
        row, place = np.nonzero(self.present)
        return pd.DataFrame(
            {
                "sample": self.samples.to_numpy()[row],
                "effect": effect,
                "term": np.array(self.terms, dtype=object)[place],
                "kind": np.array(self.kinds, dtype=object)[place],
                "value": self.values[row, place],
                "contribution": contributions[row, place],
            },
            columns=list(TERM_COLUMNS),
        )

    def absent(self) -> NDArray[np.bool_]:
        """Return samples by terms: where a term contributes because a sample lacks or does not state it."""
        factor = np.array([kind == "factor" for kind in self.kinds])
        zero = (self.values == 0.0) & ~factor[None, :]
        found: NDArray[np.bool_] = np.isnan(self.values) | zero | self.absences[None, :]
        return found


def term_map(
    batch: Batch, features: Features, effect: str, parts: Parts | None = None, usual: Usual = NOTHING_USUAL
) -> TermMap:
    """Return the map of a batch for one effect.

    Parameters
    ----------
    batch, features
        The samples, and the same encoded.
    effect : str
        The effect.
    parts : Parts, optional
        What the signed sums of known roles are made of, as `KnowledgeBlock.parts` gives it.
    usual : mapping
        (sum, factor or condition) to its mean amount over the training arms.
    """
    columns, count = features.columns, len(batch)
    place: dict[str, int] = {}
    kinds: list[str] = []

    def term(name: str, kind: str) -> int:
        if name not in place:
            place[name] = len(kinds)
            kinds.append(kind)
        return place[name]

    home = np.array([*(term(c.term, c.kind) for c in columns), term(BASE_TERM, "context")], dtype=np.int64)
    at = {c.name: i for i, c in enumerate(columns)}
    factors, moves, empty = None, _no_moves(), []
    if parts is not None:
        targets = np.array([term(f, "factor") for f in parts.factors.factors], dtype=np.int64)
        factors = (at[KnowledgeBlock.factors_column], targets, _factor_shares(parts, usual))
        moves = _moves(batch, parts, usual, at, term)
        filled = _filled(batch, parts)
        empty = [(at[c.name], term(c.empty, "knowledge"), ~filled[c.name]) for c in columns if c.empty]
    present = np.zeros((len(kinds), count), dtype=bool)
    present[home] = True
    present[moves.target, moves.row] = True
    encoded, values = features.of_effect(effect), np.full((len(kinds), count), np.nan)
    for i in range(len(columns) - 1, -1, -1):
        values[home[i]] = np.where(np.isnan(encoded[i]), values[home[i]], encoded[i])
    if factors is not None and parts is not None:
        there, targets = parts.factors.amounts != 0.0, factors[1]
        present[targets] |= there
        stated = np.where(there, parts.factors.levels, np.nan)
        values[targets] = np.where(np.isnan(values[targets]), stated, values[targets])
    for column, target, without in empty:
        present[target] |= without
        present[home[column]] &= ~without
    open_ = np.isnan(values[moves.target, moves.row])
    values[moves.target[open_], moves.row[open_]] = moves.value[open_]
    absences = np.zeros(len(kinds), dtype=bool)
    absences[[target for _, target, _ in empty]] = True
    return TermMap(
        batch.samples, tuple(place), tuple(kinds), values.T, present.T, absences, home, factors, tuple(empty),
        moves.row, moves.column, moves.target, moves.share,
    )  # fmt: skip


@dataclass(frozen=True)
class _Moves:
    """Shares of the sums that depend on the description alone, sample by sample; arrays as in `TermMap`."""

    row: Integers
    column: Integers
    target: Integers
    share: Array
    value: Array


def _no_moves() -> _Moves:
    none = np.zeros(0, dtype=np.int64)
    return _Moves(none, none, none, np.zeros(0), np.zeros(0))


def _filled(batch: Batch, parts: Parts) -> dict[str, NDArray[np.bool_]]:
    """Return, per sum of the block, the samples in which it has a part."""
    found = {name: np.zeros(len(batch.described), dtype=bool) for name in KnowledgeBlock.names}
    for part in parts.described:
        if part.amount != 0.0:
            found[part.column][part.row] = True
    by_sample = {name: filled[batch.which] for name, filled in found.items()}
    by_sample[KnowledgeBlock.factors_column] = (parts.factors.amounts != 0.0).any(axis=0)
    return by_sample


def _factor_shares(parts: Parts, usual: Usual) -> Array:
    """Return factors by samples: the share of `known_factors` that each measured factor gets."""
    column, amounts = KnowledgeBlock.factors_column, parts.factors.amounts
    own = np.array([usual.get((column, factor), 0.0) for factor in parts.factors.factors])
    there = amounts != 0.0
    away = np.where(there, amounts - own[:, None], 0.0)
    # What is usual and not there moves the sum too; it has no part to be given to.
    missing = own @ there - sum(amount for (name, _), amount in usual.items() if name == column)
    return _shares(away, away.sum(axis=0) + missing, np.abs(away).sum(axis=0) + np.abs(missing))


def _moves(
    batch: Batch, parts: Parts, usual: Usual, at: Mapping[str, int], term: Callable[[str, str], int]
) -> _Moves:
    summed: dict[tuple[int, str, str], tuple[Part, float]] = {}
    for part in parts.described:
        if part.amount != 0.0:
            key = (part.row, part.column, part.key)
            first, amount = summed.get(key, (part, 0.0))
            summed[key] = first, amount + part.amount
    if not summed:
        return _no_moves()
    firsts = [part for part, _ in summed.values()]
    row = np.array([part.row for part in firsts], dtype=np.int64)
    column = np.array([at[part.column] for part in firsts], dtype=np.int64)
    target = np.array([term(part.term, part.kind) for part in firsts], dtype=np.int64)
    value = np.array([part.value for part in firsts])
    own = np.array([usual.get((part.column, part.key), 0.0) for part in firsts])
    away = np.array([amount for _, amount in summed.values()]) - own
    total = dict.fromkeys(at, 0.0)
    for (name, _), amount in usual.items():
        total[name] = total.get(name, 0.0) + amount
    _, sums, member = np.unique(row * len(at) + column, return_index=True, return_inverse=True)
    missing = np.bincount(member, own) - np.array([total[firsts[i].column] for i in sums.tolist()])
    net, gross = np.bincount(member, away) + missing, np.bincount(member, np.abs(away)) + np.abs(missing)
    share = _shares(away, net[member], gross[member])
    # The moves of a description are those of each sample that has it.
    order = np.argsort(row, kind="stable")
    number = np.bincount(row, minlength=len(batch.described))
    starts = np.concatenate([[0], np.cumsum(number)[:-1]])
    times = number[batch.which]
    sample = np.repeat(np.arange(len(batch)), times)
    within = np.arange(len(sample)) - np.repeat(np.cumsum(times) - times, times)
    each = order[starts[batch.which][sample] + within]
    return _Moves(sample, column[each], target[each], share[each], value[each])


def _shares(away: Array, net: Array, gross: Array) -> Array:
    divisor = np.sign(net) * np.maximum(np.abs(net), _LEAST_NET_SHARE * gross)
    there = np.broadcast_to(divisor != 0.0, away.shape)
    shares: Array = np.divide(away, divisor, out=np.zeros_like(away), where=there)
    return shares
