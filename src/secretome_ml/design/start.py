"""The starting preparation, from words: `cell_source=adipose; product=conditioned_medium; VEGFA=elevated`."""

from __future__ import annotations

import pandas as pd

from secretome_ml.errors import InputRefused, Problem
from secretome_ml.profiles import Profiles, make_profiles
from secretome_ml.profiles.context import context_frame, manipulations_of, read_preconditioning
from secretome_ml.profiles.profiles import CONTEXT_COLUMNS, STATE_LEVELS
from secretome_ml.vocabulary import FactorVocabulary

NAME = "start"
_PLACE = "--start"


def read_start(text: str) -> Profiles:
    """Return the described preparation as profiles of one sample, `start`.

    Parameters
    ----------
    text : str
        `name=value`, divided by semicolons: the context columns and `preconditioning` as in a canonical
        table, every other name a factor with the state it was found in. What is left out is not stated.

    Raises
    ------
    InputRefused
        If a part cannot be read; all of them are listed.

    Examples
    --------
    >>> start = read_start("cell_source=adipose; product=conditioned_medium; preconditioning=none")
    >>> start.context.at["start", "cell_source"]
    'adipose'
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
    factors = _factors(named, problems)
    if problems:
        raise InputRefused(problems)
    return make_profiles(context, preconditioning, manipulations_of(context), factors)


def _factors(named: dict[str, str], problems: list[Problem]) -> list[dict[str, object]]:
    vocabulary = FactorVocabulary.load()
    rows: list[dict[str, object]] = []
    for name, state in named.items():
        found = vocabulary.resolve(name)
        if found.factor is None:
            what = f"'{name[:60]}' is neither a context column nor a known factor: {found.reason}."
            problems.append(_problem(name[:60], what, f"Context columns: {', '.join(CONTEXT_COLUMNS)}."))
        elif state not in STATE_LEVELS:
            what = f"'{state[:60]}' is no state of a factor."
            problems.append(_problem(name[:60], what, f"Use {', '.join(STATE_LEVELS)}."))
        else:
            rows.append({"sample": NAME, "name": name, "factor": found.factor, "state": state})
    return rows


def _problem(column: str | None, what: str, remedy: str) -> Problem:
    return Problem(_PLACE, None, column, what, remedy)
