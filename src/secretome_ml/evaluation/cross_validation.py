"""Nested cross-validation by study: tuning and calibration happen inside the training side of every fold."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from secretome_ml.evaluation.fold_store import FoldStore
from secretome_ml.evaluation.folds import Fold, OutOfFold, gather
from secretome_ml.evaluation.splits import Split, study_folds
from secretome_ml.evaluation.spread import Spread, over_processes
from secretome_ml.evaluation.tuning import Nested, Validation, joint_loss
from secretome_ml.features.columns import Features
from secretome_ml.models.registry import MODELS
from secretome_ml.models.targets import Targets

# Fixed constructor arguments per model.
Settings = dict[str, dict[str, Any]]


def cross_validate(
    names: tuple[str, ...],
    features: Features,
    targets: Targets,
    plan: Validation,
    settings: Settings | None = None,
    spread: Spread | None = None,
    store: FoldStore | None = None,
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
    store : FoldStore, optional
        Keeps every finished fold, and gives those that were finished before.
    advance : callable, optional
        Called when a fold of a model is done, for a progress bar.
    """
    tell = advance or (lambda: None)
    repeats = [
        study_folds(features.samples, plan.folds, plan.seed + repeat, plan.groups)
        for repeat in range(plan.repeats)
    ]
    splits = [split for repeat in repeats for split in repeat]
    done: dict[tuple[str, int], Fold] = {}
    if store is not None:
        done = store.start(names, splits, features, targets, plan, settings or {})
    for _ in done:
        tell()
    places: list[int] = []
    tasks = []
    for place, split in enumerate(splits):
        for family in families(name for name in names if (name, place) not in done):
            places.append(place)
            tasks.append((family, split, features, targets, plan, settings))
    for number, folds in (spread or over_processes(1))(predict_split, tasks):
        for name, fold in folds.items():
            done[name, places[number]] = fold
            if store is not None:
                store.keep(name, places[number], fold)
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
    """Tune, fit and calibrate models on the training side of any split, and predict its test side."""
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
