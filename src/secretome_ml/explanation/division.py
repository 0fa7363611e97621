"""A signed sum of known roles, divided among the factors and conditions in it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from secretome_ml.explanation.naming import term_name

# A sum of opposing parts may be near zero; its parts are never blown up by more than about three.
_LEAST_NET_SHARE = 0.3

NOTHING_USUAL: Mapping[tuple[str, str], float] = MappingProxyType({})


def divide(parts: pd.DataFrame, usual: Mapping[tuple[str, str], float] = NOTHING_USUAL) -> pd.DataFrame:
    """Return, per sample, knowledge column and term, the share of the column's contribution that it gets.

    A part's share is in proportion to how far it lies from its average over the training arms, so that
    what every preparation has explains nothing.

    Parameters
    ----------
    parts : pandas.DataFrame
        As `KnowledgeBlock.parts` gives them.
    usual : mapping
        (column, term) to its mean amount over the training arms.

    Returns
    -------
    pandas.DataFrame
        `sample, column, term, kind, value, share`. Shares of one sum may add up to less than one; the rest
        stays with the sum.

    Examples
    --------
    >>> parts = pd.DataFrame(
    ...     [
    ...         ("a", "known_factors", "VEGFA", "factor", 2.0, 2.0),
    ...         ("a", "known_factors", "HGF", "factor", 2.0, 1.0),
    ...     ],
    ...     columns=["sample", "column", "term", "kind", "value", "amount"],
    ... )
    >>> divide(parts)["share"].round(2).tolist()
    [0.67, 0.33]
    """
    parts = parts[parts["amount"] != 0]
    parts = parts.groupby(["sample", "column", "term"], as_index=False, sort=False).agg(
        kind=("kind", "first"), value=("value", "first"), amount=("amount", "sum")
    )
    own = [usual.get(key, 0.0) for key in zip(parts["column"], parts["term"], strict=True)]
    away = parts["amount"].astype(float) - np.array(own, dtype=float)
    keys = [parts["sample"], parts["column"]]
    # What is usual and not there moves the sum too; it has no part to be given to.
    total = pd.Series(dict(usual), dtype=float).groupby(level=0).sum() if usual else pd.Series(dtype=float)
    expected = parts["column"].map(total).fillna(0.0).astype(float)
    missing = pd.Series(own, index=parts.index, dtype=float).groupby(keys).transform("sum") - expected
    net = away.groupby(keys).transform("sum") + missing
    gross = away.abs().groupby(keys).transform("sum") + missing.abs()
    divisor = np.sign(net) * np.maximum(net.abs(), _LEAST_NET_SHARE * gross)
    return pd.DataFrame(
        {
            "sample": parts["sample"],
            "column": parts["column"],
            "term": parts["term"].map(term_name),
            "kind": parts["kind"],
            "value": pd.to_numeric(parts["value"], errors="coerce"),
            "share": (away / divisor.where(divisor != 0)).fillna(0.0),
        }
    )
