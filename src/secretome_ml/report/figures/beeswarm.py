"""Every sample's contribution per term, coloured by the level that the sample states."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

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
    row_mm,
)
from secretome_ml.report.words import effect_label

_ROW_MM = 5.0
_DOT_PT = 2.0
_RIGHT, _BOTTOM, _TOP = 9.0, 10.0, 20.0
_LOWEST, _HIGHEST = -1.0, 2.0
_STEPS = 12
_BAR_MM = 34.0
_SCALE = LinearSegmentedColormap.from_list("levels", LOW_TO_HIGH)
# A condition has no level: it is there or not.
STATED = NOT_MEASURED


def beeswarm(terms: pd.DataFrame, effect: str, most: int = 15, width_mm: float = COLUMN_MM) -> Figure:
    """Draw the strongest terms of an effect, one row each, one point per sample that states the term.

    Parameters
    ----------
    terms : pandas.DataFrame
        Contributions, as `explain_margin` gives them.
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
        height = row_mm(len(names), _ROW_MM, _BOTTOM + _TOP)
        figure = new_figure(width_mm, _BOTTOM + _TOP + height * max(len(names), 1))
        axes = add_axes(figure, left, _BOTTOM, _RIGHT, _TOP)
        shown = shown[shown["term"].isin(names)]
        low, high = _limits(shown["contribution"].to_numpy(dtype=float))
        axes.set_xlim(low, high)
        label_rows(axes, labels)
        zero_line(axes, MUTED)
        bin_width = (high - low) / plot_width(figure, left, _RIGHT) * (_DOT_PT * 25.4 / 72)
        for row, name in enumerate(names):
            axes.axhline(row + 0.5, color=RULE, linewidth=0.4, zorder=0)
            own = shown[shown["term"] == name]
            given = own["contribution"].to_numpy(dtype=float)
            y = row + swarm_offsets(given, bin_width, _DOT_PT * 25.4 / 72 / height, 0.38)
            factor = bool(len(own)) and own["kind"].iloc[0] == "factor"
            tones = level_colours(own["value"].to_numpy(dtype=float)) if factor else [STATED] * len(own)
            colours = np.array(tones, dtype=object)
            for colour in dict.fromkeys(tones):
                draw_dots(axes, given[colours == colour], y[colours == colour], colour, _DOT_PT)
            style = {"transform": axes.get_yaxis_transform(), "va": "center", "fontsize": 6, "color": MUTED}
            axes.text(1.02, row, str(len(own)), clip_on=False, **style)
        axes.text(1.02, -0.85, "n", transform=axes.get_yaxis_transform(), fontsize=6, color=MUTED)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5, prune="both"))
        axes.set_xlabel("contribution to the score (log odds)")
        head(
            figure,
            f"How samples move the {effect_label(effect)} score",
            "One point per sample that states the term; grey: a condition.",
        )
        _colour_bar(figure, width_mm)
    return figure


def level_colours(values: Array) -> list[str]:
    """Return a colour per level of a factor, from decreased to elevated.

    Examples
    --------
    >>> level_colours(np.array([-1.0, 2.0])) == [LOW_TO_HIGH[0], LOW_TO_HIGH[-1]]
    True
    """
    share = np.clip((values - _LOWEST) / (_HIGHEST - _LOWEST), 0.0, 1.0)
    return [to_hex(_SCALE(round(float(s) * _STEPS) / _STEPS)) for s in share]


def _limits(given: Array) -> tuple[float, float]:
    low, high = float(min(given.min(initial=0.0), 0.0)), float(max(given.max(initial=0.0), 0.0))
    room = 0.05 * (high - low) or 0.1
    return low - room, high + room


def _colour_bar(figure: Figure, width_mm: float) -> None:
    """Draw the scale of levels below the title, at the right."""
    height = float(figure.get_size_inches()[1]) * 25.4
    axes: Any = add_axes(figure, width_mm - _RIGHT - _BAR_MM, height - 13.2, _RIGHT, 11.4)
    for step in range(_STEPS + 1):
        colour = to_hex(_SCALE(step / _STEPS))
        axes.add_patch(Rectangle((step - 0.5, 0.0), 1.0, 1.0, facecolor=colour, linewidth=0))
    axes.set_xlim(-0.5, _STEPS + 0.5)
    axes.set_ylim(0.0, 1.0)
    axes.set_yticks([])
    places = [(level - _LOWEST) / (_HIGHEST - _LOWEST) * _STEPS for level in (-1.0, 0.0, 1.0, 2.0)]
    axes.set_xticks(places, ["decreased", "none", "detected", "elevated"], fontsize=5)
    axes.tick_params(axis="x", length=1.5, pad=1)
    for spine in axes.spines.values():
        spine.set_visible(False)
    style = {"transform": axes.transAxes, "va": "center", "ha": "right", "fontsize": 6, "color": MUTED}
    axes.text(-0.1, 0.5, "level of a factor", **style)
