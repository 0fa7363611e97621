"""One input, opened once: what the readers look at to recognise it, and how they get its table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.core.numbers import holds_endless
from secretome_ml.readers.opening import CELLWISE, COLUMNWISE, Kind, need_room, open_content, refuse
from secretome_ml.readers.tables import (
    MAX_CELLS,
    Table,
    first_rows,
    header_problems,
    make_table,
    name_first,
    rows_of_text,
    too_large,
)
from secretome_ml.readers.text import decode, delimiter, is_comment
from secretome_ml.readers.workbook import Sheet, read_workbook

_HEAD_ROWS = 120
_HEAD_TEXT = 2**18
_LARGE = 4 * 2**20


class Source:
    """An opened input.

    Parameters
    ----------
    name : str
        File name as the user gave it, for messages.
    kind : {"text", "xlsx", "parquet", "h5ad"}
        What the bytes are, by their content.
    content : bytes
        The decompressed bytes.
    """

    def __init__(self, name: str, kind: Kind, content: bytes) -> None:
        self.name, self.kind, self.content = name, kind, content
        self.title: str | None = None
        # What the sample sheet calls the samples, where one was given.
        self.sheet_samples: tuple[str, ...] = ()
        self.remembered: dict[str, object] = {}

    @cached_property
    def text(self) -> str:
        """The whole text; empty for the binary kinds."""
        return decode(self.name, self.content) if self.kind == "text" else ""

    @cached_property
    def sheet(self) -> Sheet:
        """The sheet of a workbook that was taken, else the first."""
        return self.sheets[self.title] if self.title is not None else next(iter(self.sheets.values()))

    @cached_property
    def sheets(self) -> dict[str, Sheet]:
        """The sheets of a workbook that hold something, by title; none of another file."""
        return read_workbook(self.name, self.content) if self.kind == "xlsx" else {}

    def take(self, title: str) -> None:
        """Read that sheet of the workbook from now on."""
        self.title = title
        for known in ("sheet", "head", "header", "names", "first_rows"):
            self.__dict__.pop(known, None)
        self.remembered.clear()

    @cached_property
    def head(self) -> list[list[str]]:
        """The first rows as cells; for Parquet the column names alone."""
        if self.kind == "xlsx":
            return [cells for _, cells in self.sheet.rows[:_HEAD_ROWS]]
        if self.kind == "parquet":
            return [self._parquet_columns()]
        if self.kind == "h5ad":
            return []
        cut = self.text[:_HEAD_TEXT]
        if len(self.text) > _HEAD_TEXT:
            cut = cut[: cut.rfind("\n") + 1] or self.text[: 2**24]
        return first_rows(cut, _HEAD_ROWS)

    @cached_property
    def header(self) -> list[str]:
        """Cells of the first row; a first column without a name, as R writes it, is called `row names`."""
        return name_first(self.head[0], self.head[1:]) if self.head else []

    @cached_property
    def names(self) -> set[str]:
        """Cells of the first row in lower case, for recognition; R's points also as the blanks they were."""
        lower = {cell.strip().casefold() for cell in self.header}
        return lower | {" ".join(name.replace(".", " ").split()) for name in lower}

    @cached_property
    def first_rows(self) -> pd.DataFrame:
        """The first rows below the header as cells, for recognition."""
        if self.kind == "parquet":
            return self._parquet_frame(first=_HEAD_ROWS)
        width = len(self.header)
        body = [cells + [""] * (width - len(cells)) for cells in self.head[1:] if len(cells) <= width]
        return pd.DataFrame(body, columns=range(width), dtype="object")

    def rows(self) -> list[tuple[int, list[str]]]:
        """Return every row with its line number, as it stands."""
        if self.kind == "xlsx":
            return self.sheet.rows
        if self.kind == "text":
            need_room(self.name, len(self.content), CELLWISE)
            return list(rows_of_text(self.name, self.text))
        raise refuse(self.name, f"This format is not read from {self.kind}.", "Give CSV, TSV or XLSX.")

    def table(self) -> Table:
        """Return the whole table as text, refused with every place that is wrong.

        Columns of Parquet keep their numbers.
        """
        if self.kind == "xlsx":
            if self.sheet.traps:
                raise InputRefused(self.sheet.traps)
            rows = self.sheet.rows
            width = max(len(cells) for _, cells in rows)
            return make_table(self.name, iter([(n, c + [""] * (width - len(c))) for n, c in rows]))
        if self.kind == "parquet":
            frame = self._parquet_frame()
            problems = header_problems(self.name, [str(c) for c in frame.columns])
            if problems:
                raise InputRefused(problems)
            return Table(self.name, frame, range(1, len(frame) + 1), 0)
        need_room(self.name, len(self.content), CELLWISE)
        return make_table(self.name, rows_of_text(self.name, self.text))

    def columns(self, wanted: Iterable[str], numbers: Iterable[str] = ()) -> pd.DataFrame:
        """Return some columns as text, fast; made for large exports.

        Parameters
        ----------
        wanted : iterable of str
            Column names; those not in `numbers` come as text.
        numbers : iterable of str
            Further columns, which may come as numbers where all their cells are.

        Returns
        -------
        pandas.DataFrame
            The index counts rows from 0; missing cells are empty text, or NaN among numbers.
        """
        self._refuse_cut()
        numeric = list(dict.fromkeys(numbers))
        names = list(dict.fromkeys([*wanted, *numeric]))
        if self.kind == "parquet":
            return self._parquet_frame(names)
        if self.kind == "xlsx" or len(self.text) < _LARGE or holds_endless(self.text):
            return self._careful(names)
        need_room(self.name, len(self.content), COLUMNWISE)
        skip = 0
        for line in io.StringIO(self.text[:_LARGE], newline=None):
            if line.strip() and not is_comment(line):
                break
            skip += 1
        mark = delimiter(self.text)
        cells = self.header
        positions = {name.strip(): f"c{i}" for i, name in enumerate(cells)}
        try:
            frame = pd.read_csv(
                io.StringIO(self.text),
                sep=mark,
                skiprows=skip + 1,
                header=None,
                names=[f"c{i}" for i in range(len(cells))],
                usecols=[positions[n] for n in names],
                index_col=False,
                engine="c",
                low_memory=False,
                dtype={positions[n]: "object" for n in names if n not in set(numeric)},
                keep_default_na=False,
                na_values={positions[n]: [""] for n in numeric},
            )
        except (pd.errors.ParserError, ValueError, KeyError):
            return self._careful(names)
        frame = frame.rename(columns={positions[n]: n for n in names})[names]
        first = frame[names[0]].astype(str)
        kept: pd.DataFrame = frame[~first.map(is_comment)].reset_index(drop=True)
        return kept.assign(**{n: kept[n].fillna("") for n in names if kept[n].dtype == object})

    def _refuse_cut(self) -> None:
        """Refuse a text whose last row is shorter than the header and has no line end: a broken download."""
        if self.kind != "text" or self.text.endswith(("\n", "\r")):
            return
        last = self.text[max(self.text.rfind("\n"), self.text.rfind("\r")) + 1 :]
        cells = next(csv.reader([last], delimiter=delimiter(self.text)), [])
        if 0 < len(cells) < len(self.header) and not is_comment(last):
            what = f"The last row breaks off after {len(cells)} of {len(self.header)} cells."
            raise refuse(self.name, what, "Copy or download the file again.")

    def _careful(self, names: list[str]) -> pd.DataFrame:
        rows = self.rows()
        header = name_first([cell.strip() for cell in rows[0][1]], [cells for _, cells in rows[1:_HEAD_ROWS]])
        repeated = [n for n in names if header.count(n) > 1]
        if repeated:
            raise InputRefused(header_problems(self.name, [h for h in header if h in repeated], rows[0][0]))
        lost = [n for n in names if n not in header]
        if lost:
            what = f"The header cannot be read: column '{lost[0][:60]}' is not in it."
            raise refuse(self.name, what, "Look for a stray quote in the first lines.")
        at = [header.index(n) for n in names]
        problems, body = [], []
        for line, cells in rows[1:]:
            if len(cells) > len(header) and any(cells[len(header) :]):
                what = f"The row has {len(cells)} cells, the header {len(header)}."
                problems.append(Problem(self.name, line, None, what, "Export the table again."))
            body.append([cells[i] if i < len(cells) else "" for i in at])
        if problems:
            raise InputRefused(problems)
        if not body:
            raise refuse(self.name, "The table has a header and no row.", "Export the table again.")
        return pd.DataFrame(body, columns=names, dtype="object")

    def _parquet_columns(self) -> list[str]:
        import pyarrow.parquet as pq

        try:
            return [str(n) for n in pq.read_schema(io.BytesIO(self.content)).names]
        except Exception as error:
            what = f"The Parquet file is damaged ({type(error).__name__})."
            raise refuse(self.name, what, "Write it again.") from None

    def _parquet_frame(self, names: list[str] | None = None, first: int | None = None) -> pd.DataFrame:
        import pyarrow.parquet as pq

        try:
            if first is not None:
                batches = pq.ParquetFile(io.BytesIO(self.content)).iter_batches(first)
                head: pd.DataFrame = next(batches).to_pandas()
                return head.reset_index(drop=head.index.name is None)
            told = pq.read_metadata(io.BytesIO(self.content))
            width = told.num_columns if names is None else len(names)
            if told.num_rows * width > MAX_CELLS:
                raise too_large(self.name)
            frame: pd.DataFrame = pq.read_table(io.BytesIO(self.content), columns=names).to_pandas()
        except InputRefused:
            raise
        except Exception as error:
            what = f"The Parquet file is damaged ({type(error).__name__})."
            raise refuse(self.name, what, "Write it again.") from None
        return frame.reset_index(drop=frame.index.name is None)


def open_source(path: Path | str) -> Source:
    """Open a file, or stdin as `-`; see `secretome_ml.readers.opening.open_content`."""
    return Source(*open_content(path))
