"""A Parquet file written batch by batch, aside, and moved into place when it is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from secretome_ml.errors import InputRefused, Problem
from secretome_ml.files.leftovers import aside, sweep


@contextmanager
def parquet_aside(path: Path, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
    """Give a writer; the file stands at `path` only when everything was written.

    Raises
    ------
    OSError
        If the disk is full or the folder cannot be written; what stood at `path` still stands there.
    """
    if path.suffix != ".parquet":
        what = f"'{path.suffix}' is no format that is written in batches."
        raise InputRefused([Problem(path.name, None, None, what, "End the name in .parquet.")])
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent)
    temporary = aside(path.parent)
    try:
        with pq.ParquetWriter(temporary, schema, compression="zstd", compression_level=1) as writer:
            yield writer
        _sync(temporary)
        os.replace(temporary, path)
        _sync(path.parent)
    except OSError as error:
        error.filename, error.filename2 = str(path), None  # not the name that was written aside
        raise
    finally:
        with suppress(OSError):
            temporary.unlink()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
