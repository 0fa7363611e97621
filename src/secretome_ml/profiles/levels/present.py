"""Where nothing tells more: the factor is present, and how much of it there is was not used."""

from __future__ import annotations

import numpy as np
import pandas as pd

from secretome_ml.profiles.levels.setting import Found, Setting

NAME = "amount not used"


def find_levels(values: pd.DataFrame, setting: Setting) -> Found | None:
    """Give level 1 to every value without another route."""
    rows = values[values["log2"].notna() | values["value"].notna()]
    rows = rows[rows["state"].isna()]
    if rows.empty:
        return None
    note = f"{len(rows)} values count as present (level 1), amount not used: nothing to hold it against"
    return Found(rows.index, np.ones(len(rows)), np.full(len(rows), "detected", dtype=object), None, note)
