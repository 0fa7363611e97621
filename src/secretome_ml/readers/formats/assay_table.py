"""Samples in rows and factors in columns: MILLIPLEX, MSD, arrays, transposed matrices."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import numpy as np
import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.readers.columns import (
    Column,
    column_roles,
    fold_header,
    is_design,
    named_share,
    numbers_of,
    scale_of,
)
from secretome_ml.readers.doubts.reading import one_of_a_kind
from secretome_ml.readers.formats.canonical_wide import split_unit
from secretome_ml.readers.measurements import Measurements, Role, Scale, value_frame
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.sample_names import match_key
from secretome_ml.readers.source import Source
from secretome_ml.readers.value_cells import read_cells, table_decimal
from secretome_ml.readers.well_roles import role_of_well

NAME = "assay_table"

_SAMPLE = (
    "sample", "sample id", "sample name", "samples", "sampleid", "samplename", "sample no", "sample number",
    "specimen", "description", "name", "row names", "subject", "participant", "id", "barcode", "tube",
)  # fmt: skip


def recognises(source: Source) -> bool:
    """Say whether the headers of most columns of numbers name factors."""
    if source.kind not in ("text", "xlsx", "parquet") or source.first_rows.empty:
        return False
    if source.first_rows.shape[1] != len(source.header):
        return False
    return len(_factors(column_roles(source.header, source.first_rows))) > 1


def _factors(columns: list[Column]) -> list[str]:
    """Return the columns of factors: numbers, no design, and most of their names known; else none."""
    usable = [c for c in columns if c.numeric and c.name and c.role not in ("p value", "flag")]
    names = [c.name for c in usable if not is_design(c.name) and fold_header(c.name) not in _SAMPLE]
    bare = [split_unit(n)[0] for n in names]
    return names if len(names) > 1 and named_share(bare) >= 0.5 else []


def read(source: Source) -> Measurements:
    """Read the columns of factors; the sample is the column that is called so, the others are design.

    Repeated names are wells of one sample. Where no column says that it names the samples, those are taken
    that together hold the names of the sample sheet; without one it is asked which does.
    """
    table = source.table()
    columns = column_roles(table.columns, table.frame)
    factors = _factors(columns)
    if not factors:
        raise refuse(
            source.name, "No two columns are named after factors.", "Name each column after its factor."
        )
    others = [c.name for c in columns if c.name not in factors]
    names, told = _samples(source, table.frame[others])
    sample = " + ".join(told)
    problems: list[Problem] = []
    lines = list(table.lines)
    problems += [
        Problem(source.name, lines[int(i)], sample, "The row has no sample.", "Name it, or remove the row.")
        for i in np.flatnonzero(names.eq(""))[:20]
    ]
    mark, notes = table_decimal(source.name, ((c, table.frame[c], lines) for c in factors), problems)
    units = {split_unit(c)[1] for c in factors} - {None}
    scale, why = _scale(table.frame[factors]) if not units else ("stated", "")
    default = scale if scale in ("log2", "intensity") else None
    parts = []
    for column in factors:
        name, unit = split_unit(column)
        cells = read_cells(table.frame[column], unit or default, mark, (source.name, lines, column), problems)
        part = pd.DataFrame(
            {
                "sample": names,
                "name": name,
                "value": cells.value,
                "unit": unit or default,
                "lod": cells.lod,
                "state": cells.state,
            }
        )
        parts.append(part[cells.filled])
    if problems:
        raise InputRefused(one_of_a_kind(problems))
    distinct = list(dict.fromkeys(names))
    wells = len(distinct) < len(names)
    roles: dict[str, Role] = {n: role_of_well(n) if wells else "sample" for n in distinct}
    left = [c for c in others if c not in told]
    said = [f"{len(factors)} factors x {len(roles)} samples, samples named by '{sample}'"]
    if why:
        said.append(f"the values are {_SAID[scale]} ({why})")
    if left:
        shown = ", ".join(left[:8])
        said.append(f"columns about the samples, not read: {shown} (give them with --metadata)")
    if len(names) > len(roles):
        rows = Counter(names)
        said.append(f"{sum(1 for n in rows.values() if n > 1)} samples stand in several rows, read as wells")
    found: Scale = "log2" if scale == "log2" else "intensity" if scale == "intensity" else "stated"
    became = dict.fromkeys(factors, "amounts of a factor") | dict.fromkeys(
        left, "about the samples, not read"
    )
    return Measurements(
        value_frame(pd.concat(parts)),
        found,
        roles,
        columns=dict.fromkeys(told, "sample") | became,
        notes=(*said, *notes),
    )


def _samples(source: Source, about: pd.DataFrame) -> tuple[pd.Series, tuple[str, ...]]:
    """Return the sample of every row and the columns that name it: by their header, else by the sheet."""
    by_name = {fold_header(n): n for n in reversed(list(about.columns))}
    cells = about.astype(str).apply(lambda c: c.str.strip())
    sample = next((by_name[n] for n in _SAMPLE if n in by_name), None)
    if sample is not None:
        return cells[sample], (sample,)
    expected = {match_key(w) for w in source.sheet_samples}
    for size in range(1, _MOST_JOINED + 1) if expected and len(about.columns) <= _MOST_DESIGN else ():
        for columns in permutations(about.columns, size):
            names = cells[list(columns)].agg(" ".join, axis=1)
            if {match_key(n) for n in names.unique()} == expected:
                return names, tuple(columns)
    shown = ", ".join(list(about.columns)[:8]) or "none"
    what = f"No column names the samples: which of {shown} does?"
    raise refuse(source.name, what, "Call that column `sample`, or add one; the others stay as they are.")


_MOST_DESIGN, _MOST_JOINED = 8, 3
_SAID = {"intensity": "amounts without a unit, compared with one another", "log2": "log2 amounts"}
# So many factors are measured by mass spectrometry or sequencing, whose amounts are relative.
_MANY = 50


def _scale(frame: pd.DataFrame) -> tuple[str, str]:
    numbers = [n for c in frame if (n := numbers_of(frame[c])) is not None]
    if not numbers:
        return "intensity", "no number"
    matrix = np.column_stack(numbers)
    finite = matrix[np.isfinite(matrix)]
    scale, why = scale_of(matrix, "")
    # Concentrations are small numbers too: of few factors, only a negative one shows a logarithm.
    if scale == "log2" and (len(numbers) >= _MANY or finite.min() < 0):
        return "log2", why
    return "intensity", why
