"""In a few words, what was made of the amounts of each sample."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.profiles.levels import amount, present, rank

_SHOWN = 6
_WORDS = {rank.NAME: "by rank within the sample"}
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
    rows = factors.loc[
        factors["value"].notna() & factors["route"].notna() & factors["level"].notna(),
        ["sample", "factor", "value", "unit", "level", "route"],
    ]
    if rows.empty:
        return pd.Series(dtype=object)
    sample, samples = pd.factorize(rows["sample"])
    made, words = _made(rows["level"].to_numpy(dtype=float), rows["route"])
    used = rows["route"].ne(present.NAME).to_numpy(dtype=bool)
    order = np.lexsort((used, sample))
    nth = np.arange(len(order)) - np.searchsorted(sample[order], sample[order])
    first, rest = order[nth < _SHOWN], order[nth >= _SHOWN]
    texts: list[list[str]] = [[] for _ in samples]
    shown = rows.iloc[first][["factor", "value", "unit"]].itertuples(index=False)
    for at, what, (factor, value, unit) in zip(sample[first], words[made[first]], shown, strict=True):
        texts[at].append(f"{factor} {value:.4g}{f' {unit}' if isinstance(unit, str) else ''}: {what}")
    key, distinct = pd.factorize(sample[rest] * len(words) + made[rest])
    for both, count in zip(distinct, np.bincount(key, minlength=len(distinct)), strict=True):
        texts[both // len(words)].append(f"{count} more: {words[both % len(words)]}")
    found = pd.Series(["; ".join(t) for t in texts], index=samples.astype(object), dtype=object)
    return found.rename_axis("sample")


def _made(level: NDArray[np.float64], route: pd.Series) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """Return what was made of each amount, as a number and the words of it."""
    code, routes = pd.factorize(route)
    end = np.where(level < _LOW, 0, np.where(level > _HIGH, 2, 1))
    words = [
        f"{place} {name}" if name in amount.ROUTES else _WORDS.get(name, name)
        for name in routes
        for place in ("low end of", "middle of", "high end of")
    ]
    return 3 * code + end, np.array(words, dtype=object)
