"""What a check looks at, and how it speaks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from secretome_ml.core.errors import Problem

_SHOWN = 3


@dataclass(frozen=True)
class Reading:
    """A file after it was read; see `find_doubts` for the parts."""

    file: str
    values: pd.DataFrame
    context: pd.DataFrame
    preconditioning: list[dict[str, object]]
    unknown: pd.DataFrame
    controls: dict[str, str]

    def numbers(self, *quantities: str) -> pd.DataFrame:
        """Return the rows that hold a number of one of these quantities."""
        return self.values[self.values["value"].notna() & self.values["quantity"].isin(quantities)]

    def doubt(self, row: str | None, column: str | None, what: str, remedy: str) -> Problem:
        """Return a warning at a place of the file."""
        return Problem(self.file, row, column, what, remedy)


def one_of_a_kind(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return one warning for all places of which the same is said.

    Examples
    --------
    >>> same = [Problem("t.csv", row, "IL-6", "Few beads.", "Repeat.") for row in (3, 4)]
    >>> str(one_of_a_kind(same)[0])
    "t.csv, row 3, 4, column 'IL-6': Few beads. Repeat."
    """
    kinds: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in problems:
        kinds.setdefault((problem.file, problem.what, problem.remedy), []).append(problem)
    joined = []
    for (file, what, remedy), several in kinds.items():
        rows = [p.row for p in several if p.row is not None]
        columns = [p.column for p in several if p.column is not None]
        row = rows[0] if len(rows) == 1 else listed(rows) if rows else None
        joined.append(Problem(file, row, listed(columns) if columns else None, what, remedy))
    return tuple(joined)


def listed(names: Iterable[object]) -> str:
    """Return the first few distinct names and how many follow.

    Examples
    --------
    >>> listed(["IL-6", "IL-8", "IL-6", "HGF", "VEGF"])
    'IL-6, IL-8, HGF and 1 more'
    """
    distinct = list(dict.fromkeys(str(n)[:60] for n in names))
    more = len(distinct) - _SHOWN
    return ", ".join(distinct[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
