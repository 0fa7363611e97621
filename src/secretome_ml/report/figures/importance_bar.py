"""What an effect rests on over many samples: the signed sum first, then the mean magnitude."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from secretome_ml.report.figures.swarm import Array
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
)
from secretome_ml.report.words import decimal, effect_label, signed

_ROW_MM = 4.6
_RIGHT, _BOTTOM, _TOP = 2.0, 13.0, 10.0
_GAP_MM = 5.0
# Room for the number beside the longest bar.
_NUMBER_MM = 8.0


def importance_bar(
    importance: pd.DataFrame, effect: str, most: int = 15, width_mm: float = COLUMN_MM
) -> Figure:
    """Draw the strongest terms of an effect as two bars each.

    Parameters
    ----------
    importance : pandas.DataFrame
        As `global_importance` gives it: `effect, term, kind, signed_sum, mean_magnitude, samples`.
    effect : str
        The effect to draw.
    most : int
        Rows at most.
    width_mm : float
        Printed width.
    """
    shown = importance[(importance["effect"] == effect) & (importance["mean_magnitude"] > 0)]
    shown = shown.sort_values(["mean_magnitude", "term"], ascending=[False, True], kind="stable").head(most)
    labels = row_labels([str(t) for t in shown["term"]])
    with journal_style():
        left = label_margin(labels)
        figure = new_figure(width_mm, _BOTTOM + _TOP + _ROW_MM * max(len(labels), 1))
        half = (plot_width(figure, left, _RIGHT) - _GAP_MM) / 2
        net = add_axes(figure, left, _BOTTOM, _RIGHT + half + _GAP_MM, _TOP)
        size = add_axes(figure, left + half + _GAP_MM, _BOTTOM, _RIGHT, _TOP)
        sums, sizes = (shown[c].to_numpy(dtype=float) for c in ("signed_sum", "mean_magnitude"))
        _draw(net, half, sums, [RAISES if v > 0 else LOWERS for v in sums], [_sum_text(v) for v in sums])
        _draw(size, half, sizes, [MUTED] * len(sizes), [decimal(v) for v in sizes])
        label_rows(net, labels)
        label_rows(size, labels)
        size.set_yticklabels([])
        net.set_xlabel("signed sum\n(log odds)")
        size.set_xlabel("mean magnitude\n(log odds)")
        head(figure, f"What the {effect_label(effect)} score rests on")
        net.text(0.0, 1.0, "raises", color=RAISES, transform=net.transAxes, va="bottom", fontsize=6.5)
        net.text(0.45, 1.0, "lowers", color=LOWERS, transform=net.transAxes, va="bottom", fontsize=6.5)
    return figure


def _draw(axes: Any, width_mm: float, values: Array, colours: list[str], texts: list[str]) -> None:
    zero_line(axes, MUTED)
    axes.barh(range(len(values)), values, color=colours, height=0.62, zorder=2)
    low, high = min(float(values.min(initial=0.0)), 0.0), max(float(values.max(initial=0.0)), 0.0)
    high = high if high > low else 1.0
    span = high - low
    sides = (low < 0) + (high > 0)
    room = span * _NUMBER_MM / (width_mm - _NUMBER_MM * sides)
    axes.set_xlim(low - (room if low < 0 else 0.0), high + (room if high > 0 else 0.0))
    for row, (value, text) in enumerate(zip(values, texts, strict=True)):
        side = 1 if value >= 0 else -1
        place = value + side * 0.03 * span
        axes.text(place, row, text, va="center", ha="left" if side > 0 else "right", fontsize=6)
    axes.grid(axis="x", color=RULE, linewidth=0.4, zorder=0)
    axes.set_axisbelow(True)
    # The last number of one half would touch the first of the other.
    axes.xaxis.set_major_locator(MaxNLocator(nbins=3, prune="upper"))
    axes.spines["left"].set_visible(False)


def _sum_text(value: float) -> str:
    return signed(value, 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2)
