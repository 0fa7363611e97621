"""Cells of a table that a person filled: numbers, states, limits; what could mean two things is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from secretome_ml.core.errors import Problem
from secretome_ml.profiles.profiles import STATE_LEVELS
from secretome_ml.profiles.units import parse_unit
from secretome_ml.readers.cell_numbers import EXPORT_MISSING, Decimal, decimal_mark, parse_numbers

_STATES = dict.fromkeys(STATE_LEVELS) | {"below_lod": None, "below_limit": None}
_TWO_MEANINGS = EXPORT_MISSING | {"not_measured", "?", "missing", "unknown"}
_FILL = "Fill it, or leave the cell empty where nothing was measured."
_MOST_LISTED = 50
_POINTED = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_FEWEST_POINTED = 3
_SIGNED = ("npx", "log2", "log10", "log2_fold_change")


@dataclass(frozen=True)
class ValueCells:
    """Read cells, aligned with what was given.

    Parameters
    ----------
    value, lod : numpy.ndarray
        Numbers; NaN where none is given.
    state : numpy.ndarray
        A stated state, `not_detected` for zero and below a limit, else None.
    filled : numpy.ndarray
        Where the cell says anything.
    """

    value: np.ndarray
    lod: np.ndarray
    state: np.ndarray
    filled: np.ndarray


def read_cells(
    cells: pd.Series,
    unit: str | None,
    decimal: Decimal,
    place: tuple[str, Iterable[int], str],
    problems: list[Problem],
) -> ValueCells:
    """Read one column and add what is wrong with it to `problems`.

    Parameters
    ----------
    cells : pandas.Series
        Text, or numbers as Parquet gives them.
    unit : str or None
        Unit of the numbers; NPX and logarithms may be negative.
    decimal : "." or ","
        Decimal mark of the table.
    place : tuple of str, lines, str
        File, line of every cell, and column, for messages.
    problems : list of Problem
        Gains one entry per offending cell, at most 50 a column.

    Examples
    --------
    >>> wrong = []
    >>> place = ("t.csv", range(2, 5), "IL-6")
    >>> read_cells(pd.Series(["<3", "elevated", "0"]), None, ".", place, wrong).state.tolist()
    ['not_detected', 'elevated', 'not_detected']
    """
    file, lines, column = place
    texts = cells if pd.api.types.is_numeric_dtype(cells) else cells.astype(object).where(cells.notna(), "")
    state = np.full(len(cells), None, dtype=object)
    if not pd.api.types.is_numeric_dtype(cells):
        codes, distinct = pd.factorize(texts)
        words = np.array([_state(str(t)) for t in distinct], dtype=object)
        state = words[codes] if len(distinct) else state
        texts = texts.where(pd.isna(state), "")
    found = parse_numbers(texts, decimal)
    parsed = None if unit is None else parse_unit(unit)
    signed = parsed is not None and parsed.quantity in _SIGNED
    value = np.where(found.where("number") | (found.sign == ">"), found.value, np.nan)
    below = found.sign == "<"
    lod = np.where(below & found.where("limit"), found.value, np.nan)
    zero = (value == 0) & (not signed)
    state = np.where(pd.isna(state), np.array(None, dtype=object), state)
    state[below | zero] = "not_detected"
    wrong = found.where("bad") | found.where("infinite") | ((value < 0) & (not signed)) | (lod < 0)
    if wrong.any():
        numbers = list(lines)
        for i in np.flatnonzero(wrong)[:_MOST_LISTED]:
            problems.append(Problem(file, numbers[i], column, *_wrong(str(cells.iloc[i]), found.kind[i])))
    filled = ~(found.where("missing") & pd.isna(state))
    return ValueCells(value, lod, state, filled & ~wrong)


def table_decimal(
    file: str, columns: Iterable[tuple[str, pd.Series, Iterable[int]]], problems: list[Problem]
) -> tuple[Decimal, tuple[str, ...]]:
    """Return the decimal mark of a table and what was decided; a mixture is refused with its cells.

    Parameters
    ----------
    file : str
        Name of the file.
    columns : iterable of (name, cells, lines)
        The columns that hold numbers.
    problems : list of Problem
        Gains the cells whose comma cannot be read.
    """
    kept = [
        (name, cells, lines) for name, cells, lines in columns if not pd.api.types.is_numeric_dtype(cells)
    ]
    distinct = {str(v) for _, cells, _ in kept for v in cells.dropna().unique()}
    mark = decimal_mark(distinct)
    if mark is not None:
        notes = ("decimal commas were read",) if mark == "," else _three_digits(distinct)
        return mark, notes
    remedy = "Write decimals with a point and no thousands marks."
    before = len(problems)
    for name, cells, lines in kept:
        hits = cells.astype(str).str.fullmatch(r"[<>]?\s*[+-]?\d*,\d+").fillna(False).to_numpy(dtype=bool)
        numbers = list(lines)
        for i in np.flatnonzero(hits):
            if len(problems) - before >= _MOST_LISTED:
                break
            what = f"'{cells.iloc[i]}': the comma may be a decimal mark or divide thousands."
            problems.append(Problem(file, numbers[i], name, what, remedy))
    if len(problems) == before:
        problems.append(Problem(file, None, None, "The table mixes decimal commas and points.", remedy))
    return ".", ()


def _three_digits(cells: set[str]) -> tuple[str, ...]:
    """Return a note where every point could divide thousands: `1.203` may be 1203."""
    pointed = [c for c in cells if "." in c]
    if len(pointed) < _FEWEST_POINTED or not all(_POINTED.fullmatch(c) for c in pointed):
        return ()
    return (f"every point stands before three digits ({min(pointed)}); it was read as a decimal point",)


def _state(text: str) -> str | None:
    word = text.strip().casefold().replace(" ", "_").replace("-", "_")
    if word not in _STATES:
        return None
    return "not_detected" if word.startswith("below") else word


def _wrong(cell: str, kind: str) -> tuple[str, str]:
    if cell.strip().casefold() in _TWO_MEANINGS:
        what = f"'{cell[:60]}' could mean not measured or not detected."
        return what, "Leave the cell empty (not measured) or write not_detected or <limit."
    if kind == "infinite":
        return f"'{cell[:60]}' is not a finite number.", _FILL
    if kind == "bad":
        what = f"'{cell[:60]}' is neither a number nor a state."
        return what, f"Write a number or one of {', '.join(STATE_LEVELS)}. {_FILL}"
    return (
        f"{cell[:60]} is negative.",
        "Give a concentration, or a state such as decreased; name NPX or log2 as unit.",
    )
