"""A laboratory's lots: what was measured against what the other lots and the model predict."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from secretome_ml.report.style import (
    COLUMN_MM,
    INK,
    MUTED,
    OUR_MODEL,
    RULE,
    add_axes,
    head,
    journal_style,
    new_figure,
)
from secretome_ml.report.words import shorten

_HEIGHT_MM = 88.0
_LEFT, _RIGHT, _BOTTOM, _TOP = 15.0, 5.0, 11.0, 13.0
_MOST_NAMED = 40


def lots_figure(
    predicted: pd.DataFrame, outcome: str, level: float = 0.9, below: str = "", width_mm: float = COLUMN_MM
) -> Figure:
    """Draw every lot by name, its measured outcome over the one predicted without it.

    Parameters
    ----------
    predicted : pandas.DataFrame
        `lot, outcome, adapted, low, high, mean`, as `adapt` gives them.
    outcome : str
        What was measured.
    level : float
        Level of the intervals.
    below : str
        A line below the title.
    width_mm : float
        Printed width.
    """
    measured = predicted["outcome"].to_numpy(dtype=float)
    middle, low, high = (predicted[c].to_numpy(dtype=float) for c in ("adapted", "low", "high"))
    ends = np.array([min(measured.min(), low.min()), max(measured.max(), high.max())])
    ends += np.array([-0.06, 0.06]) * max(float(np.ptp(ends)), 1e-9)
    with journal_style():
        figure = new_figure(width_mm, _HEIGHT_MM)
        axes = add_axes(figure, _LEFT, _BOTTOM, _RIGHT, _TOP)
        axes.plot(ends, ends, color=MUTED, linewidth=0.8, linestyle=(0, (3, 2)), zorder=1)
        axes.axhline(float(measured.mean()), color=RULE, linewidth=0.8, zorder=1)
        spread = np.stack([middle - low, high - middle])
        style = {"fmt": "o", "markersize": 3.4, "color": OUR_MODEL, "elinewidth": 0.7, "zorder": 3}
        axes.errorbar(middle, measured, xerr=spread, **style)
        if len(predicted) <= _MOST_NAMED:
            # Names stand above and below in turn, so that lots alike in outcome do not hide each other.
            for turn, i in enumerate(np.argsort(measured, kind="stable").tolist()):
                away = (
                    {"xytext": (2.5, 2.5), "va": "bottom"}
                    if turn % 2
                    else {"xytext": (2.5, -2.5), "va": "top"}
                )
                style = {"textcoords": "offset points", "fontsize": 5.5, "color": INK, **away}
                axes.annotate(shorten(str(predicted["lot"].iloc[i]), 14), (middle[i], measured[i]), **style)
        axes.set(xlim=ends, ylim=ends, ylabel=f"measured {shorten(outcome, 30)}")
        axes.set_xlabel(f"predicted from the other lots ({level:.0%} interval)")
        head(figure, f"Lots, predicted and measured (n = {len(predicted)})", below)
    return figure
