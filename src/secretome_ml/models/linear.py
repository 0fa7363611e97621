"""Penalised logistic regression on outcomes and comparisons at once, effects pooled partially."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

import numpy as np

from secretome_ml.features.columns import FeatureColumn, Features
from secretome_ml.models.contract import Array, EffectModel, Integers, ModelState
from secretome_ml.models.descent import minimise
from secretome_ml.models.design import Design, fill_typical, typical_values
from secretome_ml.models.exact import certain, expit
from secretome_ml.models.targets import Targets
from secretome_ml.models.training_side import TrainingSide

# A fit is settled when its gradient, divided by the curvature, asks no weight to move further: the weights
# are then certain to more digits than a bundle keeps.
SETTLED = 1e-10
_BASE_PENALTY = 0.01


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
        self.typical_ = certain(typical_values(design.values, self.columns_))
        filled = fill_typical(design.values, self.typical_)
        self.scale_ = certain(_scale(filled) * np.sqrt(self._reluctance()))
        stacked = _standardise(filled, self.scale_)
        prior = self._prior() * self.scale_
        effects, columns = len(self.effects_), stacked.shape[1]
        loss = _Loss(design, stacked, effects, prior, self.penalty, self.deviation, self.comparison_weight)
        start = np.concatenate([np.zeros(effects), prior, np.zeros(effects * columns)])
        base, shared, own = loss.parts(minimise(loss.slope, start, loss.flatten, SETTLED))
        self.base_ = {e: float(b) for e, b in zip(self.effects_, certain(base), strict=True)}
        self.weights_ = {e: certain(shared + own[i]) for i, e in enumerate(self.effects_)}
        # An effect that no training study tested has no mean of its own: that of all rows stands in.
        self.means_ = {}
        for i, effect in enumerate(self.effects_):
            part = stacked[design.effect == i]
            self.means_[effect] = certain((part if len(part) else stacked).mean(axis=0))
        return self

    def _contributions(self, features: Features, effect: str) -> Array:
        weights, mean = self.weights_[effect], self.means_[effect]
        shared, count = len(features.common), len(features.samples)
        found = np.empty((len(weights) + 1, count))
        np.subtract(self._standard(features), mean[:shared, None], out=found[:shared])
        found[shared:-1] = self._own(features, effect) / self.scale_[shared:, None] - mean[shared:, None]
        found[:-1] *= weights[:, None]
        found[-1] = self.base_[effect] + float(mean @ weights)
        return found

    def _all_contributions(
        self, features: Features, columns: Integers | None = None, share: float = 1.0
    ) -> Iterator[Array]:
        """Yield the contributions, times a share of a mean of models."""
        if columns is None:
            for effect in self.effects_:
                found = self._contributions(features, effect)
                found *= share
                yield found
            return
        shared = len(features.common)
        common, own = columns[columns < shared], columns[columns >= shared]
        given = self._standard(features)[common]
        for effect in self.effects_:
            weights, mean = self.weights_[effect] * share, self.means_[effect]
            found = np.empty((len(columns), len(features.samples)))
            np.subtract(given, mean[common, None], out=found[: len(common)])
            standard = self._own(features, effect)[own - shared] / self.scale_[own, None]
            np.subtract(standard, mean[own, None], out=found[len(common) :])
            found *= weights[np.concatenate([common, own]), None]
            yield found

    def _margins(self, features: Features) -> Array:
        shared = len(features.common)
        weights = np.stack([self.weights_[effect] for effect in self.effects_])
        found: Array = weights[:, :shared] @ self._standard(features)
        for into, effect, own in zip(found, self.effects_, weights[:, shared:], strict=True):
            into += (own / self.scale_[shared:]) @ self._own(features, effect) + self.base_[effect]
        return found

    def _standard(self, features: Features) -> Array:
        """Return the columns that serve every effect, filled, in units of their spread."""

        def make() -> Array:
            shared = len(features.common)
            filled = _filled(features.common, self.typical_[:shared])
            filled /= self.scale_[:shared, None]
            return filled

        return features.once((self, "standard"), make)

    def _own(self, features: Features, effect: str) -> Array:
        """Return the columns about one effect, filled."""
        return _filled(features.by_effect[effect], self.typical_[len(features.common) :])

    def state(self) -> ModelState:
        return {
            "parameters": self.get_params(),
            "effects": list(self.effects_),
            "typical": [None if np.isnan(v) else float(v) for v in self.typical_],
            "scale": self.scale_.tolist(),
            "base": self.base_,
            "weights": {e: w.tolist() for e, w in self.weights_.items()},
            "means": {e: m.tolist() for e, m in self.means_.items()},
        }

    @classmethod
    def from_state(cls, state: ModelState, columns: tuple[FeatureColumn, ...]) -> Self:
        model = cls(**state["parameters"])
        model.columns_ = columns
        model.typical_ = np.array(state["typical"], dtype=float)
        model.scale_ = np.array(state["scale"], dtype=float)
        model.base_ = {e: float(b) for e, b in state["base"].items()}
        model.weights_ = {e: np.array(w, dtype=float) for e, w in state["weights"].items()}
        model.means_ = {e: np.array(m, dtype=float) for e, m in state["means"].items()}
        model.effects_ = tuple(state["effects"])
        return model

    def _prior(self) -> Array:
        """Return where the shared weights are drawn to, in raw units: nothing is known before the data."""
        return np.zeros(len(self.columns_))

    def _reluctance(self) -> Array:
        """Return, per column, how many times the common penalty its weight meets."""
        return np.ones(len(self.columns_))


class _Loss:
    """Gradient of the penalised loss, and about its curvature.

    The parameters are the bases of the effects, the shared weights, the deviations. Most values are zero, so
    sums run over the others alone, in one fixed order.
    """

    def __init__(
        self,
        design: Design,
        values: Array,
        effects: int,
        prior: Array,
        penalty: float,
        deviation: float,
        comparison_weight: float,
    ) -> None:
        self.design, self.effects, self.columns = design, effects, values.shape[1]
        self.prior, self.penalty, self.deviation = prior, penalty, deviation
        self.pair_weight = comparison_weight * design.pair_weight
        self.row, column = np.nonzero(values)
        self.value = values[self.row, column]
        self.cell = design.effect[self.row] * self.columns + column
        self._curvature()

    def parts(self, theta: Array) -> tuple[Array, Array, Array]:
        """Split the parameters into effect bases, shared weights, and deviations (effects by columns)."""
        effects, columns = self.effects, self.columns
        own = theta[effects + columns :].reshape(effects, columns)
        return theta[:effects], theta[effects : effects + columns], own

    def slope(self, theta: Array) -> Array:
        """Return the gradient."""
        base, shared, own = self.parts(theta)
        design, rows = self.design, len(self.design.effect)
        weights = (shared + own).ravel()
        margin = base[design.effect] + np.bincount(self.row, self.value * weights[self.cell], rows)
        pull = design.outcome_weight * (expit(margin) - design.outcome)
        gap = margin[design.first] - margin[design.second]
        push = self.pair_weight * (expit(gap) - (design.direction + 1.0) / 2.0)
        pull += np.bincount(design.first, push, rows) - np.bincount(design.second, push, rows)
        each = self._per_cell(self.value * pull[self.row])
        ahead = np.bincount(design.effect, pull, self.effects) + _BASE_PENALTY * base
        together = each.sum(axis=0) + self.penalty * (shared - self.prior)
        return np.concatenate([ahead, together, (each + self.deviation * own).ravel()])

    def flatten(self, gradient: Array) -> Array:
        """Return a gradient divided by the curvature, as if columns did not speak of the same arms.

        What the effects share meets its deviations: each column is one small system of equations.
        """
        base, shared, own = self.parts(gradient)
        apart = own / self.own_curvature
        shared = (shared - (self.bend * apart).sum(axis=0)) / self.shared_curvature
        own = apart - self.bend / self.own_curvature * shared
        return np.concatenate([base / self.base_curvature, shared, own.ravel()])

    def _curvature(self) -> None:
        """Work out the second derivatives where every chance is one half: about the largest they get."""
        design, rows = self.design, len(self.design.effect)
        pairs = sum(np.bincount(end, self.pair_weight, rows) for end in (design.first, design.second))
        bend = 0.25 * (design.outcome_weight + pairs)
        self.base_curvature = np.bincount(design.effect, bend, self.effects) + _BASE_PENALTY
        self.bend = self._per_cell(self.value * self.value * bend[self.row])
        self.own_curvature = self.bend + self.deviation
        # A deviation gives way where the shared weight moves.
        self.shared_curvature = (self.bend * self.deviation / self.own_curvature).sum(axis=0) + self.penalty

    def _per_cell(self, weights: Array) -> Array:
        """Return effects by columns: the sums over the rows of an effect."""
        found: Array = np.bincount(self.cell, weights, self.effects * self.columns).astype(float)
        return found.reshape(self.effects, self.columns)


def _filled(values: Array, typical: Array) -> Array:
    """Return columns by samples with typical values, or nothing, for what is not stated."""
    filled: Array = np.where(np.isnan(values), np.nan_to_num(typical)[:, None], values)
    return filled


def _scale(values: Array) -> Array:
    """Return the spread of each column over the rows where it is stated, at least 0.25."""
    filled = np.nan_to_num(values)
    spread: Array = np.maximum(np.sqrt(np.mean(filled**2, axis=0)), 0.25)
    return spread


def _standardise(values: Array, scale: Array) -> Array:
    """Return values in units of their spread; what is not stated neither adds nor takes away."""
    standard: Array = np.nan_to_num(values) / scale
    return standard
