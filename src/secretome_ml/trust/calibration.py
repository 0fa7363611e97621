"""From margin to probability: a bent logistic map per effect, fitted on margins of unseen studies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from secretome_ml.models.targets import Targets

Array = NDArray[np.float64]

# Weak priors: slopes near one half, offsets near the effect's own log odds (left almost free).
_SLOPE, _SLOPE_PRECISION, _OFFSET_PRECISION = 0.5, 4.0, 0.05
_STEPS, _LONGEST_STEP, _SETTLED = 50, 3.0, 1e-9


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
    design = np.column_stack([np.minimum(away, 0.0), np.maximum(away, 0.0), np.eye(len(names))[effect]])
    study = rows["sample"].str.split("/", n=1).str[0]
    strength = targets.weights[rows["sample"]].to_numpy(dtype=float)
    fitted = _fit(
        design, rows["share"].to_numpy(dtype=float), study_weights[study].to_numpy(dtype=float) * strength
    )
    return [
        Calibrator(
            float(theta[0]),
            float(theta[1]),
            {n: float(k) for n, k in zip(names, knots, strict=True)},
            {n: float(o) for n, o in zip(names, theta[2:], strict=True)},
        )
        for theta in fitted
    ]


def _fit(design: Array, labels: Array, weights: Array) -> Array:
    """Return draws by parameters of the penalised logistic fits, the first two held at zero or above.

    Projected Newton steps on all draws at once: a slope that sits at zero and is pushed below stays.
    """
    size = design.shape[1]
    centre, precision = np.zeros(size), np.full(size, _OFFSET_PRECISION)
    centre[:2], precision[:2] = _SLOPE, _SLOPE_PRECISION
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    theta = np.tile(centre, (len(weights), 1))
    for _ in range(_STEPS):
        chance = expit(theta @ design.T)
        slope = (weights * (chance - labels)) @ design + precision * (theta - centre)
        curve = ((weights * chance * (1.0 - chance)) @ products).reshape(-1, size, size) + np.diag(precision)
        held = np.zeros_like(theta, dtype=bool)
        held[:, :2] = (theta[:, :2] <= 0.0) & (slope[:, :2] > 0.0)
        slope[held] = 0.0
        curve[held[:, :, None] | held[:, None, :]] = 0.0
        curve += np.eye(size) * held[:, :, None]
        step = np.clip(np.linalg.solve(curve, slope[:, :, None])[:, :, 0], -_LONGEST_STEP, _LONGEST_STEP)
        theta = theta - step
        theta[:, :2] = np.maximum(theta[:, :2], 0.0)
        if np.abs(step).max() < _SETTLED:
            break
    return theta
