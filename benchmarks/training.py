"""Nested validation against the naive way: `python -m benchmarks.training` prints a Markdown table.

Naive is what one would write with scikit-learn: a `Pipeline` of encoder and model, fitted from the profiles
in every inner fold, for every model and every grid point, one after the other. The splits, the seeds and
the loss that chooses are the same; the margins of both must agree to 1e-9, else the command fails.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from joblib import cpu_count
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from secretome_ml.core.parallel import over_processes
from secretome_ml.evidence import load_evidence
from secretome_ml.features.columns import Features
from secretome_ml.features.encoder import Encoder
from secretome_ml.models import BASELINES, MODELS, Targets, targets_from_evidence
from secretome_ml.profiles import Profiles, profiles_from_evidence
from secretome_ml.recipe import load_recipe
from secretome_ml.trust.calibration import fit_calibrator
from secretome_ml.validation.cross_validation import Validation, cross_validate, joint_loss, predict_split
from secretome_ml.validation.guard import joined_duplicates
from secretome_ml.validation.splits import Split, study_folds, study_groups

Answer = dict[str, tuple[dict[str, Any], pd.DataFrame]]
_AGREE = 1e-9


@dataclass(frozen=True)
class Work:
    """What is validated: the shipped corpus by the default recipe."""

    names: tuple[str, ...]
    profiles: Profiles
    targets: Targets
    plan: Validation
    effects: tuple[str, ...]
    blocks: tuple[str, ...]

    def splits(self) -> list[Split]:
        """Return the outer folds."""
        return study_folds(self.profiles.samples, self.plan.folds, self.plan.seed, self.plan.groups)

    def encoded(self) -> Features:
        """Return the profiles encoded once, with every column."""
        return Encoder(self.effects, self.blocks, min_studies=1).fit(self.profiles).transform(self.profiles)


def the_work() -> Work:
    """Return the nested validation of `secretome-ml train`."""
    recipe, evidence = load_recipe(), load_evidence()
    profiles = profiles_from_evidence(evidence)
    targets = targets_from_evidence(evidence, recipe.effects, recipe.basis_weights)
    groups = joined_duplicates(study_groups(evidence.studies), profiles, targets)
    plan = Validation(recipe.folds, recipe.inner_folds, 1, recipe.seed, recipe.min_studies, groups)
    names = tuple(dict.fromkeys((*BASELINES, *recipe.compare, recipe.model)))
    return Work(names, profiles, targets, plan, recipe.effects, recipe.blocks)


def naive(work: Work, split: Split) -> Answer:
    """Encode and fit from the profiles in every inner fold, for every model and grid point."""

    def fit(name: str, samples: pd.Index, parameters: dict[str, Any]) -> Pipeline:
        encoder = Encoder(work.effects, work.blocks, work.plan.min_studies)
        pipeline = Pipeline([("encoder", encoder), ("model", MODELS[name](**parameters))])
        return pipeline.fit(work.profiles.take(samples), work.targets.take(samples))

    def margin(pipeline: Pipeline, samples: pd.Index) -> pd.DataFrame:
        return pipeline[-1].margin(pipeline[:-1].transform(work.profiles.take(samples)))

    return _nested(work, split, fit, margin)


def encoded_once(work: Work, split: Split) -> Answer:
    """Encode once, and choose the columns per fold; every model and grid point is still fitted afresh."""
    features = work.encoded()

    def fit(name: str, samples: pd.Index, parameters: dict[str, Any]) -> Any:
        columns = features.supported_by(samples, work.plan.min_studies)
        return MODELS[name](**parameters).fit(columns.take(samples), work.targets.take(samples)), columns

    return _nested(work, split, fit, lambda fitted, samples: fitted[0].margin(fitted[1].take(samples)))


def shared(work: Work, split: Split) -> Answer:
    """Do it as `train` does: everything that two fits have in common is worked out once."""
    found = predict_split(work.names, split, work.encoded(), work.targets, work.plan)
    return {name: (fold.parameters, fold.margin) for name, fold in found.items()}


def _nested(work: Work, split: Split, fit: Callable[..., Any], margin: Callable[..., pd.DataFrame]) -> Answer:
    targets, plan = work.targets.take(split.train), work.plan
    found: Answer = {}
    for name in work.names:
        losses = []
        for choice in MODELS[name].grid:
            inner = study_folds(split.train, plan.inner_folds, plan.seed + 1000, plan.groups)
            parts = [margin(fit(name, s.train, choice), s.test) for s in inner]
            whole = pd.concat(parts).reindex(split.train)
            losses.append(joint_loss(whole, fit_calibrator(whole, targets), targets))
        best = MODELS[name].grid[int(np.argmin(losses))]
        found[name] = (best, margin(fit(name, split.train, best), split.test))
    return found


def rows(work: Work, folds: int) -> Iterator[str]:
    """Yield the lines of the table, measured fold by fold, the ways taking turns."""
    seconds: dict[str, list[float]] = {way.__name__: [] for way in (naive, encoded_once, shared)}
    worst = 0.0
    for split in work.splits()[:folds]:
        answers = []
        for way in (naive, encoded_once, shared):
            start = time.perf_counter()
            answers.append(way(work, split))
            seconds[way.__name__].append(time.perf_counter() - start)
        worst = max(worst, *(_furthest(answers[0], other) for other in answers[1:]))
    cores = cpu_count()
    features = work.encoded()
    start = time.perf_counter()
    cross_validate(work.names, features, work.targets, work.plan, spread=over_processes(cores))
    parallel = (time.perf_counter() - start) / work.plan.folds
    base = np.array(seconds["naive"])
    yield "| way | seconds a fold | times faster than naive (least to most over folds) |"
    yield "|---|---|---|"
    for name, label in (
        ("naive", "naive: encoder and model fitted from profiles in every fold"),
        ("encoded_once", "encoded once, every fit afresh"),
        ("shared", "as `train` does it, one process"),
    ):
        taken = np.array(seconds[name])
        ratio = base / taken
        spread = f"{base.sum() / taken.sum():.1f} ({ratio.min():.1f} to {ratio.max():.1f})"
        yield f"| {label} | {taken.mean():.2f} | {spread} |"
    label = f"as `train` does it, {cores} processes, all folds"
    yield f"| {label} | {parallel:.2f} | {base.mean() / parallel:.1f} |"
    yield f"\n{len(base)} of {work.plan.folds} outer folds; margins differ by {worst:.1e} at most."
    if worst > _AGREE:
        raise SystemExit(f"The ways disagree by {worst}.")


def _furthest(one: Answer, other: Answer) -> float:
    """Return the largest difference of margins; other settings chosen count as endless."""
    worst = 0.0
    for name, (choice, margin) in one.items():
        if any(other[name][0][k] != v for k, v in choice.items()):
            return float("inf")
        worst = max(worst, float(np.abs(margin.to_numpy() - other[name][1].to_numpy()).max()))
    return worst


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Nested validation against the naive way.")
    parser.add_argument("--folds", type=int, default=5, help="outer folds to measure")
    given = parser.parse_args()
    with threadpool_limits(1):
        for line in rows(the_work(), given.folds):
            sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
