"""Every change that studies of the evidence tried, with their doses and hours as reported."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd

from secretome_ml.design.change import Change, Condition, Preparation, Row
from secretome_ml.evidence import Evidence
from secretome_ml.profiles import Profiles
from secretome_ml.profiles.facts import done_fact, manipulation_fact
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.vocabulary import Terms
from secretome_ml.vocabulary.columns import context_columns

_NO_SECRETOME = ("cells", "control", "organelle")
_SLOTS = {c.name: c.label for c in context_columns() if c.changeable}
_NUMBERS = ("o2_percent", "hours", "dose")
# Only oxygen and hours of hypoxia have columns of their own in the features; of other preconditionings the
# doses and hours are told beside the change and move no prediction.
_VARIES = "hypoxia"


@dataclass
class _Found:
    """One thing that studies did: how they write it, who did it, under which conditions."""

    rows: list[dict[str, object]] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)

    def written(self) -> dict[str, object]:
        """Return kind and agent in the most frequent words."""
        words = Counter((row["kind"], row["agent"]) for row in self.rows)
        kind, agent = min(words, key=lambda w: (-words[w], str(w)))
        return {"kind": kind, "agent": agent}


def candidate_changes(start: Preparation, evidence: Evidence, profiles: Profiles) -> list[Change]:
    """Return every change of the start that some study of the evidence tried.

    Parameters
    ----------
    start : Preparation
        Where the changes begin.
    evidence : Evidence
        The studies.
    profiles : Profiles
        Their arms, as `profiles_from_evidence` gives them.
    """
    return [
        *_context_changes(start, profiles),
        *_preconditioning_changes(start, evidence, profiles),
        *_factor_changes(start, profiles),
    ]


def _context_changes(start: Preparation, profiles: Profiles) -> Iterator[Change]:
    context = profiles.context
    study = pd.Series(study_of(profiles.samples), index=profiles.samples)
    for column, slot in _SLOTS.items():
        own = start.context.get(column)
        for value, samples in context.groupby(column).groups.items():
            word = str(value)
            if (
                word == own
                or word.startswith("other:")
                or (column == "product" and Terms().parent(column, word) in _NO_SECRETOME)
            ):
                continue
            yield Change(
                slot,
                f"{slot}: {_words(word)}",
                frozenset({f"{column}={word}"}),
                frozenset({f"{column}={own}"} if own else ()),
                _set_context(start, column, word, context),
                studies=frozenset(study[samples]),
            )


def _set_context(start: Preparation, column: str, value: str, context: pd.DataFrame) -> dict[str, str | None]:
    """Return the columns that a new source or product sets: what follows from the old one goes with it."""
    found: dict[str, str | None] = {column: value}
    if column == "product" and start.context.get("fraction") is not None:
        found["fraction"] = None
    if column == "cell_source":
        if Terms().source_of(str(start.context.get("cell_type"))) not in (None, value):
            found["cell_type"] = "MSC"
        if start.context.get("stage") is not None:
            usual = context.loc[context["cell_source"] == value, "stage"].mode()
            found["stage"] = str(usual.iloc[0]) if len(usual) else None
    return found


def _preconditioning_changes(start: Preparation, evidence: Evidence, profiles: Profiles) -> Iterator[Change]:
    doi = evidence.studies.set_index("study")["doi"]
    found: dict[str, _Found] = defaultdict(_Found)
    for row in profiles.preconditioning.to_dict("records"):
        fact = done_fact(row)
        if fact is None:
            continue
        plain = {k: None if v is pd.NA else v for k, v in row.items()}
        study = str(plain.pop("sample")).split("/", 1)[0]
        found[fact].rows.append(plain)
        known = doi.get(study)
        found[fact].conditions.append(_condition(study, known if isinstance(known, str) else None, plain))
    done = {fact: row for row in start.preconditioning if (fact := done_fact(row)) is not None}
    for fact, own in sorted(found.items()):
        studies = frozenset(c.study for c in own.conditions)
        reported = tuple(dict.fromkeys(c for c in own.conditions if c.words()))
        if fact in done and fact != _VARIES:
            continue
        for label, row in _variants(fact, own):
            if fact in done and _numbers(row) == _numbers(done[fact]):
                continue
            yield Change(
                "preconditioning",
                label,
                frozenset() if fact in done else frozenset({fact}),
                add=(row,),
                studies=studies,
                reported=reported,
            )
    for fact in done:
        studies = frozenset(c.study for c in found[fact].conditions) if fact in found else frozenset()
        yield Change(
            "preconditioning", f"without {fact}", frozenset(), frozenset({fact}),
            drop=frozenset({fact}), studies=studies,
        )  # fmt: skip


def _variants(fact: str, found: _Found) -> Iterator[tuple[str, Row]]:
    """Yield the plain change, and one per oxygen and hours that a study reports."""
    yield fact, found.written()
    if fact != _VARIES:
        return
    seen = {(c.o2_percent, c.hours) for c in found.conditions} - {(None, None)}
    for oxygen, hours in sorted(seen, key=lambda v: tuple(-1.0 if x is None else x for x in v)):
        words = Condition("", None, oxygen, hours).words()
        yield f"{fact} ({words})", {**found.written(), "o2_percent": oxygen, "hours": hours}


def _factor_changes(start: Preparation, profiles: Profiles) -> Iterator[Change]:
    done = {manipulation_fact(row) for row in start.manipulations}
    found: dict[str, tuple[Row, set[str]]] = {}
    for row in profiles.manipulations.to_dict("records"):
        plain = {"kind": row["kind"], "target": row["target"] if isinstance(row["target"], str) else None}
        _, studies = found.setdefault(manipulation_fact(plain), (plain, set()))
        studies.add(str(row["sample"]).split("/", 1)[0])
    for fact, (row, studies) in sorted(found.items()):
        if fact not in done:
            yield Change("factor", fact, frozenset({fact}), manipulate=(row,), studies=frozenset(studies))


def _condition(study: str, doi: str | None, row: Row) -> Condition:
    numbers = {n: None if row.get(n) is None else float(str(row[n])) for n in _NUMBERS}
    unit = row.get("unit")
    return Condition(study, doi, **numbers, unit=str(unit) if unit is not None else None)


def _numbers(row: Row) -> tuple[object, ...]:
    return tuple(row.get(n) for n in _NUMBERS[:2])


def _words(value: str) -> str:
    return value.replace("_", " ")
