"""A section of the leaderboard: a title, what it says, and a table of which every row names its run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from secretome_ml.trust.resampling import Estimate

Cell = str | float | int | Estimate


@dataclass
class Section:
    """Rows of named cells; `run` is the MLflow run that made the row's numbers."""

    title: str
    note: str
    rows: list[dict[str, Cell]] = field(default_factory=list)

    def markdown(self) -> str:
        """Return the section as Markdown."""
        lines = [f"## {self.title}", "", self.note, ""]
        if self.rows:
            names = list(dict.fromkeys(name for row in self.rows for name in row))
            lines += [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
            lines += [f"| {' | '.join(_show(row.get(name, '')) for name in names)} |" for row in self.rows]
            lines.append("")
        return "\n".join(lines)


def numbers(cells: Mapping[str, Cell]) -> dict[str, float]:
    """Return the numbers of a row under names that MLflow accepts, each estimate with both ends.

    Examples
    --------
    >>> numbers({"concordance, all": Estimate(0.5, 0.25, 0.75, 4, 2), "model": "coin"})
    {'concordance all': 0.5, 'concordance all.low': 0.25, 'concordance all.high': 0.75}
    """
    found: dict[str, float] = {}
    for name, cell in cells.items():
        plain = "".join(c for c in name if c.isalnum() or c in " _-./")
        if isinstance(cell, Estimate):
            found |= {plain: cell.value, f"{plain}.low": cell.low, f"{plain}.high": cell.high}
        elif isinstance(cell, int | float):
            found[plain] = float(cell)
    return found


def _show(cell: Cell) -> str:
    if isinstance(cell, Estimate):
        return "–" if cell.value != cell.value else f"{cell.value:.3f} ({cell.low:.3f} to {cell.high:.3f})"
    if isinstance(cell, float):
        return "–" if cell != cell else f"{cell:.3f}"
    return str(cell).replace("|", "/")
