"""Amounts as they are found: where one lies in the range that was published of its factor, or is usual.

Published amounts come first (`data/reference`). Where none is published of a factor, the range of conditioned
medium that the project's experts hold usual stands in (`data/knowledge/usual_amounts.csv`, all `design`); one
publication alone widens that range and does not replace it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

import numpy as np

from secretome_ml.core.paths import data_dir

# Assays and cell densities differ between laboratories: no range is taken to be narrower than tenfold, and
# one publication alone no narrower than thirtyfold.
_LEAST_HALF, _LEAST_HALF_OF_ONE = 0.5, 0.75
_STEEPNESS = float(np.log(3.0))


@dataclass(frozen=True)
class Range:
    """Amounts of a factor from unconditioned cells, in the canonical unit; no sources behind a prior."""

    low: float
    high: float
    sources: tuple[str, ...]


@cache
def published_ranges() -> dict[tuple[str, str, str, str], Range]:
    """Return (factor, quantity, cell source, product) to range, from `data/reference`; empty = any.

    Preconditioned preparations are left out where an unconditioned one is published.
    """
    with (data_dir() / "reference" / "concentrations.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["quantity"]]
    grouped: dict[tuple[str, str, str, str], list[dict[str, str]]] = {}
    for row in rows:
        for source in {row["cell_source"], ""}:
            for product in {row["product"], ""}:
                grouped.setdefault((row["factor"], row["quantity"], source, product), []).append(row)
    return {key: _range(several) for key, several in grouped.items()}


def _range(rows: list[dict[str, str]]) -> Range:
    plain = [r for r in rows if not r["preconditioning"]] or rows
    sources = tuple(sorted({r["doi"] or r["url"] for r in plain}))
    low, high = min(float(r["low"]) for r in plain), max(float(r["high"]) for r in plain)
    least = _LEAST_HALF if len(sources) > 1 else _LEAST_HALF_OF_ONE
    usual = usual_amounts().get(rows[0]["factor"]) if rows[0]["quantity"] == "concentration" else None
    if usual is not None and len(sources) == 1:
        low, high = min(low, usual.low), max(high, usual.high)
    centre = 0.5 * (np.log10(low) + np.log10(high))
    half = max(0.5 * (np.log10(high) - np.log10(low)), least)
    return Range(float(10 ** (centre - half)), float(10 ** (centre + half)), sources)


@cache
def usual_amounts() -> dict[str, Range]:
    """Return factor to the concentrations in pg/mL that an expert expects of conditioned medium.

    Examples
    --------
    >>> usual_amounts()["IL6"].sources
    ()
    """
    with (data_dir() / "knowledge" / "usual_amounts.csv").open(encoding="utf-8", newline="") as stream:
        return {r["factor"]: Range(float(r["low"]), float(r["high"]), ()) for r in csv.DictReader(stream)}


def known_range(factor: str, quantity: str, source: str | None, product: str | None = None) -> Range | None:
    """Return what amounts of a factor are held against: what is published, else what is usual.

    Examples
    --------
    >>> round(known_range("IL6", "concentration", "adipose").high)
    24424
    """
    found = published_range(factor, quantity, source, product)
    return found or (usual_amounts().get(factor) if quantity == "concentration" else None)


def published_range(
    factor: str, quantity: str, source: str | None, product: str | None = None
) -> Range | None:
    """Return what amounts of a factor are held against, the most particular that is published.

    First those of the cell source and product, then of the source, then of the product, then of all.

    Examples
    --------
    >>> found = published_range("VEGFA", "concentration", "adipose")
    >>> found.low < 788.7 < found.high
    True
    """
    ranges = published_ranges()
    for place in ((source, product), (source, ""), ("", product), ("", "")):
        found = ranges.get((factor, quantity, place[0] or "", place[1] or ""))
        if found is not None:
            return found
    return None


def place(amount: np.ndarray, low: np.ndarray | float, high: np.ndarray | float) -> np.ndarray:
    """Return where amounts lie in a range, in logarithms: -1 at its lower end, 0 in the middle, 1 above.

    Examples
    --------
    >>> place(np.array([10.0, 100.0, 1000.0]), 10.0, 1000.0).tolist()
    [-1.0, 0.0, 1.0]
    """
    with np.errstate(divide="ignore"):
        logs = np.log10(np.asarray(amount, dtype=float))
    bottom, top = np.log10(low), np.log10(high)
    found: np.ndarray = (2.0 * logs - top - bottom) / (top - bottom)
    return found


def graded(evidence: np.ndarray) -> np.ndarray:
    """Return the level of an amount: rising throughout, 0.5 at place -1, 1 at 0, 1.5 at 1.

    It nears 0, "not detected", from above and 2, "elevated", from below, so that of two amounts the larger
    always has the higher level.

    Examples
    --------
    >>> graded(np.array([-np.inf, -1.0, 0.0, 1.0])).round(9).tolist()
    [0.0, 0.5, 1.0, 1.5]
    """
    level: np.ndarray = 2.0 / (1.0 + np.exp(-_STEEPNESS * evidence))
    return level


def against(amount: np.ndarray, low: np.ndarray | float, high: np.ndarray | float) -> np.ndarray:
    """Return the level of amounts within published ranges.

    Examples
    --------
    >>> against(np.array([10.0, 100.0, 1000.0]), 10.0, 1000.0).round(9).tolist()
    [0.5, 1.0, 1.5]
    """
    return graded(place(amount, low, high))
