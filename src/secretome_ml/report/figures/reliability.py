"""Whether a probability of 0.8 comes true eight times in ten."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from secretome_ml.report.figures.swarm import Array
from secretome_ml.report.style import (
    COLUMN_MM,
    MUTED,
    OUR_MODEL,
    RULE,
    add_axes,
    head,
    journal_style,
    new_figure,
)
from secretome_ml.report.words import effect_label

BIN_COLUMNS = ("predicted", "observed", "low", "high", "n")

_HEIGHT_MM = 82.0
_LEFT, _RIGHT, _TOP = 14.0, 5.0, 8.0
_HISTOGRAM_MM = 13.0
# Two-sided 90 %: the quantile 0.95 of the normal distribution.
_Z = 1.6448536269514722


def reliability_bins(
    probability: ArrayLike, label: ArrayLike, most: int = 8, least_in_bin: int = 20
) -> pd.DataFrame:
    """Return predicted and observed shares in bins of like size.

    Parameters
    ----------
    probability : array
        Out-of-fold probabilities.
    label : array
        1 beneficial, 0 null or adverse; NaN = not tested, left out.
    most, least_in_bin : int
        How many bins at most, and how many outcomes in each at least.

    Returns
    -------
    pandas.DataFrame
        `predicted, observed, low, high, n`; `low` and `high` bound the observed share at 90 % (Wilson,
        doi:10.1080/01621459.1927.10502953).
    """
    chance, truth = _tested(probability, label)
    order = np.argsort(chance, kind="stable")
    count = int(np.clip(len(chance) // least_in_bin, 1, most))
    rows = []
    for part in np.array_split(order, count) if len(order) else []:
        n, observed = len(part), float(truth[part].mean())
        centre = (observed + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z * np.sqrt(observed * (1 - observed) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
        rows.append((float(chance[part].mean()), observed, float(centre - half), float(centre + half), n))
    return pd.DataFrame(rows, columns=list(BIN_COLUMNS))


def reliability(
    probability: ArrayLike, label: ArrayLike, effect: str | None = None, width_mm: float = COLUMN_MM
) -> Figure:
    """Draw observed against predicted shares, and how the predictions are spread.

    Parameters
    ----------
    probability, label : array
        As for `reliability_bins`.
    effect : str, optional
        Named in the title.
    width_mm : float
        Printed width.
    """
    bins = reliability_bins(probability, label)
    chance, _ = _tested(probability, label)
    with journal_style():
        figure = new_figure(width_mm, _HEIGHT_MM)
        axes = add_axes(figure, _LEFT, 10.0 + _HISTOGRAM_MM + 4.0, _RIGHT, _TOP)
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.8, linestyle=(0, (3, 2)), zorder=1)
        observed = bins["observed"].to_numpy(dtype=float)
        spread = np.abs(bins[["low", "high"]].to_numpy(dtype=float).T - observed)
        axes.errorbar(
            bins["predicted"],
            observed,
            yerr=spread,
            fmt="o",
            markersize=4,
            color=OUR_MODEL,
            elinewidth=1.0,
            zorder=3,
        )
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), ylabel="observed share beneficial", xticklabels=[])
        axes.grid(color=RULE, linewidth=0.4)
        below = add_axes(figure, _LEFT, 10.0, _RIGHT, _HEIGHT_MM - 10.0 - _HISTOGRAM_MM)
        below.hist(chance, bins=np.linspace(0, 1, 26), color=OUR_MODEL)
        below.set(xlim=(-0.02, 1.02), xlabel="predicted probability", ylabel="arms")
        below.locator_params(axis="y", nbins=2)
        named = f": {effect_label(effect)}" if effect else ""
        head(figure, f"Calibration{named} (n = {len(chance)})")
    return figure


def _tested(probability: ArrayLike, label: ArrayLike) -> tuple[Array, Array]:
    chance, truth = np.asarray(probability, dtype=float), np.asarray(label, dtype=float)
    kept = ~(np.isnan(chance) | np.isnan(truth))
    return chance[kept], truth[kept]
