"""What the file itself states: a state in words, a value below a limit, or a fold change."""

from __future__ import annotations

import numpy as np
import pandas as pd

from secretome_ml.profiles.levels.setting import Found, Setting, change_level
from secretome_ml.profiles.profiles import STATE_LEVELS

NAME = "stated"

_FULL = 1.0
_LEAST = float(np.log2(1.5))


def find_levels(values: pd.DataFrame, setting: Setting) -> Found | None:
    """Return the level of every stated state, and of fold changes (1.5-fold counts, 2-fold is full)."""
    stated = values[values["state"].isin(STATE_LEVELS)]
    folds = values[values["quantity"].isin(["fold_change", "log2_fold_change"]) & values["state"].isna()]
    folds = folds[folds["log2"].notna()]
    if stated.empty and folds.empty:
        return None
    change = folds["log2"].to_numpy(dtype=float)
    changed = np.abs(change) >= _LEAST
    level, state = change_level(np.sign(change) * changed, (np.abs(change) - _LEAST) / (_FULL - _LEAST))
    words = stated["state"].astype(object)
    levels = np.concatenate([words.map(STATE_LEVELS).to_numpy(dtype=float), level])
    low = int(words.eq("not_detected").sum())
    note = f"{len(levels)} levels as stated in the file ({low} below the limit count as low, not as missing)"
    return Found(
        stated.index.append(folds.index),
        levels,
        np.concatenate([words.to_numpy(dtype=object), state]),
        None,
        note,
    )
