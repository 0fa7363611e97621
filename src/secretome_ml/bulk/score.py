"""Score a canonical wide table of any length: Arrow batches in, Arrow batches out, memory bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from secretome_ml.bulk.encoding import BatchEncoder, Encoded
from secretome_ml.bulk.header import Header, read_header
from secretome_ml.bulk.running import in_order
from secretome_ml.bulk.source import BulkSource, ColumnIsText, open_bulk
from secretome_ml.bulk.table import ScoreTable
from secretome_ml.bulk.writing import parquet_aside
from secretome_ml.model import Model
from secretome_ml.readers.opening import refuse

Progress = Callable[[int], None]
# A CSV column may begin with numbers and hold `<3.2` further down. After so many, all are read as text.
_MOST_RESTARTS = 3


@dataclass(frozen=True)
class Scored:
    """What was written.

    Parameters
    ----------
    target : Path
        The table.
    samples, rows : int
        Samples scored, and rows of the table.
    """

    target: Path
    samples: int
    rows: int


def score_file(
    model: Model,
    source: Path | str,
    target: Path | str,
    wide: bool = False,
    progress: Progress | None = None,
    threads: int | None = None,
) -> Scored:
    """Score a canonical wide Parquet or CSV file of any length into a Parquet file.

    The table is that of `Model.score` to 1e-5, without `drivers`. Every row is read on its own, so that a
    table is refused whose values mean something only beside other rows: intensities, NPX, MFI, two columns
    of one factor.

    Parameters
    ----------
    model : Model
        The model.
    source : path
        A Parquet or CSV file with a column `sample`.
    target : path
        Where the table goes, ending in .parquet; it is written aside and moved into place.
    wide : bool
        One row a sample, with columns `<effect>_<column>`, instead of one row a sample and effect.
    progress : callable, optional
        Called with the number of samples scored so far.
    threads : int, optional
        Batches worked at a time; default: one per core that the process may use.

    Raises
    ------
    InputRefused
        If the file cannot be read in this way; every offending row of a batch is listed.
    OSError
        If the target cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from secretome_ml import load_model
    >>> from secretome_ml.paths import data_dir
    >>> path = data_dir() / "examples/adipose_hypoxia.csv"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = score_file(load_model(), path, f"{folder}/scores.parquet")
    >>> made.samples, made.rows
    (2, 6)
    """
    table = ScoreTable(model, wide)
    return write_batches(model, open_bulk(source), Path(target), table.schema, table.score, progress, threads)


def write_batches(
    model: Model,
    source: BulkSource,
    target: Path,
    schema: pa.Schema,
    make: Callable[[Encoded], pa.RecordBatch],
    progress: Progress | None = None,
    threads: int | None = None,
) -> Scored:
    """Write what `make` gives for every encoded batch of a source."""
    header = read_header(source)
    texts = header.texts
    for restart in range(_MOST_RESTARTS + 2):
        try:
            return _written(model, source, header, texts, target, schema, make, progress, threads)
        except ColumnIsText as found:
            texts = header.columns if restart >= _MOST_RESTARTS else [*texts, found.column]
    raise refuse(source.name, "The columns cannot be read as text.", "Write the file as Parquet.")


def _written(
    model: Model,
    source: BulkSource,
    header: Header,
    texts: list[str],
    target: Path,
    schema: pa.Schema,
    make: Callable[[Encoded], pa.RecordBatch],
    progress: Progress | None,
    threads: int | None,
) -> Scored:
    encoder = BatchEncoder(header, model, text=source.mark is not None)
    samples = rows = 0

    def work(item: tuple[int, pa.RecordBatch]) -> tuple[int, pa.RecordBatch]:
        start, batch = item
        return batch.num_rows, make(encoder.encode(batch, start))

    with parquet_aside(target, schema) as writer:
        for count, made in in_order(work, _numbered(source, header, texts), threads):
            writer.write_batch(made)
            samples, rows = samples + count, rows + made.num_rows
            if progress is not None:
                progress(samples)
        if samples == 0:
            raise refuse(source.name, "The table has a header and no row.", "Give at least one row.")
    return Scored(target, samples, rows)


def _numbered(source: BulkSource, header: Header, texts: list[str]) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Yield batches with the line of their first row; a Parquet file counts rows from 1."""
    start = 1 if source.mark is None else 2
    for batch in source.batches(header.columns, texts):
        if batch.num_rows:
            yield start, batch
        start += batch.num_rows
