"""How contributions of columns become contributions of terms: worked out once, then used for any model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.explanation.stated import Stated, each_sample, stated_terms
from secretome_ml.features.batch import Batch, Integers
from secretome_ml.features.columns import Array, Features
from secretome_ml.features.knowledge import KnowledgeBlock, Part, Parts
from secretome_ml.vocabulary import phrases
from secretome_ml.vocabulary.phrases import BASE, UNSTATED, Term

BASE_TERM, UNSTATED_TERM = phrases.label(BASE), phrases.label(UNSTATED)
TERM_COLUMNS = ("sample", "effect", "term", "kind", "family", "group", "state", "value", "contribution")

# A sum of opposing parts may be near zero; its parts are never blown up by more than about three.
_LEAST_NET_SHARE = 0.3

# (sum, factor or condition) to its mean amount over the training arms.
Usual = Mapping[tuple[str, str], float]
NOTHING_USUAL: Usual = MappingProxyType({})


@dataclass(frozen=True)
class TermMap:
    """How contributions of columns become contributions of terms, for the samples and one effect.

    Every term is one thing that a sample states: all columns that it fills are its own. A family's column is
    its measured members', in equal shares. A signed sum of known roles is divided among the factors and
    conditions in it, in proportion to how far each lies from its average over the training arms, so that
    what every preparation has explains nothing. What remains, because a column is about what a sample does
    not have, is one term: what was not stated.

    Parameters
    ----------
    samples : pandas.Index
        The samples.
    stated : Stated
        What they state, and where the columns that serve every effect belong.
    known : array of bool, terms
        Which terms a column or a role of this effect is about.
    shares : tuple of (int, array of int, array)
        As in `Stated`, with the sum over known factors among them.
    row, column, target, share : array, moves
        As in `Stated`, with the other sums of known roles among them.
    """

    samples: pd.Index
    stated: Stated
    known: NDArray[np.bool_]
    shares: tuple[tuple[int, Integers, Array], ...]
    row: Integers
    column: Integers
    target: Integers
    share: Array

    @property
    def terms(self) -> tuple[Term, ...]:
        """Everything that a sample states; at the end the base value and what was not stated."""
        return self.stated.terms

    @property
    def values(self) -> Array:
        """What each sample states of each term, samples by terms; NaN = not stated."""
        return self.stated.values

    @property
    def unstated(self) -> int:
        """The place of what was not stated."""
        return len(self.terms) - 1

    @property
    def base(self) -> int:
        """The place of the base value."""
        return len(self.terms) - 2

    @property
    def present(self) -> NDArray[np.bool_]:
        """Which terms each sample has, samples by terms."""
        found: NDArray[np.bool_] = ~np.isnan(self.values) & self.known[None, :]
        found[:, [self.base, self.unstated]] = True
        return found

    def contributions(self, found: Array) -> Array:
        """Return samples by terms.

        Parameters
        ----------
        found : array, samples by (columns + 1)
            As `EffectModel.contributions` gives it; the sum of a row is kept.
        """
        given = found.T
        summed = self.told(np.arange(len(given) - 1), given[:-1])
        summed[self.base] = given[-1]
        summed[self.unstated] = given.sum(axis=0) - summed.sum(axis=0)
        return summed.T

    def told(self, columns: Integers, given: Array) -> Array:
        """Return terms by samples: what each thing that a sample states contributes.

        Parameters
        ----------
        columns : array of int
            Columns, sorted, at least those of which a term has a share.
        given : array, columns by samples
            What they contribute.
        """
        place = np.full(int(columns.max(initial=0)) + 1, -1)
        place[columns] = np.arange(len(columns))
        count = len(self.samples)
        summed = np.zeros((len(self.terms), count))
        for column, targets, share in self.shares:
            if len(targets) == 1:
                into = summed[targets[0]]
                into += share[0] * given[place[column]]
            else:
                summed[targets] += share * given[place[column]]
        for own, target in self.stated.words:
            there = np.flatnonzero(target >= 0)
            summed[target[there], there] += given[place[own]].sum(axis=0)[there]
        moved = self.share * given[place[self.column], self.row]
        np.add.at(summed.reshape(-1), self.target * count + self.row, moved)
        return summed

    def moves(self) -> tuple[Integers, Integers, Integers, Array]:
        """Return every share of a term in a column: sample, column, term, share; the rest is not stated."""
        parts = [(self.row, self.column, self.target, self.share)]
        for column, targets, share in self.shares:
            factor, row = np.nonzero(share)
            parts.append((row, np.full(len(row), column), targets[factor], share[factor, row]))
        for columns, target in self.stated.words:
            there = np.flatnonzero(target >= 0)
            row, column_ = np.repeat(there, len(columns)), np.tile(columns, len(there))
            parts.append((row, column_, target[row], np.ones(len(row))))
        row, at, to, share = (np.concatenate(several) for several in zip(*parts, strict=True))
        return row, at, to, share

    def named(self) -> pd.DataFrame:
        """Return `term, kind, family, group` of every term, in order."""
        families = [phrases.family(t) for t in self.terms]
        return pd.DataFrame(
            {
                "term": list(self.stated.labels),
                "kind": [phrases.kind(t) for t in self.terms],
                "family": [f for f, _ in families],
                "group": [g for _, g in families],
            },
            dtype=object,
        )

    def states(self, row: Integers, place: Integers) -> NDArray[np.object_]:
        """Return what samples state of terms, as words, one for each sample and term."""
        values, step = self.values[row, place], self.stated.steps[row, place]
        # Each distinct text is made once: a state is the same between two bounds.
        _, first, code = np.unique(place * 8 + step, return_index=True, return_inverse=True)
        texts = [phrases.state(self.terms[place[i]], float(values[i])) for i in first.tolist()]
        found: NDArray[np.object_] = np.array([*texts, ""], dtype=object)[code]
        return found

    def table(self, contributions: Array, effect: str) -> pd.DataFrame:
        """Return contributions as one row per sample and term that it has, columns `TERM_COLUMNS`."""
        row, place = np.nonzero(self.present)
        named, values = self.named(), self.values[row, place]
        texts = {name: named[name].to_numpy()[place] for name in named}
        return pd.DataFrame(
            {
                "sample": self.samples.to_numpy()[row],
                "effect": effect,
                **texts,
                "state": self.states(row, place),
                "value": values,
                "contribution": contributions[row, place],
            },
            columns=list(TERM_COLUMNS),
        )


def term_map(
    batch: Batch,
    features: Features,
    effect: str,
    parts: Parts | None = None,
    usual: Usual = NOTHING_USUAL,
    stated: Stated | None = None,
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
    stated : Stated, optional
        As `stated_terms` gives it, where it is at hand.
    """
    stated = stated or stated_terms(batch, features)
    at = {c.name: i for i, c in enumerate(features.columns)}
    place = {term: i for i, term in enumerate(stated.terms)}
    shares, moves = stated.shares, (stated.row, stated.column, stated.target, stated.share)
    if parts is not None:
        targets = np.array([place[Term(phrases.FACTOR, f)] for f in parts.factors.factors], dtype=np.int64)
        shares = (*shares, (at[KnowledgeBlock.factors_column], targets, _factor_shares(parts, usual)))
        more = _moves(batch, parts, usual, at, place)
        row, column, target, share = (np.concatenate(both) for both in zip(moves, more, strict=True))
        moves = row, column, target, share
    # Everything but a factor is known by what it is; a factor only where something is known of it.
    known = np.array([term.about != phrases.FACTOR for term in stated.terms])
    for _, targets, _ in shares:
        known[targets] = True
    return TermMap(batch.samples, stated, known, shares, *moves)


def _factor_shares(parts: Parts, usual: Usual) -> Array:
    """Return factors by samples: the share of `known_factors` that each measured factor gets."""
    column, amounts = KnowledgeBlock.factors_column, parts.factors.amounts
    own = np.array([usual.get((column, factor), 0.0) for factor in parts.factors.factors])
    there = amounts != 0.0
    away = np.where(there, amounts - own[:, None], 0.0)
    # What is usual and not there moves the sum too; its part was not stated.
    missing = own @ there - sum(amount for (name, _), amount in usual.items() if name == column)
    return _shares(away, away.sum(axis=0) + missing, np.abs(away).sum(axis=0) + np.abs(missing))


def _moves(
    batch: Batch, parts: Parts, usual: Usual, at: Mapping[str, int], place: Mapping[Term, int]
) -> tuple[Integers, Integers, Integers, Array]:
    summed: dict[tuple[int, str, str], tuple[Part, float]] = {}
    for part in parts.described:
        if part.amount != 0.0:
            key = (part.row, part.column, part.key)
            first, amount = summed.get(key, (part, 0.0))
            summed[key] = first, amount + part.amount
    firsts = [part for part, _ in summed.values()]
    row = np.array([part.row for part in firsts], dtype=np.int64)
    column = np.array([at[part.column] for part in firsts], dtype=np.int64)
    target = np.array([place[part.term] for part in firsts], dtype=np.int64)
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
    sample, each = each_sample(batch, row)
    return sample, column[each], target[each], share[each]


def _shares(away: Array, net: Array, gross: Array) -> Array:
    """Return the share of a sum that each of its parts gets; with what is missing they add up to one.

    In proportion to how far a part lies from what is usual. Where parts nearly cancel, so that such shares
    would be blown up, what they leave is divided by their size alone.
    """
    sign = np.where(net < 0.0, -1.0, 1.0)
    divisor = sign * np.maximum(np.abs(net), _LEAST_NET_SHARE * gross)
    some = gross > 0.0
    rest = 1.0 - np.divide(net, divisor, out=np.ones_like(net), where=some)
    size = np.divide(np.abs(away), gross, out=np.zeros_like(away), where=np.broadcast_to(some, away.shape))
    part = np.divide(away, divisor, out=np.zeros_like(away), where=np.broadcast_to(some, away.shape))
    shares: Array = part + rest * size
    return shares
