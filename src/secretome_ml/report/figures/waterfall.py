"""From the base value over the terms to the score of one sample."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from secretome_ml.explanation.contributions import BASE_TERM, UNSTATED_TERM
from secretome_ml.explanation.stability import STABLE
from secretome_ml.report.style import (
    COLUMN_MM,
    INK,
    LOWERS,
    MUTED,
    RAISES,
    RULE,
    add_axes,
    head,
    journal_style,
    new_figure,
)
from secretome_ml.report.words import decimal, effect_label, shorten, signed

STEP_COLUMNS = ("term", "words", "contribution", "start", "end", "low", "high", "stable")
ALL_OTHERS = "all others"
SCORE = "score"

_ROW_MM = 5.8
_LABEL_MM = 36.0
_RIGHT, _BOTTOM, _TOP = 3.0, 10.0, 10.0


def waterfall_steps(terms: pd.DataFrame, most: int = 10) -> pd.DataFrame:
    """Return the steps of one sample and effect: the base value, the strongest terms, others, the score.

    The rest is what was not stated: one step, after all that is.

    Parameters
    ----------
    terms : pandas.DataFrame
        Contributions of one sample to one effect.
    most : int
        Terms that get a step of their own.

    Returns
    -------
    pandas.DataFrame
        Columns `STEP_COLUMNS`; each step starts where the one before ended, and the last end is the sum of
        all contributions. `low`, `high` bound a contribution over refits on resampled studies and `stable`
        says whether its sign holds, where the terms tell (`sample_stability`).
    """
    base = float(terms.loc[terms["term"] == BASE_TERM, "contribution"].sum())
    given = terms[~terms["term"].isin([BASE_TERM, UNSTATED_TERM]) & (terms["contribution"] != 0)]
    order = given.assign(size=given["contribution"].abs()).sort_values(
        ["size", "term"], ascending=[False, True], kind="stable"
    )
    own, rest = order.head(most), order.iloc[most:]
    unknown = np.nan, np.nan, True
    rows = [(BASE_TERM, "where every preparation starts", base, *unknown)]
    for row in own.to_dict("records"):
        words = str(row["state"])
        holds = not float(row.get("same_sign", np.nan)) < STABLE
        spread = float(row.get("low", np.nan)), float(row.get("high", np.nan))
        rows.append(
            (
                str(row["term"]),
                words if holds else "; ".join(filter(None, (words, "sign not stable"))),
                float(row["contribution"]),
                *spread,
                holds,
            )
        )
    if len(rest):
        count = f"{len(rest)} weaker term{'s' if len(rest) != 1 else ''}"
        rows.append((ALL_OTHERS, count, float(rest["contribution"].sum()), *unknown))
    silent = float(terms.loc[terms["term"] == UNSTATED_TERM, "contribution"].sum())
    if silent:
        rows.append((UNSTATED_TERM, "and what this one does not have", silent, *unknown))
    ends = np.cumsum([row[2] for row in rows])
    rows.append((SCORE, "log odds, before calibration", float(ends[-1]), *unknown))
    steps = pd.DataFrame(rows, columns=["term", "words", "contribution", "low", "high", "stable"])
    steps["end"] = [*ends, ends[-1]]
    steps["start"] = [0.0, *ends[:-1], 0.0]
    return steps[list(STEP_COLUMNS)]


def waterfall(terms: pd.DataFrame, most: int = 10, width_mm: float = COLUMN_MM) -> Figure:
    """Draw how one sample comes to its score for one effect.

    Parameters
    ----------
    terms : pandas.DataFrame
        Contributions of one sample to one effect: `sample, effect, term, kind, value, contribution`.
    most : int
        Terms that get a bar of their own.
    width_mm : float
        Printed width.
    """
    steps = waterfall_steps(terms, most)
    with journal_style():
        figure = new_figure(width_mm, _BOTTOM + _TOP + _ROW_MM * len(steps))
        axes = add_axes(figure, _LABEL_MM, _BOTTOM, _RIGHT, _TOP)
        ends = steps["end"].to_numpy(dtype=float)
        span = float(ends.max() - ends.min()) or 1.0
        reach = np.concatenate([ends, *((steps["start"] + steps[c]).dropna() for c in ("low", "high"))])
        span = max(span, float(reach.max() - reach.min()))
        axes.set_xlim(float(reach.min()) - 0.30 * span, float(reach.max()) + 0.30 * span)
        axes.set_ylim(len(steps) - 0.5, -0.5)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.axvline(ends[0], color=RULE, linewidth=0.8, linestyle=(0, (2, 2)), zorder=0)
        _draw_steps(axes, steps, span)
        axes.set_xlabel("score (log odds)")
        axes.locator_params(axis="x", nbins=5)
        effect, sample = str(terms["effect"].iloc[0]), str(terms["sample"].iloc[0])
        head(figure, effect_label(effect).capitalize(), shorten(sample, 56))
    return figure


def _draw_steps(axes: Any, steps: pd.DataFrame, span: float) -> None:
    last = len(steps) - 1
    for row, step in enumerate(steps.to_dict("records")):
        start, end, given = float(step["start"]), float(step["end"]), float(step["contribution"])
        _label(axes, row, str(step["term"]), str(step["words"]), bold=row in (0, last))
        if row in (0, last):
            axes.plot([end], [row], marker="D" if row == last else "o", markersize=4, color=INK, zorder=3)
            text, place, side = decimal(end), end, 1.0
        else:
            _draw_bar(axes, row, step)
            side = 1.0 if given > 0 else -1.0
            reach = [end, *(start + float(step[c]) for c in ("low", "high") if not np.isnan(step[c]))]
            text, place = signed(given), max(reach) if side > 0 else min(reach)
        weight = "bold" if row in (0, last) else "normal"
        place += side * (0.045 if row in (0, last) else 0.02) * span
        style = {"va": "center", "ha": "left" if side > 0 else "right", "fontweight": weight}
        axes.text(place, row, text, fontsize=6.5, **style)
        if row < last:
            axes.plot([end, end], [row, row + 1], color=MUTED, linewidth=0.5, zorder=1)


def _draw_bar(axes: Any, row: int, step: dict[Any, Any]) -> None:
    """Draw a contribution; an open bar where its sign is not stable, a line for its interval over refits."""
    start, given = float(step["start"]), float(step["contribution"])
    colour = RAISES if given > 0 else LOWERS
    look = (
        {"color": colour} if step["stable"] else {"facecolor": "none", "edgecolor": colour, "linewidth": 0.8}
    )
    axes.barh(row, given, left=start, height=0.6, zorder=2, **look)
    if not np.isnan(step["low"]):
        ends = [start + float(step["low"]), start + float(step["high"])]
        axes.plot(ends, [row, row], color=INK, linewidth=0.7, zorder=3)


def _label(axes: Any, row: int, term: str, words: str, bold: bool) -> None:
    place = axes.get_yaxis_transform()
    name = shorten(term, 25)
    style = {"transform": place, "ha": "right", "clip_on": False}
    weight = "bold" if bold else "normal"
    axes.text(-0.03, row - 0.02, name, va="bottom", fontsize=7, fontweight=weight, **style)
    axes.text(-0.03, row + 0.04, words, va="top", fontsize=6, color=MUTED, **style)
