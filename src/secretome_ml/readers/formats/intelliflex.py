"""Luminex INTELLIFLEX CSV: one row per well, a group of columns per analyte."""

from __future__ import annotations

import re

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.readers.cell_numbers import EXPORT_MISSING, parse_numbers
from secretome_ml.readers.formats.protein_matrix import find, need
from secretome_ml.readers.measurements import Measurements, Role, value_frame
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.source import Source
from secretome_ml.readers.tables import Table, make_table
from secretome_ml.readers.well_roles import role_of_well

NAME = "intelliflex"

_COLUMN = re.compile(r"(?P<region>.+?): (?P<channel>RP\d) (?P<field>.+)", re.IGNORECASE)
_FIELDS = ("net median", "median", "net average median", "average mfi")
_TYPES: dict[str, Role | None] = {
    "U": "sample",
    "B": "blank",
    "S": "standard",
    "C": "quality_control",
    "N": "blank",
    "": None,
}
_SIGNATURE = "--document signature--"


def recognises(source: Source) -> bool:
    """Say whether the header holds wells and the columns of bead regions (`R25: RP1 MEDIAN`)."""
    return "well location" in source.names and any(_COLUMN.fullmatch(n) for n in source.names)


def read(source: Source) -> Measurements:
    """Read the net median of every analyte, else the median."""
    table, signature = _table(source)
    header = table.columns
    groups: dict[str, dict[str, str]] = {}
    for name in header:
        found = _COLUMN.fullmatch(name)
        if found:
            groups.setdefault(f"{found['region']} {found['channel']}", {})[found["field"].casefold()] = name
    own = {k: _analyte(k) for k, columns in groups.items() if "analyte name" not in columns}
    named = {k: columns for k, columns in groups.items() if own.get(k) != ""}
    if not named:
        shown = ", ".join(list(groups)[:3])
        what = f"The export names bead regions ({shown}), not analytes."
        raise refuse(source.name, what, "Export it with the analyte names, from a protocol that holds them.")
    sample, kind = need(source.name, header, "sample id", "sample"), find(header, "well type")
    well = need(source.name, header, "well location")
    names = [
        s or w
        for s, w in zip(
            table.frame[sample] if sample else [""] * len(table.frame), table.frame[well], strict=True
        )
    ]
    roles = {n: role_of_well(n) for n in names}
    if kind:
        types = table.frame[kind].astype(str).str.strip().str[:1].str.upper()
        asked = [i for i, t in enumerate(types) if t not in _TYPES]
        if asked:
            what = f"'{table.frame[kind].iloc[asked[0]]}' is no known type of a well."
            remedy = "Write U (unknown), B (blank), S (standard) or C (control)."
            raise InputRefused([Problem(source.name, table.lines[asked[0]], kind, what, remedy)])
        roles = {n: _TYPES[t] or role_of_well(n) for n, t in zip(names, types, strict=True)}
    rows, problems = [], []
    for group, columns in named.items():
        value = next((columns[f] for f in _FIELDS if f in columns), None)
        label = columns.get("analyte name")
        if value is None:
            continue
        numbers = parse_numbers(table.frame[value], ".", EXPORT_MISSING)
        for i, name in enumerate(names):
            if numbers.kind[i] in ("bad", "infinite"):
                what = f"'{table.frame[value].iloc[i][:40]}' is not a finite number."
                problems.append(Problem(source.name, table.lines[i], value, what, "Export the file again."))
            elif numbers.kind[i] == "number":
                rows.append(
                    {
                        "sample": name,
                        "name": table.frame[label].iloc[i] if label else own[group],
                        "value": float(numbers.value[i]),
                        "unit": "MFI",
                    }
                )
    if problems:
        raise InputRefused(problems)
    if not rows:
        raise refuse(source.name, "No well holds a median.", "Export the run after it was read.")
    notes = [f"INTELLIFLEX: {len(named)} analytes in MFI"]
    notes += [f"{signature} lines of the document's signature left out"] if signature else []
    return Measurements(value_frame(rows), "mfi", roles, notes=tuple(notes))


def _analyte(group: str) -> str:
    """Return the analyte that stands in place of a bead region or behind it; empty for a bare region.

    Examples
    --------
    >>> _analyte("R20 (IL-6) RP1"), _analyte("VEGF RP1"), _analyte("R20 RP1")
    ('IL-6', 'VEGF', '')
    """
    text = re.sub(r" RP\d$", "", group)
    inside = re.fullmatch(r"R?\d+\s*\((?P<name>.+)\)", text)
    return inside["name"] if inside else "" if re.fullmatch(r"R?\d+", text) else text


def _table(source: Source) -> tuple[Table, int]:
    """Return the table without the signature below it, and how many lines that has."""
    rows = source.rows()
    end = next((i for i, (_, cells) in enumerate(rows) if cells[0].casefold() == _SIGNATURE), len(rows))
    return make_table(source.name, iter(rows[:end])), len(rows) - end
