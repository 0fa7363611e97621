"""Penalised logistic regression that starts from what is known and lets the studies correct it."""

from __future__ import annotations

import numpy as np

from secretome_ml.models.contract import Array
from secretome_ml.models.linear import PenalisedLogistic


class InformedLogistic(PenalisedLogistic):
    """`PenalisedLogistic` whose shared weights are drawn to signed knowledge instead of to zero.

    It is the maximum a posteriori form of a hierarchical Bradley-Terry and logistic model with
    informative priors: known roles set the mean, effects share their weights, single factors borrow
    from the sum over all known ones.

    Parameters
    ----------
    penalty : float
        Strength of the draw to the prior.
    deviation : float
        Strength of the draw of an effect's weights to the shared ones.
    comparison_weight : float
        Weight of a comparison relative to an outcome.
    single_factor : float
        How many times the penalty a single factor meets: few studies report it, and it must earn its weight
        beyond the signed sum of known roles.
    """

    name = "informed"
    grid = tuple({"penalty": p, "deviation": d} for p in (30.0, 100.0) for d in (100.0, 1000.0))

    def __init__(
        self,
        penalty: float = 10.0,
        deviation: float = 30.0,
        comparison_weight: float = 1.0,
        single_factor: float = 10.0,
    ) -> None:
        super().__init__(penalty, deviation, comparison_weight)
        self.single_factor = single_factor

    def _prior(self) -> Array:
        return np.array([c.prior for c in self.columns_])

    def _reluctance(self) -> Array:
        return np.array([self.single_factor if c.kind == "factor" else 1.0 for c in self.columns_])
