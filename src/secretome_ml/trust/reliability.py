"""Is a probability what it says? Expected calibration error, with its interval and its floor."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from secretome_ml.trust.resampling import Estimate, study_draws

Array = NDArray[np.float64]


def reliability_bins(probability: ArrayLike, label: ArrayLike, bins: int = 10) -> pd.DataFrame:
    """Return equal-mass bins: `arms`, mean `predicted`, `observed` share.

    Examples
    --------
    >>> reliability_bins([0.2, 0.4, 0.8, 0.6], [0, 0, 1, 1], bins=2)["observed"].tolist()
    [0.0, 1.0]
    """
    chance, truth = np.asarray(probability, dtype=float), np.asarray(label, dtype=float)
    parts = np.array_split(np.argsort(chance, kind="stable"), bins)
    rows = [(len(p), float(chance[p].mean()), float(truth[p].mean())) for p in parts if len(p)]
    return pd.DataFrame(rows, columns=["arms", "predicted", "observed"])


def expected_calibration_error(
    probability: ArrayLike, label: ArrayLike, weight: ArrayLike | None = None, bins: int = 10
) -> float:
    """Return the mean distance between predicted and observed, over bins of equal mass.

    Examples
    --------
    >>> round(expected_calibration_error([0.2, 0.4, 0.8, 0.6], [0, 0, 1, 1], bins=2), 3)
    0.3
    """
    chance, truth = np.asarray(probability, dtype=float), np.asarray(label, dtype=float)
    mass = np.ones(len(chance)) if weight is None else np.asarray(weight, dtype=float)
    order = np.argsort(chance, kind="stable")
    before = np.cumsum(mass[order]) - mass[order]
    bin_of = np.minimum((before * bins / mass.sum()).astype(int), bins - 1)
    gap = np.bincount(bin_of, mass[order] * (chance[order] - truth[order]), bins)
    return float(np.abs(gap).sum() / mass.sum())


def calibration_error(
    probability: ArrayLike, label: ArrayLike, groups: ArrayLike, bins: int = 10, level: float = 0.9,
    draws: int = 300, seed: int = 0,
) -> tuple[Estimate, float]:  # fmt: skip
    """Return the expected calibration error with its interval over studies, and its floor.

    The floor is what a perfectly calibrated model would show with this many outcomes: the mean error
    when the labels are drawn from the probabilities themselves. The error is never negative, so the
    interval of the resampled error lies high; it is shifted by the mean excess of the draws.
    """
    chance, truth = np.asarray(probability, dtype=float), np.asarray(label, dtype=float)
    names, member = np.unique(np.asarray(groups).astype(str), return_inverse=True)
    value = expected_calibration_error(chance, truth, bins=bins)
    taken = study_draws(len(names), draws, seed)
    found = np.array([expected_calibration_error(chance, truth, w[member], bins) for w in taken])
    tail = (1.0 - level) / 2.0
    low, high = np.maximum(np.quantile(found, [tail, 1.0 - tail]) - (found.mean() - value), 0.0)
    generator = np.random.default_rng(seed)
    dealt = [generator.random(len(chance)) < chance for _ in range(draws)]
    perfect = [expected_calibration_error(chance, labels, bins=bins) for labels in dealt]
    return Estimate(value, float(low), float(high), len(chance), len(names)), float(np.mean(perfect))
