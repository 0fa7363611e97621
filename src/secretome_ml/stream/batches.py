"""A canonical wide table of any length, Parquet or CSV, as batches of preparations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from secretome_ml.core.errors import InputRefused
from secretome_ml.features.batch import Batch, Integers
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.readers.opening import refuse
from secretome_ml.stream.cells import FactorCells, Place, Words
from secretome_ml.stream.descriptions import DescriptionReader
from secretome_ml.stream.header import Header, read_header
from secretome_ml.stream.long_format import LongFormat, is_long
from secretome_ml.stream.memory import require_room
from secretome_ml.stream.names import sample_names, unknown_names
from secretome_ml.stream.source import ColumnIsText, TableSource, open_table

# A CSV column may begin with numbers and hold `<3.2` further down. After so many, all are read as text.
_MOST_RESTARTS = 3
# From here on a table is read in batches; a shorter one is looked over as a whole, for likely mistakes.
LONG_ROWS, LONG_BYTES = 5_000, 4 * 2**20
LONG_CELLS = 100_000  # rows of a table of sample, factor and value


@dataclass(frozen=True)
class LongTable:
    """A table that is read in batches.

    Every row is read on its own: that no sample name stands in two batches is not checked, and nothing is
    looked over for mistakes that only show beside other rows.

    Parameters
    ----------
    source : TableSource
        The file.
    header : Header
        Its columns.
    """

    source: TableSource
    header: Header

    @property
    def rows(self) -> int | None:
        """Number of rows, where the format tells before reading."""
        return self.source.rows

    def parts(self) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Yield batches of cells with the line of their first row; a Parquet file counts rows from 1.

        A CSV column that turns out to hold text further down is read again, from the start, as text.
        """
        texts, done = self.header.texts, 0
        for restart in range(_MOST_RESTARTS + 2):
            try:
                for start, batch in self._numbered(texts):
                    if start > done:
                        yield start, batch
                        done = start
                break
            except ColumnIsText as found:
                texts = self.header.columns if restart >= _MOST_RESTARTS else [*texts, found.column]
        if not done:
            raise refuse(self.source.name, "The table has a header and no row.", "Give at least one row.")

    def reader(self) -> RowReader:
        """Return what turns batches of cells into preparations; threads may share it."""
        return RowReader(self.header, text=self.source.mark is not None)

    def batches(self) -> Iterator[Batch]:
        """Yield the preparations.

        Raises
        ------
        InputRefused
            With the offending rows of a batch, or if the file is cut off.
        """
        reader = self.reader()
        for start, part in self.parts():
            yield reader.read(part, start)

    def _numbered(self, texts: list[str]) -> Iterator[tuple[int, pa.RecordBatch]]:
        start = 1 if self.source.mark is None else 2
        for batch in self.source.batches(self.header.columns, texts):
            if batch.num_rows:
                yield start, batch
            start += batch.num_rows


class RowReader:
    """Reads batches of cells as preparations.

    Parameters
    ----------
    header : Header
        The columns of the file.
    text : bool
        Whether the file is text, where an empty cell is never written as NaN.
    """

    def __init__(self, header: Header, text: bool) -> None:
        self.header = header
        self.text = text
        self._descriptions = DescriptionReader(header)
        words: Words = {}
        known = sorted(header.factors, key=lambda column: str(column.factor))
        self._cells = [FactorCells(header.file, column, words) for column in known]
        self._factors = tuple(str(column.factor) for column in known)
        # An unknown factor has no level, whatever its cell says: nothing that is learned here is shared.
        self._others = [FactorCells(header.file, column, {}) for column in header.unknown]

    def read(self, batch: pa.RecordBatch, start: int) -> Batch:
        """Return the preparations of a batch whose first row stands in line `start`."""
        lines = range(start, start + batch.num_rows)
        samples = sample_names(batch.column(self.header.context["sample"]), self.header.file, lines)
        described, which = self._descriptions.read(batch, lines)
        codes, places = described.once("places", _places)
        place = codes[which]
        levels = np.empty((len(self._cells), batch.num_rows))
        for row, cells in zip(levels, self._cells, strict=True):
            row[:] = cells.levels(batch.column(cells.column.column), place, places, lines, self.text)
        for cells in self._others:  # what cannot be read is refused all the same
            cells.levels(batch.column(cells.column.column), place, places, lines, self.text)
        names = pd.Index(samples.to_numpy(zero_copy_only=False), name="sample")
        unknown = unknown_names(batch, self.header.unknown)
        alike = np.full(len(names), "", dtype=object)
        return Batch(names, described, which, self._factors, levels, unknown, alike)


def open_long(path: Path | str) -> LongTable | LongFormat | None:
    """Return a table that is long and can be read row by row; None for what has to be read as a whole.

    Raises
    ------
    InputRefused
        If a table that has to be read as a whole does not fit into memory.
    """
    place = Path(path)
    if str(path) == "-" or not place.is_file() or _short(place):
        return None
    try:
        source = open_table(place)
        if source is None or (source.rows or LONG_ROWS) < LONG_ROWS:
            return None
    except InputRefused:  # the whole table is read, and says what is wrong with all of it
        return None
    if is_long(source):
        return LongFormat(source) if (source.rows or LONG_CELLS) >= LONG_CELLS else None
    try:
        return LongTable(source, read_header(source))
    except InputRefused as why:
        require_room(source, why)
        return None


def _short(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) != b"PAR1" and path.stat().st_size < LONG_BYTES


def _places(profiles: Profiles) -> tuple[Integers, list[Place]]:
    """Return the cell source and product of each description as a code, and the distinct pairs."""
    context = (profiles.context[c].to_numpy(dtype=object, na_value=None) for c in ("cell_source", "product"))
    stated: list[Place] = list(zip(*context, strict=True))
    places = list(dict.fromkeys(stated))
    order = {pair: i for i, pair in enumerate(places)}
    return np.array([order[pair] for pair in stated], dtype=np.int64), places
