"""Hyperparameters chosen by inner folds; every model tuned on one training side shares what they fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from secretome_ml.evaluation.splits import study_folds
from secretome_ml.features.columns import Features
from secretome_ml.models.contract import EffectModel
from secretome_ml.models.registry import MODELS
from secretome_ml.models.targets import Targets
from secretome_ml.models.training_side import TrainingSide
from secretome_ml.trust.calibration import Calibrator, fit_calibrator

_EDGE = 1e-6


@dataclass(frozen=True)
class Validation:
    """How to validate.

    Parameters
    ----------
    folds, inner_folds, repeats, seed : int
        Numbers of folds outside and inside, repeats of the outer ones, and the seed of all.
    min_studies : int
        The support that a column needs on the training side.
    groups : pandas.Series, optional
        Study to group, where studies that repeat each other must stay together, outside and inside.
    """

    folds: int = 5
    inner_folds: int = 4
    repeats: int = 1
    seed: int = 0
    min_studies: int = 3
    groups: pd.Series | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Tuned:
    """A model with tuned hyperparameters, fitted on one set of samples, with its calibrator."""

    model: EffectModel
    calibrator: Calibrator
    parameters: dict[str, Any]
    margin: pd.DataFrame


class Nested:
    """Training samples and their inner folds, encoded once for every model and every grid point.

    Parameters
    ----------
    features : Features
        Training samples with every column; each inner fold chooses its columns on its own training side.
    targets : Targets
        Their labels.
    plan : Validation
        Inner folds, seed, support of a column.
    """

    def __init__(self, features: Features, targets: Targets, plan: Validation) -> None:
        self.targets = targets
        self.inner: list[tuple[TrainingSide, Features]] = []
        for split in study_folds(features.samples, plan.inner_folds, plan.seed + 1000, plan.groups):
            columns = features.supported_by(split.train, plan.min_studies)
            side = TrainingSide(columns.take(split.train), targets.take(split.train))
            self.inner.append((side, columns.take(split.test)))
        self.whole = TrainingSide(features.supported_by(features.samples, plan.min_studies), targets)

    def tune(self, name: str, settings: dict[str, Any] | None = None) -> Tuned:
        """Choose hyperparameters and fit the calibrator by the inner folds, then fit on all samples.

        The margin of the result is out-of-fold: each sample's comes from an inner model that has not seen
        its study.
        """
        kind = MODELS[name]
        samples = self.whole.features.samples
        best: tuple[float, dict[str, Any], pd.DataFrame, Calibrator] | None = None
        for choice in kind.grid:
            parameters = {**choice, **(settings or {})}
            parts = [kind(**parameters).fitted_on(side).margin(test) for side, test in self.inner]
            margin = pd.concat(parts).reindex(samples)
            calibrator = fit_calibrator(margin, self.targets)
            loss = joint_loss(margin, calibrator, self.targets)
            if best is None or loss < best[0]:
                best = (loss, parameters, margin, calibrator)
        if best is None:
            raise ValueError(f"The model {name} has an empty grid.")
        _, parameters, margin, calibrator = best
        return Tuned(kind(**parameters).fitted_on(self.whole), calibrator, parameters, margin)


def tune(
    name: str, features: Features, targets: Targets, plan: Validation, settings: dict[str, Any] | None = None
) -> Tuned:
    """Tune and fit one model on all samples given; see `Nested.tune`."""
    return Nested(features, targets, plan).tune(name, settings)


def joint_loss(margin: pd.DataFrame, calibrator: Calibrator, targets: Targets) -> float:
    """Return the mean log loss of outcomes and of comparisons, each kind counting one half.

    A comparison is judged by the scaled difference of the margins, so that the loss rewards order and
    scale together.
    """
    probability = calibrator.probability(margin)
    losses = []
    for effect in targets.effects:
        share = targets.outcomes[effect].dropna()
        chance = probability.loc[share.index, effect].clip(_EDGE, 1 - _EDGE)
        losses.append(-(share * np.log(chance) + (1 - share) * np.log(1 - chance)))
    outcome = float(pd.concat(losses).mean())
    pairs = targets.comparisons
    if pairs.empty:
        return outcome
    values, effect_of = margin.to_numpy(dtype=float), margin.columns.get_indexer(pairs["effect"])
    first, second = (values[margin.index.get_indexer(pairs[side]), effect_of] for side in ("arm", "than"))
    gap = first - second
    wins = (pairs["direction"].to_numpy(dtype=float) + 1.0) / 2.0
    return 0.5 * outcome + 0.5 * float(np.mean(np.logaddexp(0.0, gap) - wins * gap))
