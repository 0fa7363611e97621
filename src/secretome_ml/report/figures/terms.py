"""What the figures of contributions share: choosing terms, and the labels beside their rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from secretome_ml.explanation.contributions import BASE_TERM, UNSTATED_TERM
from secretome_ml.report.words import shorten

# Average width of a character in millimetres at 7 points, and the widest label.
_CHARACTER_MM = 1.42
_WIDEST = 26


def of_effect(terms: pd.DataFrame, effect: str) -> pd.DataFrame:
    """Return the contributions to one effect of what the samples state: without the base value."""
    return terms[(terms["effect"] == effect) & ~terms["term"].isin([BASE_TERM, UNSTATED_TERM])]


def strongest_terms(shown: pd.DataFrame, most: int) -> list[str]:
    """Return the terms with the largest sum of magnitudes; ties in the order of their names."""
    size = shown["contribution"].abs().groupby(shown["term"]).sum().rename("size").reset_index()
    size = size[size["size"] > 0].sort_values(["size", "term"], ascending=[False, True], kind="stable")
    return [str(t) for t in size["term"].head(most)]


def row_labels(terms: Sequence[str]) -> list[str]:
    """Return terms as labels that fit beside a figure."""
    return [shorten(t, _WIDEST) for t in terms]


def label_margin(labels: Sequence[str]) -> float:
    """Return the millimetres that row labels need."""
    return max((len(text) for text in labels), default=0) * _CHARACTER_MM + 3.0


def label_rows(axes: Any, labels: Sequence[str]) -> None:
    """Name the rows, the first at the top, and rule between them lightly."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)


def zero_line(axes: Any, colour: str) -> None:
    """Draw the line on which nothing is contributed."""
    axes.axvline(0.0, color=colour, linewidth=0.6, zorder=1)
