"""What an adapted model holds beside its parent: what to expect of a lot in one laboratory's assay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from secretome_ml.adaptation.fit import Array, Fit
from secretome_ml.adaptation.lots import NUMBER
from secretome_ml.features.batch import Batch

ADAPTED_COLUMNS = ("expected", "expected_low", "expected_high")
"""Columns of `score` by an adapted model: what to expect in the laboratory's assay, in its unit."""


@dataclass(frozen=True)
class Adaptation:
    """A model's score tied to a laboratory's outcome.

    Parameters
    ----------
    parent : str
        Digest of the model that was adapted.
    effect : str
        The effect whose score is used.
    outcome, assay : str
        What was measured.
    lower_is_better : bool
        Whether a low outcome is what the effect is called.
    level : float
        Level of the intervals.
    factors : tuple of str
        Factors with a weight beside the score.
    fit : Fit
        Level, scale and weights.
    lots : list of dict
        The lots, as each was predicted without itself.
    compared : list of dict
        How well, beside their mean and the best factor.
    """

    parent: str
    effect: str
    outcome: str
    assay: str
    lower_is_better: bool
    level: float
    factors: tuple[str, ...]
    fit: Fit
    lots: list[dict[str, Any]]
    compared: list[dict[str, Any]]

    def columns(
        self, effect: str, margin: Array, batch: Batch, judged: NDArray[np.bool_]
    ) -> dict[str, NDArray[Any]]:
        """Return `ADAPTED_COLUMNS` of a batch; missing for other effects and outside the domain."""
        found = np.full((3, len(margin)), np.nan)
        if effect == self.effect and judged.any():
            inputs = lot_columns(margin, batch, self.factors, self.lower_is_better)
            found[:, judged] = np.stack(self.fit.expected(inputs[judged], self.level))
        return dict(zip(ADAPTED_COLUMNS, found, strict=True))

    def fits(self) -> bool:
        """Say whether the numbers count like the factors and are such as a fit can give."""
        size = len(self.factors) + 1
        shapes = (self.fit.centre.shape, self.fit.spread.shape, self.fit.weights.shape)
        right = shapes == ((size,), (size,), (size + 1,))
        right = right and self.fit.covariance.shape == (size + 1, size + 1)
        return right and bool((self.fit.spread >= 0.0).all() and self.fit.weights[1] >= 0.0)

    def state(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "parent": self.parent, "effect": self.effect, "outcome": self.outcome, "assay": self.assay,
            "lower_is_better": self.lower_is_better, "level": self.level, "factors": list(self.factors),
            "fit": self.fit.state(), "lots": self.lots, "compared": self.compared,
        }  # fmt: skip

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Adaptation:
        """Rebuild the adaptation."""
        return cls(**{**state, "factors": tuple(state["factors"]), "fit": Fit.from_state(state["fit"])})

    def card(self) -> str:
        """Return what the card of the model says of it, as markdown."""
        best = {str(r["rule"]): r for r in self.compared if r["left_out"] == "lot"}
        unit = "" if self.fit.kind == NUMBER else " (the share of yes)"
        rows = [
            f"| {rule} | {_two(row['error'])} | {_two(row['skill'])} | {_two(row['skill_low'])} to "
            f"{_two(row['skill_high'])} |"
            for rule, row in best.items()
        ]
        weights = zip(("the score", *self.factors), self.fit.weights[1:], strict=True)
        named = "; ".join(f"{name} {_two(weight)}" for name, weight in weights)
        return "\n".join(
            [
                "## Adapted to a laboratory's lots",
                "",
                f"Parent: the model of digest `{self.parent}`; its score, probability and intervals are "
                f"kept. `expected` is what {len(self.lots)} lots of one laboratory make of the {self.effect} "
                "score: "
                f"`{self.outcome}`{unit}{f' by {self.assay}' if self.assay else ''}.",
                "",
                "| each lot predicted from the others by | error | share of the mean's squared error "
                f"taken away | {self.level:.0%} interval over lots |",
                "|---|---|---|---|",
                *rows,
                "",
                f"Weights, for one standard deviation among the lots: {named}.",
                "",
            ]
        )


def lot_columns(margin: Array, batch: Batch, factors: tuple[str, ...], lower_is_better: bool) -> Array:
    """Return lots by columns: the score, turned round where less is better, and the levels of factors."""
    place = {factor: i for i, factor in enumerate(batch.factors)}
    nothing = np.full(len(margin), np.nan)
    levels = [batch.levels[place[f]] if f in place else nothing for f in factors]
    return np.column_stack([-margin if lower_is_better else margin, *levels])


def _two(value: object) -> str:
    number = float(str(value)) if value is not None else float("nan")
    return "–" if number != number else f"{number:.2f}" if abs(number) < 100 else f"{number:.4g}"
