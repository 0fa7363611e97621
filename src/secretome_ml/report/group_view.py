"""The groups of a file as a page shows them: what differs, and beside it what moves the score."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from secretome_ml.explanation.term_map import BASE_TERM, UNSTATED_TERM
from secretome_ml.report.words import clean, decimal, effect_label, plain, signed

_MOST = 10


@dataclass(frozen=True)
class Groups:
    """Two groups of samples.

    Parameters
    ----------
    by, a, b : str
        By what they are grouped, and the two groups.
    differing : pandas.DataFrame
        As `group_differences` gives it.
    moved : pandas.DataFrame
        `effect, term, moved`: mean contribution in a minus that in b.
    means : pandas.DataFrame
        `effect, group, mean, std, size` of the percentiles.
    """

    by: str
    a: str
    b: str
    differing: pd.DataFrame = field(repr=False)
    moved: pd.DataFrame = field(repr=False)
    means: pd.DataFrame = field(repr=False)


def group_view(groups: Groups, effects: list[str]) -> dict[str, Any]:
    """Return what a page shows of two groups, for some effects."""
    wide = groups.moved.pivot(index="term", columns="effect", values="moved").fillna(0.0)
    wide = wide.drop([t for t in (BASE_TERM, UNSTATED_TERM) if t in wide.index])
    rows = [
        {
            "factor": clean(str(r["factor"])),
            "levels": f"{decimal(r['level_a'])} / {decimal(r['level_b'])}",
            "n": f"{r['n_a']} / {r['n_b']}",
            "fold": plain(r["fold"]) if r["fold"] == r["fold"] else "\u2013",
            "apart": signed(r["apart"]) if r["apart"] == r["apart"] else "\u2013",
            "moves": [signed(wide[e].get(r["factor"], 0.0)) for e in effects],
        }
        for r in groups.differing.head(_MOST).to_dict("records")
    ]
    moves = [
        {"effect": effect_label(e), "rows": _strongest(wide[e]), "means": _means(groups, e)} for e in effects
    ]
    return {
        "by": groups.by.replace("_", " "),
        "a": clean(groups.a.replace("_", " ")),
        "b": clean(groups.b.replace("_", " ")),
        "effects": [effect_label(e) for e in effects],
        "rows": rows,
        "moves": moves,
    }


def _strongest(moved: pd.Series) -> list[tuple[str, str]]:
    order = moved.abs().sort_values(ascending=False, kind="stable").index[:_MOST]
    return [(clean(str(t)), signed(float(moved[t]))) for t in order if moved[t]]


def _means(groups: Groups, effect: str) -> list[str]:
    own = groups.means[groups.means["effect"] == effect].set_index("group")
    told = []
    for group in (groups.a, groups.b):
        row = own.loc[group]
        half = 1.645 * float(row["std"]) / float(row["size"]) ** 0.5
        name = clean(group.replace("_", " "))
        told.append(
            f"{name}: percentile {row['mean']:.0f} (90 % interval of the mean "
            f"{row['mean'] - half:.0f} to {row['mean'] + half:.0f}, n = {int(row['size'])})"
        )
    return told
