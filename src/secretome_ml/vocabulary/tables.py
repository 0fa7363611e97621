"""The vocabulary and knowledge tables as they lie on disk, each read once."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.core.paths import data_dir

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, str]


@cache
def rows(name: str, folder: str = "vocabulary") -> tuple[Row, ...]:
    """Return the rows of one shipped table, every cell as text.

    Parameters
    ----------
    name : str
        File name without `.csv`, for instance `factors`.
    folder : str
        `vocabulary` or `knowledge`.

    Returns
    -------
    tuple of dict
        One dictionary per row; treat them as read-only, they are shared.

    Examples
    --------
    >>> rows("effects")[0]["id"]
    'angiogenic'
    """
    return tuple(read_rows(data_dir() / folder / f"{name}.csv"))


def read_rows(path: Path) -> list[Row]:
    """Read a CSV file into dictionaries and refuse a file that is missing or ragged."""
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            reader = csv.DictReader(handle)
            found = [dict(row) for row in reader]
    except OSError as error:
        what = f"The table cannot be read: {error.strerror}."
        raise InputRefused([Problem(path.name, None, None, what, "Reinstall the package.")]) from error
    ragged = [
        Problem(
            path.name, number, None, "The row does not have one cell per column.", "Quote the commas in it."
        )
        for number, row in enumerate(found, start=2)
        if None in row or None in row.values()
    ]
    if ragged:
        raise InputRefused(ragged)
    return found


def frame(name: str, folder: str = "vocabulary") -> pd.DataFrame:
    """Return one shipped table as a fresh DataFrame of strings.

    Examples
    --------
    >>> frame("effects")["id"].head(3).tolist()
    ['angiogenic', 'anti_inflammatory', 'anti_fibrotic']
    """
    import pandas as pd  # heavy: names resolve without it

    return pd.DataFrame(list(rows(name, folder)))


def split_cell(cell: str) -> tuple[str, ...]:
    """Return the entries of a cell whose entries are divided by `|`.

    Examples
    --------
    >>> split_cell("MCP-1|JE")
    ('MCP-1', 'JE')
    """
    return tuple(part for part in cell.split("|") if part)
