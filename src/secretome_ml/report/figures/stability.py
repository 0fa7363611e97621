"""What having each thing adds to the score, and whether that holds when other studies are drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from secretome_ml.report.figures.terms import label_margin, label_rows, row_labels, zero_line
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
from secretome_ml.report.words import effect_label

_ROW_MM, _BOTTOM, _TOP = 4.6, 10.0, 14.0
# Room for the share of refits on the right.
_RIGHT = 12.0
_LEAST_STUDIES = 3


def stability_rows(table: pd.DataFrame, effect: str, most: int = 18) -> pd.DataFrame:
    """Return the terms to draw: those with most weight over the samples, the largest number first.

    Parameters
    ----------
    table : pandas.DataFrame
        As `term_stability` gives it.
    effect : str
        The effect.
    most : int
        Rows at most.
    """
    own = table[(table["effect"] == effect) & (table["studies"] >= _LEAST_STUDIES)]
    weight = own["adds"].abs() * np.sqrt(own["studies"].astype(float))
    chosen = own.loc[weight.sort_values(ascending=False, kind="stable").index[:most]]
    return chosen.sort_values("adds", ascending=False, kind="stable").reset_index(drop=True)


def stability_figure(
    table: pd.DataFrame, effect: str, refits: int, most: int = 18, width_mm: float = COLUMN_MM
) -> Figure:
    """Draw what having each thing adds, with its interval over refits, and in how many the sign is the same.

    Parameters
    ----------
    table : pandas.DataFrame
        As `term_stability` gives it.
    effect : str
        The effect.
    refits : int
        Number of refits.
    most : int
        Rows at most.
    width_mm : float
        Printed width.
    """
    rows = stability_rows(table, effect, most)
    labels = row_labels([str(t) for t in rows["term"]])
    with journal_style():
        figure = new_figure(width_mm, _BOTTOM + _TOP + _ROW_MM * max(len(rows), 1))
        axes = add_axes(figure, label_margin(labels), _BOTTOM, _RIGHT, _TOP)
        label_rows(axes, labels)
        zero_line(axes, MUTED)
        axes.grid(axis="x", color=RULE, linewidth=0.4)
        axes.set_axisbelow(True)
        axes.spines["left"].set_visible(False)
        for place, row in enumerate(rows.to_dict("records")):
            _draw_row(axes, place, row, refits)
        axes.set_xlabel("what having it adds to the score (log odds)")
        axes.locator_params(axis="x", nbins=5)
        head(
            figure,
            f"What adds to the {effect_label(effect)} score",
            "Interval over resampled studies; open and grey: sign not stable.",
        )
        axes.text(1.02, -0.75, "same sign", transform=axes.get_yaxis_transform(), fontsize=6, color=MUTED)
    return figure


def _draw_row(axes: Any, place: int, row: dict[Any, Any], refits: int) -> None:
    value, low, high = float(row["adds"]), float(row["low"]), float(row["high"])
    stable = bool(row["stable"])
    colour = (RAISES if value > 0 else LOWERS) if stable else MUTED
    if not np.isnan(low):
        axes.plot([low, high], [place, place], color=colour, linewidth=1.4, zorder=2)
    face = colour if stable else "none"
    axes.plot([value], [place], marker="o", markersize=4, color=colour, markerfacecolor=face, zorder=3)
    share = float(row["same_sign"])
    if refits and not np.isnan(share):
        text = f"{round(share * refits)}/{refits}"
        style = {"transform": axes.get_yaxis_transform(), "va": "center", "clip_on": False}
        axes.text(1.02, place, text, fontsize=6, color=INK if stable else MUTED, **style)
