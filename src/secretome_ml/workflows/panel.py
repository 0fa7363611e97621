"""The function of a panel: which effects and pathways the elevated and the decreased factors stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.explanation.panel import PANEL_COLUMNS, Power, over_representation, power
from secretome_ml.explanation.panel_sets import FactorSets
from secretome_ml.profiles import Profiles
from secretome_ml.profiles.levels.cohort import deviations

RESULT_COLUMNS = ("sample", "direction", "changed", "background", *PANEL_COLUMNS)
ASKED_COLUMNS = ("sample", "direction", "changed", "background", "measured", "tested", "best", "refused")
# Panels are asked about what rose and what fell; see `profiles/levels`.
_DIRECTIONS = ("elevated", "decreased")
_DEVIATIONS = 2.0


@dataclass(frozen=True)
class PanelFunction:
    """Over-represented sets per sample, elevated and decreased factors apart.

    Parameters
    ----------
    results : pandas.DataFrame
        One row per sample, direction and tested set, columns `RESULT_COLUMNS`.
    asked : pandas.DataFrame
        One row per sample and direction: number of changed factors and of the background, measured
        factors of any kind, sets tested, the least adjusted p that could have come out, and why the
        question was refused (empty where it was not).
    source : str
        Where the sets come from.
    level : float
        Level of the intervals of the odds ratios.
    """

    results: pd.DataFrame
    asked: pd.DataFrame
    source: str
    level: float


def panel_function(
    profiles: Profiles,
    sets: FactorSets,
    level: float = 0.9,
    reported: frozenset[str] | None = None,
    samples: Sequence[str] | None = None,
) -> PanelFunction:
    """Ask, for every sample, what its elevated and its decreased factors stand for.

    Where four samples or more measured a factor, it is elevated or decreased that lies two robust deviations
    from its median over them, however many there are; else what its state says.

    Each sample and direction is corrected for the number of sets by itself.

    Parameters
    ----------
    profiles : Profiles
        Samples with levels.
    sets : FactorSets
        As `shipped_sets` or `read_gene_sets` gives them.
    level : float
        Level of the intervals of the odds ratios.
    reported : frozenset of str, optional
        Factors that studies reported (`evidence.cargo.reported`): the background in place of those measured.
        It asks what the changed factors stand for among all that is found in secretomes, whether it was
        measured here or not; what was not reported is left out.
    samples : sequence of str, optional
        Ask for these alone; the others are what they are compared with.

    Raises
    ------
    InputRefused
        If no panel is large enough to say anything; the numbers are in the message.

    Examples
    --------
    >>> from secretome_ml import load_evidence
    >>> from secretome_ml.explanation.panel_sets import shipped_sets
    >>> from secretome_ml.profiles import profiles_from_evidence
    >>> arm = profiles_from_evidence(load_evidence()).take(["s-0002bc31/mpc"])
    >>> try:
    ...     panel_function(arm, shipped_sets())
    ... except InputRefused as refused:
    ...     print(refused.problems[0].what)
    0 of 0 factors that could stand in a set are elevated; nothing could come out.
    """
    results, asked = [], []
    rows = profiles.factors.dropna(subset=["level"])
    rows = rows.assign(state=_states(rows))
    for sample in profiles.samples if samples is None else samples:
        own = rows[rows["sample"] == sample].drop_duplicates("factor").set_index("factor")["state"]
        measured = frozenset(str(f) for f in own.index)
        background = sets.background(measured if reported is None else reported)
        for direction in _DIRECTIONS:
            changed = frozenset(str(f) for f in own.index[own.eq(direction).fillna(False)]) & background
            found = power(changed, background, sets.sets)
            numbers = (len(changed), len(background))
            refused = "" if found.enough else _why(direction, *numbers, found)
            head = (str(sample), direction, *numbers)
            asked.append((*head, len(measured), found.tested, found.best, refused))
            if not refused:
                table = over_representation(changed, background, sets.sets, level)
                told = dict(zip(RESULT_COLUMNS[:4], head, strict=True))
                results.append(table.assign(**told)[list(RESULT_COLUMNS)])
    table = pd.DataFrame(asked, columns=list(ASKED_COLUMNS))
    if not results:
        raise InputRefused(_problems(table))
    return PanelFunction(pd.concat(results, ignore_index=True), table, sets.source, level)


def chosen_samples(profiles: Profiles, named: Sequence[str] | None, file: str) -> tuple[str, ...]:
    """Return the named samples, each once; all of them where none is named.

    Raises
    ------
    InputRefused
        If one is not there.
    """
    if not named:
        return tuple(map(str, profiles.samples))
    listed = ", ".join(str(s) for s in profiles.samples[:6])
    problems = [
        Problem(file, None, None, f"There is no sample '{name[:60]}'.", f"The file holds {listed}.")
        for name in named
        if name not in profiles.samples
    ]
    if problems:
        raise InputRefused(problems)
    return tuple(dict.fromkeys(named))


def _states(rows: pd.DataFrame) -> pd.Series:
    """Return the state of every row: from its deviation among the samples, or as it is where none is known.

    A level is drawn to the middle where few samples tell it; a count of changed factors must not be.
    """
    told = rows["state"].astype(object)
    value = rows["value"].to_numpy(dtype=float, na_value=np.nan)
    amounts = rows[value > 0]
    frame = amounts[["sample", "factor"]].assign(
        quantity=amounts["unit"].astype(object).fillna(""), log2=np.log2(value[value > 0])
    )
    z = deviations(frame, {})[0].dropna()
    for direction, sign in zip(_DIRECTIONS, (1.0, -1.0), strict=True):
        told.loc[z.index[sign * z >= _DEVIATIONS]] = direction
    middle = z.index[z.abs() < _DEVIATIONS]
    changed = told.loc[middle].isin(_DIRECTIONS)
    told.loc[middle[changed]] = "detected"
    return told


def _why(direction: str, changed: int, background: int, found: Power) -> str:
    start = f"{changed} of {background} factors that could stand in a set are {direction}"
    if changed == 0:
        return f"{start}; nothing could come out"
    if found.tested == 0:
        return f"{start}; no set has three measured members"
    return f"{start}; even the best of {found.tested} sets could only reach an adjusted p of {found.best:.2g}"


def _problems(asked: pd.DataFrame) -> list[Problem]:
    remedy = "Measure a larger panel, or give levels: a control with --control, or six samples to compare."
    return [
        Problem("panel", row["sample"], None, f"{row['refused']}.", remedy)
        for row in asked.to_dict("records")
    ]
