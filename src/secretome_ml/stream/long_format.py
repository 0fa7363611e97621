"""A canonical long table of any length (sample, factor, value), as batches of whole samples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.features.batch import Batch, batch_of
from secretome_ml.profiles.units import parse_unit
from secretome_ml.readers.assemble import assemble
from secretome_ml.readers.formats.canonical_long import columns_of, read_long
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.tables import Table
from secretome_ml.stream.header import RELATIVE
from secretome_ml.stream.source import TableSource

_ROWS = 2**16  # read as one table, and the rest of its last sample with them


@dataclass(frozen=True)
class LongFormat:
    """A long table that is read in batches; the rows of a sample stand together.

    Every sample is read on its own; nothing is looked over for mistakes that only show beside other samples.

    Parameters
    ----------
    source : TableSource
        The file.
    """

    source: TableSource

    @property
    def rows(self) -> int | None:
        """Number of samples, which nobody knows before reading."""
        return None

    def parts(self) -> Iterator[tuple[int, pa.Table]]:
        """Yield cells as text with the line of their first row; a sample is never cut in two.

        Raises
        ------
        InputRefused
            If the rows of a sample stand apart.
        """
        name, columns = columns_of(list(self.source.columns))["sample"], list(self.source.columns)
        line, waiting = 1 if self.source.mark is None else 2, list[pa.RecordBatch]()
        done: set[int] = set()
        for batch in self.source.batches(columns, columns):
            waiting.append(_as_text(batch))
            if sum(part.num_rows for part in waiting) < _ROWS:
                continue
            table = pa.Table.from_batches(waiting).combine_chunks()
            samples = table[name].fill_null("")
            changes = pc.indices_nonzero(pc.not_equal(samples[:-1], samples[1:]))
            if not len(changes):
                continue
            end = changes[-1].as_py() + 1
            self._once(samples[:end], done, line)
            yield line, table[:end]
            line += end
            waiting = table[end:].to_batches()
        table = pa.Table.from_batches(waiting) if waiting else None
        if table is not None and table.num_rows:
            self._once(table[name].fill_null(""), done, line)
            yield line, table
        elif not done:
            raise refuse(self.source.name, "The table has a header and no row.", "Give at least one row.")

    def reader(self) -> LongReader:
        """Return what turns batches of cells into preparations; threads may share it."""
        return LongReader(self.source.name)

    def _once(self, samples: pa.ChunkedArray, done: set[int], line: int) -> None:
        for sample in pc.unique(samples).to_pylist():
            if hash(sample) in done:
                what = f"The rows of '{sample[:60]}' stand apart; so long a table is not sorted here."
                place = line + samples.to_pylist().index(sample)
                raise InputRefused(
                    [Problem(self.source.name, place, "sample", what, "Sort the table by its samples.")]
                )
            done.add(hash(sample))


@dataclass(frozen=True)
class LongReader:
    """Reads batches of cells as preparations, by the ordinary reader of long tables."""

    file: str

    def read(self, cells: pa.Table, start: int) -> Batch:
        """Return the preparations of a batch whose first row stands in line `start`."""
        frame = cells.to_pandas().astype(object)
        lines = range(start, start + len(frame))
        found = read_long(Table(self.file, frame.where(frame.notna(), ""), lines), one_sample=None)
        for unit in found.values["unit"].dropna().unique():
            known = parse_unit(str(unit))
            if known is not None and known.quantity in RELATIVE:
                what = f"{unit} means something only beside the other samples of the file."
                raise refuse(self.file, what, "Give it in parts that fit, which are read as a whole.")
        return batch_of(assemble(found, self.file, relative=False))


def is_long(source: TableSource) -> bool:
    """Return whether the header has a column of samples, of factors, and of values or states."""
    found = columns_of(list(source.columns))
    return "sample" in found and "factor" in found and bool({"value", "state"} & set(found))


def _as_text(batch: pa.RecordBatch) -> pa.RecordBatch:
    texts = []
    for cells in batch.columns:
        plain = cells.dictionary_decode() if pa.types.is_dictionary(cells.type) else cells
        texts.append(plain if pa.types.is_string(plain.type) else pc.cast(plain, pa.string()))
    return pa.RecordBatch.from_arrays(texts, names=batch.schema.names)
