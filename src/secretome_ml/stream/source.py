"""A canonical wide table of any length, Parquet or CSV, in Arrow batches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from secretome_ml.readers.opening import refuse
from secretome_ml.readers.text import delimiter, is_comment

ROWS = 2048
_CSV_BLOCK = 8 * 2**20
_HEAD = 2**20


@dataclass(frozen=True)
class TableSource:
    """A table that is read in batches.

    Parameters
    ----------
    path : Path
        The file.
    columns : tuple of str
        Its header.
    rows : int or None
        Number of rows, where the format tells before reading.
    mark : str or None
        What divides the cells of a CSV; None for Parquet.
    """

    path: Path
    columns: tuple[str, ...]
    rows: int | None
    mark: str | None = None

    @property
    def name(self) -> str:
        """Name for messages."""
        return self.path.name

    def batches(self, columns: list[str], texts: list[str]) -> Iterator[pa.RecordBatch]:
        """Yield the named columns, `ROWS` rows at a time.

        Parameters
        ----------
        columns : list of str
            Columns to read.
        texts : list of str
            Those that are text whatever they look like.

        Raises
        ------
        ColumnIsText
            If a column of numbers turns out to hold text further down: begin again with it among `texts`.
        InputRefused
            If the file ends in the middle or is damaged.
        """
        try:
            if self.mark is None:
                yield from self._parquet(columns)
            else:
                yield from self._csv(columns, texts)
        except (OSError, pa.ArrowException) as error:
            what = f"The file is cut off or damaged ({_first_line(error)})."
            raise refuse(self.name, what, "Write or copy it again; nothing of it was scored.") from None

    def _parquet(self, columns: list[str]) -> Iterator[pa.RecordBatch]:
        with pq.ParquetFile(self.path, pre_buffer=False) as opened:
            words = [
                n for n in columns if pa.types.is_string(opened.schema_arrow.field(n).type)
            ]  # as codes and distinct words
        with pq.ParquetFile(self.path, read_dictionary=words, pre_buffer=False) as opened:
            yield from opened.iter_batches(batch_size=ROWS, columns=columns)

    def _csv(self, columns: list[str], texts: list[str]) -> Iterator[pa.RecordBatch]:
        convert = pacsv.ConvertOptions(
            include_columns=columns,
            column_types=dict.fromkeys(texts, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            true_values=[],
            false_values=[],
            timestamp_parsers=["%"],
        )
        parse = pacsv.ParseOptions(delimiter=self.mark)
        read = pacsv.ReadOptions(block_size=_CSV_BLOCK)
        try:
            with closing(pacsv.open_csv(self.path, read, parse, convert)) as opened:
                for batch in opened:
                    yield from (batch.slice(i, ROWS) for i in range(0, batch.num_rows, ROWS))
        except pa.ArrowInvalid as error:
            number = _column_of(str(error))
            if number is None:
                raise
            raise ColumnIsText(columns[number]) from None


class ColumnIsText(Exception):
    """A CSV column that began with numbers and holds text further down."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


def open_table(path: Path | str) -> TableSource | None:
    """Open a Parquet or CSV file to be read in batches; None for anything else.

    Raises
    ------
    InputRefused
        If it is cut off, or its header cannot be read.
    """
    place = Path(path)
    try:
        with place.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError as error:
        raise refuse(str(path), f"The file cannot be read ({error.strerror}).", "Check the path.") from None
    if head[:4] == b"PAR1":
        return _open_parquet(place)
    text = head.decode("utf-8-sig", errors="replace")
    if not text.strip() or "\x00" in text or head[:2] in (b"\x1f\x8b", b"PK"):
        return None
    if is_comment(text.lstrip().split("\n", 1)[0]):
        return None
    return _open_csv(place, delimiter(text))


def _open_parquet(path: Path) -> TableSource:
    try:
        with pq.ParquetFile(path) as opened:
            names, rows = opened.schema_arrow.names, opened.metadata.num_rows
    except (OSError, pa.ArrowException) as error:
        what = f"The Parquet file is cut off or damaged ({_first_line(error)})."
        raise refuse(path.name, what, "Write or copy it again.") from None
    return TableSource(path, tuple(str(n) for n in names), rows)


def _open_csv(path: Path, mark: str) -> TableSource:
    try:
        parse = pacsv.ParseOptions(delimiter=mark)
        with closing(pacsv.open_csv(path, parse_options=parse)) as opened:
            return TableSource(path, tuple(opened.schema.names), None, mark)
    except (OSError, pa.ArrowException) as error:
        what = f"The CSV cannot be read ({_first_line(error)})."
        raise refuse(path.name, what, "Give every row as many cells as the header has.") from None


def _column_of(message: str) -> int | None:
    """Return which column Arrow could not convert: `In CSV column #5: CSV conversion error to double`."""
    _, found, rest = message.partition("In CSV column #")
    digits = rest.split(":", 1)[0]
    return int(digits) if found and digits.isdigit() else None


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0][:200] or type(error).__name__
