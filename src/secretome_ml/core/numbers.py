"""Text to numbers by pandas, kept from the exponents that it does not survive."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

# pandas counts an exponent in 32 bits: 1e4294967299 becomes 1000, and 1e2147483648 ends the process.
_ENDLESS = re.compile(r"[eE][+-]?\d{10}")


def holds_endless(text: str) -> bool:
    """Say whether a text may hold a number whose exponent pandas does not survive.

    Examples
    --------
    >>> holds_endless("a,1e5"), holds_endless("a,1e2147483648")
    (False, True)
    """
    return _ENDLESS.search(text) is not None


def to_numbers(cells: pd.Series, coerce: bool = False) -> pd.Series:
    """Return a column as numbers, as `pandas.to_numeric` does, whatever stands in its cells.

    Parameters
    ----------
    cells : pandas.Series
        Text or numbers.
    coerce : bool
        Whether what is no number becomes NaN.

    Raises
    ------
    ValueError, TypeError
        If a cell is no number, or one of an endless exponent, and `coerce` is false.

    Examples
    --------
    >>> to_numbers(pd.Series(["1.5", "1e2147483648"]), coerce=True).tolist()
    [1.5, nan]
    >>> to_numbers(pd.Series(["1", "9" * 400]), coerce=True).tolist()
    [1.0, nan]
    """
    if not pd.api.types.is_numeric_dtype(cells) and holds_endless("\n".join(map(str, cells))):
        if not coerce:
            raise ValueError("a number with an endless exponent")
        cells = cells.where(~cells.astype(str).str.contains(_ENDLESS), np.nan)
    found: pd.Series = pd.to_numeric(cells, errors="coerce" if coerce else "raise")
    if not pd.api.types.is_numeric_dtype(found):
        # A whole number beyond 64 bits: pandas keeps Python's own, whatever its length.
        found = found.map(lambda number: _as_float(number, coerce)).astype(float)
    return found


def _as_float(number: object, coerce: bool) -> float:
    try:
        return float(number)  # type: ignore[arg-type]
    except OverflowError:
        if coerce:
            return np.nan
        raise ValueError("a whole number of more digits than a float has room for") from None
