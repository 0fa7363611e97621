"""Blank wells give the limit below which a fluorescence says nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd

_DEVIATIONS = 3.0


def apply_blanks(values: pd.DataFrame, roles: dict[str, str]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Set the limit of MFI values to the mean plus three standard deviations of the blanks of each analyte.

    With one blank the limit is its value. A net MFI of zero or less is below the limit too. Without blanks
    nothing else changes.

    Parameters
    ----------
    values : pandas.DataFrame
        Measurements with `name`, `value`, `lod`, `state`.
    roles : dict of str to str
        Role of every sample.
    """
    blank = values["sample"].astype(str).map(roles).eq("blank")
    notes: list[str] = []
    values = values.assign(state=values["state"].astype(object), lod=values["lod"].astype(float))
    if blank.any():
        grouped = values[blank].groupby(values["name"].astype(str), observed=True)["value"]
        limit = grouped.mean() + _DEVIATIONS * grouped.std(ddof=1).fillna(0.0)
        lod = values["name"].astype(str).map(limit).astype(float)
        values["lod"] = values["lod"].where(values["lod"].notna(), lod)
        notes.append(f"limit of each analyte: mean + 3 SD of {int(grouped.size().max())} blank wells")
    stated = values["state"].notna()
    low = ~stated & ((values["value"] < values["lod"]) | (values["value"] <= 0))
    values.loc[low, "state"] = "not_detected"
    measured = low & ~blank & np.isfinite(values["value"])
    if measured.any():
        notes.append(
            f"{int(measured.sum())} fluorescence values lie below the blanks and count as not detected"
        )
    return values, tuple(notes)
