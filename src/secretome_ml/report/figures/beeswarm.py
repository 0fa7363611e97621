"""Every sample's contribution per term, coloured by what the sample states."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from secretome_ml.report.figures.swarm import Array, draw_dots, swarm_offsets
from secretome_ml.report.figures.terms import (
    label_margin,
    label_rows,
    of_effect,
    row_labels,
    strongest_terms,
    zero_line,
)
from secretome_ml.report.style import (
    COLUMN_MM,
    LOW_TO_HIGH,
    MUTED,
    NOT_MEASURED,
    RULE,
    add_axes,
    head,
    journal_style,
    new_figure,
    plot_width,
)
from secretome_ml.report.words import effect_label

_ROW_MM = 5.6
_DOT_PT = 2.0
_RIGHT, _BOTTOM, _TOP = 3.0, 10.0, 11.0


def beeswarm(terms: pd.DataFrame, effect: str, most: int = 15, width_mm: float = COLUMN_MM) -> Figure:
    """Draw the strongest terms of an effect, one row each, one point per sample.

    Samples that do not state a term stand apart, grey, in a lane of their own below the row's swarm.

    Parameters
    ----------
    terms : pandas.DataFrame
        Contributions: `sample, effect, term, kind, value, contribution`.
    effect : str
        The effect to draw.
    most : int
        Rows at most.
    width_mm : float
        Printed width.
    """
    shown = of_effect(terms, effect)
    names = strongest_terms(shown, most)
    labels = row_labels(names)
    with journal_style():
        left = label_margin(labels)
        figure = new_figure(width_mm, _BOTTOM + _TOP + _ROW_MM * max(len(names), 1))
        axes = add_axes(figure, left, _BOTTOM, _RIGHT, _TOP)
        shown = shown[shown["term"].isin(names)]
        low, high = _limits(shown["contribution"].to_numpy(dtype=float))
        axes.set_xlim(low, high)
        label_rows(axes, labels)
        zero_line(axes, MUTED)
        bin_width = (high - low) / plot_width(figure, left, _RIGHT) * (_DOT_PT * 25.4 / 72)
        for row, name in enumerate(names):
            axes.axhline(row + 0.5, color=RULE, linewidth=0.4, zorder=0)
            _draw_row(axes, shown[shown["term"] == name], row, bin_width)
        axes.set_xlabel("contribution to the score (log odds)")
        head(figure, f"What drives the {effect_label(effect)} score")
        _legend(axes)
    return figure


def value_colours(values: Array) -> list[str]:
    """Return a colour per stated value, from the lowest to the highest of its term.

    Examples
    --------
    >>> value_colours(np.array([-1.0, 2.0])) == [LOW_TO_HIGH[0], LOW_TO_HIGH[-1]]
    True
    """
    if len(values) == 0:
        return []
    low, high = np.quantile(values, [0.02, 0.98])
    if high <= low:
        low, high = float(values.min()), float(values.max())
    if high <= low:
        return [LOW_TO_HIGH[-1] if v > 0 else LOW_TO_HIGH[0] for v in values]
    share = np.clip((values - low) / (high - low), 0.0, 1.0)
    return [LOW_TO_HIGH[int(s)] for s in np.round(share * (len(LOW_TO_HIGH) - 1))]


def _draw_row(axes: Any, rows: pd.DataFrame, row: int, bin_width: float) -> None:
    step = _DOT_PT * 25.4 / 72 / _ROW_MM
    value, given = (rows[c].to_numpy(dtype=float) for c in ("value", "contribution"))
    absent = np.isnan(value)
    apart = swarm_offsets(given[absent], bin_width, step * 0.4, 0.07)
    draw_dots(axes, given[absent], row + 0.36 + apart, NOT_MEASURED, _DOT_PT * 0.7)
    value, given = value[~absent], given[~absent]
    y = row - 0.12 + swarm_offsets(given, bin_width, step, 0.30)
    colours = np.array(value_colours(value), dtype=object)
    for colour in LOW_TO_HIGH:
        draw_dots(axes, given[colours == colour], y[colours == colour], colour, _DOT_PT)


def _limits(given: Array) -> tuple[float, float]:
    low, high = float(min(given.min(initial=0.0), 0.0)), float(max(given.max(initial=0.0), 0.0))
    room = 0.05 * (high - low) or 0.1
    return low - room, high + room


def _legend(axes: Any) -> None:
    marks = [
        Line2D([], [], marker="o", linestyle="", markersize=3, color=colour)
        for colour in (*LOW_TO_HIGH, NOT_MEASURED)
    ]
    words = ["low", "", "", "high", "not measured or not stated"]
    axes.legend(
        marks,
        words,
        ncols=5,
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        borderpad=0,
        handlelength=0.6,
        handletextpad=0.4,
        columnspacing=0.3,
        borderaxespad=0.2,
    )
