"""A table written part by part, aside, and moved into place when it is whole; the name says the format."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from secretome_ml.errors import InputRefused, Problem
from secretome_ml.files.cells import csv_text
from secretome_ml.files.leftovers import aside, sweep

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow.parquet as pq

SUFFIXES = (".csv", ".parquet", ".json")


class _Writer(Protocol):
    def write(self, table: pd.DataFrame) -> None: ...

    def close(self) -> None: ...


@contextmanager
def table_aside(path: Path) -> Iterator[_Writer]:
    """Give a writer of tables with the same columns; the file stands at `path` only when all were written.

    Raises
    ------
    InputRefused
        If the ending of the name is that of no format we write.
    OSError
        If the disk is full or the folder cannot be written; what stood at `path` still stands there.
    """
    check_suffix(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent)
    temporary = aside(path.parent)
    try:
        writer = _WRITERS[path.suffix](temporary)
        try:
            yield writer
        finally:
            writer.close()
        _sync(temporary)
        os.replace(temporary, path)
        _sync(path.parent)
    except OSError as error:
        error.filename, error.filename2 = str(path), None  # not the name that was written aside
        raise
    finally:
        with suppress(OSError):
            temporary.unlink()


def write_table(tables: pd.DataFrame | Iterable[pd.DataFrame], path: Path) -> None:
    """Write a table, or tables with the same columns one after another."""
    several = tables if not hasattr(tables, "columns") else (tables,)
    with table_aside(path) as writer:
        for table in several:
            writer.write(table)


def check_suffix(path: Path) -> None:
    """Refuse an output name whose ending is not that of a format we write."""
    if path.suffix not in SUFFIXES:
        what = f"'{path.suffix}' is no output format."
        raise InputRefused([Problem(path.name, None, None, what, f"End the name in {', '.join(SUFFIXES)}.")])


class _Parquet:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: pq.ParquetWriter | None = None

    def write(self, table: pd.DataFrame) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = self._opened.schema if self._opened else None
        found = pa.Table.from_pandas(table, schema, preserve_index=False).replace_schema_metadata(None)
        if self._opened is None:
            self._opened = pq.ParquetWriter(self._path, found.schema, compression="zstd", compression_level=1)
        self._opened.write_table(found)

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()


class _Csv:
    def __init__(self, path: Path) -> None:
        self._stream = path.open("w", encoding="utf-8", newline="")
        self._begun = False

    def write(self, table: pd.DataFrame) -> None:
        text = csv_text(table)
        self._stream.write(text.partition("\n")[2] if self._begun else text)
        self._begun = True

    def close(self) -> None:
        self._stream.close()


class _Json:
    def __init__(self, path: Path) -> None:
        self._stream = path.open("w", encoding="utf-8")
        self._begun = False

    def write(self, table: pd.DataFrame) -> None:
        for row in json.loads(table.to_json(orient="records")):
            text = json.dumps(row, ensure_ascii=False)
            self._stream.write(f"{',' if self._begun else '['}\n {text}")
            self._begun = True

    def close(self) -> None:
        self._stream.write("\n]\n" if self._begun else "[]\n")
        self._stream.close()


_WRITERS: dict[str, Callable[[Path], _Writer]] = {".parquet": _Parquet, ".csv": _Csv, ".json": _Json}


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
