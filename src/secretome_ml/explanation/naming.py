"""Which terms of a table of contributions are about what a sample has, and which about what it lacks."""

from __future__ import annotations

import pandas as pd

from secretome_ml.features.knowledge import ABSENCES


def about_absence(terms: pd.DataFrame) -> pd.Series:
    """Return, per row, whether a term contributes because of what a sample does not have or does not state.

    That is a factor that was not measured, a condition that is not stated, or one that is another: a
    sample of medium gets a contribution of `product=exosome` too. A factor that was looked for and not
    found was measured, and is no absence in this sense.

    Parameters
    ----------
    terms : pandas.DataFrame
        With the columns `term`, `value` and, where conditions are among them, `kind`.

    Examples
    --------
    >>> about_absence(pd.DataFrame({"term": ["VEGFA", "VEGFA"], "value": [2.0, float("nan")]})).tolist()
    [False, True]
    """
    absent = terms["value"].isna() | terms["term"].isin(ABSENCES)
    return absent | ((terms["value"] == 0) & (terms["kind"] != "factor")) if "kind" in terms else absent
