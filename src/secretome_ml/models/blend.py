"""The mean of the informed logistic model and of the boosted trees, on the logit scale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

import numpy as np

from secretome_ml.features.columns import FeatureColumn, Features
from secretome_ml.models.boosted import BoostedTrees
from secretome_ml.models.contract import Array, EffectModel, Integers, ModelState
from secretome_ml.models.informed import InformedLogistic
from secretome_ml.models.targets import Targets
from secretome_ml.models.training_side import TrainingSide


class Blend(EffectModel):
    """Knowledge corrected by a few weights, and trees that find what the weights cannot say.

    The contributions of a blend are the blend of the contributions, so that they stay exact.

    Parameters
    ----------
    penalty, deviation : float
        As in `InformedLogistic`.
    rounds, depth : int
        As in `BoostedTrees`.
    tree_share : float
        Share of the trees in the mean.
    comparison_weight : float
        Weight of a comparison relative to an outcome.
    single_factor : float
        As in `InformedLogistic`.
    seed : int
        Seed of the trees.
    device : str
        Where XGBoost computes.
    """

    name = "blend"
    parts = (InformedLogistic.name, BoostedTrees.name)
    grid = (
        {"penalty": 100.0, "rounds": 150, "depth": 2},
        {"penalty": 30.0, "rounds": 150, "depth": 2},
        {"penalty": 100.0, "rounds": 60, "depth": 4},
    )

    def __init__(
        self,
        penalty: float = 100.0,
        deviation: float = 300.0,
        rounds: int = 150,
        depth: int = 2,
        tree_share: float = 0.5,
        comparison_weight: float = 1.0,
        single_factor: float = 10.0,
        seed: int = 0,
        device: str = "cpu",
    ) -> None:
        self.penalty = penalty
        self.deviation = deviation
        self.rounds = rounds
        self.depth = depth
        self.tree_share = tree_share
        self.comparison_weight = comparison_weight
        self.single_factor = single_factor
        self.seed = seed
        self.device = device

    def fit(self, features: Features, targets: Targets) -> Self:
        return self.fit_on(TrainingSide(features, targets))

    def fit_on(self, side: TrainingSide) -> Self:
        self._remember(side.features, side.targets)
        self.linear_ = InformedLogistic(
            self.penalty, self.deviation, self.comparison_weight, self.single_factor
        ).fitted_on(side)
        self.trees_ = BoostedTrees(
            rounds=self.rounds,
            depth=self.depth,
            comparison_weight=self.comparison_weight,
            seed=self.seed,
            device=self.device,
        ).fitted_on(side)
        return self

    def _contributions(self, features: Features, effect: str) -> Array:
        linear = self.linear_._contributions(features, effect)
        trees = self.trees_._contributions(features, effect)
        linear *= 1.0 - self.tree_share
        trees *= self.tree_share
        linear += trees
        return linear

    def _all_contributions(self, features: Features, columns: Integers | None = None) -> Iterator[Array]:
        linear = self.linear_._all_contributions(features, columns, 1.0 - self.tree_share)
        trees = self.trees_.shares(features)
        for found, (asked, shares, base) in zip(linear, trees, strict=True):
            if columns is None:
                found[asked] += self.tree_share * shares
                found[-1] += self.tree_share * base
            else:
                _, mine, theirs = np.intersect1d(columns, asked, return_indices=True)
                found[mine] += self.tree_share * shares[theirs]
            yield found

    def _interactions(self, features: Features, effect: str) -> Array:
        linear = self.linear_._interactions(features, effect)
        trees = self.trees_._interactions(features, effect)
        return (1.0 - self.tree_share) * linear + self.tree_share * trees

    def state(self) -> ModelState:
        return {
            "parameters": self.get_params(),
            "linear": self.linear_.state(),
            "trees": self.trees_.state(),
        }

    @classmethod
    def from_state(cls, state: ModelState, columns: tuple[FeatureColumn, ...]) -> Self:
        model = cls(**state["parameters"])
        model.linear_ = InformedLogistic.from_state(state["linear"], columns)
        model.trees_ = BoostedTrees.from_state(state["trees"], columns)
        model.columns_, model.effects_ = model.linear_.columns_, model.linear_.effects_
        return model

    def _margins(self, features: Features) -> Array:
        linear, trees = self.linear_._margins(features), self.trees_._margins(features)
        total: Array = np.asarray((1.0 - self.tree_share) * linear + self.tree_share * trees)
        return total
