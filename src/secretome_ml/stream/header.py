"""What the columns of a canonical wide table are, and whether each row can be read on its own."""

from __future__ import annotations

from dataclasses import dataclass

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.profiles.profiles import CONTEXT_COLUMNS
from secretome_ml.profiles.units import Unit, parse_unit
from secretome_ml.readers.formats.canonical_wide import check_header, split_unit, standard_name
from secretome_ml.readers.genes import resolve_name
from secretome_ml.readers.tables import header_problems
from secretome_ml.stream.source import TableSource

CONTEXT = (*CONTEXT_COLUMNS, "preconditioning")
# A number on such a scale means something only beside the other samples or factors of its file.
RELATIVE = ("intensity", "log2", "log10", "npx", "mfi")
_ORDINARY = "Give it in parts of some thousand samples, which are read as a whole."


@dataclass(frozen=True)
class FactorColumn:
    """A column of values of one factor.

    Parameters
    ----------
    column : str
        As the header names it.
    name : str
        The name without its unit.
    factor : str or None
        The factor; None where the name is unknown.
    unit : Unit or None
        What its numbers are in; None where the header names none.
    """

    column: str
    name: str
    factor: str | None
    unit: Unit | None


@dataclass(frozen=True)
class Header:
    """The columns of a table.

    Parameters
    ----------
    file : str
        Name for messages.
    context : dict of str to str
        Canonical name (`sample`, one of `CONTEXT`) to the column as the file names it.
    factors : tuple of FactorColumn
        Columns of known factors, in order.
    unknown : tuple of FactorColumn
        Columns whose name is no known factor.
    """

    file: str
    context: dict[str, str]
    factors: tuple[FactorColumn, ...]
    unknown: tuple[FactorColumn, ...]

    @property
    def columns(self) -> list[str]:
        """Every column that is read."""
        return [*self.context.values(), *(f.column for f in (*self.factors, *self.unknown))]

    @property
    def texts(self) -> list[str]:
        """Columns that are text whatever they look like."""
        return list(self.context.values())


def read_header(source: TableSource) -> Header:
    """Say what every column is.

    Raises
    ------
    InputRefused
        If the header is not that of a canonical wide table, or a column's numbers can be read only beside
        other rows: relative scales, two columns of one factor.
    """
    problems = header_problems(source.name, source.columns)
    names = {standard_name(c): c for c in source.columns}
    listed = [n for n in names if n != "sample" and n not in CONTEXT]
    problems += check_header(source.name, list(names), listed, 1)
    if problems:
        raise InputRefused(problems)
    found = [_factor(names[n], n) for n in listed]
    known = tuple(f for f in found if f.factor is not None)
    if not known:
        problems.append(Problem(source.name, 1, None, "No column is a known factor.", "Name the factors."))
    first: dict[str, str] = {}
    for column in known:
        other = first.setdefault(str(column.factor), column.column)
        if other != column.column:
            what = f"The columns '{other}' and '{column.column}' are both {column.factor}."
            problems.append(Problem(source.name, 1, column.column, what, f"Keep one. {_ORDINARY}"))
        if column.unit is not None and column.unit.quantity in RELATIVE:
            what = f"{column.unit.text} means something only beside the other samples of the file."
            problems.append(Problem(source.name, 1, column.column, what, _ORDINARY))
    if problems:
        raise InputRefused(problems)
    context = {n: names[n] for n in ("sample", *CONTEXT) if n in names}
    return Header(source.name, context, known, tuple(f for f in found if f.factor is None))


def _factor(column: str, name: str) -> FactorColumn:
    plain, unit = split_unit(name)
    return FactorColumn(column, plain, resolve_name(plain).factor, parse_unit(unit) if unit else None)
