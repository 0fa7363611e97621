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
    place = np.select([level < _LOW, level > _HIGH], ["low end of ", "high end of "], "middle of ")
    graded = route.isin(amount.ROUTES).to_numpy()
    made = np.where(graded, place, "").astype(object) + route.to_numpy(dtype=object)
    made = np.where(route.eq(rank.NAME), "by rank within the sample", made)
    told = rows[["sample", "factor", "value", "unit"]].assign(made=made, used=route.ne(present.NAME))
    told = told.sort_values("used", kind="stable")
    nth = told.groupby("sample", sort=False).cumcount()
    first, rest = told[nth < _SHOWN], told[nth >= _SHOWN]
    texts = [
        f"{factor} {value:.4g}{f' {unit}' if isinstance(unit, str) else ''}: {what}"
        for factor, value, unit, what in first[["factor", "value", "unit", "made"]].itertuples(index=False)
    ]
    counts = rest.groupby(["sample", "made"], sort=False).size().rename("n").reset_index()
    more = counts["n"].astype(str) + " more: " + counts["made"].astype(str)
    parts = pd.concat(
        [pd.Series(texts, index=first["sample"], dtype=object), more.set_axis(counts["sample"])]
    )
    return parts.groupby(level=0, sort=False).agg("; ".join)
