"""Learners of other houses on the same folds: CatBoost, EBM, an additive network, Venn-ABERS probabilities.

They need no registry and no bundle: each learns from the training side of a fold, is calibrated by the same
inner folds as every model, and is judged on the same pairs and outcomes. CatBoost and EBM are optional: a
rival whose package is not installed (`pip install catboost interpret-core`) is named and left out.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Protocol, Self

import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression

from secretome_ml.core.parallel import Spread
from secretome_ml.explanation.league import components, fit_strengths
from secretome_ml.features.columns import Features
from secretome_ml.models.contract import Array
from secretome_ml.models.design import Design
from secretome_ml.models.targets import Targets
from secretome_ml.models.training_side import TrainingSide
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.trust.calibration import fit_calibrator
from secretome_ml.validation.cross_validation import Fold, Nested, OutOfFold, Validation, gather, joint_loss
from secretome_ml.validation.splits import Split, study_folds


class Rival(Protocol):
    """A learner that ranks."""

    def fit(self, side: TrainingSide) -> Self:
        """Learn from a training side."""

    def margin(self, features: Features) -> pd.DataFrame:
        """Return samples by effects: the score, higher = stronger."""


class _Pointwise:
    """A classifier of (arm, effect) rows: outcomes, and the better and worse arm of every comparison."""

    effects_: tuple[str, ...]

    def fit(self, side: TrainingSide) -> Self:
        self.effects_ = side.targets.effects
        rows, label, weight = pointwise(side.design)
        self._learn(_with_effect(side.design.values[rows], side.design.effect[rows]), label, weight)
        return self

    def margin(self, features: Features) -> pd.DataFrame:
        found = {}
        for place, effect in enumerate(self.effects_):
            # In single precision, as a design holds its rows.
            values = features.for_effect(effect).astype(np.float32).astype(float)
            found[effect] = self._score(_with_effect(values, np.full(len(values), place)))
        return pd.DataFrame(found, index=features.samples)

    def _learn(self, values: Array, label: Array, weight: Array) -> None:
        raise NotImplementedError

    def _score(self, values: Array) -> Array:
        raise NotImplementedError


class CatBoost(_Pointwise):
    """Ordered boosting of symmetric trees (Prokhorenkova et al., arXiv:1706.09516)."""

    def _learn(self, values: Array, label: Array, weight: Array) -> None:
        from catboost import CatBoostClassifier

        self.model_ = CatBoostClassifier(
            iterations=300, depth=4, learning_rate=0.05, random_seed=0, thread_count=1, verbose=False,
            allow_writing_files=False,
        ).fit(values, label, sample_weight=weight)  # fmt: skip

    def _score(self, values: Array) -> Array:
        return np.asarray(self.model_.predict(values, prediction_type="RawFormulaVal"), dtype=float)


class ExplainableBoosting(_Pointwise):
    """One shape per column, boosted in turn (Nori et al., arXiv:1909.09223)."""

    def _learn(self, values: Array, label: Array, weight: Array) -> None:
        from interpret.glassbox import ExplainableBoostingClassifier

        self.model_ = ExplainableBoostingClassifier(
            interactions=0, outer_bags=2, max_rounds=400, learning_rate=0.05, n_jobs=1, random_state=0
        ).fit(values, label, sample_weight=weight)

    def _score(self, values: Array) -> Array:
        return np.asarray(self.model_.decision_function(values), dtype=float)


class AdditiveNetwork:
    """Bradley and Terry on additive components, effect by effect: what `evidence league` shows."""

    def __init__(self, stated: pd.DataFrame) -> None:
        self.stated = stated

    def fit(self, side: TrainingSide) -> Self:
        """Learn the strength of every component that a comparison tells apart."""
        pairs, self.strength_ = side.targets.comparisons, {}
        for effect in side.targets.effects:
            own = pairs[pairs["effect"] == effect]
            differences = self.stated.loc[own["arm"]].to_numpy() - self.stated.loc[own["than"]].to_numpy()
            told = np.abs(differences).sum(axis=0) > 0
            strength = np.zeros(len(told))
            wins = (own["direction"].to_numpy(dtype=float) + 1.0) / 2.0
            if told.any():
                weight = own["weight"].to_numpy(dtype=float)
                strength[told] = fit_strengths(differences[:, told], wins, weight)
            self.strength_[effect] = strength
        return self

    def margin(self, features: Features) -> pd.DataFrame:
        """Return samples by effects: the sum of the strengths of what is stated."""
        values = self.stated.loc[features.samples].to_numpy()
        return pd.DataFrame({e: values @ s for e, s in self.strength_.items()}, index=features.samples)


def rivals(profiles: Profiles) -> tuple[dict[str, Callable[[], Rival]], list[str]]:
    """Return the rivals that can run here, and the names of those whose package is missing."""
    found: dict[str, Callable[[], Rival]] = {"additive network": _Network(stated_components(profiles))}
    missing = []
    for name, package, kind in (
        ("CatBoost", "catboost", CatBoost),
        ("explainable boosting machine", "interpret", ExplainableBoosting),
    ):
        if find_spec(package):
            found[name] = kind
        else:
            missing.append(name)
    return found, missing


class _Network:
    """Makes the network; a closure would not travel to another process."""

    def __init__(self, stated: pd.DataFrame) -> None:
        self.stated = stated

    def __call__(self) -> Rival:
        return AdditiveNetwork(self.stated)


def stated_components(profiles: Profiles) -> pd.DataFrame:
    """Return samples by components: 1 where a preparation states it."""
    own = components(profiles)
    named = sorted({c for stated in own.values() for c in stated})
    return pd.DataFrame(
        [[float(c in own[str(s)]) for c in named] for s in profiles.samples], index=profiles.samples
    )


def pointwise(design: Design) -> tuple[np.ndarray, Array, Array]:
    """Return rows of a design, labels and weights for a learner that knows no pairs.

    A readout that is mixed is a row of either label. Of a decided comparison the better arm is one more row
    that is beneficial, the worse one more that is not.
    """
    every = np.arange(len(design.outcome))
    better = np.where(design.direction > 0, design.first, design.second)
    worse = np.where(design.direction > 0, design.second, design.first)
    decided = design.pair_weight * np.abs(design.direction)
    rows = np.concatenate([every, every, better, worse])
    label = np.repeat([1.0, 0.0, 1.0, 0.0], [len(every), len(every), len(better), len(worse)])
    share = design.outcome_weight
    weight = np.concatenate([share * design.outcome, share * (1.0 - design.outcome), decided, decided])
    kept = weight > 0
    return rows[kept], label[kept], weight[kept]


def validate_rival(
    make: Callable[[], Rival],
    name: str,
    features: Features,
    targets: Targets,
    plan: Validation,
    spread: Spread,
) -> OutOfFold:
    """Return a rival's predictions on the first repeat of the folds of every model."""
    splits = study_folds(features.samples, plan.folds, plan.seed, plan.groups)
    tasks = [(make, split, features, targets, plan) for split in splits]
    folds = dict(spread(predict_rival, tasks))
    return gather(name, [[folds[i] for i in range(len(splits))]], features.samples)


def predict_rival(
    make: Callable[[], Rival], split: Split, features: Features, targets: Targets, plan: Validation
) -> Fold:
    """Fit and calibrate a rival on the training side of a split, and predict its test side."""
    nested = Nested(features.take(split.train), targets.take(split.train), plan)
    parts = [make().fit(side).margin(test) for side, test in nested.inner]
    inner = pd.concat(parts).reindex(nested.whole.features.samples)
    calibrator = fit_calibrator(inner, nested.targets)
    test = features.supported_by(split.train, plan.min_studies).take(split.test)
    margin = make().fit(nested.whole).margin(test)
    loss = joint_loss(margin, calibrator, targets.take(split.test))
    return Fold(split, inner, margin, calibrator.probability(margin), {}, loss)


def with_venn_abers(found: OutOfFold, targets: Targets) -> OutOfFold:
    """Return the same ranking with Venn-ABERS probabilities, calibrated on the inner margins of each fold."""
    repeats = []
    for folds in found.parts:
        own = []
        for fold in folds:
            chance = fold.margin.copy()
            for effect in targets.effects:
                label = targets.take(fold.split.train).binary(effect)
                known = fold.inner.loc[label.index, effect].to_numpy(dtype=float)
                chance[effect] = venn_abers(
                    known, label.to_numpy(dtype=float), fold.margin[effect].to_numpy()
                )
            own.append(Fold(fold.split, fold.inner, fold.margin, chance, fold.parameters, fold.loss))
        repeats.append(own)
    return gather(f"{found.model}, Venn-ABERS", repeats, found.margin.index)


def venn_abers(score: Array, label: Array, asked: Array) -> Array:
    """Return one probability per asked score from the two of a Venn-ABERS predictor.

    The isotonic fit is made twice, with the asked score taken for a failure and for a success (Vovk, Petej,
    doi:10.48550/arXiv.1211.0025); the two chances p0 < p1 become p1 / (1 - p0 + p1).

    Examples
    --------
    >>> known, label = np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 0.0, 1.0, 1.0])
    >>> venn_abers(known, label, np.array([-1.0, 4.0])).round(2).tolist()
    [0.25, 0.75]
    """
    values, place = np.unique(asked, return_inverse=True)
    pairs = np.array([[_isotonic_at(score, label, value, taken) for taken in (0.0, 1.0)] for value in values])
    low, high = pairs.T
    return np.asarray((high / (1.0 - low + high))[place])


def _isotonic_at(score: Array, label: Array, value: float, taken: float) -> float:
    scores, labels = np.append(score, value), np.append(label, taken)
    levels, place = np.unique(scores, return_inverse=True)
    count = np.bincount(place)
    mean = np.bincount(place, weights=labels) / count
    fitted = isotonic_regression(mean, weights=count).x
    return float(fitted[np.searchsorted(levels, value)])


def _with_effect(values: Array, effect: np.ndarray) -> Array:
    return np.column_stack([values, effect.astype(float)])
