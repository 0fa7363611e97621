"""Penalised logistic regression that starts from what is known and lets the studies correct it."""

from __future__ import annotations

import numpy as np

from secretome_ml.models.contract import Array
from secretome_ml.models.linear import PenalisedLogistic

# Weight, in logits per unit of a signed sum of known roles, that the model holds before it has seen a
# study. The roles point the right way by construction; how much they matter is a guess that the data move.
_PRIOR = {
    "known_factors": 2.5,
    "known_genes": 2.5,
    "known_blocking": 2.5,
    "known_agents": 2.5,
    "known_cells": 2.5,
    "known_product": 0.75,
    "gene_direction": 0.5,
    "preconditioning_agents": 0.4,
}
# Single factors are reported by few studies: they must earn their weight beyond the signed sum.
_SINGLE_FACTOR = 10.0


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
    """

    name = "informed"
    grid = tuple({"penalty": p, "deviation": d} for p in (30.0, 100.0) for d in (100.0, 1000.0))

    def _prior(self) -> Array:
        return np.array([_PRIOR.get(c.name, 0.0) for c in self.columns_])

    def _reluctance(self) -> Array:
        return np.array([_SINGLE_FACTOR if c.kind == "factor" else 1.0 for c in self.columns_])
