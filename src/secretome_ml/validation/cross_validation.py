"""Nested cross-validation by study: tuning and calibration happen inside the training side of every fold."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from secretome_ml.core.parallel import Spread, over_processes
from secretome_ml.features.columns import Features
from secretome_ml.models.contract import EffectModel
from secretome_ml.models.registry import MODELS
from secretome_ml.models.targets import Targets
from secretome_ml.models.training_side import TrainingSide
from secretome_ml.trust.calibration import Calibrator, fit_calibrator
from secretome_ml.validation.guard import check_split
from secretome_ml.validation.metrics import outcome_losses, pair_losses
from secretome_ml.validation.splits import Split, study_folds

# Fixed constructor arguments per model.
Settings = dict[str, dict[str, Any]]


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
    outcome = float(outcome_losses(calibrator.probability(margin), targets).mean())
    if targets.comparisons.empty:
        return outcome
    return 0.5 * outcome + 0.5 * float(np.mean(pair_losses(margin, targets)))


@dataclass(frozen=True)
class Fold:
    """One test side, predicted by a model tuned, fitted and calibrated on the training side.

    Parameters
    ----------
    split : Split
        The two sides.
    inner : pandas.DataFrame
        Margins of the training samples, out of the inner folds.
    margin, probability : pandas.DataFrame
        Test samples by effects.
    parameters : dict
        Chosen hyperparameters.
    loss : float
        Joint loss on the test side.
    """

    split: Split
    inner: pd.DataFrame
    margin: pd.DataFrame
    probability: pd.DataFrame
    parameters: dict[str, Any]
    loss: float


@dataclass(frozen=True)
class OutOfFold:
    """Predictions of every sample by a model that has not seen its study.

    Parameters
    ----------
    model : str
        Name of the model.
    margin, probability : pandas.DataFrame
        Samples by effects, the mean over repeats.
    folds : pandas.DataFrame
        One row per repeat and fold: number of studies, chosen hyperparameters, joint loss.
    parts : tuple of tuple of Fold
        The folds of each repeat.
    """

    model: str
    margin: pd.DataFrame
    probability: pd.DataFrame
    folds: pd.DataFrame
    parts: tuple[tuple[Fold, ...], ...] = field(default=(), repr=False)


def gather(name: str, repeats: list[list[Fold]], samples: pd.Index) -> OutOfFold:
    """Return the folds of every repeat as predictions of all samples."""
    margins = [pd.concat([f.margin for f in folds]).reindex(samples) for folds in repeats]
    chances = [pd.concat([f.probability for f in folds]).reindex(samples) for folds in repeats]
    rows = [
        {
            "model": name,
            "repeat": repeat,
            "fold": number,
            "test_arms": len(fold.split.test),
            "parameters": fold.parameters,
            "joint_loss": fold.loss,
        }
        for repeat, folds in enumerate(repeats)
        for number, fold in enumerate(folds)
    ]
    return OutOfFold(
        name,
        sum(margins) / len(margins),
        sum(chances) / len(chances),
        pd.DataFrame(rows),
        tuple(tuple(folds) for folds in repeats),
    )


def cross_validate(
    names: tuple[str, ...],
    features: Features,
    targets: Targets,
    plan: Validation,
    settings: Settings | None = None,
    spread: Spread | None = None,
    advance: Callable[[], None] | None = None,
) -> dict[str, OutOfFold]:
    """Validate models on the same folds.

    Parameters
    ----------
    names : tuple of str
        Models of the registry.
    features : Features
        All samples with every column; the columns of a fold are chosen on its training side.
    targets : Targets
        Labels of the same samples.
    plan : Validation
        Folds, repeats, seed.
    settings : dict, optional
        Fixed constructor arguments per model.
    spread : Spread, optional
        What the work is spread over; default: this process.
    advance : callable, optional
        Called when a fold of a model is done, for a progress bar.
    """
    tell = advance or (lambda: None)
    repeats = [
        study_folds(features.samples, plan.folds, plan.seed + repeat, plan.groups)
        for repeat in range(plan.repeats)
    ]
    splits = [split for repeat in repeats for split in repeat]
    places = [(place, family) for place in range(len(splits)) for family in families(names)]
    tasks = [(family, splits[place], features, targets, plan, settings) for place, family in places]
    done: dict[tuple[str, int], Fold] = {}
    for number, folds in (spread or over_processes(1))(predict_split, tasks):
        for name, fold in folds.items():
            done[name, places[number][0]] = fold
            tell()
    found = {}
    for name in names:
        folds = iter([done[name, place] for place in range(len(splits))])
        found[name] = gather(name, [[next(folds) for _ in repeat] for repeat in repeats], features.samples)
    return found


def predict_split(
    names: Iterable[str],
    split: Split,
    features: Features,
    targets: Targets,
    plan: Validation,
    settings: Settings | None = None,
) -> dict[str, Fold]:
    """Tune, fit and calibrate models on the training side of any split, and predict its test side.

    Raises
    ------
    StudyOnBothSides
        If a study, or two studies of one group of the plan, are on both sides.
    """
    if plan.groups is not None:
        check_split(split, plan.groups)
    nested = Nested(features.take(split.train), targets.take(split.train), plan)
    test = features.supported_by(split.train, plan.min_studies).take(split.test)
    truth = targets.take(split.test)
    found = {}
    for name in names:
        tuned = nested.tune(name, (settings or {}).get(name))
        margin = tuned.model.margin(test)
        loss = joint_loss(margin, tuned.calibrator, truth)
        chance = tuned.calibrator.probability(margin)
        found[name] = Fold(split, tuned.margin, margin, chance, tuned.parameters, loss)
    return found


def families(names: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the models that share fits together, a model after its parts, and all others as one family.

    Examples
    --------
    >>> families(["prevalence", "logistic", "blend", "informed", "xgboost"])
    [('prevalence', 'logistic'), ('informed', 'xgboost', 'blend')]
    """
    wanted = list(names)
    parts = {part for name in wanted for part in MODELS[name].parts}
    linked = [n for n in wanted if n in parts] + [n for n in wanted if MODELS[n].parts]
    alone = [n for n in wanted if n not in linked]
    return [tuple(family) for family in (alone, linked) if family]
