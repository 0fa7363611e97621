"""How good the model is on studies that it has not seen, beside the baselines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from secretome_ml.models.registry import BASELINES
from secretome_ml.report.style import (
    COLUMN_MM,
    INK,
    MUTED,
    OUR_MODEL,
    PAGE_MM,
    RULE,
    add_axes,
    journal_style,
    new_figure,
    plot_width,
)
from secretome_ml.report.words import effect_label, metric_label, model_label
from secretome_ml.validation.metrics import HIGHER_IS_BETTER

_ROW_MM = 4.0
_LEFT, _RIGHT, _BOTTOM, _TOP = 30.0, 3.0, 8.0, 10.0
_PANEL_GAP_MM = 4.0


def metrics_forest(
    metrics: pd.DataFrame,
    names: Sequence[str] = ("auroc", "concordance", "log_loss"),
    model: str | None = None,
    width_mm: float | None = None,
) -> Figure:
    """Draw metrics with their intervals, one panel each, models below each other per effect.

    Parameters
    ----------
    metrics : pandas.DataFrame
        `model, effect, metric, value, low, high, n, studies`.
    names : sequence of str
        Metrics to draw.
    model : str, optional
        The model to stress; default: the first that is no baseline.
    width_mm : float, optional
        Printed width; default: one column for one metric, else the page.
    """
    shown = metrics[metrics["metric"].isin(names)].dropna(subset="value")
    models = sorted(pd.unique(shown["model"]), key=lambda m: m in BASELINES)
    stressed = model or next(iter(models), "")
    models = sorted(models, key=lambda m: m != stressed)
    effects = list(pd.unique(shown["effect"]))
    rows = [(e, m) for e in effects for m in models]
    places = {key: i + effects.index(key[0]) * 1.4 for i, key in enumerate(rows)}
    width = width_mm or (COLUMN_MM if len(names) == 1 else PAGE_MM)
    height = _BOTTOM + _TOP + _ROW_MM * (max(places.values(), default=0.0) + 2.4)
    with journal_style():
        figure = new_figure(width, height)
        panel = (plot_width(figure, _LEFT, _RIGHT) - _PANEL_GAP_MM * (len(names) - 1)) / max(len(names), 1)
        for number, name in enumerate(names):
            left = _LEFT + number * (panel + _PANEL_GAP_MM)
            axes = add_axes(figure, left, _BOTTOM, width - left - panel, _TOP)
            axes.set_ylim(max(places.values(), default=0.0) + 0.8, -1.6)
            _draw_panel(axes, shown[shown["metric"] == name], places, stressed)
            better = "right" if name in HIGHER_IS_BETTER else "left"
            axes.set_title(f"{metric_label(name)}\n", loc="left")
            style = {"transform": axes.transAxes, "va": "bottom", "color": MUTED, "fontsize": 6}
            axes.text(0.0, 1.0, f"better to the {better}", **style)
            axes.set_yticks([])
            if number == 0:
                _name_rows(axes, places, effects, stressed)
    return figure


def _draw_panel(axes: Any, rows: pd.DataFrame, places: dict[tuple[str, str], float], stressed: str) -> None:
    axes.grid(axis="x", color=RULE, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    if len(rows) and rows["metric"].iloc[0] in ("auroc", "concordance"):
        axes.axvline(0.5, color=MUTED, linewidth=0.8, linestyle=(0, (3, 2)), zorder=1)
    for row in rows.to_dict("records"):
        place = places[str(row["effect"]), str(row["model"])]
        own = row["model"] == stressed
        colour = OUR_MODEL if own else MUTED
        if not np.isnan(row["low"]):
            ends, line = [row["low"], row["high"]], 1.6 if own else 0.9
            axes.plot(ends, [place, place], color=colour, linewidth=line, zorder=2)
        shape, size = ("D", 4.0) if own else ("o", 3.0)
        axes.plot([row["value"]], [place], marker=shape, markersize=size, color=colour, zorder=3)
    axes.locator_params(axis="x", nbins=4)


def _name_rows(axes: Any, places: dict[tuple[str, str], float], effects: list[str], stressed: str) -> None:
    style = {"transform": axes.get_yaxis_transform(), "clip_on": False, "va": "center"}
    panel_mm = float(axes.get_position().width * axes.figure.get_size_inches()[0]) * 25.4
    edge = (2.0 - _LEFT) / panel_mm
    for effect in effects:
        top = min(place for (e, _), place in places.items() if e == effect)
        axes.text(edge, top - 1.05, effect_label(effect), fontweight="bold", **style)
    for (_, name), place in places.items():
        weight = "bold" if name == stressed else "normal"
        colour = INK if name == stressed else MUTED
        axes.text(edge, place, model_label(name), fontsize=6.5, color=colour, fontweight=weight, **style)
