"""The canonical long table: one row per sample and factor; context columns may stand beside."""

from __future__ import annotations

import numpy as np
import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.profiles.context import context_frame, manipulations_of, read_preconditioning
from secretome_ml.profiles.profiles import CONTEXT_COLUMNS, STATE_LEVELS
from secretome_ml.profiles.units import parse_unit, why_no_unit
from secretome_ml.readers.cell_numbers import Decimal
from secretome_ml.readers.formats.canonical_wide import DATE, split_unit
from secretome_ml.readers.genes import resolve_name
from secretome_ml.readers.measurements import Measurements, Role, value_frame
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.source import Source
from secretome_ml.readers.tables import Table
from secretome_ml.readers.value_cells import ValueCells, read_cells, table_decimal

NAME = "long"

_NAMES = {
    "sample": ("sample", "sample_id", "sampleid", "sample_name", "id"),
    "factor": ("factor", "analyte", "protein", "cytokine", "target", "gene", "marker", "mediator"),
    "value": ("value", "concentration", "conc", "result", "mean", "amount", "level"),
    "unit": ("unit", "units"),
    "state": ("state",),
    "lod": ("lod", "lloq", "detection_limit", "limit", "limit_of_detection"),
}
_CONTEXT = (*CONTEXT_COLUMNS, "preconditioning")
_AMOUNTS = ("concentration", "per_cells", "intensity", "mfi", "npx", "log2", "log10")


def recognises(source: Source) -> bool:
    """Say whether the header has a column of samples, of factors, and of values or states."""
    found = columns_of(source.header)
    return "sample" in found and "factor" in found and bool({"value", "state"} & set(found))


def read(source: Source) -> Measurements:
    """Read numbers with their unit, states and limits (`<3.2`), as a person wrote them.

    Raises
    ------
    InputRefused
        With every offending row and column.
    """
    return read_long(source.table(), one_sample=None)


def read_long(table: Table, one_sample: str | None) -> Measurements:
    """Return the measurements of a long table.

    Parameters
    ----------
    table : Table
        With columns for the factor and for a value or a state.
    one_sample : str or None
        Name of the sample when the table has no column for it.
    """
    found = columns_of(table.columns)
    if "factor" not in found or not {"value", "state"} & set(found):
        raise refuse(
            table.file, "The table has no column `factor`, or neither `value` nor `state`.", "Add them."
        )
    problems: list[Problem] = []
    file, lines = table.file, list(table.lines)
    frame = table.frame.rename(columns={v: k for k, v in found.items()})
    frame = frame.rename(
        columns={c: c.strip().casefold().replace(" ", "_") for c in frame.columns if c not in found}
    )
    samples = (
        _filled(file, frame, "sample", lines, problems)
        if "sample" in found
        else [one_sample or file] * len(frame)
    )
    factors = _filled(file, frame, "factor", lines, problems)
    _refuse_dates(file, factors, lines, problems)
    shown = found.get("value", "value")
    units = _units(file, frame, split_unit(shown)[1], lines, problems)
    numeric = [(found[k], frame[k], lines) for k in ("value", "lod") if k in frame]
    mark, notes = table_decimal(file, numeric, problems)
    cells = _cells(file, frame, units, mark, lines, shown, problems)
    stated = _states(file, frame, cells, lines, problems)
    lod = cells.lod
    if "lod" in frame:
        limits = read_cells(frame["lod"], None, mark, (file, lines, found["lod"]), problems)
        lod = np.where(np.isnan(lod), np.where(np.isnan(limits.value), limits.lod, limits.value), lod)
        stated = np.where(pd.isna(stated) & (cells.value < lod), "not_detected", stated)
    values = pd.DataFrame(
        {"sample": samples, "name": factors, "value": cells.value, "unit": units, "lod": lod, "state": stated}
    )
    measured = cells.filled | ~pd.isna(stated)
    _refuse_two_units(file, values[measured], lines, problems)
    context, preconditioning = _context(file, frame, samples, lines, problems)
    if problems:
        raise InputRefused(problems)
    roles: dict[str, Role] = dict.fromkeys(samples, "sample")
    return Measurements(
        value_frame(values[measured]),
        "stated",
        roles,
        context,
        preconditioning,
        manipulations_of(context),
        columns={v: k for k, v in found.items()},
        notes=notes,
    )


def columns_of(header: list[str]) -> dict[str, str]:
    """Return role to column; a unit in brackets behind `concentration` is allowed."""
    plain = {split_unit(h)[0].strip().casefold().replace(" ", "_"): h for h in reversed(header)}
    found: dict[str, str] = {}
    for role, names in _NAMES.items():
        column = next((plain[n] for n in names if n in plain), None)
        if column is not None:
            found[role] = column
    return found


def _filled(
    file: str, frame: pd.DataFrame, column: str, lines: list[int], problems: list[Problem]
) -> list[str]:
    names = frame[column].astype("string").fillna("").str.strip()
    for i in np.flatnonzero(names.eq("")):
        problems.append(Problem(file, lines[i], column, f"The {column} has no name.", "Name it."))
    return [str(n) for n in names]


def _refuse_dates(file: str, factors: list[str], lines: list[int], problems: list[Problem]) -> None:
    for name in dict.fromkeys(factors):
        reason = resolve_name(name).reason or ""
        if DATE in reason:
            what = f"'{name}' is a date; {reason.partition(': ')[2]}."
            problems += [
                Problem(
                    file,
                    lines[i],
                    "factor",
                    what,
                    "Write the gene's present symbol, such as SEPTIN2, as text.",
                )
                for i, other in enumerate(factors)
                if other == name
            ]


def _units(
    file: str, frame: pd.DataFrame, of_header: str | None, lines: list[int], problems: list[Problem]
) -> list[str | None]:
    if "unit" not in frame:
        texts: list[str | None] = [of_header] * len(frame)
    else:
        cells = frame["unit"].astype("string").fillna("").str.strip()
        texts = [str(c) if c else of_header for c in cells]
    for text in dict.fromkeys(t for t in texts if t):
        if parse_unit(text) is None:
            said = why_no_unit(text)
            problems += [Problem(file, lines[i], "unit", *said) for i, t in enumerate(texts) if t == text]
    return texts


def _refuse_two_units(file: str, values: pd.DataFrame, lines: list[int], problems: list[Problem]) -> None:
    """Refuse a factor of one sample that is given twice, as amounts that cannot be compared."""
    rows = values.assign(
        factor=values["name"].map({n: resolve_name(n).factor for n in values["name"].unique()}),
        quantity=[
            q.quantity if isinstance(u, str) and u and (q := parse_unit(u)) else None for u in values["unit"]
        ],
    )
    rows = rows[rows["value"].notna() & rows["factor"].notna() & rows["quantity"].isin(_AMOUNTS)]
    several = rows.groupby(["sample", "factor"])["quantity"].transform("nunique").gt(1)
    for i, row in rows[several & rows.duplicated(["sample", "factor"])].iterrows():
        what = f"{row['factor']} of this sample is given in '{row['unit']}' besides another unit."
        problems.append(Problem(file, lines[int(i)], "unit", what, "Keep one of the two rows."))


def _cells(
    file: str,
    frame: pd.DataFrame,
    units: list[str | None],
    mark: Decimal,
    lines: list[int],
    shown: str,
    problems: list[Problem],
) -> ValueCells:
    """Read the value column, unit by unit, because logarithms may be negative."""
    count = len(frame)
    whole = ValueCells(
        np.full(count, np.nan),
        np.full(count, np.nan),
        np.full(count, None, dtype=object),
        np.zeros(count, dtype=bool),
    )
    if "value" not in frame:
        return whole
    for unit in dict.fromkeys(units):
        at = np.flatnonzero([u == unit for u in units])
        part = read_cells(
            frame["value"].iloc[at], unit, mark, (file, [lines[i] for i in at], shown), problems
        )
        whole.value[at], whole.lod[at], whole.state[at], whole.filled[at] = (
            part.value,
            part.lod,
            part.state,
            part.filled,
        )
    return whole


def _states(
    file: str, frame: pd.DataFrame, cells: ValueCells, lines: list[int], problems: list[Problem]
) -> np.ndarray:
    if "state" not in frame:
        return cells.state
    words = (
        frame["state"]
        .astype("string")
        .fillna("")
        .str.strip()
        .str.casefold()
        .str.replace(r"[ -]", "_", regex=True)
    )
    for i in np.flatnonzero(words.ne("") & ~words.isin(STATE_LEVELS)):
        what = f"'{frame['state'].iloc[i][:40]}' is no state."
        problems.append(Problem(file, lines[i], "state", what, f"Use one of {', '.join(STATE_LEVELS)}."))
    given = words.where(words.isin(STATE_LEVELS), None).to_numpy(dtype=object)
    return np.where(pd.isna(given), cells.state, given)


def _context(
    file: str, frame: pd.DataFrame, samples: list[str], lines: list[int], problems: list[Problem]
) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """Return the context per sample; rows of one sample must agree."""
    own = [c for c in _CONTEXT if c in frame]
    told = frame[own].astype("string").fillna("").assign(sample=samples)
    for column in own:
        stated = told[told[column].ne("")]
        first = stated.groupby("sample")[column].transform("first")
        for i in stated.index[stated[column].ne(first)]:
            what = f"Sample '{samples[i]}' stands with another {column.replace('_', ' ')} on an earlier row."
            problems.append(Problem(file, lines[i], column, what, "Make the rows of a sample agree."))
    first_rows = told.replace("", pd.NA).groupby("sample", sort=False)[own].first() if own else pd.DataFrame()
    if not own:
        return pd.DataFrame(index=pd.Index(list(dict.fromkeys(samples)), name="sample")), []
    at = [lines[samples.index(s)] for s in first_rows.index]
    names = [str(s) for s in first_rows.index]
    context = context_frame(first_rows.reset_index(drop=True), names, file, at, problems)
    texts = first_rows["preconditioning"].tolist() if "preconditioning" in own else [None] * len(names)
    return context, list(read_preconditioning(names, texts, file, at, problems))
