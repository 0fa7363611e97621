"""What a batch states, as terms, and which encoded columns each of them fills."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.features.batch import Batch, Integers
from secretome_ml.features.block import mapped, split_name
from secretome_ml.features.columns import Array, Features
from secretome_ml.features.words import donor_states
from secretome_ml.profiles.facts import GENETIC, TAKING_CLASSES, Done, done_by, term_of
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.vocabulary import FactorVocabulary, Terms
from secretome_ml.vocabulary.phrases import (
    BASE,
    FACTOR,
    LEVELS,
    MANIPULATED,
    NO_PRECONDITIONING,
    STATED_COLUMNS,
    UNSTATED,
    Term,
    label,
)

# What is taken from the product, and what is added to it.
_SIGNS = {"depleted": -1.0, "neutralised": -1.0, "inhibited": -1.0, "added": 1.0}
_SUMS_OF_NOTHING_DONE = ("known_genes", "known_agents")


@dataclass(frozen=True)
class Stated:
    """What the samples of a batch state, and where the contribution of each common column belongs.

    Parameters
    ----------
    terms : tuple of Term
        Every factor of the batch and everything else that a sample states; at the end the base value and
        what was not stated.
    values : array, samples by terms
        The level of a factor, 1 for what is stated, -1 for what is blocked; NaN = not stated.
    words : tuple of (array of int, array of int)
        Columns that belong together to one term of a sample, and that term per sample, -1 for none.
    shares : tuple of (int, array of int, array)
        Columns of factors and of families: the column, the factors, and their shares, factors by samples.
    row, column, target : array of int, moves
        The sample, the column and the term that gets a share of it.
    share : array, moves
        That share.
    """

    terms: tuple[Term, ...]
    values: Array
    words: tuple[tuple[Integers, Integers], ...]
    shares: tuple[tuple[int, Integers, Array], ...]
    row: Integers
    column: Integers
    target: Integers
    share: Array

    @cached_property
    def columns(self) -> Integers:
        """The common columns of which any term has a share, sorted."""
        own = [np.array([column for column, _, _ in self.shares], dtype=np.int64), self.column]
        return np.unique(np.concatenate([*own, *(columns for columns, _ in self.words)]))

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The terms as they are spelled."""
        return tuple(label(term) for term in self.terms)

    @cached_property
    def steps(self) -> NDArray[np.int64]:
        """Samples by terms: between which bounds of `phrases.LEVELS` a value lies; its words are the same."""
        bounds = np.array([bound for bound, _ in LEVELS[:-1]])[::-1]
        found: NDArray[np.int64] = np.searchsorted(bounds, np.nan_to_num(self.values), side="right")
        return found


@dataclass(frozen=True)
class Thing:
    """One thing that a description states, with the columns that it fills."""

    row: int
    term: Term
    value: float
    columns: tuple[str, ...]


def stated_terms(batch: Batch, features: Features) -> Stated:
    """Return what a batch states; `features` are the same encoded."""
    at = {c.name: i for i, c in enumerate(features.columns)}
    things = things_of(batch)
    words = batch.described.once("stated words", _words)
    terms = dict.fromkeys(Term(FACTOR, f) for f in batch.factors)
    terms |= dict.fromkeys(t for own, _ in words.values() for t in own)
    terms |= dict.fromkeys(thing.term for thing in things)
    place = {t: i for i, t in enumerate([*terms, BASE, UNSTATED])}
    values = np.full((len(place), len(batch)), np.nan)
    values[: len(batch.factors)] = batch.levels
    groups = []
    for name, (own, code) in words.items():
        target = np.array([*(place[t] for t in own), -1], dtype=np.int64)[code][batch.which]
        stated = np.flatnonzero(target >= 0)
        values[target[stated], stated] = 1.0
        groups.append((_columns_of(name, at), target))
    without = [i for i, c in enumerate(features.columns) if c.kind == "preconditioning"]
    without += [at[name] for name in _SUMS_OF_NOTHING_DONE if name in at]
    silent = np.full(len(batch.described), -1, dtype=np.int64)
    silent[[t.row for t in things if t.term == NO_PRECONDITIONING]] = place.get(NO_PRECONDITIONING, -1)
    groups.append((np.array(without, dtype=np.int64), silent[batch.which]))
    sample, which = each_sample(batch, np.array([t.row for t in things], dtype=np.int64))
    target = np.array([place[t.term] for t in things], dtype=np.int64)
    values[target[which], sample] = np.array([t.value for t in things], dtype=float)[which]
    return Stated(
        tuple(place), values.T, tuple(groups), tuple(_factor_columns(batch, features)),
        *_moves(batch, things, place, at),
    )  # fmt: skip


def things_of(batch: Batch) -> tuple[Thing, ...]:
    """Return what the descriptions of a batch state beside words and factors: donor, done, manipulated."""
    return batch.described.once("stated things", lambda profiles: tuple(_things(profiles)))


def each_sample(batch: Batch, row: Integers) -> tuple[Integers, Integers]:
    """Return, for entries of descriptions, every sample that has one, and the position of the entry."""
    order = np.argsort(row, kind="stable")
    number = np.bincount(row, minlength=len(batch.described))
    starts = np.concatenate([[0], np.cumsum(number)[:-1]])
    times = number[batch.which]
    sample = np.repeat(np.arange(len(batch)), times)
    within = np.arange(len(sample)) - np.repeat(np.cumsum(times) - times, times)
    entry: Integers = order[starts[batch.which][sample] + within]
    return sample, entry


def _words(profiles: Profiles) -> dict[str, tuple[tuple[Term, ...], Integers]]:
    """Return, per context column, the terms that are stated, and which of them every description states."""
    found = {}
    for name in STATED_COLUMNS:
        own = profiles.context[name]
        if name == "cell_type":
            own = mapped(own, Terms().cell_class)
        code, distinct = pd.factorize(own.to_numpy(dtype=object, na_value=None))
        terms = [Term(name, "other" if str(w).startswith("other:") else str(w)) for w in distinct]
        found[name] = tuple(terms), code
    return found


def _things(profiles: Profiles) -> Iterator[Thing]:
    donors = donor_states(profiles)
    at = profiles.samples.get_indexer(donors["sample"]).tolist() if len(donors) else []
    for row, word in zip(at, donors["value"], strict=True):
        yield Thing(row, Term("donor", str(word)), 1.0, (f"donor={word}",))
    frame = profiles.manipulations
    at = profiles.samples.get_indexer(frame["sample"]).tolist()
    for row, kind, target in zip(at, *_texts(frame, "kind", "target"), strict=True):
        term = Term(MANIPULATED, str(kind), target or "")
        yield Thing(row, term, _SIGNS.get(str(kind), -1.0), (f"manipulation={kind}",))
    frame = profiles.preconditioning
    at = profiles.samples.get_indexer(frame["sample"]).tolist()
    done = [
        (row, one)
        for row, kind, agent in zip(at, *_texts(frame, "kind", "agent"), strict=True)
        for one in done_by(str(kind), agent)
    ]
    treated = {row for row, one in done if one.direction != 0}
    for row, one in done:
        if one.direction != 0 or row not in treated:
            yield Thing(row, term_of(one), one.direction or 1.0, _filled_by(one))


def _texts(frame: pd.DataFrame, *names: str) -> list[NDArray[np.object_]]:
    return [frame[name].to_numpy(dtype=object, na_value=None) for name in names]


def _filled_by(done: Done) -> tuple[str, ...]:
    """Return the columns that one thing done to the cells fills."""
    if done.direction == 0:
        return ()
    names = [f"agent_class={done.agent_class}", f"agent={done.target}"]
    if done.direction > 0 and done.agent_class not in TAKING_CLASSES:
        names += [f"preconditioning={done.kind}", "preconditioning_agents"]
    if done.kind == GENETIC:
        names.append("gene_direction")
    if done.kind == "hypoxia":
        names += ["hypoxia_depth", "hypoxia_log_hours"]
    return tuple(names)


def _columns_of(name: str, at: dict[str, int]) -> Integers:
    own = [i for column, i in at.items() if split_name(column)[0] in (name, f"{name}_group")]
    return np.array(own, dtype=np.int64)


def _factor_columns(batch: Batch, features: Features) -> Iterator[tuple[int, Integers, Array]]:
    """Yield the columns of factors and families: a family is its measured members, in equal shares."""
    vocabulary, rows = FactorVocabulary.load(), {f: i for i, f in enumerate(batch.factors)}
    members: dict[str, list[int]] = {}
    for factor, i in rows.items():
        members.setdefault(str(vocabulary.family(factor)), []).append(i)
    for i, column in enumerate(features.columns):
        group, value = split_name(column.name)
        own = [rows[str(value)]] if group == "factor" and value in rows else []
        own = members.get(str(value), []) if group == "family" else own
        if own:
            measured = (~np.isnan(batch.levels[own])).astype(float)
            yield i, np.array(own, dtype=np.int64), measured / np.maximum(measured.sum(axis=0), 1.0)


def _moves(
    batch: Batch, things: tuple[Thing, ...], place: dict[Term, int], at: dict[str, int]
) -> tuple[Integers, Integers, Integers, Array]:
    found: dict[tuple[int, int], list[int]] = {}
    for thing in things:
        for name in thing.columns:
            if name in at:
                found.setdefault((thing.row, at[name]), []).append(place[thing.term])
    entries = [(r, c, t, 1.0 / len(own)) for (r, c), own in found.items() for t in own]
    row, column, target = (np.array([e[i] for e in entries], dtype=np.int64) for i in range(3))
    sample, which = each_sample(batch, row)
    share = np.array([e[3] for e in entries], dtype=float)
    return sample, column[which], target[which], share[which]
