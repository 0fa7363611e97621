"""A preparation and one change to it, both as plain rows; changes apply one after another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import pandas as pd

from secretome_ml.profiles import Profiles, make_profiles
from secretome_ml.profiles.facts import done_fact

Row = Mapping[str, object]


@dataclass(frozen=True)
class Preparation:
    """One preparation without its factors: they stay as they were measured.

    Parameters
    ----------
    context : mapping of str to str or None
        Context columns; None = not stated.
    preconditioning, manipulations : tuple of mapping
        Rows of the long frames, without the sample.
    """

    context: Mapping[str, str | None]
    preconditioning: tuple[Row, ...] = ()
    manipulations: tuple[Row, ...] = ()

    @classmethod
    def of(cls, profiles: Profiles) -> Preparation:
        """Return the preparation of a profile of one sample."""
        context = {str(c): v if isinstance(v, str) else None for c, v in profiles.context.iloc[0].items()}
        done, changed = (
            tuple(
                {str(k): (None if v is pd.NA else v) for k, v in row.items()}
                for row in frame.drop(columns="sample").to_dict("records")
            )
            for frame in (profiles.preconditioning, profiles.manipulations)
        )
        return cls(context, done, changed)


@dataclass(frozen=True)
class Condition:
    """Dose, oxygen and time of a preconditioning as one study reports them; None = not stated."""

    study: str
    doi: str | None
    o2_percent: float | None = None
    hours: float | None = None
    dose: float | None = None
    unit: str | None = None

    def words(self) -> str:
        """Return the condition as words.

        Examples
        --------
        >>> Condition("s-1", None, o2_percent=1.0, hours=48.0).words()
        '1 % O2, 48 h'
        """
        dose = None if self.dose is None else f"{self.dose:g} {self.unit or ''}".strip()
        oxygen = None if self.o2_percent is None else f"{self.o2_percent:g} % O2"
        hours = None if self.hours is None else f"{self.hours:g} h"
        return ", ".join(part for part in (dose, oxygen, hours) if part)


@dataclass(frozen=True)
class Change:
    """One change that studies of the evidence tried.

    Parameters
    ----------
    slot : str
        `cell source`, `product`, `culture`, `preconditioning` or `factor`.
    label : str
        The change in words, unique among the candidates.
    gained, lost : frozenset of str
        Facts that the preparation gains and loses; changes with the same ones are variants of each other.
    context : mapping of str to str or None
        Context columns that are set.
    add : tuple of mapping
        Preconditioning rows that are added; what does the same is replaced.
    drop : frozenset of str
        Preconditioning facts that are taken away.
    manipulate : tuple of mapping
        Things done to the product.
    studies : frozenset of str
        Studies in the evidence that did it.
    reported : tuple of Condition
        Doses, oxygen and hours as those studies report them.
    """

    slot: str
    label: str
    gained: frozenset[str]
    lost: frozenset[str] = frozenset()
    context: Mapping[str, str | None] = field(default_factory=lambda: MappingProxyType({}))
    add: tuple[Row, ...] = ()
    drop: frozenset[str] = frozenset()
    manipulate: tuple[Row, ...] = ()
    studies: frozenset[str] = frozenset()
    reported: tuple[Condition, ...] = ()

    @property
    def brings(self) -> frozenset[str]:
        """Facts that hold after the change: what is gained, or what is done otherwise than before."""
        return self.gained or frozenset(fact for fact in map(done_fact, self.add) if fact is not None)

    @property
    def what(self) -> str:
        """What is changed, variants in oxygen and time alike."""
        return " + ".join(sorted(self.brings)) or f"without {' + '.join(sorted(self.lost))}"

    def of_this_variant(self) -> int:
        """Return how many studies did just this: with its oxygen and hours, where it has any."""
        numbers = [(row.get("o2_percent"), row.get("hours")) for row in self.add]
        if not numbers or numbers[0] == (None, None):
            return len(self.studies)
        return len({c.study for c in self.reported if (c.o2_percent, c.hours) == numbers[0]})

    def apply(self, start: Preparation) -> Preparation:
        """Return the preparation after the change."""
        replaced = self.drop | {fact for fact in map(done_fact, self.add) if fact is not None}
        kept = tuple(row for row in start.preconditioning if done_fact(row) not in replaced)
        return replace(
            start,
            context={**start.context, **self.context},
            preconditioning=(*kept, *self.add),
            manipulations=(*start.manipulations, *self.manipulate),
        )

    def goes_with(self, other: Change) -> bool:
        """Return whether both changes can be made: they do not touch the same thing."""
        columns = set(self.context) & set(other.context)
        touched = (self.brings | self.lost) & (other.brings | other.lost)
        opposed = _targets(self) & _targets(other)
        return not columns and not touched and not opposed


def _targets(change: Change) -> set[str]:
    """Return the genes and factors that a change aims at, whichever way."""
    facts = change.brings | change.lost
    aimed = ("over-express ", "knock down ")
    return {f.removeprefix(p) for f in facts for p in aimed if f.startswith(p)}


def preparations_as_profiles(preparations: Iterable[Preparation], names: Iterable[str]) -> Profiles:
    """Return preparations as profiles without factors, in the order given."""
    rows = dict(zip(names, preparations, strict=True))
    context = pd.DataFrame.from_dict({name: dict(p.context) for name, p in rows.items()}, orient="index")
    done = [{"sample": name, **row} for name, p in rows.items() for row in p.preconditioning]
    changed = [{"sample": name, **row} for name, p in rows.items() for row in p.manipulations]
    return make_profiles(context, done, changed)
