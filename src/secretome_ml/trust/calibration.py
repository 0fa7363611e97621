"""From margin to probability: a bent logistic map per effect, fitted on margins of unseen studies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.core.errors import NotConverged
from secretome_ml.models.exact import certain, expit
from secretome_ml.models.targets import Targets

Array = NDArray[np.float64]

# Weak priors: slopes near one half, offsets near the effect's own log odds (left almost free).
_SLOPE, _SLOPE_PRECISION, _OFFSET_PRECISION = 0.5, 4.0, 0.05
_STEPS, _LONGEST_STEP, _SETTLED = 200, 3.0, 1e-10


@dataclass(frozen=True)
class Calibrator:
    """p = sigmoid(offset + above * (m - knot)+ - below * (knot - m)+), m the margin (after Platt, 1999).

    The knot is the effect's middle margin. Few outcomes are null or adverse, so the two slopes are shared
    by the effects; neither is negative, so that a higher score never gives a lower probability. Two
    slopes, because arms about which something unfavourable is known fail far more often than one slope
    through the crowd of ordinary arms can say.

    Parameters
    ----------
    below, above : float
        Slope under and over the knot.
    knots, offsets : dict of str to float
        Per effect, the middle margin, and the log odds there.
    """

    below: float
    above: float
    knots: dict[str, float]
    offsets: dict[str, float]

    def probability(self, margin: pd.DataFrame) -> pd.DataFrame:
        """Return samples by effects: the calibrated probability that the effect is beneficial."""
        chances = {e: self.probability_of(str(e), margin[e].to_numpy(dtype=float)) for e in margin.columns}
        return pd.DataFrame(chances, index=margin.index)

    def probability_of(self, effect: str, margin: Array) -> Array:
        """Return the calibrated probability at margins of one effect."""
        away = margin - self.knots[effect]
        bent = self.below * np.minimum(away, 0.0) + self.above * np.maximum(away, 0.0)
        chance: Array = expit(self.offsets[effect] + bent)
        return chance

    def state(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"below": self.below, "above": self.above, "knots": self.knots, "offsets": self.offsets}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Calibrator:
        """Rebuild the calibrator."""
        knots, offsets = ({e: float(v) for e, v in state[name].items()} for name in ("knots", "offsets"))
        return cls(float(state["below"]), float(state["above"]), knots, offsets)


def fit_calibrator(
    margin: pd.DataFrame, targets: Targets, study_weight: pd.Series | None = None
) -> Calibrator:
    """Fit the map on out-of-fold margins.

    Parameters
    ----------
    margin : pandas.DataFrame
        Samples by effects; every row from a model that has not seen its study.
    targets : Targets
        Labels of the same samples.
    study_weight : pandas.Series, optional
        Weight of each study, e.g. how often a bootstrap drew it.
    """
    studies = pd.Index(pd.unique(pd.Series(targets.studies)))
    weights = study_weight if study_weight is not None else pd.Series(1.0, index=studies)
    return fit_calibrators(margin, targets, pd.DataFrame([weights.reindex(studies)], columns=studies))[0]


def fit_calibrators(margin: pd.DataFrame, targets: Targets, study_weights: pd.DataFrame) -> list[Calibrator]:
    """Fit one map per row of draws by studies; all rows share the knots."""
    names = targets.effects
    rows = targets.outcomes.melt(var_name="effect", value_name="share", ignore_index=False)
    rows = rows.dropna(subset="share").rename_axis("sample").reset_index()
    effect = pd.Categorical(rows["effect"], categories=list(names)).codes.astype(int)
    place = margin.index.get_indexer(rows["sample"]), margin.columns.get_indexer(rows["effect"])
    score = margin.to_numpy(dtype=float)[place]
    own = [score[effect == i] for i in range(len(names))]
    knots = np.array([np.median(part) if len(part) else 0.0 for part in own])
    away = score - knots[effect]
    study = rows["sample"].str.split("/", n=1).str[0]
    strength = targets.weights[rows["sample"]].to_numpy(dtype=float)
    labels, weights = (
        rows["share"].to_numpy(dtype=float),
        study_weights[study].to_numpy(dtype=float) * strength,
    )
    below, above, offsets = (certain(part) for part in _fit(away, effect, len(names), labels, weights))
    knots = certain(knots)
    return [
        Calibrator(
            float(below[draw]),
            float(above[draw]),
            {n: float(k) for n, k in zip(names, knots, strict=True)},
            {n: float(o) for n, o in zip(names, offsets[draw], strict=True)},
        )
        for draw in range(len(weights))
    ]


def _fit(
    away: Array, effect: NDArray[np.int64], effects: int, labels: Array, weights: Array
) -> tuple[Array, Array, Array]:
    """Return the slopes below and above and the offsets (draws by effects) of the penalised logistic fits.

    Projected Newton steps on all draws at once: a slope that sits at zero and is pushed below stays. The
    offsets meet each other only through the slopes, so each step solves two equations in two unknowns.
    """
    under, over = np.minimum(away, 0.0), np.maximum(away, 0.0)
    of = [np.flatnonzero(effect == i) for i in range(effects)]

    def per_effect(values: Array) -> Array:
        return np.stack([values[:, rows].sum(axis=1) for rows in of], axis=1)

    slopes, offsets = np.full((len(weights), 2), _SLOPE), np.zeros((len(weights), effects))
    for _ in range(_STEPS):
        chance = expit(offsets[:, effect] + slopes[:, :1] * under + slopes[:, 1:] * over)
        pull, bend = weights * (chance - labels), weights * chance * (1.0 - chance)
        steep = np.stack([(pull * side).sum(axis=1) for side in (under, over)], axis=1)
        steep += _SLOPE_PRECISION * (slopes - _SLOPE)
        curve = np.stack([(bend * side * side).sum(axis=1) for side in (under, over)], axis=1)
        curve += _SLOPE_PRECISION
        rise = per_effect(pull) + _OFFSET_PRECISION * offsets
        flat = per_effect(bend) + _OFFSET_PRECISION
        meets = np.stack([per_effect(bend * side) for side in (under, over)], axis=1)
        held = (slopes <= 0.0) & (steep > 0.0)
        meets[held], steep[held], curve[held] = 0.0, 0.0, 1.0
        change = _solve(steep, curve, meets, rise, flat)
        moved = rise / flat - (meets / flat[:, None, :] * change[:, :, None]).sum(axis=1)
        change, moved = (np.clip(step, -_LONGEST_STEP, _LONGEST_STEP) for step in (change, moved))
        before = slopes
        slopes, offsets = np.maximum(slopes - change, 0.0), offsets - moved
        if max(np.abs(slopes - before).max(), np.abs(moved).max(initial=0.0)) < _SETTLED:
            return slopes[:, 0], slopes[:, 1], offsets
    raise NotConverged(
        f"The calibration did not settle in {_STEPS} steps. Look for margins or weights beyond reason."
    )


def _solve(steep: Array, curve: Array, meets: Array, rise: Array, flat: Array) -> Array:
    """Return the Newton step of the two slopes, the offsets eliminated."""
    share = meets / flat[:, None, :]
    wanted = steep - (share * rise[:, None, :]).sum(axis=2)
    one, other = ((curve - (share * meets).sum(axis=2))[:, i] for i in (0, 1))
    both = -(share[:, 0] * meets[:, 1]).sum(axis=1)
    size = one * other - both * both
    return np.stack(
        [
            (other * wanted[:, 0] - both * wanted[:, 1]) / size,
            (one * wanted[:, 1] - both * wanted[:, 0]) / size,
        ],
        axis=1,
    )
