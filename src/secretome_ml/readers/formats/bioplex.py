"""Bio-Plex Manager sheets: `Type, Well, Description` under analytes with bead numbers."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.readers.cell_numbers import EXPORT_MISSING, decimal_mark, parse_numbers
from secretome_ml.readers.measurements import Measurements, Role, Scale, value_frame
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.source import Source

NAME = "bioplex"

_BEAD = re.compile(r"\s*\(\d{1,3}\)\s*$")
_ROLE: tuple[tuple[re.Pattern[str], Role], ...] = (
    (re.compile(r"B\d*"), "blank"),
    (re.compile(r"S\d+"), "standard"),
    (re.compile(r"C\d+"), "quality_control"),
    (re.compile(r"N\d+"), "sample"),
)
_FIELDS: tuple[tuple[str, Scale, str | None], ...] = (
    ("obs conc", "concentration", "pg/mL"),
    ("conc in range", "concentration", "pg/mL"),
    ("fi - bkgd", "mfi", "MFI"),
    ("fi", "mfi", "MFI"),
)

_MOST_LISTED = 20


def recognises(source: Source) -> bool:
    """Say whether a row begins with `Type, Well, Description`."""
    return any([c.casefold() for c in cells[:2]] == ["type", "well"] for cells in source.head)


def read(source: Source) -> Measurements:
    """Read the best block: observed concentrations, else fluorescence less background, else fluorescence."""
    best: tuple[int, list[str], list[str], list[tuple[int, list[str]]]] | None = None
    for analytes, fields, rows in _blocks(source.rows()):
        for rank, (field, _, _) in enumerate(_FIELDS):
            if (
                rows
                and any(f.casefold().startswith(field) for f in fields)
                and (best is None or rank < best[0])
            ):
                best = (rank, analytes, fields, rows)
    if best is None:
        raise refuse(source.name, "No block of concentrations or fluorescence was found.", "Export one.")
    field, scale, unit = _FIELDS[best[0]]
    _, analytes, fields, rows = best
    mark = decimal_mark({c for _, cells in rows for c in cells[3:]}) or "."
    roles: dict[str, Role] = {}
    names = []
    for _, cells in rows:
        kind, well, description = ([*cells, "", "", ""])[:3]
        role: Role = next((r for pattern, r in _ROLE if pattern.fullmatch(kind)), "sample")
        names.append(description if description and role == "sample" else f"{kind} {well}".strip())
        roles[names[-1]] = role
    parts, problems = [], []
    for at in range(3, len(fields)):
        if not fields[at].casefold().startswith(field) or not analytes[at]:
            continue
        texts = pd.Series([cells[at] if at < len(cells) else "" for _, cells in rows], dtype="object")
        found = parse_numbers(texts, mark, EXPORT_MISSING)
        problems += [
            Problem(source.name, rows[int(i)][0], analytes[at], "The cell is not a number.", "Export again.")
            for i in np.flatnonzero(found.where("bad") | found.where("infinite"))[:_MOST_LISTED]
        ]
        low, above = found.sign == "<", found.sign == ">"
        part = pd.DataFrame(
            {
                "sample": names,
                "name": _BEAD.sub("", analytes[at]),
                "unit": unit,
                "value": np.where(low, np.nan, found.value),
                "lod": np.where(low, found.value, np.nan),
                "state": pd.Series("not_detected", index=range(len(rows))).where(low),
                "flag": pd.Series("above range", index=range(len(rows))).where(above),
            }
        )
        parts.append(part[~found.where("missing")])
    values = pd.concat(parts) if parts else pd.DataFrame()
    if problems:
        raise InputRefused(problems)
    return Measurements(value_frame(values), scale, roles, notes=(f"Bio-Plex block '{field}' read",))


def _blocks(
    rows: list[tuple[int, list[str]]],
) -> list[tuple[list[str], list[str], list[tuple[int, list[str]]]]]:
    found: list[tuple[list[str], list[str], list[tuple[int, list[str]]]]] = []
    previous: list[str] = []
    for line, cells in rows:
        if [c.casefold() for c in cells[:2]] == ["type", "well"]:
            width = max(len(cells), len(previous))
            analytes = previous + [""] * (width - len(previous))
            found.append((analytes, cells + [""] * (width - len(cells)), []))
        elif found and cells and cells[0] and len(cells) > 3:
            found[-1][2].append((line, cells))
        previous = cells
    return found
