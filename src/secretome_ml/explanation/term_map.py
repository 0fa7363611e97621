"""Which term every encoded column belongs to, per sample: worked out once, then used for any model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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
class SharedTerms:
    """The terms of the columns that serve every effect.

    Parameters
    ----------
    terms, kinds : tuple of str
        Every term, and what kind of thing it is.
    home : array of int, columns
        The term of each column.
    values : array, terms by samples
        What each sample states; NaN = not measured or not stated.
    """

    terms: tuple[str, ...]
    kinds: tuple[str, ...]
    home: Integers
    values: Array

    @cached_property
    def told(self) -> tuple[Integers, NDArray[np.bool_]]:
        """The terms that any sample has and states, and which samples do, terms by samples."""
        found = _telling(self.values, self.kinds)
        terms = np.flatnonzero(found.any(axis=1))
        return terms, found[terms]

    @property
    def columns(self) -> Integers:
        """The columns that contribute to a told term."""
        return np.flatnonzero(np.isin(self.home, self.told[0]))


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
        Every term, the base value among them, and what kind of thing it is; those of `shared` come first.
    shared : SharedTerms
        What the terms of every effect state; every sample has them, unless `own` says otherwise.
    own : array of int
        Terms that stand otherwise for this effect.
    own_values, own_present : array, own terms by samples
        What the sample states of them, NaN = not measured or not stated; and which samples have them.
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
    shared: SharedTerms
    own: Integers
    own_values: Array
    own_present: NDArray[np.bool_]
    absences: NDArray[np.bool_]
    home: Integers
    factors: tuple[int, Integers, Array] | None
    empty: tuple[tuple[int, int, NDArray[np.bool_]], ...]
    row: Integers
    column: Integers
    target: Integers
    share: Array

    @cached_property
    def values(self) -> Array:
        """Samples by terms: what the sample states; NaN = not measured or not stated."""
        found = np.full((len(self.terms), len(self.samples)), np.nan)
        found[: len(self.shared.terms)] = self.shared.values
        found[self.own] = self.own_values
        return found.T

    @cached_property
    def present(self) -> NDArray[np.bool_]:
        """Samples by terms: which terms a sample has."""
        found = np.ones((len(self.terms), len(self.samples)), dtype=bool)
        found[self.own] = self.own_present
        return found.T

    def telling(self) -> tuple[Integers, NDArray[np.bool_]]:
        """Return terms, and by samples where one contributes because a sample states what it names."""
        kinds = [self.kinds[i] for i in self.own.tolist()]
        own = self.own_present & _telling(self.own_values, kinds) & ~self.absences[self.own, None]
        shared, where = self.shared.told
        terms = np.union1d(shared, self.own)
        found = np.zeros((len(terms), len(self.samples)), dtype=bool)
        found[np.searchsorted(terms, shared)] = where
        found[np.searchsorted(terms, self.own)] = own
        return terms, found

    def contributions(self, found: Array) -> Array:
        """Return samples by terms.

        Parameters
        ----------
        found : array, samples by (columns + 1)
            As `EffectModel.contributions` gives it; the sum of a row is kept.
        """
        return self.gathered(np.arange(len(self.terms)), np.arange(len(self.home)), found.T).T

    def gathered(self, terms: Integers, columns: Integers, given: Array) -> Array:
        """Return some terms by samples.

        Parameters
        ----------
        terms : array of int
            The terms that are wanted.
        columns : array of int
            Columns, sorted: at least all that contribute to one of the terms, and the divided sums.
        given : array, columns by samples
            What each of them contributes.
        """
        row, column_row = np.full(len(self.terms), -1), np.full(len(self.home), -1)
        row[terms], column_row[columns] = np.arange(len(terms)), np.arange(len(columns))
        summed = np.zeros((len(terms), len(self.samples)))
        homes = row[self.home[columns]]
        met, first = np.unique(homes, return_index=True)
        summed[met[met >= 0]] = given[first[met >= 0]]
        for place in np.setdiff1d(np.flatnonzero(homes >= 0), first).tolist():
            summed[homes[place]] += given[place]
        if self.factors is not None:
            column, targets, share = self.factors
            own, rest = given[column_row[column]], row[self.home[column]]
            kept = np.flatnonzero(row[targets] >= 0)
            summed[row[targets[kept]]] += share[kept] * own
            if rest >= 0:
                summed[rest] -= share.sum(axis=0) * own
        for column, target, without in self.empty:
            moved = np.where(without, given[column_row[column]], 0.0)
            for to, sign in ((target, 1.0), (self.home[column], -1.0)):
                if row[to] >= 0:
                    summed[row[to]] += sign * moved
        moved = self.share * given[column_row[self.column], self.row]
        for targets, sign in ((row[self.target], 1.0), (row[self.home[self.column]], -1.0)):
            kept = np.flatnonzero(targets >= 0)
            np.add.at(summed, (targets[kept], self.row[kept]), sign * moved[kept])
        return summed

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


def _telling(values: Array, kinds: Sequence[str]) -> NDArray[np.bool_]:
    """Return where a value is stated, and is not the zero of something that a sample does not have."""
    factor = np.array([kind == "factor" for kind in kinds], dtype=bool)
    found: NDArray[np.bool_] = ~np.isnan(values) & ((values != 0.0) | factor[:, None])
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
    columns, count, common = features.columns, len(batch), len(features.common)
    shared = shared_terms(features)
    place = {name: i for i, name in enumerate(shared.terms)}
    kinds = list(shared.kinds)

    def term(name: str, kind: str) -> int:
        if name not in place:
            place[name] = len(kinds)
            kinds.append(kind)
        return place[name]

    others = [term(c.term, c.kind) for c in columns[common:]]
    home = np.array([*shared.home.tolist(), *others, term(BASE_TERM, "context")], dtype=np.int64)
    at = {c.name: i for i, c in enumerate(columns)}
    factors, moves, empty = None, _no_moves(), []
    if parts is not None:
        targets = np.array([term(f, "factor") for f in parts.factors.factors], dtype=np.int64)
        factors = (at[KnowledgeBlock.factors_column], targets, _factor_shares(parts, usual))
        moves = _moves(batch, parts, usual, at, term)
        filled = _filled(batch, parts)
        empty = [(at[c.name], term(c.empty, "knowledge"), ~filled[c.name]) for c in columns if c.empty]
    new = np.arange(len(shared.terms), len(kinds))
    touched = [new, others, *([factors[1]] if factors else []), moves.target]
    own = np.unique(np.concatenate([np.asarray(t, dtype=np.int64) for t in touched]))
    row = np.full(len(kinds), -1)
    row[own] = np.arange(len(own))
    known = own[own < len(shared.terms)]
    present, values = np.zeros((len(own), count), dtype=bool), np.full((len(own), count), np.nan)
    present[row[[*known, *others, home[-1]]]] = True
    present[row[moves.target], moves.row] = True
    values[row[known]] = shared.values[known]
    for i, encoded in zip(others, features.by_effect[effect], strict=True):
        into = values[row[i]]
        np.copyto(into, encoded, where=np.isnan(into))
    if factors is not None and parts is not None:
        there, targets = parts.factors.amounts != 0.0, row[factors[1]]
        present[targets] |= there
        stated = np.where(there, parts.factors.levels, np.nan)
        values[targets] = np.where(np.isnan(values[targets]), stated, values[targets])
    for column, target, without in empty:
        present[row[target]] |= without
        present[row[home[column]]] &= ~without
    open_ = np.isnan(values[row[moves.target], moves.row])
    values[row[moves.target[open_]], moves.row[open_]] = moves.value[open_]
    absences = np.zeros(len(kinds), dtype=bool)
    absences[[target for _, target, _ in empty]] = True
    return TermMap(
        batch.samples, tuple(place), tuple(kinds), shared, own, values, present, absences, home, factors,
        tuple(empty), moves.row, moves.column, moves.target, moves.share,
    )  # fmt: skip


def shared_terms(features: Features) -> SharedTerms:
    """Return the terms of the columns that serve every effect, worked out once."""
    return features.once("terms", lambda: _shared(features))


def told_columns(features: Features) -> Integers:
    """Return the columns whose contributions the drivers of these samples hang on."""
    return np.concatenate(
        [shared_terms(features).columns, np.arange(len(features.common), len(features.columns))]
    )


def _shared(features: Features) -> SharedTerms:
    """Return those terms; the first column that states one counts."""
    columns = features.columns[: len(features.common)]
    kinds: dict[str, str] = {}
    for column in columns:
        kinds.setdefault(column.term, column.kind)
    place = {name: i for i, name in enumerate(kinds)}
    home = np.array([place[column.term] for column in columns], dtype=np.int64)
    terms, first = np.unique(home, return_index=True)
    values = np.full((len(kinds), len(features.samples)), np.nan)
    values[terms] = features.common[first]
    for column in np.setdiff1d(np.arange(len(home)), first).tolist():
        into = values[home[column]]
        np.copyto(into, features.common[column], where=np.isnan(into))
    return SharedTerms(tuple(kinds), tuple(kinds.values()), home, values)


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
