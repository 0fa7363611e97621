"""Where one sample's scores stand among those of all published arms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from secretome_ml.report.style import (
    COLUMN_MM,
    INK,
    MUTED,
    NOT_MEASURED,
    OUR_MODEL,
    RULE,
    add_axes,
    head,
    journal_style,
    new_figure,
)
from secretome_ml.report.words import effect_label, shorten

_PANEL_MM, _GAP_MM = 17.0, 8.0
_SIDE, _BOTTOM, _TOP = 4.0, 10.0, 14.0
_BINS = 36


def published_figure(
    rows: pd.DataFrame, reference: Mapping[str, NDArray[np.float64]], width_mm: float = COLUMN_MM
) -> Figure:
    """Draw, per effect, the scores of the published arms as a histogram, and the sample's own as a line.

    Parameters
    ----------
    rows : pandas.DataFrame
        The rows of one sample in the table that `score` writes.
    reference : mapping of str to array
        Per effect, the scores of all published arms (`Model.reference`).
    width_mm : float
        Printed width.
    """
    records = rows.to_dict("records")
    height = _TOP + _BOTTOM + _PANEL_MM * len(records) + _GAP_MM * (len(records) - 1)
    with journal_style():
        figure = new_figure(width_mm, height)
        for number, row in enumerate(records):
            top = _TOP + number * (_PANEL_MM + _GAP_MM)
            axes = add_axes(figure, _SIDE, height - top - _PANEL_MM, _SIDE, top)
            _draw_panel(axes, row, reference[str(row["effect"])])
        axes.set_xlabel("score (log odds)")
        head(figure, "Among the published arms", shorten(str(records[0]["sample"]), 56))
    return figure


def _draw_panel(axes: Any, row: Mapping[Any, Any], published: NDArray[np.float64]) -> None:
    score = float(row["score"])
    low, high = np.quantile(published, [0.005, 0.995])
    low, high = min(float(low), score) - 0.2, max(float(high), score) + 0.2
    axes.hist(np.clip(published, low, high), bins=_BINS, range=(low, high), color=RULE, linewidth=0)
    axes.axvline(float(np.median(published)), color=NOT_MEASURED, linewidth=0.8, linestyle=(0, (2, 2)))
    axes.axvline(score, color=OUR_MODEL, linewidth=1.6)
    axes.set_xlim(low, high)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.locator_params(axis="x", nbins=6)
    style = {"transform": axes.transAxes, "va": "bottom", "clip_on": False}
    axes.text(0.0, 1.02, effect_label(str(row["effect"])).capitalize(), fontweight="bold", color=INK, **style)
    told = f"{float(row['percentile']):.0f} % score lower; dashed: median of {len(published)}"
    axes.text(1.0, 1.02, told, ha="right", fontsize=6, color=MUTED, **style)
