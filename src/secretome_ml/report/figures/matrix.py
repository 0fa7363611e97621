"""A signed number per row and column, as colour and as digits: terms by effects, agents by factors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from secretome_ml.report.figures.terms import label_margin, label_rows, row_labels
from secretome_ml.report.style import (
    COLUMN_MM,
    LOWERS,
    MUTED,
    RAISES,
    add_axes,
    head,
    journal_style,
    new_figure,
)
from secretome_ml.report.words import shorten, signed

_ROW_MM, _RIGHT, _BOTTOM, _TOP = 4.8, 2.0, 5.0, 10.0
# A column narrower than this has its name upright and no room for digits.
_WIDE_MM, _DIGITS_MM = 13.0, 6.5
_CHARACTER_MM = 1.3
_LONGEST = 24
# Digits and cells keep these colours in the dark theme too: they stand on their own ground.
_DARK, _LIGHT, _GREY, _NO_GROUND = "#111417", "#fdfdfd", "#5f676f", "#eceff2"
_SCALE = LinearSegmentedColormap.from_list("signed", [LOWERS, "#f4f5f6", RAISES])


def matrix_figure(
    values: pd.DataFrame,
    sure: pd.DataFrame,
    title: str,
    below: str,
    note: str,
    width_mm: float = COLUMN_MM,
) -> Figure:
    """Draw signed numbers as a matrix.

    Parameters
    ----------
    values : pandas.DataFrame
        Terms by columns, log odds; NaN = nothing is known, drawn as an empty cell.
    sure : pandas.DataFrame
        Of the same shape; a number that is not sure is written grey, in a paler cell.
    title, below, note : str
        Heading, the line below it, and the line under the matrix.
    width_mm : float
        Printed width.
    """
    rows = row_labels([str(t) for t in values.index])
    names = [shorten(str(c), _LONGEST) for c in values.columns]
    with journal_style():
        left = label_margin(rows)
        cell = (width_mm - left - _RIGHT) / max(len(names), 1)
        upright = cell < _WIDE_MM
        head_mm = max((len(n) for n in names), default=0) * _CHARACTER_MM + 2.0 if upright else 6.5
        if not upright:
            names = [n.replace("-", "-\n", 1) for n in names]
        figure = new_figure(width_mm, _TOP + head_mm + _ROW_MM * max(len(rows), 1) + _BOTTOM)
        axes = add_axes(figure, left, _BOTTOM, _RIGHT, _TOP + head_mm)
        axes.set_xlim(-0.5, max(len(names), 1) - 0.5)
        label_rows(axes, rows)
        axes.set_ylim(max(len(rows), 1) - 0.5, -0.5)
        axes.xaxis.tick_top()
        axes.set_xticks(range(len(names)), names, rotation=90 if upright else 0)
        axes.tick_params(axis="x", length=0, labelsize=6.5, pad=1.5)
        for spine in axes.spines.values():
            spine.set_visible(False)
        _draw_cells(axes, values.to_numpy(dtype=float), sure.to_numpy(dtype=bool), cell >= _DIGITS_MM)
        head(figure, title, below)
        height = float(figure.get_size_inches()[1]) * 25.4
        figure.text(1.5 / width_mm, 1.2 / height, note, fontsize=6, color=MUTED, va="bottom")
    return figure


def effect_matrix(
    table: pd.DataFrame, value: str, sure: str, effects: Sequence[str], most: int = 18
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a table of terms and effects as two matrices: the numbers, and whether they are sure.

    Parameters
    ----------
    table : pandas.DataFrame
        `effect, term`, and the columns named by `value` and `sure`; the strongest terms are taken.
    value, sure : str
        Which columns to show.
    effects : sequence of str
        Order of the columns.
    most : int
        Rows at most.
    """
    wide = table.pivot_table(index="term", columns="effect", values=value, aggfunc="first", sort=False)
    wide = wide.reindex(columns=list(effects))
    strongest = wide.abs().max(axis=1).sort_values(ascending=False, kind="stable").index[:most]
    known = table.assign(known=table[sure].astype(float))
    known = known.pivot_table(index="term", columns="effect", values="known", aggfunc="first", sort=False)
    return wide.loc[strongest], known.reindex(index=strongest, columns=list(effects)).fillna(0.0) > 0


def _draw_cells(axes: Any, values: np.ndarray, sure: np.ndarray, digits: bool) -> None:
    most = float(np.nanmax(np.abs(values))) if np.isfinite(values).any() else 1.0
    for (row, column), value in np.ndenumerate(values):
        if np.isnan(value):
            axes.add_patch(Rectangle((column - 0.48, row - 0.46), 0.96, 0.92, facecolor=_NO_GROUND))
            continue
        strength = value / (most or 1.0) * (1.0 if sure[row, column] else 0.35)
        axes.add_patch(
            Rectangle((column - 0.48, row - 0.46), 0.96, 0.92, facecolor=_SCALE(0.5 + 0.5 * strength))
        )
        if digits:
            plain = _GREY if not sure[row, column] else _LIGHT if abs(strength) > 0.62 else _DARK
            axes.text(column, row, signed(float(value)), ha="center", va="center", fontsize=6, color=plain)
