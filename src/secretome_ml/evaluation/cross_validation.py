"""Nested cross-validation by study: tuning and calibration happen inside the training side of every fold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from secretome_ml.evaluation.splits import Split, study_folds
from secretome_ml.features.columns import Features
from secretome_ml.models.contract import EffectModel
from secretome_ml.models.registry import MODELS
from secretome_ml.models.targets import Targets
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


def cross_validate(
    names: tuple[str, ...],
    features: Features,
    targets: Targets,
    plan: Validation,
    settings: dict[str, dict[str, Any]] | None = None,
    jobs: int = 1,
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
    jobs : int
        Processes.
    advance : callable, optional
        Called when a fold of a model is done, for a progress bar.
    """
    tasks = [
        (name, repeat, split)
        for repeat in range(plan.repeats)
        for split in study_folds(features.samples, plan.folds, plan.seed + repeat, plan.groups)
        for name in names
    ]
    run = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(predict_split)(name, split, features, targets, plan, (settings or {}).get(name, {}))
        for name, _, split in tasks
    )
    found: dict[str, list[list[Fold]]] = {name: [[] for _ in range(plan.repeats)] for name in names}
    for (name, repeat, _), fold in zip(tasks, run, strict=True):
        found[name][repeat].append(fold)
        if advance is not None:
            advance()
    return {name: _gather(name, repeats, features.samples) for name, repeats in found.items()}


def tune(
    name: str, features: Features, targets: Targets, plan: Validation, settings: dict[str, Any] | None = None
) -> Tuned:
    """Choose hyperparameters and fit the calibrator by inner folds, then fit on all samples given.

    The margin of the result is out-of-fold: each sample's comes from an inner model that has not seen
    its study.
    """
    kind = MODELS[name]
    splits = study_folds(features.samples, plan.inner_folds, plan.seed + 1000, plan.groups)
    narrow = [features.supported_by(split.train, plan.min_studies) for split in splits]
    best: tuple[float, dict[str, Any], pd.DataFrame] | None = None
    for choice in kind.grid:
        parameters = {**choice, **(settings or {})}
        parts = []
        for split, columns in zip(splits, narrow, strict=True):
            model = kind(**parameters).fit(columns.take(split.train), targets.take(split.train))
            parts.append(model.margin(columns.take(split.test)))
        margin = pd.concat(parts).reindex(features.samples)
        loss = joint_loss(margin, fit_calibrator(margin, targets), targets)
        if best is None or loss < best[0]:
            best = (loss, parameters, margin)
    if best is None:
        raise ValueError(f"The model {name} has an empty grid.")
    _, parameters, margin = best
    whole = features.supported_by(features.samples, plan.min_studies)
    model = kind(**parameters).fit(whole, targets)
    return Tuned(model, fit_calibrator(margin, targets), parameters, margin)


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
    named = zip(pairs["arm"], pairs["than"], pairs["effect"], strict=True)
    gap = np.array([margin.at[a, e] - margin.at[b, e] for a, b, e in named])
    wins = (pairs["direction"].to_numpy(dtype=float) + 1.0) / 2.0
    return 0.5 * outcome + 0.5 * float(np.mean(np.logaddexp(0.0, gap) - wins * gap))


def predict_split(
    name: str,
    split: Split,
    features: Features,
    targets: Targets,
    plan: Validation,
    settings: dict[str, Any] | None = None,
) -> Fold:
    """Tune, fit and calibrate on the training side of any split, and predict its test side."""
    tuned = tune(name, features.take(split.train), targets.take(split.train), plan, settings)
    columns = features.supported_by(split.train, plan.min_studies)
    margin = tuned.model.margin(columns.take(split.test))
    loss = joint_loss(margin, tuned.calibrator, targets.take(split.test))
    return Fold(split, tuned.margin, margin, tuned.calibrator.probability(margin), tuned.parameters, loss)


def _gather(name: str, repeats: list[list[Fold]], samples: pd.Index) -> OutOfFold:
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
