"""A table written part by part, aside, and moved into place when it is whole; the name says the format."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.core.files.cells import csv_text
from secretome_ml.core.files.leftovers import aside, sweep

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
    with tables_aside(path) as (writer,):
        yield writer


@contextmanager
def tables_aside(*paths: Path) -> Iterator[list[_Writer]]:
    """Give a writer for each path; the files are replaced when all of them are whole, else none is.

    A kill between two moves leaves the first file alone, never beside another one of an older run.

    Raises
    ------
    InputRefused, OSError
        As `table_aside` does.
    """
    for path in paths:
        check_suffix(path)
    with ExitStack() as kept:
        opened = [kept.enter_context(_aside(path)) for path in paths]
        yield list(opened)
        for writer in opened:
            writer.close()
        _move(opened)


def write_table(tables: pd.DataFrame | Iterable[pd.DataFrame], path: Path) -> None:
    """Write a table, or tables with the same columns one after another."""
    several = tables if not hasattr(tables, "columns") else (tables,)
    with table_aside(path) as writer:
        for table in several:
            writer.write(table)


def write_tables(tables: Mapping[Path, pd.DataFrame]) -> None:
    """Write tables that belong together: all are replaced, or none."""
    with tables_aside(*tables) as writers:
        for writer, table in zip(writers, tables.values(), strict=True):
            writer.write(table)


class _Aside:
    """Writes a table under another name, beside where it shall stand."""

    def __init__(self, path: Path) -> None:
        self.path, self.new, self.old = path, aside(path.parent), aside(path.parent)
        self._writer = _WRITERS[path.suffix](self.new)
        self._open = True

    def write(self, table: pd.DataFrame) -> None:
        with _naming(self.path):
            self._writer.write(table)

    def close(self) -> None:
        """Bring what was written to the disk; once."""
        if self._open:
            self._open = False
            with _naming(self.path):
                self._writer.close()
                _sync(self.new)


@contextmanager
def _aside(path: Path) -> Iterator[_Aside]:
    with _naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path.parent)
        writer = _Aside(path)
    try:
        yield writer
    finally:
        with suppress(OSError):
            writer.close()
        for left in (writer.new, writer.old):
            with suppress(OSError):
                left.unlink()


def _move(written: list[_Aside]) -> None:
    """Put every file in its place; when one cannot be, what stood there before stands there again."""
    later = written[1:]
    try:
        for one in written if later else ():
            with suppress(FileNotFoundError), _naming(one.path):
                _keep(one.path, one.old)
        for one in later:  # first away, so that a kill leaves no old file beside a new one
            with _naming(one.path):
                one.path.unlink(missing_ok=True)
        for one in written:
            with _naming(one.path):
                os.replace(one.new, one.path)
        for folder, one in {one.path.parent: one for one in reversed(written)}.items():
            with _naming(one.path):
                _sync(folder)
    except BaseException:
        for one in written if later else ():
            with suppress(OSError):
                os.replace(one.old, one.path) if one.old.exists() else one.path.unlink(missing_ok=True)
        raise


def _keep(path: Path, old: Path) -> None:
    """Give a file a second name; where the file system knows no such thing, copy it."""
    try:
        os.link(path, old)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(path, old)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Have an error name the file that was asked for, not the name that was written aside."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise


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
