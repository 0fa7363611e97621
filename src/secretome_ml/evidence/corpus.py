"""The corpus in memory: one frame per table, read and written as CSV."""

from __future__ import annotations

import csv
import hashlib
import io
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.core.files import HeldFolder, read_cell, read_steadily, recover, replace_folder, safe_cell
from secretome_ml.core.numbers import to_numbers
from secretome_ml.core.paths import data_dir
from secretome_ml.evidence.columns import Column, Table
from secretome_ml.evidence.tables import TABLES

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Evidence:
    """Published studies as tidy tables.

    Every frame has exactly the columns that `secretome_ml.evidence.tables` describes, in nullable
    dtypes. A missing value means "not stated"; a missing row means "not measured" or "not tested".

    Examples
    --------
    >>> from secretome_ml import load_evidence
    >>> evidence = load_evidence()
    >>> bool((evidence.outcomes["result"] == "null").any())
    True
    """

    tables: Mapping[str, pd.DataFrame] = field(repr=False)

    @property
    def studies(self) -> pd.DataFrame:
        """One row per study."""
        return self.tables["studies"]

    @property
    def arms(self) -> pd.DataFrame:
        """One row per arm."""
        return self.tables["arms"]

    @property
    def preconditioning(self) -> pd.DataFrame:
        """One row per arm and agent."""
        return self.tables["preconditioning"]

    @property
    def manipulations(self) -> pd.DataFrame:
        """One row per arm and manipulation of the product."""
        return self.tables["manipulations"]

    @property
    def factors(self) -> pd.DataFrame:
        """One row per arm and reported factor."""
        return self.tables["factors"]

    @property
    def outcomes(self) -> pd.DataFrame:
        """One row per arm and readout."""
        return self.tables["outcomes"]

    @property
    def comparisons(self) -> pd.DataFrame:
        """One row per compared pair of arms and effect."""
        return self.tables["comparisons"]

    @property
    def mediators(self) -> pd.DataFrame:
        """One row per arm and recipient-side mediator."""
        return self.tables["mediators"]

    @property
    def digest(self) -> str:
        """SHA-256 of the tables as they are written; the same facts give the same digest."""
        total = hashlib.sha256()
        for table in TABLES:
            total.update(table.name.encode())
            total.update(_to_csv(self.tables[table.name], table).encode())
        return total.hexdigest()

    def subset(self, studies: Iterable[str]) -> Evidence:
        """Return the evidence of the named studies only."""
        wanted = set(studies)
        return Evidence(
            {
                name: frame[frame["study"].isin(wanted)].reset_index(drop=True)
                for name, frame in self.tables.items()
            }
        )

    def save(self, folder: Path) -> None:
        """Write all tables and their `datapackage.json`; the folder is the old or the new, never a mix."""
        from secretome_ml.evidence.datapackage import datapackage_json

        files = {f"{t.name}.csv": _to_csv(self.tables[t.name], t).encode() for t in TABLES}
        files["datapackage.json"] = datapackage_json().encode()
        # What the owner keeps beside the tables, such as a licence, is not ours to delete.
        kept = [p for p in folder.glob("*") if p.is_file() and p.name not in files]
        replace_folder(folder, {p.name: p.read_bytes() for p in kept} | files)


def load_evidence(folder: Path | str | None = None) -> Evidence:
    """Read the corpus from its CSV tables.

    Parameters
    ----------
    folder : path, optional
        Folder of the tables; default: the corpus that ships with the package.

    Raises
    ------
    InputRefused
        If a table is missing, lacks a column, or holds a cell that is not of the column's type;
        every offending cell is listed. `validate_evidence` checks the rest.

    Examples
    --------
    >>> from secretome_ml import load_evidence
    >>> len(load_evidence().studies) > 300
    True
    """
    source = Path(folder) if folder is not None else data_dir() / "evidence"
    recover(source)
    try:
        return read_steadily(source, _read_tables)
    except (FileNotFoundError, NotADirectoryError):
        what, advice = "There is no evidence here.", "Check the path, or import evidence into it."
        raise InputRefused([Problem(str(source), None, None, what, advice)]) from None


def _read_tables(held: HeldFolder) -> Evidence:
    problems: list[Problem] = []
    tables = {table.name: _read_table(held, table, problems) for table in TABLES}
    if problems:
        raise InputRefused(problems)
    return Evidence(tables)


def typed_frame(rows: Iterable[Mapping[str, object]], table: Table) -> pd.DataFrame:
    """Return rows as a frame with the columns and dtypes of `table`."""
    frame = pd.DataFrame(list(rows), columns=table.names, dtype="object")
    return frame.astype(table.dtypes)


def _to_csv(frame: pd.DataFrame, table: Table) -> str:
    shown = frame[table.names].copy()
    for column in table.columns:
        if column.kind == "boolean":
            shown[column.name] = shown[column.name].map({True: "true", False: "false"}).astype("string")
        elif column.kind == "number":
            shown[column.name] = shown[column.name].map(lambda v: format(v, ".10g"), na_action="ignore")
        elif column.kind == "string":
            shown[column.name] = shown[column.name].map(safe_cell, na_action="ignore")
    text: str = shown.to_csv(index=False, lineterminator="\n")
    return text


def _read_table(held: HeldFolder, table: Table, problems: list[Problem]) -> pd.DataFrame:
    file = f"{table.name}.csv"
    try:
        content = held.read(file)
        problems += _uneven_rows(content, file)
        raw = pd.read_csv(
            io.BytesIO(content),
            dtype="string",
            keep_default_na=False,
            na_values=[""],
            encoding="utf-8-sig",
            index_col=False,
            on_bad_lines="skip",
        )
    except FileNotFoundError:
        problems.append(Problem(file, None, None, "The table is not there.", "Restore it or import anew."))
        return typed_frame([], table)
    except (UnicodeDecodeError, csv.Error, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        problems.append(
            Problem(file, None, None, f"The table cannot be read: {error}.", "Save as UTF-8 CSV.")
        )
        return typed_frame([], table)
    for column in table.columns:
        if column.name not in raw.columns:
            if column.may_be_missing:
                log.warning("%s has no column '%s': it is stated of no arm.", file, column.name)
            else:
                what = "The column is missing."
                problems.append(Problem(file, 1, column.name, what, "Add it, empty if nothing is stated."))
            raw[column.name] = pd.Series(pd.NA, index=raw.index, dtype="string")
    for name in raw.columns.difference(table.names):
        problems.append(
            Problem(file, 1, str(name), "The column is unknown.", f"Use one of {', '.join(table.names)}.")
        )
    return pd.DataFrame({c.name: _typed(raw[c.name], c, file, problems) for c in table.columns})


def _uneven_rows(content: bytes, file: str) -> list[Problem]:
    """Return the rows that do not have as many cells as the header: their cells would be shifted."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    width = len(next(rows, []))
    return [
        Problem(file, number, None, f"The row has {len(r)} cells, not {width}.", "Add or remove cells.")
        for number, r in enumerate(rows, start=2)
        if r and len(r) != width
    ]


def _typed(cells: pd.Series, column: Column, file: str, problems: list[Problem]) -> pd.Series:
    if column.kind == "string":
        return cells.map(read_cell, na_action="ignore").astype(column.dtype)
    if column.kind == "boolean":
        values = cells.str.lower().map({"true": True, "false": False})
        wanted = "true or false"
    else:
        values = to_numbers(cells, coerce=True)
        if column.kind == "integer":
            values = values.where(values.isna() | (values % 1 == 0))
        wanted = "a whole number" if column.kind == "integer" else "a number"
    for position in cells.index[cells.notna() & values.isna()]:
        what = f"'{cells[position]}' is not {wanted}."
        problems.append(
            Problem(file, int(position) + 2, column.name, what, f"Write {wanted}, or leave the cell empty.")
        )
    return values.astype(column.dtype)
