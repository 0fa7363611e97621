"""Which terms make the difference of two preparations' scores, with what each side states."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from secretome_ml.explanation.compare import PARTS
from secretome_ml.explanation.contributions import BASE_TERM
from secretome_ml.report.style import (
    COLUMN_MM,
    INK,
    LOWERS,
    MUTED,
    RAISES,
    add_axes,
    head,
    journal_style,
    new_figure,
)  # fmt: skip
from secretome_ml.report.words import effect_label, shorten, signed

ALL_OTHERS = "all others"

# A term that moves the score by less than this share of the strongest goes to all others.
_LEAST_SHARE = 0.02
_ROW_MM = 6.4
_LABEL_MM, _RIGHT, _BOTTOM, _TOP = 38.0, 3.0, 10.0, 11.0


def difference_rows(differences: pd.DataFrame, most: int = 10) -> pd.DataFrame:
    """Return the terms that make most of a difference, part by part, and all others as one row.

    Parameters
    ----------
    differences : pandas.DataFrame
        The terms of one effect, as `workflows.compare` gives them.
    most : int
        Terms that get a row of their own.

    Returns
    -------
    pandas.DataFrame
        `part, term, words, difference, low, high`; the differences still add up to that of the scores.
        `words` says what a and b state; what one of them does not state is said, never shown as zero.
    """
    order = differences.sort_values("difference", key=np.abs, ascending=False, kind="stable")
    order = order[order["term"] != BASE_TERM]
    own = order[order["difference"].abs() > _LEAST_SHARE * order["difference"].abs().max()].head(most)
    own = own.sort_values("part", key=lambda part: part.map(PARTS.index), kind="stable")
    rows = [
        (
            str(row["part"]),
            str(row["term"]),
            f"{row['state_a']} → {row['state_b']}",
            float(row["difference"]),
            float(row["difference_low"]),
            float(row["difference_high"]),
        )
        for row in own.to_dict("records")
    ]
    rest = float(differences["difference"].sum()) - sum(row[3] for row in rows)
    if len(order) > len(own):
        rows.append(("", ALL_OTHERS, f"{len(order) - len(own)} terms", rest, np.nan, np.nan))
    return pd.DataFrame(rows, columns=["part", "term", "words", "difference", "low", "high"])


def difference_figure(
    differences: pd.DataFrame, a: str, b: str, most: int = 10, width_mm: float = COLUMN_MM
) -> Figure:
    """Draw which terms move the score of one effect from a to b, with intervals over resampled studies.

    Parameters
    ----------
    differences : pandas.DataFrame
        The terms of one effect, as `workflows.compare` gives them.
    a, b : str
        Names of the two preparations.
    most : int
        Terms that get a row of their own.
    width_mm : float
        Printed width.
    """
    rows = difference_rows(differences, most)
    total = float(differences["difference"].sum())
    with journal_style():
        figure = new_figure(width_mm, _BOTTOM + _TOP + _ROW_MM * len(rows))
        axes = add_axes(figure, _LABEL_MM, _BOTTOM, _RIGHT, _TOP)
        ends = rows[["difference", "low", "high"]].to_numpy(dtype=float)
        left, right = min(0.0, float(np.nanmin(ends))), max(0.0, float(np.nanmax(ends)))
        span = (right - left) or 1.0
        axes.set_xlim(left - 0.24 * span, right + 0.24 * span)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.axvline(0.0, color=MUTED, linewidth=0.6, zorder=1)
        for place, row in enumerate(rows.to_dict("records")):
            _draw_row(axes, place, row, span)
        axes.set_xlabel("difference of the score (log odds)")
        axes.locator_params(axis="x", nbins=5)
        effect = effect_label(str(differences["effect"].iloc[0])).capitalize()
        head(figure, f"{effect}: {signed(total)}", f"{shorten(a, 28)} → {shorten(b, 28)}")
    return figure


def _draw_row(axes: Any, place: int, row: dict[Any, Any], span: float) -> None:
    value, low, high = float(row["difference"]), float(row["low"]), float(row["high"])
    axes.barh(place, value, height=0.56, color=RAISES if value > 0 else LOWERS, zorder=2)
    given = not np.isnan(low)
    if given:
        axes.plot([low, high], [place, place], color=INK, linewidth=0.8, zorder=3)
    end = (high if given else value) if value > 0 else (low if given else value)
    style = {"va": "center", "ha": "left" if value > 0 else "right", "fontsize": 6.5}
    axes.text(end + np.sign(value) * 0.02 * span, place, signed(value), **style)
    label = {"transform": axes.get_yaxis_transform(), "ha": "right", "clip_on": False}
    axes.text(-0.03, place - 0.02, shorten(row["term"], 27), va="bottom", fontsize=7, **label)
    axes.text(-0.03, place + 0.04, shorten(row["words"], 34), va="top", fontsize=6, color=MUTED, **label)
