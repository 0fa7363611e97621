"""A wide Parquet file of any length, batch by batch, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from secretome_ml.profiles.profiles import Profiles
from secretome_ml.readers.assemble import assemble
from secretome_ml.readers.formats.canonical_wide import read_table
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.tables import Table


def stream_profiles(path: Path | str, rows: int = 2000) -> Iterator[Profiles]:
    """Yield the profiles of a canonical wide Parquet file, some rows at a time.

    A sample's profile is the one that `read_profiles` gives, because a row of a canonical table depends on
    itself alone. That no sample name stands in two batches is not checked, for this would need all names.

    Parameters
    ----------
    path : path
        A Parquet file with a column `sample`.
    rows : int
        Rows in a batch.

    Raises
    ------
    InputRefused
        If the file is not Parquet, or with every offending row of a batch.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    name = Path(path).name
    try:
        opened = pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        what = f"The file cannot be streamed ({type(error).__name__})."
        raise refuse(name, what, "Give an existing Parquet file.") from None
    with opened:
        start = 1
        for batch in opened.iter_batches(batch_size=rows):
            frame = batch.to_pandas()
            table = Table(name, frame, range(start, start + len(frame)), 0)
            start += len(frame)
            yield assemble(read_table(table), name, relative=False)
