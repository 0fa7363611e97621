"""From an amount to a level, without steps: its published range, the samples of its file, or both."""

from __future__ import annotations

import numpy as np
import pandas as pd

from secretome_ml.profiles.levels.cohort import FEWEST, among_samples
from secretome_ml.profiles.levels.reference import Range, graded, known_range, place
from secretome_ml.profiles.levels.setting import Found, Setting

NAME = "amount"

# What an amount is a low, middle or high one of; both a range and the samples are joined by "and".
PUBLISHED, USUAL, SAMPLES = "published", "usual (expert prior)", "the samples"
ROUTES = (PUBLISHED, USUAL, SAMPLES, f"{PUBLISHED} and {SAMPLES}", f"{USUAL} and {SAMPLES}")
_ABSOLUTE = ("concentration", "per_cells")
_RELATIVE = ("intensity", "log2", "log10", "npx", "mfi")
_HIGH, _LOW = 1.5, 0.5


def find_levels(values: pd.DataFrame, setting: Setting) -> Found | None:
    """Grade every amount through its place in logarithms; the larger of two has the higher level.

    A concentration has a place in what was published of its factor, cell source and product, or in what is
    usual where nothing is. From 4 samples of one file on, the place among them is added, and stands alone for
    scales that mean nothing by themselves (intensity, log2, NPX, MFI). A level of 1.5 or more counts as
    elevated, of 0.5 or less among samples as decreased.
    """
    rows = values[
        values["quantity"].isin((*_ABSOLUTE, *_RELATIVE)) & values["log2"].notna() & values["state"].isna()
    ]
    if rows.empty:
        return None
    found, base, sources = _in_ranges(rows, setting)
    among = pd.Series(np.nan, index=rows.index)
    if setting.relative and rows["sample"].nunique() >= FEWEST:
        among = among_samples(rows, setting.batches)
    known = found.notna() | among.notna()
    if not known.any():
        return None
    level = graded((found.fillna(0.0) + among.fillna(0.0))[known].to_numpy(dtype=float))
    route = base.where(among.isna(), base + f" and {SAMPLES}").where(found.notna(), SAMPLES)[known]
    note = f"{int(known.sum())} amounts graded as low, middle or high of: {_counted(route)}"
    if sources:
        note += f" (published by {', '.join(sources[:4])}{', ...' if len(sources) > 4 else ''})"
    little = (level <= _LOW) & among[known].notna().to_numpy()
    state = np.select([level >= _HIGH, little], ["elevated", "decreased"], "detected").astype(object)
    return Found(rows.index[known], level, state, None, note, route.to_numpy(dtype=object))


def _in_ranges(rows: pd.DataFrame, setting: Setting) -> tuple[pd.Series, pd.Series, list[str]]:
    """Return the place of each amount in its range, NaN without one, what range it is, and publications."""
    found = pd.Series(np.nan, index=rows.index)
    base = pd.Series(PUBLISHED, index=rows.index, dtype=object)
    amounts = rows[rows["quantity"].isin(_ABSOLUTE) & rows["amount"].gt(0)]
    if amounts.empty:
        return found, base, []
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
    found[amounts.index] = place(amounts["amount"].to_numpy(dtype=float), low, high)
    base[amounts.index] = np.array([PUBLISHED if r and r.sources else USUAL for r in ranges], dtype=object)[
        codes
    ]
    return found, base, sorted({source for r in ranges if r for source in r.sources})


def _counted(route: pd.Series) -> str:
    return ", ".join(f"{name} {count}" for name, count in route.value_counts().items())
