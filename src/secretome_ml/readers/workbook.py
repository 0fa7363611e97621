"""XLSX to rows of text, sheet by sheet; merged cells and formulas are named."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.tables import MAX_CELLS, too_large
from secretome_ml.readers.workbook_audit import audit_workbook

_LONGEST_LIST = 50


@dataclass(frozen=True)
class Sheet:
    """One sheet as text.

    Parameters
    ----------
    name : str
        Title of the sheet.
    rows : list of (int, list of str)
        Row number and cells; rows without content are left out.
    traps : tuple of Problem
        Merged cells and formulas.
    hidden : bool
        Whether the spreadsheet program does not show it.
    """

    name: str
    rows: list[tuple[int, list[str]]]
    traps: tuple[Problem, ...]
    hidden: bool = False


def read_workbook(file: str, content: bytes) -> dict[str, Sheet]:
    """Return the sheets that hold something by their titles, those that are shown first.

    Raises
    ------
    InputRefused
        If the workbook is damaged, too large, declares XML entities, or is empty.
    """
    import openpyxl

    audit_workbook(file, content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=False)
        for sheet in book.worksheets:
            if sheet.max_row * sheet.max_column > MAX_CELLS:
                raise too_large(file)
        found = [_sheet(file, sheet) for sheet in book.worksheets]
    except InputRefused:
        raise
    except Exception as error:
        what = f"The workbook cannot be read ({type(error).__name__})."
        raise refuse(file, what, "Open it, save it again as .xlsx, or export it as CSV.") from None
    filled = sorted((sheet for sheet in found if sheet.rows), key=lambda sheet: sheet.hidden)
    if not filled:
        raise refuse(file, "The workbook is empty.", "Put the table on the first sheet.")
    return {sheet.name: sheet for sheet in filled}


def _sheet(file: str, sheet: Any) -> Sheet:
    what, remedy = "Cells are merged.", "Unmerge them and repeat the value in each."
    merged = [
        Problem(file, area.min_row, str(area), what, remedy)
        for area in list(sheet.merged_cells.ranges)[:_LONGEST_LIST]
    ]
    paste = "Paste its value."
    formulas = [
        Problem(file, cell.row, cell.coordinate, f"The cell is a formula ({str(cell.value)[:40]}).", paste)
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    traps = (*merged, *formulas[:_LONGEST_LIST])
    return Sheet(sheet.title, list(_rows(sheet)), traps, sheet.sheet_state != "visible")


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = [_text(value) for value in row]
        while cells and cells[-1] == "":
            cells.pop()
        if cells and not cells[0].startswith(("# ", "#!")):
            yield number, cells


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()
