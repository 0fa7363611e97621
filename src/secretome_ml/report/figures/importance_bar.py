"""What an effect rests on over many samples: what each term adds where it is stated, and how much."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from secretome_ml.report.figures.terms import label_margin, label_rows, row_labels, zero_line
from secretome_ml.report.style import (
    COLUMN_MM,
    LOWERS,
    MUTED,
    RAISES,
    RULE,
    add_axes,
    head,
    journal_style,
    new_figure,
    plot_width,
    row_mm,
)
from secretome_ml.report.words import effect_label
from secretome_ml.vocabulary.phrases import UNSTATED, label

_ROW_MM = 4.6
_RIGHT, _BOTTOM, _TOP = 9.0, 13.0, 14.0
_GAP_MM = 4.0


def importance_bar(
    importance: pd.DataFrame,
    effect: str,
    what: str = "factors and conditions",
    most: int = 15,
    width_mm: float = COLUMN_MM,
) -> Figure:
    """Draw what the strongest terms of an effect add where they are stated, and their mean magnitude.

    Parameters
    ----------
    importance : pandas.DataFrame
        As `global_importance` gives it.
    effect : str
        The effect to draw.
    what : str
        What the rows are, for the title.
    most : int
        Rows at most.
    width_mm : float
        Printed width.
    """
    shown = importance[(importance["effect"] == effect) & (importance["mean_magnitude"] > 0)]
    shown = shown[shown["term"] != label(UNSTATED)]
    shown = shown.sort_values(["mean_magnitude", "term"], ascending=[False, True], kind="stable").head(most)
    labels = row_labels([str(t) for t in shown["term"]])
    with journal_style():
        left = label_margin(labels)
        row = row_mm(len(labels), _ROW_MM, _BOTTOM + _TOP)
        figure = new_figure(width_mm, _BOTTOM + _TOP + row * max(len(labels), 1))
        half = (plot_width(figure, left, _RIGHT) - _GAP_MM) * 0.6
        rest = plot_width(figure, left, _RIGHT) - _GAP_MM - half
        adds = add_axes(figure, left, _BOTTOM, _RIGHT + rest + _GAP_MM, _TOP)
        size = add_axes(figure, left + half + _GAP_MM, _BOTTOM, _RIGHT, _TOP)
        _draw_adds(adds, shown)
        size.barh(range(len(shown)), shown["mean_magnitude"], color=MUTED, height=0.6, zorder=2)
        for axes in (adds, size):
            label_rows(axes, labels)
            axes.grid(axis="x", color=RULE, linewidth=0.4, zorder=0)
            axes.set_axisbelow(True)
            axes.xaxis.set_major_locator(MaxNLocator(nbins=3, prune="both"))
            axes.spines["left"].set_visible(False)
        size.set_yticklabels([])
        adds.set_xlabel("adds where stated\n(log odds)")
        size.set_xlabel("mean size over\nall (log odds)")
        for place, samples in enumerate(shown["samples"]):
            style = {"transform": size.get_yaxis_transform(), "va": "center", "ha": "left", "fontsize": 6}
            size.text(1.04, place, f"{int(samples)}", color=MUTED, clip_on=False, **style)
        size.text(1.04, -0.9, "n", transform=size.get_yaxis_transform(), fontsize=6, color=MUTED)
        head(
            figure,
            f"What the {effect_label(effect)} score rests on",
            f"{what.capitalize()}. Dot: mean; line: 10th to 90th percentile.",
        )
    return figure


def _draw_adds(axes: Any, shown: pd.DataFrame) -> None:
    zero_line(axes, MUTED)
    for place, row in enumerate(shown.to_dict("records")):
        colour = RAISES if row["mean"] > 0 else LOWERS
        axes.plot([row["low"], row["high"]], [place, place], color=colour, linewidth=1.2, zorder=2)
        axes.plot([row["mean"]], [place], "o", color=colour, markersize=3.6, zorder=3)
