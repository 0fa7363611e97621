"""A raw plate: one row per well, `Sample` and one column per analyte, wells of a sample repeated."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.profiles.profiles import CONTEXT_COLUMNS
from secretome_ml.readers.formats.canonical_wide import split_unit
from secretome_ml.readers.measurements import Measurements, Role, value_frame
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.source import Source
from secretome_ml.readers.value_cells import read_cells, table_decimal
from secretome_ml.readers.well_roles import role_of_well

NAME = "plate"

_WELLS = {"well", "location", "position", "total events", "plate"}


def recognises(source: Source) -> bool:
    """Say whether a `sample` column repeats names and no context column stands beside it."""
    names = [n.casefold() for n in source.header]
    if "sample" not in names or set(names) & {*CONTEXT_COLUMNS, "preconditioning", "factor", "analyte"}:
        return False
    at = names.index("sample")
    wells = [cells[at] for cells in source.head[1:] if len(cells) > at and cells[at]]
    blanks = any(role_of_well(w) == "blank" for w in wells)
    return len(set(wells)) < len(wells) and (blanks or len(set(wells)) < 0.8 * len(wells))


def read(source: Source) -> Measurements:
    """Read the wells; values without unit are MFI; wells named as blanks or standards are told apart."""
    table = source.table()
    sample = next((c for c in table.columns if c.casefold() == "sample"), None)
    if sample is None:
        raise refuse(source.name, "The plate has no column `Sample`.", "Add it.")
    analytes = [c for c in table.columns if c != sample and c.casefold() not in _WELLS]
    problems: list[Problem] = []
    lines = list(table.lines)
    names = table.frame[sample].astype(str).str.strip()
    for i in names.index[names.eq("")]:
        problems.append(
            Problem(source.name, lines[i], sample, "The well has no sample.", "Name it, or remove the row.")
        )
    mark, notes = table_decimal(source.name, ((c, table.frame[c], lines) for c in analytes), problems)
    parts = []
    for column in analytes:
        name, unit = split_unit(column)
        read = read_cells(table.frame[column], unit or "MFI", mark, (source.name, lines, column), problems)
        part = pd.DataFrame(
            {
                "sample": names,
                "name": name,
                "value": read.value,
                "unit": unit or "MFI",
                "lod": read.lod,
                "state": read.state,
            }
        )
        parts.append(part[read.filled])
    if problems:
        raise InputRefused(problems)
    roles: dict[str, Role] = {n: role_of_well(n) for n in names}
    wells = Counter(roles[n] for n in names)
    listed = ", ".join(f"{count} {role.replace('_', ' ')}" for role, count in wells.items())
    said = f"plate of {len(names)} wells ({listed}); values without unit are read as MFI"
    return Measurements(value_frame(pd.concat(parts)), "mfi", roles, notes=(said, *notes))
