"""What changes of a preparation gain: a forest for one effect, the front for two."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from secretome_ml.design.rank import best_variants
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
)  # fmt: skip
from secretome_ml.report.words import effect_label, shorten

_ROW_MM = 4.4
_LABEL_MM, _RIGHT, _BOTTOM, _TOP = 46.0, 3.0, 10.0, 11.0
_SQUARE_MM, _LINE_MM = 58.0, 3.4
_NAMED = 6


def gains_figure(ranked: pd.DataFrame, effect: str, most: int = 15, width_mm: float = COLUMN_MM) -> Figure:
    """Draw the predicted gains of the best changes for one effect, with intervals over resampled studies.

    Parameters
    ----------
    ranked : pandas.DataFrame
        Ranked changes, as `workflows.design` gives them.
    effect : str
        Effect to draw.
    most : int
        Changes at most.
    width_mm : float
        Printed width.
    """
    shown = best_variants(ranked, most)
    shown = shown[shown["effect"] == effect].iloc[::-1]
    with journal_style():
        figure = new_figure(width_mm, _BOTTOM + _TOP + _ROW_MM * max(len(shown), 1))
        axes = add_axes(figure, _LABEL_MM, _BOTTOM, _RIGHT, _TOP)
        axes.axvline(0.0, color=MUTED, linewidth=0.6, zorder=1)
        for place, row in enumerate(shown.to_dict("records")):
            clear = row["verdict"] == "better"
            colour = OUR_MODEL if clear else NOT_MEASURED
            if not math.isnan(row["low"]):
                axes.plot([row["low"], row["high"]], [place, place], color=colour, linewidth=1.2, zorder=2)
            axes.plot([row["gain"]], [place], "o", color=colour, markersize=3.6, zorder=3)
        axes.set_yticks(range(len(shown)), [shorten(c, 31) for c in shown["change"]])
        axes.set_ylim(-0.6, max(len(shown), 1) - 0.4)
        axes.grid(axis="x", color=RULE, linewidth=0.4, zorder=0)
        axes.set_axisbelow(True)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel("gain of the score (log odds)")
        below = "green: interval above zero; grey: not told from noise"
        head(figure, f"Changes for the {effect_label(effect)} effect", below)
    return figure


def front_figure(ranked: pd.DataFrame, across: str, up: str, width_mm: float = COLUMN_MM) -> Figure:
    """Draw the gains of all changes for two effects, and the front that no other change beats.

    Parameters
    ----------
    ranked : pandas.DataFrame
        Ranked changes for both effects, as `workflows.design` gives them.
    across, up : str
        The two effects.
    width_mm : float
        Printed width.
    """
    wide = ranked.pivot(index="rank", columns="effect", values=["gain", "low", "high"]).sort_index()
    told = ranked.drop_duplicates("rank").set_index("rank").sort_index()
    first = told["front"] == 1
    names = told.drop_duplicates("what")["change"].head(_NAMED)
    legend = _BOTTOM + _LINE_MM * len(names)
    with journal_style():
        figure = new_figure(width_mm, _SQUARE_MM + legend + _TOP)
        axes = add_axes(figure, 13.0, legend, _RIGHT, _TOP)
        axes.axhline(0.0, color=RULE, linewidth=0.6, zorder=0)
        axes.axvline(0.0, color=RULE, linewidth=0.6, zorder=0)
        for hit, colour, size in ((~first, NOT_MEASURED, 2.4), (first, OUR_MODEL, 4.0)):
            own = wide[hit]
            axes.plot(own["gain", across], own["gain", up], "o", color=colour, markersize=size, zorder=3)
        for rank in wide.index[first]:
            _cross(axes, wide.loc[rank], across, up)
        for line, (rank, name) in enumerate(names.items()):
            place = (wide.loc[rank, ("gain", across)], wide.loc[rank, ("gain", up)])
            axes.annotate(str(line + 1), place, (3, 3), textcoords="offset points", fontsize=6.5, color=INK)
            down = (_LINE_MM * (len(names) - line) - 1.5) / (_SQUARE_MM + legend + _TOP)
            figure.text(0.02, down, f"{line + 1}  {shorten(str(name), 56)}", fontsize=6.5, va="center")
        axes.set_xlabel(f"gain, {effect_label(across)} (log odds)")
        axes.set_ylabel(f"gain, {effect_label(up)} (log odds)")
        head(figure, "Two effects at once", "green: no other change gains more on both")
    return figure


def _cross(axes: Any, row: pd.Series, across: str, up: str) -> None:
    x, y = row["gain", across], row["gain", up]
    style = {"color": OUR_MODEL, "linewidth": 0.7, "alpha": 0.6, "zorder": 2}
    if not math.isnan(row["low", across]):
        axes.plot([row["low", across], row["high", across]], [y, y], **style)
        axes.plot([x, x], [row["low", up], row["high", up]], **style)
