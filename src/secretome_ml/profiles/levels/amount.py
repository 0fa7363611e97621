"""From an amount to a level, without steps: its published range, the samples of its file, or both."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.profiles.levels.cohort import FEWEST, Floats, among_samples
from secretome_ml.profiles.levels.reference import Range, graded, known_range, place
from secretome_ml.profiles.levels.setting import Found, Setting

NAME = "amount"

# What an amount is a low, middle or high one of; both a range and the samples are joined by "and".
PUBLISHED, USUAL, SAMPLES = "published", "usual (expert prior)", "the samples"
ROUTES = (PUBLISHED, USUAL, SAMPLES, f"{PUBLISHED} and {SAMPLES}", f"{USUAL} and {SAMPLES}")
ABSOLUTE = ("concentration", "per_cells")
RELATIVE = ("intensity", "log2", "log10", "npx", "mfi")
_HIGH, _LOW = 1.5, 0.5


def find_levels(values: pd.DataFrame, setting: Setting) -> Found | None:
    """Grade every amount through its place in logarithms; the larger of two has the higher level.

    A concentration has a place in what was published of its factor, cell source and product, or in what is
    usual where nothing is. From 4 samples of one file on, the place among them is added, and stands alone for
    scales that mean nothing by themselves (intensity, log2, NPX, MFI). A level of 1.5 or more counts as
    elevated, of 0.5 or less among samples as decreased.
    """
    mine = values["quantity"].isin((*ABSOLUTE, *RELATIVE)) & values["log2"].notna() & values["state"].isna()
    rows = values.loc[mine, ["sample", "factor", "quantity", "amount", "log2"]]
    if rows.empty:
        return None
    found, prior, sources = _in_ranges(rows, setting)
    among = np.full(len(rows), np.nan)
    if setting.relative and rows["sample"].nunique() >= FEWEST:
        among = among_samples(rows, setting.batches).to_numpy()
    ranged, compared = ~np.isnan(found), ~np.isnan(among)
    known = ranged | compared
    if not known.any():
        return None
    level = graded((np.where(ranged, found, 0.0) + np.where(compared, among, 0.0))[known])
    which = np.where(ranged, prior + 3 * compared, 2)[known]
    counts = np.bincount(which, minlength=len(ROUTES))
    counted = ", ".join(f"{ROUTES[i]} {counts[i]}" for i in np.argsort(-counts, kind="stable") if counts[i])
    note = f"{int(known.sum())} amounts graded as low, middle or high of: {counted}"
    if sources:
        note += f" (published by {', '.join(sources[:4])}{', ...' if len(sources) > 4 else ''})"
    state = np.full(len(level), "detected", dtype=object)
    state[level >= _HIGH] = "elevated"
    state[(level <= _LOW) & compared[known]] = "decreased"
    return Found(rows.index[known], level, state, None, note, np.array(ROUTES, dtype=object)[which])


def _in_ranges(rows: pd.DataFrame, setting: Setting) -> tuple[Floats, NDArray[np.int64], list[str]]:
    """Return the place of each amount in its range (NaN: none), whether it is a prior, and publications."""
    found, prior = np.full(len(rows), np.nan), np.zeros(len(rows), dtype=np.int64)
    mine = (rows["quantity"].isin(ABSOLUTE) & rows["amount"].gt(0)).to_numpy()
    if not mine.any():
        return found, prior, []
    amounts = rows[mine]
    keys = pd.DataFrame({c: amounts[c].astype(object) for c in ("factor", "quantity")})
    for column in ("cell_source", "product"):
        none = pd.Series(dtype=object)
        stated = setting.context[column].astype(object).dropna() if column in setting.context else none
        keys[column] = amounts["sample"].astype(object).map(stated.to_dict())
    codes, distinct = pd.factorize(pd.MultiIndex.from_frame(keys.fillna("")))
    ranges: list[Range | None] = [known_range(f, q, s or None, p or None) for f, q, s, p in distinct]
    low, high = (
        np.array([getattr(r, end) if r else np.nan for r in ranges])[codes] for end in ("low", "high")
    )
    found[mine] = place(amounts["amount"].to_numpy(dtype=float), low, high)
    prior[mine] = np.array([int(r is None or not r.sources) for r in ranges])[codes]
    return found, prior, sorted({source for r in ranges if r for source in r.sources})
