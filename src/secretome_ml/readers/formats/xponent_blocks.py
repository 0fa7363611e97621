"""The `DataType:` blocks of a Luminex xPONENT export, apart from what they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.readers.source import Source

_LOCATION = re.compile(r"(?P<number>\d+)?\s*\(?\d+[,;]\s*(?P<well>[A-P]\d{1,2})\)?|(?P<plain>[A-P]\d{1,2})")
_NOT_ANALYTES = {"total events", "notes", "comments", ""}
_LINE_HEADS = {"location", "sample", "analyte:", "analyte", "reagent"}


@dataclass(frozen=True)
class Block:
    """One block.

    Parameters
    ----------
    name : str
        Data type, lower case.
    analytes : list of str
        Header cells after the location and the sample, up to the total.
    located : bool
        Whether its rows begin with a well.
    rows : list of (int, str, str, list of str)
        Line, location (may be empty), first cell (sample, `Units:`, `Standard1`), cells per analyte.
    """

    name: str
    analytes: list[str]
    located: bool
    rows: list[tuple[int, str, str, list[str]]] = field(default_factory=list)


def read_blocks(source: Source) -> tuple[dict[str, str], dict[str, Block]]:
    """Return the lines before the results (first cell to second) and the blocks by name.

    Raises
    ------
    InputRefused
        If a row of a block is shorter than its header, each with its line.
    """
    preamble: dict[str, str] = {}
    blocks: dict[str, Block] = {}
    name: str | None = None
    block: Block | None = None
    problems: list[Problem] = []
    for line, cells in source.rows():
        first = cells[0].strip()
        if first.casefold().rstrip(":") == "datatype":
            name, block = (cells[1].strip().casefold() if len(cells) > 1 else ""), None
        elif first.startswith("-- CRC"):
            break
        elif name is None:
            if len(cells) > 1 and first:
                preamble.setdefault(first, cells[1].strip())
        elif block is None:
            if first.casefold() in _LINE_HEADS:
                block = blocks.setdefault(name, _start(name, cells))
        elif first.casefold() in ("location", "sample"):
            continue
        else:
            _add(source.name, block, line, cells, problems)
    if problems:
        raise InputRefused(problems)
    return preamble, blocks


def well_of(location: str) -> str:
    """Return the well of a location.

    Examples
    --------
    >>> well_of("13(1,B1)"), well_of("1,B9"), well_of("C4")
    ('B1', 'B9', 'C4')
    """
    found = _LOCATION.fullmatch(location.strip())
    return (found["well"] or found["plain"]) if found else location.strip()


def _start(name: str, cells: list[str]) -> Block:
    skip = 2 if cells[0].casefold() == "location" else 1
    analytes: list[str] = []
    for cell in cells[skip:]:
        if cell.strip().casefold() in _NOT_ANALYTES:
            break
        analytes.append(cell.strip())
    return Block(name, analytes, skip == 2)


def _add(file: str, block: Block, line: int, cells: list[str], problems: list[Problem]) -> None:
    skip = 2 if block.located else 1
    location, first = (cells[0], cells[1] if len(cells) > 1 else "") if block.located else ("", cells[0])
    values = [cell.strip() for cell in cells[skip : skip + len(block.analytes)]]
    if len(values) < len(block.analytes) and block.name in ("median", "net mfi", "result"):
        what = f"The row of block '{block.name}' has {len(values)} values for {len(block.analytes)} analytes."
        problems.append(Problem(file, line, None, what, "The file is cut off or edited; export it again."))
        return
    values += [""] * (len(block.analytes) - len(values))
    block.rows.append((line, location.strip(), first.strip(), values))
