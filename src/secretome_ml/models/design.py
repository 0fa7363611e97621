"""Effects stacked under one another: one matrix of tested arms, one of compared pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from secretome_ml.features.columns import FeatureColumn, Features
from secretome_ml.models.targets import Targets

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """Rows that a joint learner needs: every (sample, effect) that an outcome or a comparison names.

    Parameters
    ----------
    values : array, rows by columns
        Features for the row's effect, to single precision, NaN where not stated.
    effect : array of int, rows
        Position of the row's effect.
    outcome, outcome_weight : array, rows
        Share of beneficial readouts and its weight; weight 0 where the effect was not tested.
    first, second : array of int, pairs
        Rows that are compared.
    direction, pair_weight : array, pairs
        1 where the first is higher, 0 equal, -1 lower; and its weight.
    """

    values: Array
    effect: NDArray[np.int64]
    outcome: Array
    outcome_weight: Array
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    direction: Array
    pair_weight: Array


def joint_design(features: Features, targets: Targets) -> Design:
    """Return the stacked rows of all effects."""
    values, effects, outcomes, weights = [], [], [], []
    pairs: list[tuple[int, int, float, float]] = []
    offset = 0
    for position, effect in enumerate(targets.effects):
        compared = targets.comparisons[targets.comparisons["effect"] == effect]
        share = targets.outcomes[effect]
        named = set(compared["arm"]) | set(compared["than"])
        rows = share.index[share.notna() | share.index.isin(named)]
        place = {sample: offset + i for i, sample in enumerate(rows)}
        values.append(features.for_effect(effect)[features.places(rows)])
        effects.append(np.full(len(rows), position))
        tested = share.loc[rows]
        outcomes.append(tested.fillna(0.5).to_numpy(dtype=float))
        weights.append(targets.weights.loc[rows].where(tested.notna(), 0.0).to_numpy(dtype=float))
        for pair in compared.itertuples(index=False):
            pairs.append((place[pair.arm], place[pair.than], pair.direction, pair.weight))
        offset += len(rows)
    first, second, direction, weight = np.array(pairs, dtype=float).reshape(-1, 4).T
    return Design(
        # In single precision, as trees read them: the last digits of a double are nobody's measurement.
        np.concatenate(values).astype(np.float32).astype(float),
        np.concatenate(effects).astype(np.int64),
        np.concatenate(outcomes),
        np.concatenate(weights),
        first.astype(np.int64),
        second.astype(np.int64),
        direction,
        weight,
    )


def typical_values(values: Array, columns: tuple[FeatureColumn, ...]) -> Array:
    """Return, per column, what stands in for a value that is not stated; NaN where nothing may.

    Parameters
    ----------
    values : array, rows by columns
        Training features.
    columns : tuple of FeatureColumn
        Their descriptions.
    """
    there = np.array([c.unstated == "average" for c in columns])
    stated = ~np.isnan(values)
    count = stated.sum(axis=0)
    mean = np.divide(np.nansum(values, axis=0), count, out=np.zeros(len(columns)), where=count > 0)
    return np.where(there, mean, np.nan)


def fill_typical(values: Array, typical: Array) -> Array:
    """Return the values with the typical one where nothing is stated; other gaps stay NaN."""
    filled: Array = np.where(np.isnan(values), typical, values)
    return filled
