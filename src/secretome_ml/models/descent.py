"""The minimum of a smooth, strictly convex function: L-BFGS, the same to the last bit on every processor."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np

from secretome_ml.core.errors import NotConverged
from secretome_ml.models.exact import Array, total

_PAIRS = 20  # steps remembered
_MOST_STEPS, _MOST_TRIALS = 2000, 60
# A step is taken when the slope along it is neither still steep downwards nor steep upwards again.
_STILL_STEEP, _OVERSHOT = 0.9, 0.5


def minimise(
    slope: Callable[[Array], Array], start: Array, flatten: Callable[[Array], Array], settled: float
) -> Array:
    """Return the place where the gradient vanishes.

    The gradient alone steers: along a line a convex function falls as long as its slope is negative. See
    Liu and Nocedal, doi:10.1007/BF01589116.

    Parameters
    ----------
    slope : callable
        Gradient at a point.
    start : array
        Where to begin.
    flatten : callable
        A gradient divided by about the curvature of the function; the closer, the fewer steps.
    settled : float
        Largest component of the flattened gradient, a distance, that counts as zero.

    Raises
    ------
    NotConverged
        If the gradient stays larger.

    Examples
    --------
    >>> minimise(lambda x: 2.0 * (x - 3.0), np.zeros(2), lambda g: g / 2.0, 1e-12).tolist()
    [3.0, 3.0]
    """
    place, gradient = start, slope(start)
    moves: deque[tuple[Array, Array, float]] = deque(maxlen=_PAIRS)
    for _ in range(_MOST_STEPS):
        away = np.abs(flatten(gradient)).max(initial=0.0)
        if away <= settled:
            return place
        if not np.isfinite(away):
            break
        towards = _direction(gradient, moves, flatten)
        ahead, there = _along(slope, place, gradient, towards)
        step, change = ahead - place, there - gradient
        bent = total(step * change)
        if bent > 0.0:
            moves.append((step, change, bent))
        place, gradient = ahead, there
    raise NotConverged(
        f"The fit did not settle: after at most {_MOST_STEPS} steps it is about {away:.1e} away, "
        f"and {settled:.0e} is asked for. Look for a feature or a weight beyond reason."
    )


def _direction(
    gradient: Array, moves: deque[tuple[Array, Array, float]], flatten: Callable[[Array], Array]
) -> Array:
    """Return the quasi-Newton direction that the last moves suggest."""
    rest, shares = -gradient, []
    for step, change, bent in reversed(moves):
        share = total(step * rest) / bent
        shares.append(share)
        rest = rest - share * change
    rest = flatten(rest)
    if moves:
        step, change, bent = moves[-1]
        rest = rest * (bent / total(change * flatten(change)))
    for (step, change, bent), share in zip(moves, reversed(shares), strict=True):
        rest = rest + (share - total(change * rest) / bent) * step
    return rest


def _along(
    slope: Callable[[Array], Array], place: Array, gradient: Array, towards: Array
) -> tuple[Array, Array]:
    """Return a point along the direction where the slope has flattened, and the gradient there."""
    steep = -total(gradient * towards)
    low, high, length = 0.0, np.inf, 1.0
    for _ in range(_MOST_TRIALS):
        ahead = place + length * towards
        there = slope(ahead)
        now = total(there * towards)
        if now < -_STILL_STEEP * steep:
            low = length
        elif now > _OVERSHOT * steep:
            high = length
        else:
            break
        length = 2.0 * length if np.isinf(high) else 0.5 * (low + high)
    return ahead, there
