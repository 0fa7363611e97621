"""Many samples as a page shows them together: groups, a map of factors, lots in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from secretome_ml.explanation.lots import (
    FALSE_SHARE,
    FEWEST_LOTS,
    against_lot,
    drifting,
    group_scores,
    grouped_by,
    groupings,
    strongest_factors,
)
from secretome_ml.report.words import clean, decimal, plain, signed

if TYPE_CHECKING:
    import pandas as pd

    from secretome_ml.profiles import Profiles

MOST_ROWS, MOST_SAMPLES, MOST_GROUPS, MOST_DRIFTS = 15, 60, 20, 12
# Ends of the steps of the map; a level of 1 is the middle.
_STEPS = (-0.5, 0.25, 0.6, 0.85, 1.15, 1.4, 1.75)


@dataclass(frozen=True)
class Asked:
    """What a page of many samples shows: by what it groups, for which effect, against which lot."""

    by: str
    effect: str
    reference: str


def together_view(
    profiles: Profiles, scores: pd.DataFrame, terms: pd.DataFrame, effects: tuple[str, ...], asked: Asked
) -> dict[str, Any]:
    """Return what the page shows.

    Parameters
    ----------
    profiles : Profiles
        The samples.
    scores, terms : pandas.DataFrame
        As `Model.score` and `Model.explain` give them.
    effects : tuple of str
        Effects of the model.
    asked : Asked
        What is shown.
    """
    return {
        "by": asked.by,
        "effect": asked.effect,
        "reference": asked.reference,
        "groupings": [(name, name.replace("_", " ").capitalize()) for name in groupings(profiles)],
        "groups": _groups(profiles, scores, effects, asked.by) if asked.by else [],
        "map": _map(profiles, terms, asked.effect),
        "lots": _lots(scores, asked),
        "drifts": _drifts(profiles),
        "fewest": FEWEST_LOTS,
        "false_share": f"{100 * FALSE_SHARE:.0f}\u00a0%",
    }


def _groups(
    profiles: Profiles, scores: pd.DataFrame, effects: tuple[str, ...], by: str
) -> list[dict[str, Any]]:
    table = group_scores(scores, grouped_by(profiles, by))
    rows = []
    for group, own in list(table.groupby("group", sort=False))[:MOST_GROUPS]:
        cells = own.set_index("effect")
        rows.append(
            {
                "name": clean(str(group).replace("_", " ")),
                "n": int(own["n"].iloc[0]),
                "cells": [_mean(cells.loc[effect]) for effect in effects],
            }
        )
    return rows


def _mean(row: pd.Series) -> tuple[str, str]:
    between = f"{row['low']:.0f} to {row['high']:.0f}" if np.isfinite(row["low"]) else "too few"
    return f"{row['percentile']:.0f}", between


def _map(profiles: Profiles, terms: pd.DataFrame, effect: str) -> dict[str, Any]:
    """Return the levels of the factors that move the effect most, sample by sample."""
    samples = list(profiles.samples[:MOST_SAMPLES])
    levels = profiles.factors.dropna(subset=["factor", "level"])
    levels = (
        levels[levels["sample"].isin(samples)].groupby(["factor", "sample"], observed=True)["level"].mean()
    )
    rows = [
        {
            "factor": clean(factor),
            "size": decimal(size),
            "cells": [_cell(levels.get((factor, sample))) for sample in samples],
        }
        for factor, size in strongest_factors(terms, effect, MOST_ROWS)
    ]
    return {
        "samples": [clean(str(s)) for s in samples],
        "rows": rows,
        "more": max(0, len(profiles) - MOST_SAMPLES),
    }


def _cell(level: float | None) -> tuple[str, str]:
    """Return the class and the words of a cell; nothing where the factor was not measured."""
    if level is None:
        return "m-none", "\u2013"
    return f"m{int(np.searchsorted(_STEPS, level, side='right'))}", decimal(float(level))


def _lots(scores: pd.DataFrame, asked: Asked) -> list[dict[str, Any]]:
    table = against_lot(scores, asked.effect, asked.reference).head(MOST_SAMPLES)
    return [
        {
            "name": clean(str(row["sample"])),
            "percentile": f"{row['percentile']:.0f}",
            "share": float(row["percentile"]) / 100.0,
            "verdict": row["verdict"],
            "difference": "reference"
            if row["sample"] == asked.reference
            else signed(float(row["difference"])),
        }
        for row in table.to_dict("records")
    ]


def _drifts(profiles: Profiles) -> list[dict[str, str]]:
    table = drifting(profiles)
    return [
        {
            "factor": clean(str(row["factor"])),
            "n": str(row["n"]),
            "rho": signed(float(row["rho"])),
            "way": "rises" if row["rho"] > 0 else "falls",
            "q": f"{row['q']:.2g}",
            "first": f"{plain(float(row['first']))} {clean(str(row['unit']))}".strip(),
            "last": f"{plain(float(row['last']))} {clean(str(row['unit']))}".strip(),
        }
        for row in table[table["q"] <= FALSE_SHARE].head(MOST_DRIFTS).to_dict("records")
    ]
