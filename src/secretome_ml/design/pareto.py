"""Several effects at once: which changes no other change beats on all of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def front_numbers(gains: Array) -> NDArray[np.int64]:
    """Sort points into fronts: 1 for those that no other beats, 2 for those that only the first beat, ...

    A point beats another when it is at least as good on every effect and better on one. It is the sort of
    Deb and others, doi:10.1109/4235.996017.

    Parameters
    ----------
    gains : array, changes by effects
        Higher is better.

    Examples
    --------
    >>> front_numbers(np.array([[2.0, 0.0], [0.0, 2.0], [1.0, 1.0], [0.5, 0.5], [0.0, 0.0]])).tolist()
    [1, 1, 1, 2, 3]
    """
    beats = _beats(gains)
    fronts = np.zeros(len(gains), dtype=np.int64)
    number = 0
    while (fronts == 0).any():
        number += 1
        left = fronts == 0
        fronts[left & ~beats[left].any(axis=0)] = number
    return fronts


def front_share(draws: Array) -> Array:
    """Return, per change, the share of refits in which it lies on the first front.

    Parameters
    ----------
    draws : array, refits by changes by effects
        Gains under each refit.

    Examples
    --------
    >>> front_share(np.array([[[1.0], [0.0]], [[0.0], [1.0]], [[3.0], [1.0]]])).round(2).tolist()
    [0.67, 0.33]
    """
    if len(draws) == 0:
        return np.full(draws.shape[1], np.nan)
    first = [~_beats(gains).any(axis=0) for gains in draws]
    return np.asarray(np.mean(first, axis=0), dtype=float)


def _beats(gains: Array) -> NDArray[np.bool_]:
    """Return, for every pair, whether the row's change beats the column's."""
    one, other = gains[:, None, :], gains[None, :, :]
    no_worse, better = np.all(one >= other, axis=2), np.any(one > other, axis=2)
    return np.asarray(no_worse & better, dtype=np.bool_)
