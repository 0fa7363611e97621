"""Points side by side where they are many, by rule and not by chance."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from numpy.typing import NDArray

Array = NDArray[np.float64]


def swarm_offsets(position: Array, bin_width: float, step: float, half_height: float) -> Array:
    """Return how far from the middle line each point stands, so that none hides another.

    Parameters
    ----------
    position : array
        Where the points are along the axis.
    bin_width : float
        Points nearer than this are stacked.
    step : float
        Distance between stacked points.
    half_height : float
        Room on either side; a stack that is too high is pressed together.

    Examples
    --------
    >>> swarm_offsets(np.array([0.0, 0.0, 5.0]), 1.0, 0.1, 0.4).tolist()
    [0.0, 0.1, 0.0]
    """
    offsets = np.zeros(len(position))
    bins = np.round(position / bin_width)
    for place in np.unique(bins):
        inside = np.flatnonzero(bins == place)
        rank = np.arange(len(inside))
        away = np.where(rank % 2 == 1, (rank + 1) // 2, -(rank // 2)).astype(float)
        tallest = float(np.abs(away).max(initial=1.0)) or 1.0
        offsets[inside] = away * min(step, half_height / tallest)
    return offsets


def draw_dots(axes: Any, x: Array, y: Array, colour: str, size: float, alpha: float = 1.0) -> None:
    """Draw many round points as one path: small in an SVG, however many they are.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw, in data coordinates.
    x, y : array
        The points.
    colour : str
        Colour of all of them.
    size : float
        Diameter in points (1/72 inch).
    alpha : float
        Opacity.
    """
    if len(x) == 0:
        return
    low, high = axes.get_xlim()
    # A stroke of no visible length with a round end is a dot.
    ends = np.stack([np.column_stack([x, y]), np.column_stack([x + (high - low) * 1e-4, y])], axis=1)
    codes = np.tile([Outline.MOVETO, Outline.LINETO], len(x))
    path = Outline(ends.reshape(-1, 2), codes)
    dots = PathPatch(
        path, facecolor="none", edgecolor=colour, linewidth=size, capstyle="round", alpha=alpha, zorder=3
    )
    # Snapped to whole pixels, a stroke this short would vanish.
    dots.set_snap(False)
    # The limits are set already; a patch would have its outline searched for them.
    axes.add_artist(dots)
