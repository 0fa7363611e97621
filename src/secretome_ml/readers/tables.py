"""A table of text cells with the line that each row came from."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.text import delimiter, first_line, is_comment

MAX_COLUMNS = 50_000
MAX_CELL = 100_000
MAX_ROWS = 2_000_000
MAX_CELLS = 25_000_000
ROW_NAMES = "row names"
_LOOKED_AT = 120


@dataclass(frozen=True)
class Table:
    """Rows of text under a header.

    Parameters
    ----------
    file : str
        Name of the file, for messages.
    frame : pandas.DataFrame
        Text cells, empty text where a cell is empty; columns of Parquet keep their numbers.
    lines : sequence of int
        Line (or spreadsheet row) of each row of the frame.
    header_line : int
        Line of the header.
    """

    file: str
    frame: pd.DataFrame
    lines: Sequence[int] = field(repr=False)
    header_line: int = 1

    @property
    def columns(self) -> list[str]:
        """Column names, in order."""
        return [str(c) for c in self.frame.columns]


class TooLarge(Exception):
    """A table has more rows or cells than are read."""


def too_large(file: str) -> InputRefused:
    """Return the refusal of a table with too many rows or cells."""
    what = f"The table has more than {MAX_ROWS:,} rows or {MAX_CELLS:,} cells."
    return refuse(file, what, "Split it, or give a canonical table, one row a sample, as Parquet or CSV.")


def rows_of_text(file: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and cells of every row that is neither empty nor a comment."""
    csv.field_size_limit(2**24)
    mark = delimiter(text)
    try:
        yield from list(_rows(text, mark, csv.QUOTE_MINIMAL))
    except TooLarge:
        raise too_large(file) from None
    except csv.Error as error:
        if mark != "\t":
            what = f"The table cannot be read: {error}."
            raise refuse(file, what, "Close the open quote, or write one row a line.") from None
        # Exports divided by tabs may hold a bare quote, as in 5"-nucleotidase.
        try:
            yield from _rows(text, mark, csv.QUOTE_NONE)
        except TooLarge:
            raise too_large(file) from None


def first_rows(text: str, count: int) -> list[list[str]]:
    """Return the cells of the first rows, for recognition; what is wrong with them does not matter yet."""
    csv.field_size_limit(2**24)
    found: list[list[str]] = []
    try:
        for _, cells in _rows(text, delimiter(text), csv.QUOTE_MINIMAL, strict=False):
            found.append(cells)
            if len(found) >= count:
                break
    except (csv.Error, TooLarge):
        return found or [first_line(text).split(delimiter(text))]
    return found


def _rows(
    text: str, mark: str, quoting: Literal[0, 3], strict: bool = True
) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=strict, quoting=quoting)
    rows = cells = 0
    for row in reader:
        rows, cells = rows + 1, cells + len(row)
        if rows > MAX_ROWS or cells > MAX_CELLS:
            raise TooLarge
        bare = [cell.strip() for cell in row]
        if any(bare) and not is_comment(bare[0]):
            yield reader.line_num, bare


def make_table(file: str, rows: Iterator[tuple[int, list[str]]]) -> Table:
    """Return the first row as header and the others as rows.

    Raises
    ------
    InputRefused
        With every row whose length is not the header's, every repeated or missing column name, every cell
        that is too long.
    """
    first = next(rows, None)
    if first is None:
        raise refuse(file, "The file is empty.", "Give a header and at least one row.")
    header_line, header = first
    while header and header[-1] == "":
        header.pop()
    kept = list(rows)
    rows, header = iter(kept), name_first(header, [row for _, row in kept[:_LOOKED_AT]])
    if len(header) > MAX_COLUMNS:
        what = f"The table has {len(header)} columns; at most {MAX_COLUMNS} are read."
        raise refuse(file, what, "Give one row a sample and one column a factor.")
    problems: list[Problem] = []
    body, lines = [], []
    for line, row in rows:
        while len(row) > len(header) and row[-1] == "":
            row.pop()
        if len(row) != len(header):
            what = f"The row has {len(row)} cells, the header {len(header)}."
            problems.append(
                Problem(file, line, None, what, "Add or remove cells; quote cells that hold the divider.")
            )
            continue
        if max(map(len, row)) > MAX_CELL:
            long = next(header[i] for i, cell in enumerate(row) if len(cell) > MAX_CELL)
            problems.append(Problem(file, line, long, "The cell is too long to be read.", "Shorten it."))
            continue
        body.append(row)
        lines.append(line)
    problems += header_problems(file, header, header_line)
    if not body and not problems:
        problems.append(
            Problem(file, None, None, "The table has a header and no row.", "Give at least one row.")
        )
    if problems:
        raise InputRefused(problems)
    return Table(file, pd.DataFrame(body, columns=header, dtype="object"), lines, header_line)


def name_first(header: list[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a header whose first column has a name: R leaves that of the row names out, or empty.

    Examples
    --------
    >>> name_first(["Gene", "logFC"], [["1", "VEGFA", "1.9"], ["2", "HGF", "-0.1"]])
    ['row names', 'Gene', 'logFC']
    """
    width = len(header)
    longer = [len(row) == width + 1 and row[0] != "" for row in rows]
    if longer and all(longer) and any(row[-1] for row in rows) and ROW_NAMES not in header:
        return [ROW_NAMES, *header]
    if width > 1 and header[0] == "" and all(header[1:]) and rows and ROW_NAMES not in header:
        filled = [row[0] for row in rows if row and row[0]]
        if len(filled) > len(rows) / 2:
            return [ROW_NAMES, *header[1:]]
    return header


def header_problems(file: str, header: Sequence[str], line: int = 1) -> list[Problem]:
    """Return what is wrong with a header: names that stand twice, columns without a name."""
    problems = [
        Problem(file, line, name, "Two columns share this name.", "Keep one of them, or rename one.")
        for name, count in sorted(Counter(header).items())
        if name and count > 1
    ]
    problems += [
        Problem(
            file, line, f"#{position}", "The column has no name.", "Name it after its factor, or remove it."
        )
        for position, name in enumerate(header, start=1)
        if not name
    ]
    return problems
