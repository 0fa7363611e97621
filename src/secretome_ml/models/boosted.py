"""XGBoost on outcomes and comparisons at once: one booster for all effects."""

from __future__ import annotations

from typing import Self

import numpy as np
import xgboost as xgb
from scipy.special import expit

from secretome_ml.features.columns import FeatureColumn, Features
from secretome_ml.models.contract import Array, EffectModel, ModelState, logit, prevalence
from secretome_ml.models.design import Design, fill_typical, joint_design, typical_values
from secretome_ml.models.targets import Targets
from secretome_ml.models.ubjson import check_booster


class BoostedTrees(EffectModel):
    """Gradient-boosted trees whose loss is that of `PenalisedLogistic`; missing values take their own branch.

    The rows of all effects are stacked, with one indicator column per effect, so that effects share
    what they have in common (Chen and Guestrin, doi:10.1145/2939672.2939785).

    Parameters
    ----------
    rounds : int
        Number of trees.
    depth : int
        Depth of a tree.
    rate : float
        Learning rate.
    leaf_penalty : float
        L2 penalty on leaf values.
    comparison_weight : float
        Weight of a comparison relative to an outcome.
    seed : int
        Seed of the row and column sampling.
    device : str
        Where XGBoost computes, `cpu` or `cuda`.
    """

    name = "xgboost"
    grid = (
        {"rounds": 60, "depth": 2},
        {"rounds": 150, "depth": 2},
        {"rounds": 60, "depth": 4},
    )

    def __init__(
        self,
        rounds: int = 100,
        depth: int = 3,
        rate: float = 0.08,
        leaf_penalty: float = 3.0,
        comparison_weight: float = 1.0,
        seed: int = 0,
        device: str = "cpu",
    ) -> None:
        self.rounds = rounds
        self.depth = depth
        self.rate = rate
        self.leaf_penalty = leaf_penalty
        self.comparison_weight = comparison_weight
        self.seed = seed
        self.device = device

    def fit(self, features: Features, targets: Targets) -> Self:
        self._remember(features, targets)
        design = joint_design(features, targets)
        self.typical_ = typical_values(design.values, self.columns_)
        self.base_ = {e: logit(prevalence(targets, e)) for e in self.effects_}
        start = np.array([self.base_[e] for e in self.effects_])[design.effect]
        matrix = xgb.DMatrix(
            np.column_stack(
                [fill_typical(design.values, self.typical_), np.eye(len(self.effects_))[design.effect]]
            ),
            label=design.outcome,
            base_margin=start,
            feature_names=self._names(),
        )
        settings = {
            "max_depth": self.depth,
            "eta": self.rate,
            "lambda": self.leaf_penalty,
            "min_child_weight": 1.0,
            "subsample": 0.8,
            "colsample_bynode": 0.5,
            "base_score": 0.0,
            "tree_method": "hist",
            "seed": self.seed,
            "nthread": 1,
            "device": self.device,
            "disable_default_eval_metric": True,
        }

        def gradient(margin: Array, _: xgb.DMatrix) -> tuple[Array, Array]:
            return _gradient(margin, design, self.comparison_weight)

        self.booster_ = xgb.train(settings, matrix, num_boost_round=self.rounds, obj=gradient)
        return self

    def _contributions(self, features: Features, effect: str) -> Array:
        found = self.booster_.predict(self._matrix(features, effect), pred_contribs=True, strict_shape=True)
        parts: Array = found[:, 0, :].astype(float)
        own = len(self.columns_)
        # The effect's indicator columns are constant within an effect: they belong to its base value.
        base = parts[:, own:].sum(axis=1) + self.base_[effect]
        return np.column_stack([parts[:, :own], base])

    def state(self) -> ModelState:
        values = {
            "parameters": self.get_params(),
            "effects": list(self.effects_),
            "columns": [[c.name, c.parent, c.kind, c.effect] for c in self.columns_],
            "base": self.base_,
            "typical": [None if np.isnan(v) else float(v) for v in self.typical_],
        }
        return ModelState(values, {"trees.ubj": bytes(self.booster_.save_raw("ubj"))})

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        model = cls(**state.values["parameters"])
        model.columns_ = tuple(FeatureColumn(*c) for c in state.values["columns"])
        model.base_ = {e: float(b) for e, b in state.values["base"].items()}
        model.effects_ = tuple(state.values["effects"])
        model.typical_ = np.array(state.values["typical"], dtype=float)
        content = state.files["trees.ubj"]
        check_booster(content, model._names())
        model.booster_ = xgb.Booster({"nthread": 1})
        try:
            model.booster_.load_model(bytearray(content))
        except (xgb.core.XGBoostError, MemoryError, UnicodeDecodeError) as error:
            raise ValueError(f"trees.ubj, which XGBoost cannot read: {str(error)[:200]}") from error
        return model

    def _margin(self, features: Features, effect: str) -> Array:
        margin = self.booster_.predict(self._matrix(features, effect), output_margin=True)
        total: Array = margin.astype(float) + self.base_[effect]
        return total

    def _matrix(self, features: Features, effect: str) -> xgb.DMatrix:
        values = fill_typical(features.for_effect(effect).to_numpy(dtype=float), self.typical_)
        indicator = np.zeros((len(values), len(self.effects_)))
        indicator[:, self.effects_.index(effect)] = 1.0
        return xgb.DMatrix(np.column_stack([values, indicator]), feature_names=self._names())

    def _names(self) -> list[str]:
        """Return column names that XGBoost accepts: it refuses brackets and less-than signs."""
        return [
            *(f"f{i}" for i in range(len(self.columns_))),
            *(f"effect{i}" for i in range(len(self.effects_))),
        ]


def _gradient(margin: Array, design: Design, comparison_weight: float) -> tuple[Array, Array]:
    """Return first and second derivatives of the joint loss, per row."""
    chance = expit(margin)
    first = design.outcome_weight * (chance - design.outcome)
    second = design.outcome_weight * chance * (1.0 - chance)
    ahead = expit(margin[design.first] - margin[design.second])
    weight = comparison_weight * design.pair_weight
    pull, curve = weight * (ahead - (design.direction + 1.0) / 2.0), weight * ahead * (1.0 - ahead)
    np.add.at(first, design.first, pull)
    np.add.at(first, design.second, -pull)
    np.add.at(second, design.first, curve)
    np.add.at(second, design.second, curve)
    return first, np.maximum(second, 1e-6)
