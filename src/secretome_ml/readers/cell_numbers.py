"""Cells to numbers: decimal marks, limits, the many spellings of "nothing"; nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from secretome_ml.core.numbers import holds_endless

Decimal = Literal[".", ","]

# What instrument and statistics software writes for "no value"; a person's table may not use them.
EXPORT_MISSING = frozenset(
    [
        "nan",
        "na",
        "n/a",
        "#n/a",
        "#na",
        "null",
        "none",
        "-",
        "--",
        "filtered",
        "n.a.",
        "#value!",
        "#num!",
        "#div/0!",
        "***",
        "**",
        "*",
        "nd",
        "n.d.",
        "missing",
        "1.#qnan",
    ]
)
_LIMIT = re.compile(r"(?P<sign>[<>≤≥])\s*=?\s*(?P<number>\S.*)")
_OUT_OF_RANGE = re.compile(
    r"oor\s*(?P<sign>[<>])|(?P<than>[<>])\s*(?:[lu]?lo[dq]|mdd|mdl|detection limit|limit of detection)|"
    r"(?P<word>below|above)(?: (?:the )?(?:range|[lu]?lo[dq]|detection(?: limit)?|limit of detection))?|"
    r"(?P<short>bdl|bql|bld|blq|blod|bl?loq|a?uloq|aloq|alq)",
    re.IGNORECASE,
)
_ESTIMATE = re.compile(r"\*\s*(?P<number>[\d.,eE+-]+)")
_COMMA_SURE = re.compile(
    r"[+-]?(?:\d*,(?:\d{1,2}|\d{4,})(?:[eE][+-]?\d+)?|\d{4,},\d+|0\d*,\d+|\d{1,3}(?:\.\d{3})+,\d+)"
)
_POINT_SURE = re.compile(r"[+-]?(?:\d*\.\d*(?:[eE][+-]?\d+)?|\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,})")
# The minus and the dashes of a printed table, before a number.
_TYPESET_MINUS = re.compile(r"^[−–‒](?=[\d.,])")
# What nearly every cell of a long table is; the other spellings are looked for in the rest only.
_PLAIN = re.compile(r"\d{1,15}(?:\.\d{1,15})?", re.ASCII)
_EITHER = re.compile(r"[+-]?\d{1,3},\d{3}")
_THOUSANDS = {
    ".": re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?"),
    ",": re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d*)?"),
}


@dataclass(frozen=True)
class Numbers:
    """Parsed cells, aligned with what was given.

    Parameters
    ----------
    value : numpy.ndarray
        Numbers; NaN where there is none.
    sign : numpy.ndarray
        `<`, `>` or empty: the number is a limit.
    kind : numpy.ndarray
        `number`, `limit`, `below` and `above` (out of range, no number given), `missing`, `infinite`, `bad`.
    """

    value: np.ndarray
    sign: np.ndarray
    kind: np.ndarray

    def where(self, kind: str) -> np.ndarray:
        """Return a mask of the cells of one kind."""
        mask: np.ndarray = self.kind == kind
        return mask


def decimal_mark(cells: Iterable[str]) -> Decimal | None:
    """Return the decimal mark that a whole table uses.

    Returns
    -------
    "." or "," or None
        None when both are certain in different cells, or when a comma could be a decimal mark or divide
        thousands and no other cell tells.

    Examples
    --------
    >>> decimal_mark(["1,5", "20"]), decimal_mark(["1.5", "1,200"]), decimal_mark(["1,5", "1.5"])
    (',', '.', None)
    >>> decimal_mark(["1,500"]) is None
    True
    """
    comma = point = either = False
    for cell in cells:
        if "," not in cell and (point or "." not in cell):
            continue
        text = cell.lstrip("<>≤≥= *")
        comma = comma or _COMMA_SURE.fullmatch(text) is not None
        point = point or _POINT_SURE.fullmatch(text) is not None
        either = either or _EITHER.fullmatch(text) is not None
    if comma and point:
        return None
    if comma:
        return ","
    return "." if point or not either else None


def parse_numbers(cells: pd.Series, decimal: Decimal = ".", missing: frozenset[str] = frozenset()) -> Numbers:
    """Parse cells, each distinct text once.

    Parameters
    ----------
    cells : pandas.Series
        Text, or numbers as Parquet gives them.
    decimal : "." or ","
        The decimal mark of the table.
    missing : frozenset of str
        Lower-case spellings of "no value" that count as missing beside the empty cell.

    Examples
    --------
    >>> found = parse_numbers(pd.Series(["1.5", "<3", "", "inf", "x"]))
    >>> found.kind.tolist(), found.sign.tolist()[1]
    (['number', 'limit', 'missing', 'infinite', 'bad'], '<')
    """
    if pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells):
        value = cells.to_numpy(dtype=float, na_value=np.nan)
        kind = np.where(np.isnan(value), "missing", np.where(np.isinf(value), "infinite", "number"))
        return Numbers(np.where(np.isinf(value), np.nan, value), np.full(len(value), ""), kind.astype(object))
    codes, texts = pd.factorize(cells.astype(object).where(cells.notna(), ""))
    parsed = [_parse(str(text).strip(), decimal, missing) for text in texts]
    columns = list(zip(*parsed, strict=True)) if parsed else [(), (), ()]
    return Numbers(
        np.array(columns[0], dtype=float)[codes],
        np.array(columns[1], dtype=object)[codes],
        np.array(columns[2], dtype=object)[codes],
    )


def _parse(text: str, decimal: Decimal, missing: frozenset[str]) -> tuple[float, str, str]:
    if _PLAIN.fullmatch(text) and (decimal == "." or "." not in text):
        return float(text), "", "number"
    if not text or text.casefold() in missing:
        return np.nan, "", "missing"
    text = _TYPESET_MINUS.sub("-", text)
    limit = _LIMIT.fullmatch(text)
    if limit and any(map(str.isdigit, limit["number"])):
        value = _number(limit["number"], decimal)
        finite = value is not None and np.isfinite(value)
        sign = "<" if limit["sign"] in "<≤" else ">"
        return (float(value), sign, "limit") if finite and value is not None else (np.nan, "", "bad")
    outside = _OUT_OF_RANGE.fullmatch(text)
    if outside:
        said = outside["sign"] or outside["than"] or outside["word"] or outside["short"]
        low = said[0] in "<bB"
        return np.nan, "<" if low else ">", "below" if low else "above"
    estimate = _ESTIMATE.fullmatch(text)
    value = _number(estimate["number"] if estimate else text, decimal)
    if value is None:
        return np.nan, "", "bad"
    if np.isnan(value) or holds_endless(text):
        return np.nan, "", "bad"
    return (value, "", "number") if np.isfinite(value) else (np.nan, "", "infinite")


def _number(text: str, decimal: Decimal) -> float | None:
    if len(text) > 60 or "_" in text:
        return None
    other = "," if decimal == "." else "."
    if other in text:
        if _THOUSANDS[decimal].fullmatch(text) is None:
            return None
        text = text.replace(other, "")
    try:
        return float(text.replace(",", ".") if decimal == "," else text)
    except ValueError:
        return None
