"""Against published concentrations of the same factor and cell source."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from secretome_ml.paths import data_dir
from secretome_ml.profiles.levels.setting import Found, Setting, change_level

NAME = "reference"

# Assays and cell densities differ between laboratories, so only a large excess over every report counts.
_EXCESS = 3.0
_FULL = 10.0
_LOW = 0.1
_ENOUGH = 3
_LOW_LEVEL = 0.5


@dataclass(frozen=True)
class Range:
    """Published amounts of a factor from unconditioned cells, in the canonical unit, and their sources."""

    low: float
    high: float
    sources: tuple[str, ...]


@cache
def published_ranges() -> dict[tuple[str, str, str], Range]:
    """Return (factor, quantity, cell source or empty for any) to range, from `data/reference`.

    Preconditioned preparations are left out where an unconditioned one is published.
    """
    path = data_dir() / "reference" / "concentrations.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [
            r for r in csv.DictReader(stream) if r["quantity"] and r["product"] in ("conditioned_medium", "")
        ]
    grouped: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for row in rows:
        for source in {row["cell_source"], ""}:
            grouped.setdefault((row["factor"], row["quantity"], source), []).append(row)
    ranges = {}
    for key, several in grouped.items():
        plain = [r for r in several if not r["preconditioning"]] or several
        ranges[key] = Range(
            min(float(r["low"]) for r in plain),
            max(float(r["high"]) for r in plain),
            tuple(sorted({r["doi"] or r["url"] for r in plain})),
        )
    return ranges


def _over_all(found: Range | None) -> Range | None:
    """Return a range over all sources if enough publications stand behind it."""
    return found if found is not None and len(found.sources) >= _ENOUGH else None


def published_range(factor: str, quantity: str, source: str | None) -> Range | None:
    """Return what amounts of a factor are held against: those of the cell source, else over all sources."""
    ranges = published_ranges()
    own = ranges.get((factor, quantity, source)) if source else None
    return own or _over_all(ranges.get((factor, quantity, "")))


def against(
    amount: np.ndarray, low: np.ndarray | float, high: np.ndarray | float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the level of amounts within published ranges, and where they are elevated.

    Examples
    --------
    >>> against(np.array([0.5, 50.0, 400.0, 5000.0]), 10.0, 100.0)[0].round(2).tolist()
    [0.5, 1.0, 1.62, 2.0]
    """
    excess = amount / high
    up = excess >= _EXCESS
    raised, _ = change_level(
        up.astype(int), np.log(np.maximum(excess, _EXCESS) / _EXCESS) / np.log(_FULL / _EXCESS)
    )
    return np.where(up, raised, np.where(amount < _LOW * low, _LOW_LEVEL, 1.0)), up


def find_levels(values: pd.DataFrame, setting: Setting) -> Found | None:
    """Judge concentrations and amounts per cells.

    More than 3 times the highest published value = elevated, full at 10 times; less than a tenth of the
    lowest = present at level 0.5; between = present (1). The cell source's own range is used where it is
    published, else the range over all sources where at least 3 publications make one.
    """
    rows = values[
        values["quantity"].isin(["concentration", "per_cells"])
        & values["amount"].gt(0)
        & values["state"].isna()
    ]
    ranges = published_ranges()
    if rows.empty or not ranges:
        return None
    sources = (
        setting.context["cell_source"] if "cell_source" in setting.context else pd.Series(dtype="string")
    )
    source = rows["sample"].map(sources.astype(object).to_dict()).astype(object)
    found = [
        published_range(f, q, s if isinstance(s, str) else None)
        for f, q, s in zip(rows["factor"], rows["quantity"], source, strict=True)
    ]
    has = np.array([r is not None for r in found])
    if not has.any():
        return None
    kept = [r for r in found if r is not None]
    amount = rows["amount"].to_numpy(dtype=float)[has]
    level, up = against(amount, np.array([r.low for r in kept]), np.array([r.high for r in kept]))
    state = np.where(up, "elevated", "detected").astype(object)
    cited = sorted({s for r in kept for s in r.sources})
    note = (
        f"{len(kept)} levels against published concentrations "
        f"({int(up.sum())} more than 3 times the highest; sources: "
        f"{', '.join(cited[:4])}{', ...' if len(cited) > 4 else ''})"
    )
    return Found(rows.index[has], level, state, None, note)
