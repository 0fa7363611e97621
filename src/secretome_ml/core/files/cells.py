"""Text that a spreadsheet would run as a formula is written with an apostrophe before it, and read without.

A cell is at risk when it begins, after any apostrophes, with one of `= + - @`, a tab or a line end, and is
not just a number. One more apostrophe goes before it; reading takes one away; so every text comes back.
Control and direction characters, which could act on a terminal, are spelt out.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from secretome_ml.core.logs import visible

_AT_RISK = re.compile(r"'*[=+\-@\t\r\n]")
_QUOTED = re.compile(r"'+[=+\-@\t\r\n]")
_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,3})?%?")


def safe_cell(text: str) -> str:
    """Return text as it stands in a CSV or XLSX cell that no spreadsheet runs.

    Examples
    --------
    >>> safe_cell("=1+1"), safe_cell("-0.5"), safe_cell("IL-6"), safe_cell("'=a")
    ("'=1+1", '-0.5', 'IL-6', "''=a")
    """
    if _AT_RISK.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def read_cell(text: str) -> str:
    """Return the text that `safe_cell` was given.

    Examples
    --------
    >>> read_cell("'=1+1"), read_cell("'quoted'"), read_cell("''=a")
    ('=1+1', "'quoted'", "'=a")
    """
    return text[1:] if _QUOTED.match(text) else text


def csv_text(table: pd.DataFrame) -> str:
    """Return a table as CSV for people: safe cells, hidden characters spelt out, numbers as they are."""
    shown = table.copy()
    for column in shown.columns:
        if not pd.api.types.is_numeric_dtype(shown[column]):
            shown[column] = _each_once(shown[column])
    shown.columns = pd.Index([_shown(c) for c in shown.columns])
    return str(shown.to_csv(index=False, lineterminator="\n"))


def _each_once(cells: pd.Series) -> pd.Series:
    """Return cells as they are shown; each distinct text is looked at once."""
    if pd.api.types.infer_dtype(cells, skipna=True) != "string":
        return cells.map(_shown, na_action="ignore")
    code, distinct = pd.factorize(cells)
    texts = np.array([*(_shown(text) for text in distinct), None], dtype=object)
    return pd.Series(texts[code], index=cells.index)


def _shown(value: object) -> object:
    return safe_cell(visible(value, keep="\t\n\r")) if isinstance(value, str) else value
