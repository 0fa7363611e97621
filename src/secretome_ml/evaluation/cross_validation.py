"""Nested cross-validation by study: tuning and calibration happen inside the training side of every fold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
    """How to validate: numbers of folds, repeats and the seed; the support that a column needs."""

    folds: int = 5
    inner_folds: int = 4
    repeats: int = 1
    seed: int = 0
    min_studies: int = 3


@dataclass(frozen=True)
class Tuned:
    """A model with tuned hyperparameters, fitted on one set of samples, with its calibrator."""

    model: EffectModel
    calibrator: Calibrator
    parameters: dict[str, Any]
    margin: pd.DataFrame


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
    """

    model: str
    margin: pd.DataFrame
    probability: pd.DataFrame
    folds: pd.DataFrame


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
        (name, repeat, number, split)
        for repeat in range(plan.repeats)
        for number, split in enumerate(study_folds(features.samples, plan.folds, plan.seed + repeat))
        for name in names
    ]
    run = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_one_fold)(name, split, features, targets, plan, (settings or {}).get(name, {}))
        for name, _, _, split in tasks
    )
    results: dict[str, list[tuple[int, int, Split, pd.DataFrame, pd.DataFrame, dict[str, Any], float]]]
    results = {name: [] for name in names}
    for (name, repeat, number, split), (margin, probability, parameters, loss) in zip(tasks, run, strict=True):
        results[name].append((repeat, number, split, margin, probability, parameters, loss))
        if advance is not None:
            advance()
    return {name: _gather(name, found, features.samples) for name, found in results.items()}


def tune(
    name: str, features: Features, targets: Targets, plan: Validation, settings: dict[str, Any] | None = None
) -> Tuned:
    """Choose hyperparameters and fit the calibrator by inner folds, then fit on all samples given.

    The margin of the result is out-of-fold: each sample's comes from an inner model that has not seen
    its study.
    """
    kind = MODELS[name]
    splits = study_folds(features.samples, plan.inner_folds, plan.seed + 1000)
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
    gap = np.array(
        [margin.at[a, e] - margin.at[b, e] for a, b, e in zip(pairs["arm"], pairs["than"], pairs["effect"], strict=True)]
    )
    wins = (pairs["direction"].to_numpy(dtype=float) + 1.0) / 2.0
    return 0.5 * outcome + 0.5 * float(np.mean(np.logaddexp(0.0, gap) - wins * gap))


def _one_fold(
    name: str, split: Split, features: Features, targets: Targets, plan: Validation, settings: dict[str, Any]
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any], float]:
    tuned = tune(name, features.take(split.train), targets.take(split.train), plan, settings)
    columns = features.supported_by(split.train, plan.min_studies)
    margin = tuned.model.margin(columns.take(split.test))
    loss = joint_loss(margin, tuned.calibrator, targets.take(split.test))
    return margin, tuned.calibrator.probability(margin), tuned.parameters, loss


def _gather(name: str, found: list[Any], samples: pd.Index) -> OutOfFold:
    repeats = sorted({f[0] for f in found})
    margins = [pd.concat([f[3] for f in found if f[0] == r]).reindex(samples) for r in repeats]
    chances = [pd.concat([f[4] for f in found if f[0] == r]).reindex(samples) for r in repeats]
    rows = [
        {"model": name, "repeat": f[0], "fold": f[1], "test_arms": len(f[2].test), "parameters": f[5], "joint_loss": f[6]}
        for f in found
    ]
    return OutOfFold(name, sum(margins) / len(margins), sum(chances) / len(chances), pd.DataFrame(rows))
