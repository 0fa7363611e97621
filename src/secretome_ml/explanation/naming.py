"""One name for one thing among the terms of an explanation, in plain words."""

from __future__ import annotations

import pandas as pd

# What cannot be divided among the factors or conditions of a signed sum stays with the sum.
_PLAIN = {
    "known factors": "known factors, together",
    "known factors measured": "number of known factors",
    "known genes": "engineered genes, together",
    "known agents": "preconditioning, together",
    "known blocking": "blocking, together",
    "known cells": "cells and donor, together",
    "known product": "product, together",
    "preconditioning agents": "number of agents",
    "gene direction": "engineered gene, any",
}
# Knowledge and columns name the same facts differently; a reader sees one name.
_PREFIXES = {"cell_type_class": "cell_type", "donor_state": "donor"}
# Where a sum is empty, that itself is what the trees look at.
_NOTHING = {
    "known factors": "no known factor measured",
    "known factors measured": "no known factor measured",
    "known genes": "no known engineered gene",
    "known agents": "no known preconditioning",
    "known blocking": "no known blocking",
    "known cells": "no known role of the cells",
    "known product": "no known role of product",
}
_ABSENCES = frozenset(_NOTHING.values())


def term_name(name: str) -> str:
    """Return the name under which a column's parent, or a part of a signed sum, stands in an explanation.

    Examples
    --------
    >>> term_name("known agents"), term_name("donor_state=aged"), term_name("VEGFA")
    ('preconditioning, together', 'donor=aged', 'VEGFA')
    """
    prefix, found, value = name.partition("=")
    if found and prefix in _PREFIXES:
        return f"{_PREFIXES[prefix]}={value}"
    return _PLAIN.get(name, name)


def empty_name(parent: str) -> str:
    """Return the name under which an empty sum contributes.

    Examples
    --------
    >>> empty_name("known blocking")
    'no known blocking'
    """
    return _NOTHING.get(parent, f"no {parent}")


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
    absent = terms["value"].isna() | terms["term"].isin(_ABSENCES)
    return absent | ((terms["value"] == 0) & (terms["kind"] != "factor")) if "kind" in terms else absent
