"""Among the other samples of the file: how far a factor lies from its median, in robust deviations."""

from __future__ import annotations

import numpy as np
import pandas as pd

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
    frame = rows[["sample", "factor", "quantity", "log2"]].assign(batch=_batches(rows["sample"], batches))
    keys = [frame[c].astype(object) for c in ("batch", "factor", "quantity")]
    frame["log2"] = frame["log2"] - _loading(frame, keys)
    grouped = frame["log2"].groupby(keys, sort=False)
    count, away = grouped.transform("count"), frame["log2"] - grouped.transform("median")
    deviation = away.abs().groupby(keys, sort=False).transform("median") * _TO_SIGMA
    z: pd.Series = (away / np.hypot(deviation, _FLOOR)).clip(-_MOST, _MOST)
    return z.where(count >= FEWEST), count


def _loading(frame: pd.DataFrame, keys: list[pd.Series]) -> pd.Series:
    """Return how much of everything a sample holds, as log2 of its factors against their medians."""
    apart = frame["log2"] - frame["log2"].groupby(keys, sort=False).transform("median")
    by_sample = apart.groupby(frame["sample"].astype(object), sort=False)
    offset: pd.Series = by_sample.transform("median").where(
        by_sample.transform("count") >= _ENOUGH_TO_ALIGN, 0.0
    )
    return offset


def _batches(samples: pd.Series, batches: dict[str, str]) -> pd.Series:
    batch = samples.astype(object).map(batches).fillna("")
    sizes = samples.astype(object).groupby(batch).nunique()
    return batch if len(sizes) > 1 and (sizes >= FEWEST).all() else pd.Series("", index=samples.index)
