"""From the base value over the terms to the score of one sample."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from secretome_ml.explanation.contributions import BASE_TERM
from secretome_ml.reporting.style import (
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
from secretome_ml.reporting.words import decimal, effect_label, shorten, signed, term_label, value_words

STEP_COLUMNS = ("term", "words", "contribution", "start", "end")
ALL_OTHERS = "all others"
SCORE = "score"

_ROW_MM = 5.8
_LABEL_MM = 36.0
_RIGHT, _BOTTOM, _TOP = 3.0, 10.0, 10.0


def waterfall_steps(terms: pd.DataFrame, most: int = 10) -> pd.DataFrame:
    """Return the steps of one sample and effect: the base value, the strongest terms, all others, the score.

    Parameters
    ----------
    terms : pandas.DataFrame
        Contributions of one sample to one effect.
    most : int
        Terms that get a step of their own.

    Returns
    -------
    pandas.DataFrame
        `term, words, contribution, start, end`; each step starts where the one before ended, and the
        last end is the sum of all contributions.
    """
    base = float(terms.loc[terms["term"] == BASE_TERM, "contribution"].sum())
    given = terms[(terms["term"] != BASE_TERM) & (terms["contribution"] != 0)]
    order = given.assign(size=given["contribution"].abs()).sort_values(
        ["size", "term"], ascending=[False, True], kind="stable"
    )
    own, rest = order.head(most), order.iloc[most:]
    rows = [(BASE_TERM, "where every preparation starts", base)]
    for row in own.to_dict("records"):
        term, kind = str(row["term"]), str(row["kind"])
        rows.append((term, value_words(term, kind, float(row["value"])), float(row["contribution"])))
    if len(rest):
        count = f"{len(rest)} weaker term{'s' if len(rest) != 1 else ''}"
        rows.append((ALL_OTHERS, count, float(rest["contribution"].sum())))
    ends = np.cumsum([row[2] for row in rows])
    rows.append((SCORE, "log odds, before calibration", float(ends[-1])))
    steps = pd.DataFrame(rows, columns=list(STEP_COLUMNS[:3]))
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
        axes.set_xlim(float(ends.min()) - 0.30 * span, float(ends.max()) + 0.30 * span)
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
            axes.barh(row, given, left=start, height=0.6, color=RAISES if given > 0 else LOWERS, zorder=2)
            text, place, side = signed(given), end, 1.0 if given > 0 else -1.0
        weight = "bold" if row in (0, last) else "normal"
        place += side * (0.045 if row in (0, last) else 0.02) * span
        style = {"va": "center", "ha": "left" if side > 0 else "right", "fontweight": weight}
        axes.text(place, row, text, fontsize=6.5, **style)
        if row < last:
            axes.plot([end, end], [row, row + 1], color=MUTED, linewidth=0.5, zorder=1)


def _label(axes: Any, row: int, term: str, words: str, bold: bool) -> None:
    place = axes.get_yaxis_transform()
    name = shorten(term_label(term), 25)
    style = {"transform": place, "ha": "right", "clip_on": False}
    weight = "bold" if bold else "normal"
    axes.text(-0.03, row - 0.02, name, va="bottom", fontsize=7, fontweight=weight, **style)
    axes.text(-0.03, row + 0.04, words, va="top", fontsize=6, color=MUTED, **style)
