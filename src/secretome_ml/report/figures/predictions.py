"""Every sample's probabilities with their intervals, beside the shares of published benefits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from secretome_ml.report.figures.terms import label_margin, label_rows
from secretome_ml.report.style import (
    MUTED,
    OUR_MODEL,
    PAGE_MM,
    RULE,
    add_axes,
    head,
    journal_style,
    new_figure,
    plot_width,
)
from secretome_ml.report.words import effect_label, shorten

_ROW_MM, _RIGHT, _BOTTOM, _TOP, _GAP = 4.0, 4.0, 10.0, 14.0, 5.0
_LABEL = 28


def predictions_figure(
    scores: pd.DataFrame,
    prevalence: Mapping[str, float],
    level: float = 0.9,
    most: int = 55,
    width_mm: float = PAGE_MM,
) -> Figure:
    """Draw the probabilities of all samples, in the order of the input, one panel per effect.

    Parameters
    ----------
    scores : pandas.DataFrame
        The table that `score` writes.
    prevalence : mapping of str to float
        Per effect, the share of published arms that had it when tested; drawn as a dashed line.
    level : float
        Level of the intervals.
    most : int
        Samples drawn at most, the first of the input; so many fill a printed page.
    width_mm : float
        Printed width.
    """
    samples = list(pd.unique(scores["sample"]))[:most]
    shown = scores[scores["sample"].isin(samples)]
    labels = [shorten(str(name), _LABEL) for name in samples]
    effects = list(pd.unique(shown["effect"]))
    with journal_style():
        figure = new_figure(width_mm, _BOTTOM + _TOP + _ROW_MM * max(len(samples), 1))
        left = label_margin(labels)
        panel = (plot_width(figure, left, _RIGHT) - _GAP * (len(effects) - 1)) / max(len(effects), 1)
        for number, effect in enumerate(effects):
            start = left + number * (panel + _GAP)
            axes = add_axes(figure, start, _BOTTOM, width_mm - start - panel, _TOP)
            label_rows(axes, labels if number == 0 else [""] * len(labels))
            _draw_panel(axes, shown[shown["effect"] == effect], prevalence.get(str(effect)))
            axes.set_title(effect_label(str(effect)).capitalize(), pad=3)
        below = (
            f"Lines: {100 * level:.0f} % intervals. Open and grey: outside the domain. Dashed: prevalence."
        )
        head(figure, "Probability of a benefit when tested", below)
    return figure


def _draw_panel(axes: Any, rows: pd.DataFrame, usual: float | None) -> None:
    axes.set_xlim(0.0, 1.0)
    axes.grid(axis="x", color=RULE, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    if usual is not None:
        axes.axvline(usual, color=MUTED, linewidth=0.8, linestyle=(0, (3, 2)), zorder=1)
    for place, row in enumerate(rows.to_dict("records")):
        inside = bool(row["in_domain"])
        colour = OUR_MODEL if inside else MUTED
        ends = [float(row["probability_low"]), float(row["probability_high"])]
        axes.plot(ends, [place, place], color=colour, linewidth=1.2, zorder=2)
        style = {"color": colour, "markerfacecolor": colour if inside else "none", "zorder": 3}
        axes.plot([float(row["probability"])], [place], marker="o", markersize=3.2, **style)
    axes.set_xlabel("probability")
