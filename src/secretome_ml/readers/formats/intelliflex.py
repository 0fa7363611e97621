"""Luminex INTELLIFLEX CSV: one row per well, a group of columns per analyte."""

from __future__ import annotations

import re

import pandas as pd

from secretome_ml.errors import InputRefused, Problem
from secretome_ml.readers.cell_numbers import EXPORT_MISSING, parse_numbers
from secretome_ml.readers.formats.protein_matrix import find, need
from secretome_ml.readers.measurements import Measurements, Role, value_frame
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.source import Source
from secretome_ml.readers.well_roles import role_of_well

NAME = "intelliflex"

_COLUMN = re.compile(r"(?P<region>.+?): (?P<channel>RP\d) (?P<field>.+)", re.IGNORECASE)
_FIELDS = ("net median", "median", "net average median", "average mfi")
_TYPES: dict[str, Role] = {"B": "blank", "S": "standard", "C": "quality_control", "N": "blank"}


def recognises(source: Source) -> bool:
    """Say whether the header holds an analyte-name column per bead region."""
    return any(n.endswith("analyte name") for n in source.names) and "well location" in source.names


def read(source: Source) -> Measurements:
    """Read the net median of every analyte, else the median."""
    table = source.table()
    header = table.columns
    groups: dict[str, dict[str, str]] = {}
    for name in header:
        found = _COLUMN.fullmatch(name)
        if found:
            groups.setdefault(f"{found['region']} {found['channel']}", {})[found["field"].casefold()] = name
    if not groups:
        raise refuse(source.name, "No analyte column was found.", "Export the run with analyte names.")
    sample, kind = need(source.name, header, "sample id", "sample"), find(header, "well type")
    well = need(source.name, header, "well location")
    names = [
        s or w
        for s, w in zip(
            table.frame[sample] if sample else [""] * len(table.frame), table.frame[well], strict=True
        )
    ]
    types = table.frame[kind].astype(str).str[:1] if kind else pd.Series("U", index=table.frame.index)
    roles = {n: _TYPES.get(t) or role_of_well(n) for n, t in zip(names, types, strict=True)}
    rows, problems = [], []
    for columns in groups.values():
        value = next((columns[f] for f in _FIELDS if f in columns), None)
        label = columns.get("analyte name")
        if value is None or label is None:
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
                        "name": table.frame[label].iloc[i],
                        "value": float(numbers.value[i]),
                        "unit": "MFI",
                    }
                )
    if problems:
        raise InputRefused(problems)
    return Measurements(
        value_frame(rows), "mfi", roles, notes=(f"INTELLIFLEX: {len(groups)} analytes in MFI",)
    )
