"""Everything that one round of measurements shares: evidence, features, labels, groups, plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from secretome_ml.evaluation.cross_validation import cross_validate, predict_split
from secretome_ml.evaluation.fold_store import FoldStore
from secretome_ml.evaluation.folds import Fold, OutOfFold
from secretome_ml.evaluation.groups import study_groups
from secretome_ml.evaluation.guard import check_features, check_split, joined_duplicates
from secretome_ml.evaluation.judged import Judged, judge, judge_predictions
from secretome_ml.evaluation.splits import Split
from secretome_ml.evaluation.spread import over_processes
from secretome_ml.evaluation.tuning import Validation
from secretome_ml.evidence import Evidence
from secretome_ml.features.columns import Features
from secretome_ml.features.encoder import Encoder
from secretome_ml.models.targets import Targets, targets_from_evidence
from secretome_ml.profiles import Profiles, profiles_from_evidence
from secretome_ml.recipe import Recipe

Log = Callable[[str, Mapping[str, object], Mapping[str, float]], str]


@dataclass(frozen=True)
class Bench:
    """What is measured, on what, and where the numbers go.

    Parameters
    ----------
    recipe : Recipe
        The recipe whose model is judged beside its rivals.
    evidence, profiles, features, targets
        The studies, and what is made of them.
    groups : pandas.Series
        Study to group of studies that repeat each other.
    plan : Validation
        Folds, repeats, seed, groups.
    jobs : int
        Processes.
    fast : bool
        Fewer of everything, for trying out.
    log : callable
        (name, parameters, metrics) to the id of the run that keeps them.
    store : FoldStore, optional
        Where finished folds are kept.
    """

    recipe: Recipe
    evidence: Evidence
    profiles: Profiles
    features: Features
    targets: Targets
    groups: pd.Series
    plan: Validation
    jobs: int
    fast: bool
    log: Log
    store: FoldStore | None = None

    def validate(
        self, names: Iterable[str], repeats: int | None = None, features: Features | None = None,
        targets: Targets | None = None,
    ) -> dict[str, OutOfFold]:  # fmt: skip
        """Return nested, repeated cross-validation by group; every split is checked for repeated studies."""
        plan = self.plan if repeats is None else replace(self.plan, repeats=min(repeats, self.plan.repeats))
        found = cross_validate(
            tuple(names),
            features or self.features,
            targets or self.targets,
            plan,
            self.recipe.settings,
            over_processes(self.jobs),
            self.store,
        )
        for one in found.values():
            for fold in (fold for repeat in one.parts for fold in repeat):
                check_split(fold.split, self.groups)
        return found

    def predict(self, name: str, splits: list[Split]) -> list[Fold]:
        """Return the test sides of any splits, through the same nested tuning."""
        for split in splits:
            check_split(split, self.groups)
        tasks = [((name,), s, self.features, self.targets, self.plan, self.recipe.settings) for s in splits]
        found = dict(over_processes(self.jobs)(predict_split, tasks))
        return [found[i][name] for i in range(len(splits))]

    def judge(self, found: OutOfFold, targets: Targets | None = None) -> Judged:
        """Return predictions beside the truth."""
        return judge(found, targets or self.targets, self.groups)

    def judge_fold(self, fold: Fold) -> Judged:
        """Return one test side beside the truth."""
        return judge_predictions([fold.margin], [fold.probability], self.targets, self.groups)


def make_bench(
    recipe: Recipe,
    evidence: Evidence,
    repeats: int,
    jobs: int,
    fast: bool,
    log: Log,
    store: FoldStore | None = None,
) -> Bench:
    """Encode the evidence, join repeated studies, and refuse features that leak."""
    profiles = profiles_from_evidence(evidence)
    targets = targets_from_evidence(evidence, recipe.effects, recipe.basis_weights)
    features = Encoder(recipe.effects, recipe.blocks, min_studies=1).fit(profiles).transform(profiles)
    check_features(features, targets)
    groups = joined_duplicates(study_groups(evidence.studies), profiles, targets)
    plan = Validation(
        folds=3 if fast else recipe.folds,
        inner_folds=2 if fast else recipe.inner_folds,
        repeats=1 if fast else repeats,
        seed=recipe.seed,
        min_studies=recipe.min_studies,
        groups=groups,
    )
    return Bench(recipe, evidence, profiles, features, targets, groups, plan, jobs, fast, log, store)
