"""Studies drawn with replacement: how often each draw took each study, and ratios over the draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A number, the two ends of its interval over resampled studies, and what it rests on."""

    value: float
    low: float
    high: float
    n: int
    studies: int


def study_draws(count: int, draws: int, seed: int) -> Array:
    """Return draws by studies: how often each bootstrap draw took each study.

    See Efron, doi:10.1214/aos/1176344552.

    Examples
    --------
    >>> taken = study_draws(5, draws=3, seed=0)
    >>> taken.sum(axis=1).tolist()
    [5.0, 5.0, 5.0]
    """
    generator = np.random.default_rng(seed)
    picked = generator.integers(count, size=(draws, count))
    taken = np.zeros((draws, count))
    np.add.at(taken, (np.arange(draws)[:, None], picked), 1.0)
    return taken


def ratio_over_studies(
    above: ArrayLike,
    below: ArrayLike,
    groups: ArrayLike,
    level: float = 0.9,
    draws: int = 1000,
    seed: int = 0,
) -> Estimate:
    """Return the sum of `above` over that of `below`, with its interval when whole studies are resampled.

    Parameters
    ----------
    above, below : array, observations
        The two sides of the ratio, e.g. the losses of two models.
    groups : array, observations
        Study, or group of studies, of each observation.
    level : float
        Level of the percentile interval.
    draws, seed : int
        Bootstrap draws and their seed.
    """
    upper, lower = np.asarray(above, dtype=float), np.asarray(below, dtype=float)
    if len(upper) == 0:
        return Estimate(np.nan, np.nan, np.nan, 0, 0)
    names, member = np.unique(np.asarray(groups).astype(str), return_inverse=True)
    taken = study_draws(len(names), draws, seed)
    totals = taken @ np.bincount(member, lower)
    ratios = (taken @ np.bincount(member, upper))[totals > 0] / totals[totals > 0]
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(ratios, [tail, 1.0 - tail])
    return Estimate(float(upper.sum() / lower.sum()), float(low), float(high), len(upper), len(names))


def mean_over_studies(
    values: ArrayLike, groups: ArrayLike, level: float = 0.9, draws: int = 1000, seed: int = 0
) -> Estimate:
    """Return the mean of values, e.g. 1 for a pair that was ordered rightly, with its interval over studies.

    Examples
    --------
    >>> mean_over_studies([1.0, 0.0, 1.0, 1.0], ["a", "a", "b", "c"]).value
    0.75
    """
    observed = np.asarray(values, dtype=float)
    return ratio_over_studies(observed, np.ones(len(observed)), groups, level, draws, seed)


def difference_over_studies(
    one: ArrayLike, groups_one: ArrayLike, two: ArrayLike, groups_two: ArrayLike,
    level: float = 0.9, draws: int = 1000, seed: int = 0,
) -> Estimate:  # fmt: skip
    """Return the mean of one set of observations minus that of another, from the same resampled studies."""
    names, member = np.unique(np.concatenate([groups_one, groups_two]).astype(str), return_inverse=True)
    taken = study_draws(len(names), draws, seed)
    count = len(np.asarray(one))
    means, whole = [], []
    for values, place in ((one, member[:count]), (two, member[count:])):
        observed = np.asarray(values, dtype=float)
        sizes = taken @ np.bincount(place, minlength=len(names))
        sums = taken @ np.bincount(place, observed, len(names))
        means.append(np.divide(sums, sizes, where=sizes > 0, out=sizes * np.nan))
        whole.append(observed.mean() if len(observed) else np.nan)
    tail = (1.0 - level) / 2.0
    apart = means[0] - means[1]
    usable = apart[~np.isnan(apart)]
    low, high = np.quantile(usable, [tail, 1.0 - tail]) if len(usable) else (np.nan, np.nan)
    return Estimate(float(whole[0] - whole[1]), float(low), float(high), len(member), len(names))
