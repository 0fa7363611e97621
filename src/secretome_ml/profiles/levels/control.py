"""Against a control sample: the log2 fold change, judged by the spread of the replicates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from secretome_ml.profiles.levels.setting import Found, Setting, change_level

NAME = "control"

_FULL = 1.0
_LEAST = float(np.log2(1.5))
_ERRORS = 2.0
_WORDS = ("elevated", "decreased", "unchanged", "detected")


def find_levels(values: pd.DataFrame, setting: Setting) -> Found | None:
    """Compare every sample that has a control with it, factor by factor.

    Changed means: a factor of at least 1.5 and of at least two standard errors where both have replicates;
    a factor of at least 2 where one has none. Below the limit, the limit stands for the value, so that the
    change is at least that large. A full level is reached at a factor of 2.
    """
    if not setting.controls:
        return None
    shown = values.assign(
        compared=values["log2"].where(
            values["log2"].notna(), values["log2_lod"].where(values["state"].eq("not_detected"))
        )
    )
    worded = shown["state"].isin(_WORDS) & shown["value"].isna()
    usable = shown[shown["compared"].notna() & ~worded]
    control = usable[usable["sample"].isin(set(setting.controls.values()))]
    rows = usable[usable["sample"].isin(setting.controls)].copy()
    rows["vs"] = rows["sample"].map(setting.controls)
    columns = ["sample", "factor", "quantity", "compared", "spread", "n", "state"]
    merged = rows.reset_index().merge(
        control[columns].rename(columns={"sample": "vs"}),
        on=["vs", "factor", "quantity"],
        suffixes=("", "_c"),
    )
    both_low = merged["state"].eq("not_detected") & merged["state_c"].eq("not_detected")
    merged = merged[~both_low.fillna(False)]
    if merged.empty:
        return None
    change = (merged["compared"] - merged["compared_c"]).to_numpy(dtype=float)
    error = np.sqrt(
        (merged["spread"] ** 2 / merged["n"] + merged["spread_c"] ** 2 / merged["n_c"]).to_numpy(dtype=float)
    )
    replicated = np.isfinite(error)
    size = np.abs(change)
    changed = np.where(replicated, (size >= _LEAST) & (size >= _ERRORS * np.nan_to_num(error)), size >= _FULL)
    least = np.where(replicated, _LEAST, _FULL)
    strength = np.where(replicated, (size - least) / (_FULL - _LEAST), 1.0)
    # A limit is no value: without a change that counts, the row keeps its "not detected".
    decided = changed | ~merged["state"].eq("not_detected").fillna(False).to_numpy(dtype=bool)
    level, state = change_level(np.sign(change) * changed, strength)
    names = ", ".join(sorted(set(merged["vs"]))[:3])
    up, down = np.sum(state[decided] == "elevated"), np.sum(state[decided] == "decreased")
    note = (
        f"{np.sum(decided)} levels from the log2 fold change against {names}: {up} elevated, "
        f"{down} decreased (at least 1.5-fold and two standard errors, or 2-fold without replicates)"
    )
    rows_at = pd.Index(merged["index"].to_numpy()[decided])
    return Found(rows_at, level[decided], state[decided], merged["vs"].to_numpy(dtype=object)[decided], note)
