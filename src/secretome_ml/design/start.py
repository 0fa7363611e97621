"""The starting preparation, from words: `cell_source=adipose; VEGFA=elevated; HGF=900 pg/mL`."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.profiles import Profiles, make_profiles
from secretome_ml.profiles.context import context_frame, manipulations_of, read_preconditioning
from secretome_ml.profiles.profiles import CONTEXT_COLUMNS, STATE_LEVELS
from secretome_ml.readers.formats.canonical_wide import profiles_from_table
from secretome_ml.vocabulary import FactorVocabulary

NAME = "start"
_AMOUNT = re.compile(r"(?P<number>[<>]?\s*\d[\d.,]*(?:[eE][+-]?\d+)?)\s*(?P<unit>[^\d\s.,<>][^\[\]]*)")
_PLACE = "--start"


def read_start(text: str) -> Profiles:
    """Return the described preparation as profiles of one sample, `start`.

    Parameters
    ----------
    text : str
        `name=value`, divided by semicolons: the context columns and `preconditioning` as in a canonical
        table, every other name a factor with the state it was found in, or an amount with its unit. What is
        left out is not stated.

    Raises
    ------
    InputRefused
        If a part cannot be read; all of them are listed.

    Examples
    --------
    >>> start = read_start("cell_source=adipose; product=conditioned_medium; preconditioning=none")
    >>> start.context.at["start", "cell_source"]
    'adipose'
    >>> high, low = (read_start(f"cell_source=adipose; VEGFA={n} pg/mL") for n in (4000, 40))
    >>> bool(high.factors["level"].item() > 1.0 > low.factors["level"].item())
    True
    """
    problems: list[Problem] = []
    told: dict[str, str] = {}
    for part in (p.strip() for p in text.replace("\n", ";").split(";") if p.strip()):
        name, sign, value = (p.strip() for p in part.partition("="))
        if not sign or not name or not value:
            problems.append(_problem(part, "It is not of the form name=value.", "Write cell_source=adipose."))
        elif name in told:
            problems.append(_problem(name, "It is stated twice.", "State it once."))
        else:
            told[name] = value
    if not told and not problems:
        problems.append(_problem(None, "Nothing is stated.", "Write cell_source=adipose; product=exosome."))
    columns = {name: [told[name]] for name in CONTEXT_COLUMNS if name in told}
    context = context_frame(pd.DataFrame(columns, index=[0]), [NAME], _PLACE, [1], problems)
    done = told.get("preconditioning")
    preconditioning = list(read_preconditioning([NAME], [done], _PLACE, [1], problems))
    named = {n: v for n, v in told.items() if n not in (*CONTEXT_COLUMNS, "preconditioning")}
    amounts = {n: found for n, v in named.items() if (found := _AMOUNT.fullmatch(v)) is not None}
    factors = _factors(named, amounts, problems)
    cells = {f"{n} [{found['unit']}]": found["number"] for n, found in amounts.items()}
    measured = _amounts(cells, columns, problems)
    stated = make_profiles(context, preconditioning, manipulations_of(context), factors)
    parts = [stated.factors, *([measured.factors] if measured is not None else [])]
    whole = pd.concat(parts, ignore_index=True) if len(parts) > 1 else stated.factors
    for factor in whole.loc[whole["factor"].duplicated(), "factor"]:
        problems.append(_problem(str(factor), f"{factor} is stated twice.", "State it once."))
    if problems:
        raise InputRefused(problems)
    return replace(stated, factors=whole)


def _amounts(
    cells: dict[str, str], columns: dict[str, list[str]], problems: list[Problem]
) -> Profiles | None:
    """Return the amounts as a table of one row would give them; None where there are none."""
    if not cells or problems:
        return None
    context = {name: values[0] for name, values in columns.items()}
    try:
        return profiles_from_table(pd.DataFrame([{"sample": NAME, **context, **cells}]), _PLACE)
    except InputRefused as refused:
        problems += [Problem(_PLACE, None, p.column, p.what, p.remedy) for p in refused.problems]
        return None


def _factors(
    named: dict[str, str], amounts: Collection[str], problems: list[Problem]
) -> list[dict[str, object]]:
    vocabulary = FactorVocabulary.load()
    rows: list[dict[str, object]] = []
    for name, state in named.items():
        found = vocabulary.resolve(name)
        if found.factor is None:
            what = f"'{name[:60]}' is neither a context column nor a known factor: {found.reason}."
            problems.append(_problem(name[:60], what, f"Context columns: {', '.join(CONTEXT_COLUMNS)}."))
        elif name in amounts:
            continue
        elif state not in STATE_LEVELS:
            what = f"'{state[:60]}' is neither a state of a factor nor an amount with its unit."
            states = ", ".join(STATE_LEVELS)
            problems.append(_problem(name[:60], what, f"Use {states}, or an amount such as 850 pg/mL."))
        else:
            rows.append({"sample": NAME, "name": name, "factor": found.factor, "state": state})
    return rows


def _problem(column: str | None, what: str, remedy: str) -> Problem:
    return Problem(_PLACE, None, column, what, remedy)
