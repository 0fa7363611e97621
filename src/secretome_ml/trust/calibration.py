"""From margin to probability: a logistic map per effect, fitted on margins of unseen studies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from secretome_ml.models.targets import Targets

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Calibrator:
    """p = sigmoid(offset + slope * margin) per effect; one slope for all effects (Platt, 1999).

    Effects have few null or adverse outcomes, so the slope is shared and never negative.
    """

    slope: float
    offsets: dict[str, float]

    def probability(self, margin: pd.DataFrame) -> pd.DataFrame:
        """Return samples by effects: the calibrated probability that the effect is beneficial."""
        return pd.DataFrame(
            {e: expit(self.offsets[e] + self.slope * margin[e].to_numpy()) for e in margin.columns},
            index=margin.index,
        )

    def state(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"slope": self.slope, "offsets": self.offsets}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Calibrator:
        """Rebuild the calibrator."""
        return cls(float(state["slope"]), {e: float(o) for e, o in state["offsets"].items()})


def fit_calibrator(margin: pd.DataFrame, targets: Targets, study_weight: pd.Series | None = None) -> Calibrator:
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
    values, labels, weights, effect = [], [], [], []
    drawn = study_weight.reindex(targets.studies).to_numpy(dtype=float) if study_weight is not None else 1.0
    weight = targets.weights * drawn
    for position, name in enumerate(targets.effects):
        share = targets.outcomes[name].dropna()
        values.append(margin.loc[share.index, name].to_numpy(dtype=float))
        labels.append(share.to_numpy(dtype=float))
        weights.append(weight[share.index].to_numpy(dtype=float))
        effect.append(np.full(len(share), position))
    return _fit(
        np.concatenate(values), np.concatenate(labels), np.concatenate(weights), np.concatenate(effect), targets.effects
    )


def _fit(values: Array, labels: Array, weights: Array, effect: NDArray[np.int64], names: tuple[str, ...]) -> Calibrator:
    centre = np.array([values[effect == i].mean() if np.any(effect == i) else 0.0 for i in range(len(names))])
    shifted = values - centre[effect]

    def loss(theta: Array) -> tuple[float, Array]:
        margin = theta[1:][effect] + theta[0] * shifted
        gap = weights * (expit(margin) - labels)
        value = float(np.sum(weights * (np.logaddexp(0.0, margin) - labels * margin)))
        # Weak priors: slope near one half, offsets near the effect's own log odds (left almost free).
        value += 0.5 * 4.0 * (theta[0] - 0.5) ** 2 + 0.5 * 0.05 * float(theta[1:] @ theta[1:])
        slope = np.array([float(gap @ shifted) + 4.0 * (theta[0] - 0.5)])
        return value, np.concatenate([slope, np.bincount(effect, gap, len(names)) + 0.05 * theta[1:]])

    start = np.concatenate([[0.5], np.zeros(len(names))])
    bounds = [(0.0, None), *[(None, None)] * len(names)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Calibrator(float(found[0]), {n: float(found[i + 1] - found[0] * centre[i]) for i, n in enumerate(names)})
