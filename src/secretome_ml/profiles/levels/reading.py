"""In a few words, what was made of the amounts of each sample."""

from __future__ import annotations

import numpy as np
import pandas as pd

from secretome_ml.profiles.levels import amount, present, rank

_SHOWN = 6
# Published amounts mostly lie between these levels; see `reference.graded`.
_LOW, _HIGH = 0.6, 1.4


def readings(factors: pd.DataFrame) -> pd.Series:
    """Return, per sample with numbers, what was made of them: `VEGFA 850 pg/mL: middle of published`.

    Up to six amounts are named, those that were not used first; the rest are counted by what was done.

    Parameters
    ----------
    factors : pandas.DataFrame
        Factors of profiles: `sample, factor, value, unit, level, route`.

    Examples
    --------
    >>> frame = pd.DataFrame({"sample": ["a", "a"], "factor": ["VEGFA", "INHBA"], "value": [850.0, 5.0],
    ...     "unit": "pg/mL", "level": [1.03, 1.0], "route": ["published", "amount not used"]})
    >>> readings(frame)["a"]
    'INHBA 5 pg/mL: amount not used; VEGFA 850 pg/mL: middle of published'
    """
    rows = factors[factors["value"].notna() & factors["route"].notna() & factors["level"].notna()]
    if rows.empty:
        return pd.Series(dtype=object)
    level, route = rows["level"].to_numpy(dtype=float), rows["route"].astype(object)
    place = np.select([level < _LOW, level > _HIGH], ["low end", "high end"], "middle")
    made = np.select(
        [
            route.eq(amount.PUBLISHED),
            route.eq(amount.AMONG_SAMPLES),
            route.eq(amount.BOTH),
            route.eq(rank.NAME),
            route.eq(present.NAME),
        ],
        [
            np.char.add(place.astype(str), " of published"),
            np.char.add(place.astype(str), " of the samples"),
            np.char.add(place.astype(str), " of published and of the samples"),
            "by rank within the sample",
            present.NAME,
        ],
        default=route.astype(str),
    )
    unit = rows["unit"].astype(object).where(rows["unit"].notna(), "")
    number = rows["value"].map("{:.4g}".format)
    text = (
        rows["factor"].astype(str)
        + " "
        + number
        + (" " + unit.astype(str)).where(unit.ne(""), "")
        + ": "
        + made
    )
    unused = route.eq(present.NAME)
    table = pd.DataFrame(
        {"sample": rows["sample"].astype(object), "text": text, "made": made, "used": ~unused}
    )
    table = table.sort_values("used", kind="stable")
    nth = table.groupby("sample", sort=False).cumcount()
    shown = table[nth < _SHOWN].groupby("sample", sort=False)["text"].agg("; ".join)
    counts = table[nth >= _SHOWN].groupby(["sample", "made"], sort=False).size().reset_index(name="n")
    counts["text"] = counts["n"].astype(str) + " more: " + counts["made"].astype(str)
    rest = counts.groupby("sample", sort=False)["text"].agg("; ".join)
    found: pd.Series = shown.str.cat(rest.reindex(shown.index).fillna(""), sep="; ").str.removesuffix("; ")
    return found.reindex(pd.unique(rows["sample"].astype(object)))
