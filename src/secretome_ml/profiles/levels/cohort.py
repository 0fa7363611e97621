"""Among the other samples of the file: how far a factor lies from its median, in robust deviations."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FEWEST = 4

_ENOUGH_TO_ALIGN = 50
_TO_SIGMA = 1.4826
# In log2: a difference that a repeated measurement shows anyway.
_FLOOR = 0.15
# Two deviations count as the end of a published range does.
_PER_DEVIATION = 0.5
_MOST = 6.0


def among_samples(rows: pd.DataFrame, batches: dict[str, str]) -> pd.Series:
    """Return where each value lies among the samples of its file, on the scale of `reference.place`.

    Needs 4 samples with the factor; fewer are drawn more to the middle. Samples with 50 factors or more are
    first brought to one median over their shared factors, so that unequal loading is not biology. A robust
    deviation is 1.4826 times the median absolute deviation. Batches are looked at by themselves where
    each has 4 samples.

    Parameters
    ----------
    rows : pandas.DataFrame
        `sample, factor, quantity, log2`, no gaps.
    batches : dict of str to str
        Sample to batch.

    Returns
    -------
    pandas.Series
        0 in the middle, 1 two deviations above; NaN where too few samples have the factor.
    """
    z, count = deviations(rows, batches)
    found: pd.Series = _PER_DEVIATION * z * count / (count + FEWEST)
    return found


def deviations(rows: pd.DataFrame, batches: dict[str, str]) -> tuple[pd.Series, pd.Series]:
    """Return how many robust deviations each value lies from its median, and among how many samples.

    Parameters
    ----------
    rows, batches
        As for `among_samples`.

    Returns
    -------
    pair of pandas.Series
        The deviations, NaN where fewer than 4 samples have the factor, and the number of these samples.
    """
    sample = pd.factorize(rows["sample"])[0]
    group = _together(_batches(rows["sample"], batches), rows["factor"], rows["quantity"])
    log2 = rows["log2"].to_numpy(dtype=float)
    log2 = log2 - _loading(log2, group, sample)
    grouped = pd.Series(log2).groupby(group, sort=False)
    count, away = grouped.transform("count").to_numpy(), log2 - grouped.transform("median").to_numpy()
    deviation = pd.Series(np.abs(away)).groupby(group, sort=False).transform("median").to_numpy() * _TO_SIGMA
    z = (away / np.hypot(deviation, _FLOOR)).clip(-_MOST, _MOST)
    told = np.where(count >= FEWEST, z, np.nan)
    return pd.Series(told, index=rows.index), pd.Series(count, index=rows.index)


def _together(*columns: pd.Series) -> NDArray[np.int64]:
    """Return one number for rows that agree in every column."""
    code = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        own, distinct = pd.factorize(column)
        code = code * (len(distinct) + 1) + own + 1
    return code


def _loading(log2: Floats, group: NDArray[np.int64], sample: NDArray[np.int64]) -> Floats:
    """Return how much of everything a sample holds, as log2 of its factors against their medians."""
    middle = pd.Series(log2).groupby(group, sort=False).transform("median").to_numpy()
    by_sample = pd.Series(log2 - middle).groupby(sample, sort=False)
    enough = by_sample.transform("count").to_numpy() >= _ENOUGH_TO_ALIGN
    return np.where(enough, by_sample.transform("median").to_numpy(), 0.0)


def _batches(samples: pd.Series, batches: dict[str, str]) -> pd.Series:
    if not batches:
        return pd.Series("", index=samples.index)
    batch = samples.astype(object).map(batches).fillna("")
    sizes = samples.astype(object).groupby(batch).nunique()
    return batch if len(sizes) > 1 and (sizes >= FEWEST).all() else pd.Series("", index=samples.index)
