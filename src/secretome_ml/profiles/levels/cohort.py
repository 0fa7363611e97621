"""Against the other samples of the file: how far a factor lies from its median, in robust deviations."""

from __future__ import annotations

import numpy as np
import pandas as pd

from secretome_ml.profiles.levels.setting import Found, Setting, change_level

NAME = "cohort"

_RELATIVE = ("intensity", "log2", "log10", "npx", "mfi")
_FEWEST = 6
_ENOUGH_TO_ALIGN = 50
_COUNTS, _FULL = 2.0, 4.0
_TO_SIGMA = 1.4826
_FLOOR = 0.15


def find_levels(values: pd.DataFrame, setting: Setting) -> Found | None:
    """Judge relative scales (intensity, log2, NPX, MFI), which mean nothing on their own, and plates.

    A canonical table is left alone: there a sample's level depends on its own row. Needs 6 samples with the
    factor. Samples with 50 factors or more are first brought to one median over their shared factors, so
    that unequal loading is not biology. Two robust standard deviations (1.4826 MAD, at least 0.15 log2)
    count as a change, four are full. Within batches where every batch has 6 samples.
    """
    if not setting.relative:
        return None
    compared = (*_RELATIVE, "concentration") if setting.plate else _RELATIVE
    rows = values[values["quantity"].isin(compared) & values["log2"].notna() & values["state"].isna()]
    if rows.empty or rows["sample"].nunique() < _FEWEST:
        return None
    frame = rows[["sample", "factor", "log2"]].copy()
    frame["batch"] = _batches(frame["sample"], setting)
    keys = ["batch", "factor"]
    frame["log2"] = _aligned(frame, keys)
    grouped = frame.groupby(keys, sort=False, observed=True)["log2"]
    count = grouped.transform("count")
    centre = grouped.transform("median")
    away = (frame["log2"] - centre).abs()
    deviation = (
        away.groupby([frame[k] for k in keys], sort=False, observed=True).transform("median") * _TO_SIGMA
    )
    z = ((frame["log2"] - centre) / deviation.clip(lower=_FLOOR))[count >= _FEWEST]
    if z.empty:
        return None
    size = z.abs().to_numpy(dtype=float)
    changed = size >= _COUNTS
    level, state = change_level(
        np.sign(z.to_numpy(dtype=float)) * changed, (size - _COUNTS) / (_FULL - _COUNTS)
    )
    state = np.where(changed, state, "detected").astype(object)
    note = (
        f"{len(z)} levels against the other samples of the file: {np.sum(state == 'elevated')} elevated, "
        f"{np.sum(state == 'decreased')} decreased (two robust standard deviations from the factor's median)"
    )
    return Found(z.index, level, state, None, note)


def _aligned(frame: pd.DataFrame, keys: list[str]) -> pd.Series:
    centre = frame.groupby(keys, sort=False, observed=True)["log2"].transform("median")
    apart = (frame["log2"] - centre).groupby(frame["sample"], sort=False, observed=True)
    offset = apart.transform("median").where(apart.transform("count") >= _ENOUGH_TO_ALIGN, 0.0)
    return frame["log2"] - offset


def _batches(samples: pd.Series, setting: Setting) -> pd.Series:
    batch = samples.astype(object).map(setting.batches).fillna("")
    sizes = samples.astype(object).groupby(batch).nunique()
    return batch if len(sizes) > 1 and (sizes >= _FEWEST).all() else pd.Series("", index=samples.index)
