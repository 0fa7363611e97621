"""Signed knowledge per effect: role times level, summed over what is known of a preparation.

The parts of every sum are kept, so that an explanation can name the factor or condition behind it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd

from secretome_ml.features.batch import Batch, Descriptions
from secretome_ml.features.block import Block
from secretome_ml.features.columns import Array, FeatureColumn, Unstated
from secretome_ml.features.roles import Known
from secretome_ml.features.words import donor_states
from secretome_ml.profiles.facts import TAKING_CLASSES, Done, done_by, term_of
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.vocabulary import Terms
from secretome_ml.vocabulary.phrases import MANIPULATED, Term

# Roles that cancel each other sum to zero, not to what the order of the terms leaves of them: a tree might
# split just there.
_DECIMALS = 12

_FACTORS = "known_factors"
_GENES, _AGENTS, _BLOCKING = "known_genes", "known_agents", "known_blocking"
_CELLS, _PRODUCT = "known_cells", "known_product"
# Several genes, agents or targets of one preparation overlap: they count as the root of their number.
_OVERLAP = (_GENES, _AGENTS, _BLOCKING)
_COLUMNS = (_FACTORS, _GENES, _AGENTS, _BLOCKING, _CELLS, _PRODUCT)
_TAKES_AWAY = ("depleted", "neutralised", "inhibited")


class Part(NamedTuple):
    """One part of a sum, of one description.

    Parameters
    ----------
    row : int
        The description.
    column : str
        The sum.
    key : str
        The factor or condition, as it is kept in a bundle.
    term : Term
        The same as explanations name it.
    amount : float
        What it adds to the sum.
    """

    row: int
    column: str
    key: str
    term: Term
    amount: float


@dataclass(frozen=True)
class FactorParts:
    """What each measured factor with a known role adds to `known_factors`.

    Parameters
    ----------
    factors : tuple of str
        Factors with a role, of those in the batch.
    levels, amounts : array, factors by samples
        Their levels, NaN where not measured, and what they add, 0 where not measured.
    """

    factors: tuple[str, ...]
    levels: Array
    amounts: Array


@dataclass(frozen=True)
class Parts:
    """What the sums of one effect are made of: factors, sample by sample, and the rest by description."""

    factors: FactorParts
    described: tuple[Part, ...]


class KnowledgeBlock(Block):
    """Signed sums of known roles, one set of columns per effect; a sum of nothing is no news, and 0."""

    name = "knowledge"
    of_effects = True
    names = _COLUMNS
    factors_column = _FACTORS

    def __init__(self, min_studies: int = 3, known: Known | None = None) -> None:
        super().__init__(min_studies, known)
        self.columns_ = tuple(self._column(name) for name in _COLUMNS)
        self.found_: dict[str, int] = {}

    def fit(self, batch: Batch) -> Self:
        """Count the studies that found each factor; the columns are the same whatever the studies state."""
        study = pd.factorize(study_of(batch.samples))[0]
        self.found_ = {
            factor: len(np.unique(study[levels > 0.0]))
            for factor, levels in zip(batch.factors, batch.levels, strict=True)
        }
        return self

    def state(self) -> dict[str, Any]:
        """Return the block with how many studies found each factor."""
        return {**super().state(), "found": {f: n for f, n in self.found_.items() if n}}

    @classmethod
    def from_state(cls, state: Mapping[str, Any], known: Known | None = None) -> Self:
        """Rebuild the block."""
        block = cls(int(state["min_studies"]), known)
        block.found_ = {str(f): int(n) for f, n in state["found"].items()}
        return block

    def transform(self, batch: Batch, effect: str | None = None) -> Array:
        """Return the sums of one effect, columns by samples."""
        found = self.parts(batch, str(effect))
        rows = {column: i for i, column in enumerate(_COLUMNS)}

        def summed(profiles: Profiles) -> Array:
            total = np.full((len(rows), len(profiles)), np.nan)
            for part in found.described:
                at = rows[part.column], part.row
                total[at] = part.amount + (0.0 if np.isnan(total[at]) else total[at])
            return total

        total = batch.described.once((self.name, "sums", effect), summed)[:, batch.which]
        total[rows[_FACTORS]] = found.factors.amounts.sum(axis=0)
        # A sum of nothing is no news; but every preparation has cells, whether their role is stated or not.
        news = [rows[name] for name in (_FACTORS, _GENES, _AGENTS, _BLOCKING)]
        total[news] = np.nan_to_num(total[news])
        return total.round(_DECIMALS)

    def parts(self, batch: Batch, effect: str) -> Parts:
        """Return what the sums of one effect are made of; the amounts of a sum add up to its value."""
        key = (self.name, effect)
        described = batch.described.once(key, lambda _: tuple(self._damped(batch.described, effect)))
        return Parts(batch.once((self, effect), lambda: self._factors(batch, effect)), described)

    def _candidates(self, batch: Batch) -> list[FeatureColumn]:
        return list(self.columns_)

    def _column(self, name: str) -> FeatureColumn:
        # Every preparation has cells, whether their role is stated or not.
        unstated: Unstated = "average" if name == _CELLS else "missing"
        return FeatureColumn(name, "knowledge", "each", unstated, self.known.prior(name))

    def _encode(self, batch: Batch, columns: Sequence[FeatureColumn]) -> Array:
        raise TypeError("Sums of known roles are about one effect: transform with an effect.")

    def _factors(self, batch: Batch, effect: str) -> FactorParts:
        """Return role times shift, damped so that a panel of 1,000 does not drown the rest."""
        roles = self.known.roles.factors
        rows = [i for i, factor in enumerate(batch.factors) if (effect, factor) in roles]
        factors = tuple(batch.factors[i] for i in rows)
        role = np.array([roles[effect, factor] for factor in factors])
        every = batch.once((self, "shifts"), lambda: self.shifts(batch.levels, batch.factors))
        shift = np.nan_to_num(every[rows])
        changed = np.abs(shift).sum(axis=0)
        shift *= role[:, None]
        shift /= np.sqrt(np.maximum(changed, 1.0))
        return FactorParts(factors, batch.levels[rows], shift)

    def shifts(self, levels: Array, factors: Sequence[str]) -> Array:
        """Return what levels tell about a role, factors by samples; linear between the four stated ones.

        That a factor was looked for and not found tells the less, the fewer studies find it: a blank well
        holds no news of what hardly any preparation has.
        """
        constants = self.known.constants
        low, there, high = (constants[f"shift_{word}"] for word in ("decreased", "present", "elevated"))
        found = np.array([self.found_.get(factor, 0) for factor in factors], dtype=float)
        none = (constants["shift_not_detected"] * found / (found + constants["absence_half"]))[:, None]
        shifts: Array = low + (none - low) * (np.clip(levels, -1.0, 0.0) + 1.0)
        shifts += (there - none) * np.clip(levels, 0.0, 1.0)
        shifts += (high - there) * (np.clip(levels, 1.0, 2.0) - 1.0)
        return shifts

    def _damped(self, described: Descriptions, effect: str) -> Iterator[Part]:
        parts = [
            *self._interventions(described.once("done", lambda p: tuple(_done(p))), effect),
            *self._manipulations(described.once("manipulated", lambda p: tuple(_manipulated(p))), effect),
            *self._context(described.once("stated", lambda p: tuple(_stated(p))), effect),
        ]
        several: dict[tuple[int, str], int] = {}
        for part in parts:
            several[part.row, part.column] = several.get((part.row, part.column), 0) + 1
        for part in parts:
            number = several[part.row, part.column] if part.column in _OVERLAP else 1
            yield part if number == 1 else part._replace(amount=part.amount / math.sqrt(number))

    def _interventions(self, done: Sequence[tuple[int, Done]], effect: str) -> Iterator[Part]:
        told = {one: self._intervention(one, effect) for one in {one for _, one in done}}
        yield from (Part(row, *told[one]) for row, one in done)

    def _intervention(self, done: Done, effect: str) -> tuple[str, str, Term, float]:
        """Return the sum, the key, the term and the amount of what was done to the cells."""
        roles, conditions = self.known.roles.factors, self.known.roles.conditions
        gain = self.known.constants["unknown_gain"]
        if done.kind == "genetic_modification":
            role = roles.get((effect, done.target), gain) if done.target else gain
            return _GENES, f"{done.target or 'unnamed'} gene", term_of(done), role * done.direction
        own, group = ("agent", done.target), ("agent_class", done.agent_class)
        kind = ("preconditioning_kind", done.kind)
        inhibits = done.agent_class in TAKING_CLASSES
        # An agent is told first by itself, then by its class; where none is named, the kind says more.
        keys = (kind, group) if done.target is None else (own, group) if inhibits else (own, group, kind)
        known = (conditions[effect, k, t] for k, t in keys if t and (effect, k, t) in conditions)
        role = next(known, self.known.constants["unknown_loss"] if inhibits else 0.0)
        if done.direction < 0 and done.target is not None:
            role = roles.get((effect, done.target), gain)
        key = f"{done.target} treatment" if done.target else done.kind
        return _AGENTS, key, term_of(done), role * done.direction

    def _manipulations(
        self, manipulated: Sequence[tuple[int, str, str | None]], effect: str
    ) -> Iterator[Part]:
        roles, conditions = self.known.roles.factors, self.known.roles.conditions
        gain, loss = (self.known.constants[c] for c in ("unknown_gain", "unknown_loss"))
        for row, kind, target in manipulated:
            sign = -1.0 if kind in _TAKES_AWAY else 1.0 if kind == "added" else 0.0
            if target is not None:
                amount = sign * roles.get((effect, target), gain)
            else:
                amount = conditions.get((effect, "manipulation", kind), loss)
            key = f"{target} {kind}" if target else kind
            yield Part(row, _BLOCKING, key, Term(MANIPULATED, kind, target or ""), amount)

    def _context(self, stated: Sequence[tuple[int, str, str, str, str]], effect: str) -> Iterator[Part]:
        for row, column, kind, word, about in stated:
            amount = self.known.roles.conditions.get((effect, kind, word))
            if amount is not None:
                yield Part(row, column, f"{kind}={word}", Term(about, word), amount)


def _done(profiles: Profiles) -> Iterator[tuple[int, Done]]:
    """Yield what was done to the cells, description by description."""
    frame = profiles.preconditioning
    at = profiles.samples.get_indexer(frame["sample"]).tolist()
    kinds, agents = (frame[c].to_numpy(dtype=object, na_value=None) for c in ("kind", "agent"))
    for row, kind, agent in zip(at, kinds, agents, strict=True):
        yield from ((row, done) for done in done_by(str(kind), agent) if done.direction != 0)


def _manipulated(profiles: Profiles) -> Iterator[tuple[int, str, str | None]]:
    """Yield what was done to the product: description, kind and target."""
    frame = profiles.manipulations
    at = profiles.samples.get_indexer(frame["sample"]).tolist()
    kinds, targets = (frame[c].to_numpy(dtype=object, na_value=None) for c in ("kind", "target"))
    yield from zip(at, map(str, kinds), targets, strict=True)


def _stated(profiles: Profiles) -> Iterator[tuple[int, str, str, str, str]]:
    """Yield the stated facts of cells and product: row, sum, kind of condition, word, context column."""
    terms, context = Terms(), profiles.context
    words = {c: context[c].to_numpy(dtype=object, na_value=None) for c in ("cell_type", "product", "culture")}
    classes = {word: str(terms.cell_class(word)) for word in set(words["cell_type"]) if word is not None}
    states: Mapping[int, list[str]] = {}
    donors = donor_states(profiles)
    if len(donors):
        at = profiles.samples.get_indexer(donors["sample"])
        states = donors["value"].groupby(at, sort=False).agg(list).to_dict()
    for row, cell_type in enumerate(words["cell_type"]):
        if cell_type is not None:
            yield row, _CELLS, "cell_type_class", classes[cell_type], "cell_type"
        for state in states.get(row, ()):
            yield row, _CELLS, "donor_state", state, "donor"
        if words["product"][row] is not None:
            yield row, _PRODUCT, "product", str(words["product"][row]), "product"
        if words["culture"][row] is not None:
            yield row, _PRODUCT, "culture", str(words["culture"][row]), "culture"
