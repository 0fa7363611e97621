"""What one round of measurements shares: evidence, features, labels, groups, plan; tables as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from experiments.judged import Judged, judge, judge_predictions
from secretome_ml.core.parallel import over_processes
from secretome_ml.evidence import Evidence
from secretome_ml.features.columns import Features
from secretome_ml.models.targets import Targets, targets_from_evidence
from secretome_ml.profiles import Profiles, profiles_from_evidence
from secretome_ml.recipe import Recipe
from secretome_ml.trust.resampling import Estimate
from secretome_ml.validation.cross_validation import (
    Fold,
    OutOfFold,
    Validation,
    cross_validate,
    predict_split,
)
from secretome_ml.validation.guard import check_features, joined_duplicates
from secretome_ml.validation.sealed import without_sealed
from secretome_ml.validation.splits import Split, study_groups
from secretome_ml.workflows.train import encode_all

Cell = str | float | int | Estimate
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

    def validate(
        self, names: Iterable[str], repeats: int | None = None, features: Features | None = None,
        targets: Targets | None = None,
    ) -> dict[str, OutOfFold]:  # fmt: skip
        """Return nested, repeated cross-validation by group; every split is checked for repeated studies."""
        plan = self.plan if repeats is None else replace(self.plan, repeats=min(repeats, self.plan.repeats))
        return cross_validate(
            tuple(names),
            features or self.features,
            targets or self.targets,
            plan,
            self.recipe.settings,
            over_processes(self.jobs),
        )

    def predict(self, name: str, splits: list[Split]) -> list[Fold]:
        """Return the test sides of any splits, through the same nested tuning."""
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
) -> Bench:
    """Leave out the sealed studies, encode, join repeated studies, and refuse features that leak."""
    evidence = without_sealed(evidence)
    profiles = profiles_from_evidence(evidence)
    targets = targets_from_evidence(evidence, recipe.effects, recipe.basis_weights)
    features = encode_all(recipe, profiles)
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
    return Bench(recipe, evidence, profiles, features, targets, groups, plan, jobs, fast, log)


@dataclass
class Section:
    """Rows of named cells; `run` is the MLflow run that made the row's numbers."""

    title: str
    note: str
    rows: list[dict[str, Cell]] = field(default_factory=list)

    def markdown(self) -> str:
        """Return the section as Markdown."""
        lines = [f"## {self.title}", "", self.note, ""]
        if self.rows:
            names = list(dict.fromkeys(name for row in self.rows for name in row))
            lines += [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
            lines += [f"| {' | '.join(_show(row.get(name, '')) for name in names)} |" for row in self.rows]
            lines.append("")
        return "\n".join(lines)


def numbers(cells: Mapping[str, Cell]) -> dict[str, float]:
    """Return the numbers of a row under names that MLflow accepts, each estimate with both ends.

    Examples
    --------
    >>> numbers({"concordance, all": Estimate(0.5, 0.25, 0.75, 4, 2), "model": "coin"})
    {'concordance all': 0.5, 'concordance all.low': 0.25, 'concordance all.high': 0.75}
    """
    found: dict[str, float] = {}
    for name, cell in cells.items():
        plain = "".join(c for c in name if c.isalnum() or c in " _-./")
        if isinstance(cell, Estimate):
            found |= {plain: cell.value, f"{plain}.low": cell.low, f"{plain}.high": cell.high}
        elif isinstance(cell, int | float):
            found[plain] = float(cell)
    return found


def _show(cell: Cell) -> str:
    if isinstance(cell, Estimate):
        return "–" if cell.value != cell.value else f"{cell.value:.3f} ({cell.low:.3f} to {cell.high:.3f})"
    if isinstance(cell, float):
        return "–" if cell != cell else f"{cell:.3f}"
    return str(cell).replace("|", "/")
