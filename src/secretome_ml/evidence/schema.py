"""Pandera schemas, made from the one description of the columns."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd
import pandera.pandas as pa

from secretome_ml.core.errors import Problem
from secretome_ml.evidence.columns import Column, Table
from secretome_ml.vocabulary import Terms


@cache
def schema_of(table: Table) -> pa.DataFrameSchema:
    """Return the pandera schema of a table: types, ranges, vocabularies, key."""
    columns = {c.name: pa.Column(c.dtype, checks=_checks(c), nullable=not c.required) for c in table.columns}
    return pa.DataFrameSchema(columns, strict=True, name=table.name, unique=list(table.key))


def schema_problems(frame: pd.DataFrame, table: Table) -> list[Problem]:
    """Return every cell of a frame that its schema refuses.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table's rows, in the dtypes of its columns.
    table : Table
        Its description.
    """
    try:
        schema_of(table).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases.drop_duplicates(["index", "column", "check"])
        return [_problem(table, row) for row in cases.to_dict("records")]
    return []


def _checks(column: Column) -> list[pa.Check]:
    checks = []
    if column.values or column.vocabulary:
        checks.append(pa.Check(column.accepts, element_wise=True, name="vocabulary"))
    if column.minimum is not None:
        checks.append(pa.Check.ge(column.minimum))
    if column.maximum is not None:
        checks.append(pa.Check.le(column.maximum))
    if column.kind == "number":
        checks.append(pa.Check.lt(float("inf"), name="finite"))
    if column.pattern is not None:
        checks.append(pa.Check.str_matches(rf"^(?:{column.pattern})\Z"))
    return checks


def _problem(table: Table, case: dict[str, Any]) -> Problem:
    file = f"{table.name}.csv"
    row = None if pd.isna(case["index"]) else int(case["index"]) + 2
    name, check = str(case["column"]), str(case["check"])
    if check == "multiple_fields_uniqueness":
        key = " + ".join(table.key)
        return Problem(file, row, key, f"The key ({key}) stands in another row too.", "Keep one of the rows.")
    column = table.column(name) if name in table.names else None
    if column is None:
        return Problem(
            file, row, name, f"The column breaks the rule {check}.", "Compare with the table's description."
        )
    if check == "not_nullable":
        return Problem(file, row, name, "The cell is empty.", f"Needed here: {column.meaning}")
    if check == "vocabulary":
        known = column.values or Terms().ids(str(column.vocabulary))
        more = ", or other:<words>" if column.vocabulary else ""
        remedy = f"Use one of {', '.join(known)}{more}."
    elif check == "finite" or (column.minimum is None and column.maximum is None and column.pattern is None):
        remedy = "Give a finite number, or leave the cell empty."
    elif column.pattern is not None:
        remedy = f"It must match {column.pattern}."
    else:
        unit = f" {column.unit}" if column.unit else ""
        remedy = f"It must lie between {column.minimum} and {column.maximum}{unit}."
    return Problem(file, row, name, f"'{case['failure_case']}' is not accepted.", remedy)
