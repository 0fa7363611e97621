"""Three baselines that every learner must beat; they are always trained and always shown."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from secretome_ml.features.columns import FeatureColumn, Features
from secretome_ml.models.contract import Array, EffectModel, ModelState, logit, prevalence
from secretome_ml.models.targets import Targets


class _ColumnSum(EffectModel):
    """A margin that is a plain weighted sum of columns, per effect."""

    def _contributions(self, features: Features, effect: str) -> Array:
        values = np.nan_to_num(features.of_effect(effect)) * self.weights_[effect][:, None]
        return np.concatenate([values, np.full((1, values.shape[1]), self.base_[effect])])

    def state(self) -> ModelState:
        return {
            "parameters": self.get_params(),
            "effects": list(self.effects_),
            "base": self.base_,
            "weights": {e: w.tolist() for e, w in self.weights_.items()},
        }

    @classmethod
    def from_state(cls, state: ModelState, columns: tuple[FeatureColumn, ...]) -> Self:
        model = cls(**state["parameters"])
        model.columns_ = columns
        model.base_ = {e: float(b) for e, b in state["base"].items()}
        model.weights_ = {e: np.array(w, dtype=float) for e, w in state["weights"].items()}
        model.effects_ = tuple(state["effects"])
        return model

    def _start(self, features: Features, targets: Targets) -> None:
        self._remember(features, targets)
        self.base_: dict[str, float] = {e: logit(prevalence(targets, e)) for e in targets.effects}
        self.weights_: dict[str, Array] = {e: np.zeros(len(features.columns)) for e in targets.effects}


class Prevalence(_ColumnSum):
    """The share of beneficial outcomes per effect, the same for every preparation."""

    name = "prevalence"
    needs = ()

    def fit(self, features: Features, targets: Targets) -> Self:
        self._start(features, targets)
        return self


class CellSourceOnly(_ColumnSum):
    """The share of beneficial outcomes per tissue, drawn towards the effect's share.

    Parameters
    ----------
    pseudo_observations : float
        How many observations at the effect's share each tissue starts with.
    """

    name = "cell_source_only"
    needs = ("cell_source",)

    def __init__(self, pseudo_observations: float = 5.0) -> None:
        self.pseudo_observations = pseudo_observations

    def fit(self, features: Features, targets: Targets) -> Self:
        self._start(features, targets)
        tissues = [i for i, c in enumerate(self.columns_) if c.name.startswith("cell_source=")]
        for effect in targets.effects:
            share = targets.outcomes[effect].dropna()
            common = prevalence(targets, effect)
            values = features.common[:, features.places(share.index)]
            for i in tissues:
                inside = values[i] == 1
                weight = targets.weights[share.index][inside]
                total = float(np.sum(weight * share[inside])) + self.pseudo_observations * common
                self.weights_[effect][i] = logit(total / (weight.sum() + self.pseudo_observations)) - logit(
                    common
                )
        return self


class KnownFactorList(_ColumnSum):
    """A signed list of known factor roles, summed without training: what a reader of reviews would do."""

    name = "known_factor_list"
    needs = ("knowledge",)

    def fit(self, features: Features, targets: Targets) -> Self:
        self._start(features, targets)
        for weights in self.weights_.values():
            for i, column in enumerate(self.columns_):
                weights[i] = 1.0 if column.name in ("known_factors", "known_genes", "known_blocking") else 0.0
        return self


BASELINES: dict[str, Any] = {m.name: m for m in (Prevalence, CellSourceOnly, KnownFactorList)}
