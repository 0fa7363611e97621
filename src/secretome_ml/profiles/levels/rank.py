"""By rank within the sample: a protein among the most intense of its sample counts for more."""

from __future__ import annotations

import numpy as np
import pandas as pd

from secretome_ml.profiles.levels.setting import Found, Setting

NAME = "rank"

_FEWEST = 50


def find_levels(values: pd.DataFrame, setting: Setting) -> Found | None:
    """Give intensities of samples with 50 factors or more the level 0.5 (lowest) to 1.5 (highest), median 1.

    Only mass-spectrometric intensities are ranked: NPX and MFI of different assays cannot be compared.
    """
    rows = values[
        values["quantity"].isin(["intensity", "log2", "log10"])
        & values["log2"].notna()
        & values["state"].isna()
    ]
    if rows.empty:
        return None
    grouped = rows.groupby("sample", sort=False, observed=True)["log2"]
    rank = ((grouped.rank() - 0.5) / grouped.transform("count"))[grouped.transform("count") >= _FEWEST]
    if rank.empty:
        return None
    note = f"{len(rank)} levels by rank of the intensity within the sample (0.5 to 1.5; its median is 1)"
    state = np.full(len(rank), "detected", dtype=object)
    return Found(rank.index, 0.5 + rank.to_numpy(dtype=float), state, None, note)
