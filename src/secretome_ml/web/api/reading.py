"""A request's samples to profiles, by the rules of the canonical tables; every problem with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.profiles import Profiles
from secretome_ml.profiles.context import context_frame, manipulations_of
from secretome_ml.profiles.preconditioning_text import STANDARD, treatments
from secretome_ml.profiles.profiles import CONTEXT_COLUMNS
from secretome_ml.readers.assemble import assemble
from secretome_ml.readers.formats.canonical_long import read_long
from secretome_ml.readers.measurements import Measurements, Role, value_frame
from secretome_ml.readers.tables import Table
from secretome_ml.vocabulary import Terms
from secretome_ml.web.api.requests import Condition, Sample, ScoreRequest

REQUEST = "request"


def profiles_of(request: ScoreRequest) -> Profiles:
    """Return the profiles of a request.

    Raises
    ------
    InputRefused
        With every offending place, such as row `samples[3].factors[0]`.

    Examples
    --------
    >>> sample = Sample(sample="a", cell_source="ADSC", factors=[{"name": "VEGF", "state": "elevated"}])
    >>> profiles_of(ScoreRequest(samples=[sample])).factors["factor"].tolist()
    ['VEGFA']
    """
    samples = request.samples
    problems = [*_repeated(samples), *_empty_factors(samples)]
    context = _context(samples, problems)
    preconditioning = list(_preconditioning(samples, problems))
    values, notes = _values(samples, problems)
    if problems:
        raise InputRefused(problems)
    roles: dict[str, Role] = dict.fromkeys((s.sample for s in samples), "sample")
    measured = Measurements(
        values, "stated", roles, context, preconditioning, manipulations_of(context), notes=notes
    )
    return assemble(measured, REQUEST, control=request.control)


def _repeated(samples: list[Sample]) -> Iterator[Problem]:
    count = Counter(s.sample for s in samples)
    for i, sample in enumerate(samples):
        if count[sample.sample] > 1:
            what = f"'{sample.sample[:60]}' is the name of {count[sample.sample]} samples."
            yield Problem(REQUEST, f"samples[{i}]", "sample", what, "Give each a name of its own.")


def _empty_factors(samples: list[Sample]) -> Iterator[Problem]:
    for i, sample in enumerate(samples):
        for k, factor in enumerate(sample.factors):
            if factor.value is None and factor.state is None:
                what = f"'{factor.name[:60]}' has neither a value nor a state."
                remedy = "Leave it out where it was not measured."
                yield Problem(REQUEST, f"samples[{i}].factors[{k}]", None, what, remedy)


def _context(samples: list[Sample], problems: list[Problem]) -> pd.DataFrame:
    rows = [s.model_dump(include=set(CONTEXT_COLUMNS)) for s in samples]
    frame = pd.DataFrame(rows, columns=list(CONTEXT_COLUMNS), dtype="string")
    found: list[Problem] = []
    context = context_frame(frame, [s.sample for s in samples], REQUEST, range(len(samples)), found)
    problems += [replace(p, row=f"samples[{p.row}]") for p in found]
    return context


def _preconditioning(samples: list[Sample], problems: list[Problem]) -> Iterator[dict[str, object]]:
    terms = Terms()
    for i, sample in enumerate(samples):
        entries: list[dict[str, object]] = []
        for k, condition in enumerate(sample.preconditioning):
            kind = terms.resolve("preconditioning", condition.kind)
            if kind is None:
                problems.append(_no_kind(f"samples[{i}].preconditioning[{k}]", condition, terms))
            else:
                entries.append({**condition.model_dump(), "kind": kind})
        try:
            done = treatments(entries)
        except ValueError as error:
            what = f"The preconditioning contradicts itself: {error}."
            problems.append(Problem(REQUEST, f"samples[{i}]", "preconditioning", what, "State each once."))
            continue
        standard = [STANDARD] if entries else []
        yield from ({"sample": sample.sample, **entry} for entry in done or standard)


def _no_kind(place: str, condition: Condition, terms: Terms) -> Problem:
    near = ", ".join(terms.close("preconditioning", condition.kind)) or "hypoxia, cytokine"
    what = f"'{condition.kind[:60]}' is no kind of preconditioning."
    return Problem(REQUEST, place, "kind", what, f"Near: {near}; or write other:<words>.")


def _values(samples: list[Sample], problems: list[Problem]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the long values, read as a canonical long table is."""
    places, rows = [], []
    for i, sample in enumerate(samples):
        for k, f in enumerate(sample.factors):
            places.append(f"samples[{i}].factors[{k}]")
            rows.append((sample.sample, f.name, f.value, f.unit or "", f.state or "", f.lod))
    if not rows:
        return value_frame(pd.DataFrame()), ()
    frame = pd.DataFrame(rows, columns=["sample", "factor", "value", "unit", "state", "lod"])
    frame = frame.astype({"value": float, "lod": float})
    try:
        measured = read_long(Table(REQUEST, frame, range(len(rows))), one_sample=None)
    except InputRefused as error:
        problems += [
            replace(p, row=places[p.row] if isinstance(p.row, int) else p.row) for p in error.problems
        ]
        return value_frame(pd.DataFrame()), ()
    return measured.values, measured.notes
