"""How one term's contribution follows its value, over the samples that state it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from secretome_ml.report.figures.beeswarm import level_colours
from secretome_ml.report.figures.swarm import Array, draw_dots, swarm_offsets
from secretome_ml.report.figures.terms import of_effect
from secretome_ml.report.style import (
    COLUMN_MM,
    INK,
    MUTED,
    RULE,
    add_axes,
    head,
    journal_style,
    new_figure,
)
from secretome_ml.report.words import effect_label, plain, shorten

_HEIGHT_MM = 62.0
_LEFT, _RIGHT, _BOTTOM, _TOP = 14.0, 3.0, 13.0, 11.0
_DOT_PT = 2.2
# With more different values than this the axis is a scale, else a row of named values.
_MOST_NAMED = 7
_MOST_WIDE = 5
_BREAK = "\n"


def dependence(terms: pd.DataFrame, effect: str, term: str, width_mm: float = COLUMN_MM) -> Figure:
    """Draw the contributions of one term against its value.

    Parameters
    ----------
    terms : pandas.DataFrame
        Contributions: `sample, effect, term, kind, value, contribution`.
    effect, term : str
        What to draw.
    width_mm : float
        Printed width.
    """
    shown = of_effect(terms, effect)
    shown = shown[shown["term"] == term].dropna(subset="value")
    value, given = (shown[c].to_numpy(dtype=float) for c in ("value", "contribution"))
    states = dict(zip(value.tolist(), shown["state"].astype(str), strict=True))
    named = np.unique(value)
    with journal_style():
        figure = new_figure(width_mm, _HEIGHT_MM)
        axes = add_axes(figure, _LEFT, _BOTTOM, _RIGHT, _TOP)
        low, high = min(float(given.min(initial=0.0)), 0.0), max(float(given.max(initial=0.0)), 0.0)
        room = 0.06 * (high - low) or 0.1
        axes.set_ylim(low - room, high + room)
        axes.axhline(0.0, color=MUTED, linewidth=0.6, zorder=1)
        axes.grid(axis="y", color=RULE, linewidth=0.4)
        axes.set_axisbelow(True)
        exact = len(named) <= _MOST_NAMED
        if exact:
            place = np.searchsorted(named, value).astype(float)
            ticks = [(float(i), states[v] or "stated") for i, v in enumerate(named.tolist())]
        else:
            place, ticks = _scaled(value)
        axes.set_xlim(-0.6, max((t for t, _ in ticks), default=0.0) + 0.6)
        _columns(axes, place, given, level_colours(value), spread=exact)
        counts = {t: int(np.sum(np.isclose(place, t))) for t, _ in ticks}
        texts = [f"{w.replace(' ', _BREAK)}\nn = {counts[t]}" if exact else w for t, w in ticks]
        axes.set_xticks([t for t, _ in ticks], texts)
        axes.tick_params(axis="x", labelsize=6.5 if len(ticks) <= _MOST_WIDE else 6.0)
        axes.set_xlabel("" if exact else "level (0 not detected, 1 detected, 2 elevated)")
        axes.set_ylabel("contribution (log odds)")
        title = f"{shorten(term, 26)} in the {effect_label(effect)} score"
        head(figure, title, f"n = {len(value)} samples that measured it; bars: medians")
    return figure


def _scaled(value: Array) -> tuple[Array, list[tuple[float, str]]]:
    """Return values on a scale from 0 to 4 and where its ticks stand."""
    low, high = float(value.min()), float(value.max())
    ticks = [(4.0 * s, plain(low + s * (high - low))) for s in (0.0, 0.25, 0.5, 0.75, 1.0)]
    return 4.0 * (value - low) / (high - low), ticks


def _columns(axes: Any, place: Array, given: Array, colours: list[str], spread: bool) -> None:
    low, high = axes.get_ylim()
    left, right = axes.get_xlim()
    bin_height = (high - low) * _DOT_PT * 0.35 / (_HEIGHT_MM - _BOTTOM - _TOP)
    step = (right - left) * _DOT_PT * 0.35 / (COLUMN_MM - _LEFT - _RIGHT)
    x = place.copy()
    for centre in np.unique(place) if spread else ():
        inside = place == centre
        x[inside] += swarm_offsets(given[inside], bin_height, step, 0.4)
        middle = float(np.median(given[inside]))
        axes.plot([centre - 0.45, centre + 0.45], [middle, middle], color=INK, linewidth=0.9, zorder=4)
    tones = np.array(colours, dtype=object)
    for colour in dict.fromkeys(colours):
        draw_dots(axes, x[tones == colour], given[tones == colour], colour, _DOT_PT)
