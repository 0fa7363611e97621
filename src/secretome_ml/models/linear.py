"""Penalised logistic regression on outcomes and comparisons at once, effects pooled partially."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from secretome_ml.features.columns import FeatureColumn, Features
from secretome_ml.models.contract import Array, EffectModel, ModelState
from secretome_ml.models.design import Design, fill_typical, typical_values
from secretome_ml.models.targets import Targets
from secretome_ml.models.training_side import TrainingSide


class PenalisedLogistic(EffectModel):
    """One latent strength per arm and effect, linear in the features.

    An outcome is beneficial with probability sigmoid(m); of two compared arms the first is higher with
    probability sigmoid(m1 - m2) (Bradley and Terry, doi:10.2307/2334029); `equal` counts as half a win
    each way. The weights of an effect are a shared vector plus a deviation; both are drawn towards
    their prior by a quadratic penalty.

    Parameters
    ----------
    penalty : float
        Strength of the penalty on the shared weights.
    deviation : float
        Strength of the penalty on an effect's own deviations.
    comparison_weight : float
        Weight of a comparison relative to an outcome.
    """

    name = "logistic"
    grid = tuple({"penalty": p, "deviation": d} for p in (3.0, 10.0, 30.0) for d in (10.0, 60.0))

    def __init__(
        self, penalty: float = 10.0, deviation: float = 30.0, comparison_weight: float = 1.0
    ) -> None:
        self.penalty = penalty
        self.deviation = deviation
        self.comparison_weight = comparison_weight

    def fit(self, features: Features, targets: Targets) -> Self:
        return self.fit_on(TrainingSide(features, targets))

    def fit_on(self, side: TrainingSide) -> Self:
        self._remember(side.features, side.targets)
        design = side.design
        # A wider scale makes a standardised column smaller, and the penalty on its weight heavier.
        self.typical_ = typical_values(design.values, self.columns_)
        filled = fill_typical(design.values, self.typical_)
        self.scale_ = _scale(filled) * np.sqrt(self._reluctance())
        stacked = _standardise(filled, self.scale_)
        prior = self._prior() * self.scale_
        effects, columns = len(self.effects_), stacked.shape[1]
        blocks = [stacked[design.effect == i] for i in range(effects)]

        def objective(theta: Array) -> tuple[float, Array]:
            return self._loss(theta, stacked, blocks, design, prior)

        start = np.concatenate([np.zeros(effects), prior, np.zeros(effects * columns)])
        found = minimize(
            objective, start, jac=True, method="L-BFGS-B", options={"maxiter": 500, "ftol": 1e-10}
        )
        base, shared, own = _parts(found.x, effects, columns)
        self.base_ = {e: float(b) for e, b in zip(self.effects_, base, strict=True)}
        self.weights_ = {e: shared + own[i] for i, e in enumerate(self.effects_)}
        # An effect that no training study tested has no mean of its own: that of all rows stands in.
        self.means_ = {
            e: (part if len(part) else stacked).mean(axis=0)
            for e, part in zip(self.effects_, blocks, strict=True)
        }
        return self

    def _contributions(self, features: Features, effect: str) -> Array:
        values = self._filled(features, effect) / self.scale_[:, None]
        weights, mean = self.weights_[effect], self.means_[effect]
        found = np.empty((len(weights) + 1, values.shape[1]))
        found[:-1] = (values - mean[:, None]) * weights[:, None]
        found[-1] = self.base_[effect] + float(mean @ weights)
        return found

    def _margins(self, features: Features) -> Array:
        scaled = {effect: weights / self.scale_ for effect, weights in self.weights_.items()}
        return np.stack(
            [scaled[effect] @ self._filled(features, effect) + self.base_[effect] for effect in self.effects_]
        )

    def _filled(self, features: Features, effect: str) -> Array:
        """Return columns by samples with typical values, or nothing, for what is not stated."""
        values, typical = features.of_effect(effect), np.nan_to_num(self.typical_)
        filled: Array = np.where(np.isnan(values), typical[:, None], values)
        return filled

    def state(self) -> ModelState:
        return ModelState(
            {
                "parameters": self.get_params(),
                "effects": list(self.effects_),
                "columns": [c.state() for c in self.columns_],
                "typical": [None if np.isnan(v) else float(v) for v in self.typical_],
                "scale": self.scale_.tolist(),
                "base": self.base_,
                "weights": {e: w.tolist() for e, w in self.weights_.items()},
                "means": {e: m.tolist() for e, m in self.means_.items()},
            }
        )

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        values: dict[str, Any] = state.values
        model = cls(**values["parameters"])
        model.columns_ = tuple(FeatureColumn.from_state(c) for c in values["columns"])
        model.typical_ = np.array(values["typical"], dtype=float)
        model.scale_ = np.array(values["scale"], dtype=float)
        model.base_ = {e: float(b) for e, b in values["base"].items()}
        model.weights_ = {e: np.array(w, dtype=float) for e, w in values["weights"].items()}
        model.means_ = {e: np.array(m, dtype=float) for e, m in values["means"].items()}
        model.effects_ = tuple(values["effects"])
        return model

    def _prior(self) -> Array:
        """Return where the shared weights are drawn to, in raw units: nothing is known before the data."""
        return np.zeros(len(self.columns_))

    def _reluctance(self) -> Array:
        """Return, per column, how many times the common penalty its weight meets."""
        return np.ones(len(self.columns_))

    def _loss(
        self, theta: Array, values: Array, blocks: list[Array], design: Design, prior: Array
    ) -> tuple[float, Array]:
        """Return the penalised loss and its gradient; `blocks` are the rows of `values` by effect."""
        effects = len(blocks)
        base, shared, own = _parts(theta, effects, values.shape[1])
        ends = np.cumsum([len(block) for block in blocks])[:-1]
        parts = zip(np.split(values, ends), own, strict=True)
        deviation = [np.einsum("ij,j->i", part, mine) for part, mine in parts]
        margin = base[design.effect] + values @ shared + np.concatenate(deviation)
        slope = np.zeros(len(values))
        outcome, weight = design.outcome, design.outcome_weight
        loss = float(np.sum(weight * (np.logaddexp(0.0, margin) - outcome * margin)))
        slope += weight * (expit(margin) - outcome)
        gap = margin[design.first] - margin[design.second]
        wins, pair_weight = (design.direction + 1.0) / 2.0, self.comparison_weight * design.pair_weight
        loss += float(np.sum(pair_weight * (np.logaddexp(0.0, gap) - wins * gap)))
        pull = pair_weight * (expit(gap) - wins)
        np.add.at(slope, design.first, pull)
        np.add.at(slope, design.second, -pull)
        away = shared - prior
        loss += 0.5 * self.penalty * float(away @ away) + 0.5 * self.deviation * float(np.sum(own**2))
        loss += 0.005 * float(base @ base)
        each = np.stack([block.T @ part for block, part in zip(blocks, np.split(slope, ends), strict=True)])
        gradient = np.concatenate(
            [
                np.bincount(design.effect, slope, effects) + 0.01 * base,
                each.sum(axis=0) + self.penalty * away,
                (each + self.deviation * own).ravel(),
            ]
        )
        return loss, gradient


def _parts(theta: Array, effects: int, columns: int) -> tuple[Array, Array, Array]:
    """Split the parameters into effect bases, shared weights, and deviations (effects by columns)."""
    return (
        theta[:effects],
        theta[effects : effects + columns],
        theta[effects + columns :].reshape(effects, columns),
    )


def _scale(values: Array) -> Array:
    """Return the spread of each column over the rows where it is stated, at least 0.25."""
    filled = np.nan_to_num(values)
    spread: Array = np.maximum(np.sqrt(np.mean(filled**2, axis=0)), 0.25)
    return spread


def _standardise(values: Array, scale: Array) -> Array:
    """Return values in units of their spread; what is not stated neither adds nor takes away."""
    standard: Array = np.nan_to_num(values) / scale
    return standard
