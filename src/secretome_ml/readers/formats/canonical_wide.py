"""The canonical wide table: one row per sample, context columns, every other column a factor."""

from __future__ import annotations

import difflib
import re

import numpy as np
import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.profiles.context import context_frame, manipulations_of, read_preconditioning
from secretome_ml.profiles.profiles import CONTEXT_COLUMNS, Profiles
from secretome_ml.profiles.units import parse_unit, why_no_unit
from secretome_ml.readers.assemble import assemble
from secretome_ml.readers.cell_numbers import Decimal
from secretome_ml.readers.columns import is_design
from secretome_ml.readers.genes import resolve_name
from secretome_ml.readers.measurements import Measurements, Role, value_frame
from secretome_ml.readers.sample_sheet import looks_like_sheet
from secretome_ml.readers.source import Source
from secretome_ml.readers.tables import ROW_NAMES, Table, header_problems
from secretome_ml.readers.value_cells import read_cells, table_decimal

NAME = "wide"

_CONTEXT = (*CONTEXT_COLUMNS, "preconditioning")
_BARE_UNIT = re.compile(
    r"(?P<name>\S.*?)[\s_.,:(]+(?P<mass>[fpnuµm]g)[\s_.]*(?:/|per\b|[\s_.])[\s_.]*(?P<volume>[mMuµ]?[lL])[.)\s]*"
)
_UNIT = re.compile(r"^(?P<name>.*\S)\s*(?:\[(?P<square>[^\[\]]*)\]|\((?P<round>[^()]*)\))$")
DATE = "spreadsheet"


def recognises(source: Source) -> bool:
    """Say whether the header has a `sample` column and none of a long table."""
    return "sample" in source.names and not {"factor", "analyte"} & source.names


def read(source: Source) -> Measurements:
    """Read numbers with their unit, states and limits (`<3.2`), as a person wrote them.

    Raises
    ------
    InputRefused
        With every offending row and column.
    """
    return read_table(source.table())


def profiles_from_table(table: pd.DataFrame, name: str) -> Profiles:
    """Return the profiles of a canonical wide table that is in memory.

    Parameters
    ----------
    table : pandas.DataFrame
        Canonical wide columns; missing = not stated or not measured.
    name : str
        Name of the table, for messages.

    Raises
    ------
    InputRefused
        With every offending row and column.
    """
    problems = header_problems(name, [str(c) for c in table.columns])
    if problems:
        raise InputRefused(problems)
    cells = table.astype(object).where(table.notna(), "").reset_index(drop=True)
    return assemble(read_table(Table(name, cells, range(2, len(table) + 2))), name)


def says_samples_only(header: list[str]) -> bool:
    """Say whether a header is that of a sample sheet, and names no factor."""
    return looks_like_sheet(header) and all(
        resolve_name(split_unit(name)[0]).factor is None
        for name in map(standard_name, header)
        if name not in ("sample", *_CONTEXT)
    )


def read_table(table: Table) -> Measurements:
    """Return the measurements of a canonical wide table, and the context that stands in it."""
    problems: list[Problem] = []
    file, lines = table.file, list(table.lines)
    names = {c: standard_name(c) for c in table.columns}
    frame = table.frame.rename(columns=names)
    factors = [c for c in frame.columns if c not in ("sample", ROW_NAMES, *_CONTEXT)]
    design = [c for c in factors if is_design(c) and resolve_name(c).factor is None]
    factors = [c for c in factors if c not in design]
    problems += check_header(file, list(frame.columns), factors, table.header_line)
    if "sample" not in frame.columns or not frame.columns.is_unique:
        raise InputRefused(problems + header_problems(file, list(frame.columns), table.header_line))
    if says_samples_only(list(table.columns)):
        what = "The table says what samples are, and holds no factor that is known."
        raise InputRefused(
            [Problem(file, table.header_line, None, what, "Give it with --metadata, or name the factors.")]
        )
    samples = _samples(file, frame["sample"], lines, problems)
    problems += _transposed(file, samples, factors, table.header_line)
    context = context_frame(frame, samples, file, lines, problems)
    texts = frame["preconditioning"].tolist() if "preconditioning" in frame else [None] * len(frame)
    preconditioning = list(read_preconditioning(samples, texts, file, lines, problems))
    mark, notes = table_decimal(file, ((c, frame[c], lines) for c in factors), problems)
    if design:
        listed = ", ".join(design[:8])
        notes = (*notes, f"columns about the samples, not read: {listed} (give them with --metadata)")
    parts = [_column(file, frame[c], c, samples, lines, mark, problems) for c in factors]
    _same_factor_twice(file, parts, lines, problems)
    if problems:
        raise InputRefused(problems)
    filled = [p[p["filled"]].drop(columns="filled") for p in parts if p["filled"].any()]
    values = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()
    roles: dict[str, Role] = dict.fromkeys(samples, "sample")
    return Measurements(
        value_frame(values), "stated", roles, context, preconditioning, manipulations_of(context), notes=notes
    )


def split_unit(column: str) -> tuple[str, str | None]:
    """Return factor name and unit of a header; round brackets count only around a unit.

    A mass per volume counts without brackets too, also as R writes it (`VEGF.pg.mL`).

    Examples
    --------
    >>> split_unit("VEGF-A [pg/mL]"), split_unit("IL-6 (ng/mL)"), split_unit("CXCL8 (IL-8)")
    (('VEGF-A', 'pg/mL'), ('IL-6', 'ng/mL'), ('CXCL8 (IL-8)', None))
    >>> split_unit("VEGF pg/ml"), split_unit("IL.6..ng.mL.")
    (('VEGF', 'pg/ml'), ('IL.6', 'ng/mL'))
    """
    match = _UNIT.match(column)
    if match is None:
        bare = _BARE_UNIT.fullmatch(column)
        return (bare["name"], f"{bare['mass']}/{bare['volume']}") if bare else (column, None)
    if match["square"] is not None:
        return match["name"], match["square"].strip() or None
    return (match["name"], match["round"].strip()) if parse_unit(match["round"]) else (column, None)


def standard_name(column: str) -> str:
    """Return a header's column as this package names it: context columns in lower case.

    Examples
    --------
    >>> standard_name("Cell Source"), standard_name(" IL-6 ")
    ('cell_source', 'IL-6')
    """
    folded = column.strip().casefold().replace(" ", "_")
    return folded if folded in ("sample", *_CONTEXT) else column.strip()


def check_header(file: str, names: list[str], factors: list[str], line: int) -> list[Problem]:
    """Return what is wrong with the columns: none called sample, unknown units, dates, misspelt context."""
    problems = []
    if "sample" not in names:
        problems.append(
            Problem(
                file, line, "sample", "The column is missing.", "Add a column `sample` with a name a row."
            )
        )
    for name in factors:
        factor, unit = split_unit(name)
        found = resolve_name(factor)
        if unit is not None and parse_unit(unit) is None:
            problems.append(Problem(file, line, name, *why_no_unit(unit)))
        if found.factor is None and DATE in (found.reason or ""):
            what = f"The column's name is a date; {str(found.reason).partition(': ')[2]}."
            problems.append(
                Problem(file, line, name, what, "Write the gene's present symbol, such as SEPTIN2, as text.")
            )
        elif found.factor is None:
            near = difflib.get_close_matches(
                name.casefold().replace(" ", "_"), ("sample", *_CONTEXT), 1, 0.85
            )
            if near:
                what = "The column is neither a context column nor a factor."
                problems.append(Problem(file, line, name, what, f"Is it `{near[0]}`?"))
    return problems


def _samples(file: str, cells: pd.Series, lines: list[int], problems: list[Problem]) -> list[str]:
    names = cells.astype("string").fillna("").str.strip()
    for i in np.flatnonzero(names.eq("")):
        problems.append(Problem(file, lines[i], "sample", "The sample has no name.", "Name it."))
    for i in np.flatnonzero(names.ne("") & names.duplicated()):
        what = f"'{names.iloc[i][:60]}' is another row's name too."
        problems.append(
            Problem(file, lines[i], "sample", what, "Rename one, or read wells with --format plate.")
        )
    return [str(n) for n in names]


def _transposed(file: str, samples: list[str], factors: list[str], line: int) -> list[Problem]:
    """Return the problem of a table whose rows are factors: no column is known, most samples are factors."""
    if not factors or any(resolve_name(split_unit(c)[0]).factor is not None for c in factors):
        return []
    rows = [
        standard_name(s) in _CONTEXT or resolve_name(split_unit(s)[0]).factor is not None for s in samples
    ]
    if sum(rows) <= len(rows) / 2:
        return []
    what = "The samples have names of factors, and no column has: the table is transposed."
    return [Problem(file, line, None, what, "Give one row a sample and one column a factor.")]


def _column(
    file: str,
    cells: pd.Series,
    column: str,
    samples: list[str],
    lines: list[int],
    mark: Decimal,
    problems: list[Problem],
) -> pd.DataFrame:
    name, unit = split_unit(column)
    read = read_cells(cells, unit, mark, (file, lines, column), problems)
    return pd.DataFrame(
        {
            "sample": samples,
            "name": name,
            "value": read.value,
            "unit": unit,
            "lod": read.lod,
            "state": read.state,
            "filled": read.filled,
        }
    )


def _same_factor_twice(
    file: str, parts: list[pd.DataFrame], lines: list[int], problems: list[Problem]
) -> None:
    """Refuse cells in which two columns of one factor say different things."""
    first: dict[str, pd.DataFrame] = {}
    for part in parts:
        if part.empty:
            continue
        factor = resolve_name(str(part["name"].iloc[0])).factor
        if factor is None:
            continue
        other = first.setdefault(factor, part)
        if other is part:
            continue
        both = part["filled"] & other["filled"]
        columns = ["value", "lod", "state", "unit"]
        same = (part[columns].fillna("").astype(str) == other[columns].fillna("").astype(str)).all(axis=1)
        for i in np.flatnonzero(both & ~same):
            what = f"{factor} stands here with another value than in column '{other['name'].iloc[0]}'."
            problems.append(
                Problem(file, lines[i], str(part["name"].iloc[0]), what, "Keep one of the two columns.")
            )
