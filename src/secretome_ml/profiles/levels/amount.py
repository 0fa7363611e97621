"""From an amount to a level, without steps: its published range, the samples of its file, or both."""

from __future__ import annotations

import numpy as np
import pandas as pd

from secretome_ml.profiles.levels.cohort import FEWEST, among_samples
from secretome_ml.profiles.levels.reference import Range, graded, place, published_range
from secretome_ml.profiles.levels.setting import Found, Setting

NAME = "amount"

PUBLISHED, AMONG_SAMPLES, BOTH = "published", "among the samples", "published and among the samples"
_ABSOLUTE = ("concentration", "per_cells")
_RELATIVE = ("intensity", "log2", "log10", "npx", "mfi")
_HIGH, _LOW = 1.5, 0.5


def find_levels(values: pd.DataFrame, setting: Setting) -> Found | None:
    """Grade every amount through its place in logarithms; the larger of two has the higher level.

    A concentration has a place in what was published of its factor, cell source and product. From 4 samples
    of one file on, the place among them is added, and stands alone for scales that mean nothing by themselves
    (intensity, log2, NPX, MFI) and for factors without a published amount. A level of 1.5 or more counts as
    elevated, of 0.5 or less as little.
    """
    rows = values[
        values["quantity"].isin((*_ABSOLUTE, *_RELATIVE)) & values["log2"].notna() & values["state"].isna()
    ]
    if rows.empty:
        return None
    published, sources = _published(rows, setting)
    among = pd.Series(np.nan, index=rows.index)
    if setting.relative and rows["sample"].nunique() >= FEWEST:
        among = among_samples(rows, setting.batches)
    known = published.notna() | among.notna()
    if not known.any():
        return None
    level = graded((published.fillna(0.0) + among.fillna(0.0))[known].to_numpy(dtype=float))
    route = np.where(published.isna(), AMONG_SAMPLES, np.where(among.isna(), PUBLISHED, BOTH))[known]
    note = f"{int(known.sum())} amounts graded: {_counted(route)}"
    if sources:
        note += f" (published by {', '.join(sources[:4])}{', ...' if len(sources) > 4 else ''})"
    state = np.where(level >= _HIGH, "elevated", "detected").astype(object)
    return Found(rows.index[known], level, state, None, note, route)


def _published(rows: pd.DataFrame, setting: Setting) -> tuple[pd.Series, list[str]]:
    """Return the place of each amount in its published range, NaN without one, and the publications."""
    found = pd.Series(np.nan, index=rows.index)
    amounts = rows[rows["quantity"].isin(_ABSOLUTE) & rows["amount"].gt(0)]
    if amounts.empty:
        return found, []
    keys = pd.DataFrame(
        {"factor": amounts["factor"].astype(object), "quantity": amounts["quantity"].astype(object)}
    )
    for column in ("cell_source", "product"):
        stated = (
            setting.context[column].astype(object).dropna()
            if column in setting.context
            else pd.Series(dtype=object)
        )
        keys[column] = amounts["sample"].astype(object).map(stated.to_dict())
    codes, distinct = pd.factorize(pd.MultiIndex.from_frame(keys.fillna("")))
    ranges: list[Range | None] = [published_range(f, q, s or None, p or None) for f, q, s, p in distinct]
    low = np.array([r.low if r else np.nan for r in ranges])[codes]
    high = np.array([r.high if r else np.nan for r in ranges])[codes]
    found[amounts.index] = place(amounts["amount"].to_numpy(dtype=float), low, high)
    return found, sorted({source for r in ranges if r for source in r.sources})


def _counted(route: np.ndarray) -> str:
    words = {
        PUBLISHED: "in published ranges",
        AMONG_SAMPLES: "among the samples of the file",
        BOTH: "by both",
    }
    return ", ".join(f"{int((route == r).sum())} {words[r]}" for r in words if (route == r).any())
