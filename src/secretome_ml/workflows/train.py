"""Train: evidence in, a validated model and everything worth keeping about it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from secretome_ml.core.errors import InputRefused, NotEnoughEvidence, Problem
from secretome_ml.core.parallel import Spread, over_processes
from secretome_ml.evidence import EFFECTS, Evidence, evidence_stats, validate_evidence
from secretome_ml.explanation.contributions import Typical, explain_margin, typical_parts
from secretome_ml.explanation.importance import global_importance
from secretome_ml.features.columns import Features
from secretome_ml.features.encoder import BLOCKS, Encoder
from secretome_ml.features.roles import Known, known_roles
from secretome_ml.model import HELD_OUT_COLUMNS, Model
from secretome_ml.models import BASELINES, MODELS, Targets, targets_from_evidence
from secretome_ml.models.device import forget_device
from secretome_ml.models.exact import DIGITS
from secretome_ml.profiles import Profiles, profiles_from_evidence
from secretome_ml.recipe import Recipe
from secretome_ml.report.card import model_card
from secretome_ml.trust.cells import cells_of, error_by_cell, judged_outcomes
from secretome_ml.trust.domain import fit_domain
from secretome_ml.trust.intervals import fit_intervals
from secretome_ml.trust.refits import fit_refits, refits_state
from secretome_ml.validation.cross_validation import (
    OutOfFold,
    Settings,
    Tuned,
    Validation,
    cross_validate,
    tune,
)
from secretome_ml.validation.guard import joined_duplicates
from secretome_ml.validation.metrics import evaluate_predictions, pair_hits
from secretome_ml.validation.sealed import without_sealed
from secretome_ml.validation.splits import study_groups

_LEAST_STUDIES = 10

# A coarse search, for trying out.
_FAST = {"folds": 3, "inner_folds": 2, "draws": 50, "refits": 4}


@dataclass(frozen=True)
class Training:
    """What a training run made.

    Parameters
    ----------
    model : Model
        The fitted model, ready to write as a bundle.
    metrics : pandas.DataFrame
        `model, effect, metric, value, low, high, n, studies`; baselines first.
    folds : pandas.DataFrame
        One row per model and fold: chosen hyperparameters and joint loss.
    terms, importance : pandas.DataFrame
        What drives each arm of the evidence, and the terms over all arms.
    out_of_fold : dict of str to OutOfFold
        Predictions by models that have not seen the study.
    stats : dict
        Counts of the evidence.
    parameters : dict
        Hyperparameters of the final model.
    evidence : Evidence
        What it was trained on: the evidence given without the sealed studies.
    """

    model: Model
    metrics: pd.DataFrame
    folds: pd.DataFrame
    terms: pd.DataFrame
    importance: pd.DataFrame
    out_of_fold: dict[str, OutOfFold]
    targets: Targets
    stats: dict[str, Any]
    parameters: dict[str, Any]
    evidence: Evidence


def train(
    recipe: Recipe,
    evidence: Evidence,
    jobs: int = 1,
    fast: bool = False,
    advance: Callable[[str, int], None] | None = None,
    spread: Spread | None = None,
    device: str = "cpu",
) -> Training:
    """Validate the evidence, cross-validate by study, fit, calibrate, explain.

    Parameters
    ----------
    recipe : Recipe
        What to train and how to judge it.
    evidence : Evidence
        Published studies; the sealed ones among them are left out.
    jobs : int
        Processes for the folds.
    fast : bool
        A coarse search, for trying out; the recipe kept in the bundle says so.
    advance : callable, optional
        Called with (what, total steps) at the start and (what, 0) after each step.
    spread : Spread, optional
        What the folds are spread over; default: so many processes of this machine.
    device : str
        Where XGBoost trains, `cpu` or `cuda`; the bundle does not say.

    Raises
    ------
    InputRefused
        If the evidence breaks a rule; every row is listed.
    NotEnoughEvidence
        If an effect has too few studies, or no null or adverse outcome.
    """
    evidence = without_sealed(evidence)
    problems = validate_evidence(evidence)
    if problems:
        raise InputRefused(problems)
    _require_known(recipe)
    if fast:
        recipe = replace(recipe, name=f"{recipe.name}-fast", **_FAST)  # type: ignore[arg-type]
    # One thread for linear algebra: small matrices gain nothing from more, and lose much on a busy machine.
    with threadpool_limits(1):
        return _train(recipe, evidence, jobs, advance, spread or over_processes(jobs), device)


def _train(
    recipe: Recipe,
    evidence: Evidence,
    jobs: int,
    advance: Callable[[str, int], None] | None,
    spread: Spread,
    device: str,
) -> Training:
    profiles = profiles_from_evidence(evidence)
    targets = targets_from_evidence(evidence, recipe.effects, recipe.basis_weights)
    _require_evidence(targets)
    features = encode_all(recipe, profiles)
    # Studies that repeat each other stay on one side, as a study does.
    groups = joined_duplicates(study_groups(evidence.studies), profiles, targets)
    plan = Validation(
        recipe.folds, recipe.inner_folds, recipe.repeats, recipe.seed, recipe.min_studies, groups
    )
    names = tuple(dict.fromkeys((*BASELINES, *recipe.compare, recipe.model)))
    settings = _on_device(recipe.settings, names, device)
    if advance:
        advance("cross-validation", len(names) * recipe.folds * recipe.repeats)
    found = cross_validate(
        names,
        features,
        targets,
        plan,
        settings,
        spread,
        (lambda: advance("cross-validation", 0)) if advance else None,
    )
    metrics = _metrics(found, targets, recipe)
    final = tune(recipe.model, features, targets, plan, settings.get(recipe.model))
    final = _without_device(final)
    stats = evidence_stats(evidence)
    model = _assemble(recipe, evidence, profiles, targets, final, metrics, stats, groups, jobs, found)
    terms = explain_margin(model.estimator, *model.encoded(profiles))
    folds = pd.concat([f.folds for f in found.values()], ignore_index=True)
    return Training(
        model,
        metrics,
        folds,
        terms,
        global_importance(terms),
        found,
        targets,
        stats,
        final.parameters,
        evidence,
    )


def _on_device(settings: Settings, names: tuple[str, ...], device: str) -> Settings:
    """Return the settings with the device, where XGBoost is to compute elsewhere than on the CPU."""
    if device == "cpu":
        return settings
    boosted = [n for n in names if "device" in MODELS[n]().get_params()]
    return {**settings, **{n: {**settings.get(n, {}), "device": device} for n in boosted}}


def _without_device(tuned: Tuned) -> Tuned:
    """Return what was tuned without a word of where: a bundle is opened on any machine."""
    forget_device(tuned.model)
    return replace(tuned, parameters={k: v for k, v in tuned.parameters.items() if k != "device"})


def encode_all(recipe: Recipe, profiles: Profiles) -> Features:
    """Return the features with every column that any study states; each fold chooses on its own side."""
    return make_encoder(recipe, min_studies=1).fit(profiles).transform(profiles)


def make_encoder(recipe: Recipe, min_studies: int | None = None) -> Encoder:
    """Return an encoder as a recipe asks for, with the shipped roles."""
    known = Known(known_roles(borrowed=recipe.knowledge["borrowed_role"]), recipe.knowledge)
    return Encoder(recipe.effects, recipe.blocks, min_studies or recipe.min_studies, known)


def _require_known(recipe: Recipe) -> None:
    """Refuse names that no registry or vocabulary holds, and settings that a model does not take."""
    problems = []
    for name in (recipe.model, *recipe.compare, *recipe.settings):
        if name not in MODELS:
            problems.append(
                Problem("recipe", None, "model", f"'{name}' is no model.", f"Use {', '.join(MODELS)}.")
            )
    for name, settings in recipe.settings.items():
        known = MODELS[name]().get_params() if name in MODELS else settings
        for key in sorted(set(settings) - set(known)):
            problems.append(
                Problem(
                    "recipe", None, f"settings.{name}", f"'{key}' is no setting.", f"Use {', '.join(known)}."
                )
            )
    for name in recipe.blocks:
        if name not in BLOCKS:
            what = f"'{name}' is no feature block."
            problems.append(Problem("recipe", None, "blocks", what, f"Use {', '.join(BLOCKS)}."))
    for name in recipe.effects:
        if name not in EFFECTS:
            problems.append(
                Problem("recipe", None, "effects", f"'{name}' is no effect.", f"Use {', '.join(EFFECTS)}.")
            )
    if problems:
        raise InputRefused(problems)


def _require_evidence(targets: Targets) -> None:
    for effect in targets.effects:
        label = targets.binary(effect)
        studies = label.index.str.split("/", n=1).str[0].nunique()
        if studies < _LEAST_STUDIES or label.nunique() < 2:
            raise NotEnoughEvidence(
                f"{effect}: {studies} studies tested it, {int((label == 0).sum())} arms null or adverse; "
                f"at least {_LEAST_STUDIES} studies and both kinds of result are needed. "
                "Leave it out of the recipe."
            )


def _metrics(found: dict[str, OutOfFold], targets: Targets, recipe: Recipe) -> pd.DataFrame:
    frames = [
        evaluate_predictions(
            f.margin, f.probability, targets, recipe.level, recipe.draws, recipe.seed
        ).assign(model=name)
        for name, f in found.items()
    ]
    table = pd.concat(frames, ignore_index=True)
    return table[["model", *(c for c in table.columns if c != "model")]]


def _assemble(
    recipe: Recipe,
    evidence: Evidence,
    profiles: Profiles,
    targets: Targets,
    final: Tuned,
    metrics: pd.DataFrame,
    stats: dict[str, Any],
    groups: pd.Series,
    jobs: int,
    found: dict[str, OutOfFold],
) -> Model:
    encoder = make_encoder(recipe).fit(profiles)
    features = encoder.transform(profiles)
    margin = final.model.margin(features)
    refits = fit_refits(final.model, features, targets, groups, recipe.refits, recipe.seed, jobs)
    studies = evidence.studies[["study", "doi", "pmid", "url", "locator", "title"]]
    tested = judged_outcomes(found[recipe.model].probability, targets)
    cells = error_by_cell(tested, cells_of(profiles))
    return Model(
        recipe=recipe,
        encoder=encoder,
        estimator=final.model,
        calibrator=final.calibrator,
        intervals=fit_intervals(final.margin, targets, recipe.level, min(recipe.draws, 200), recipe.seed),
        domain=fit_domain(profiles),
        typical=_typical(encoder, profiles),
        usual={e: round(float(targets.binary(e).mean()), 9) for e in recipe.effects},
        reference={e: np.sort(margin[e].to_numpy(dtype=float)) for e in recipe.effects},
        studies=studies.astype(object).where(studies.notna(), None).to_dict("records"),
        metrics=[{k: _plain(v) for k, v in row.items()} for row in metrics.to_dict("records")],
        card=model_card(recipe, metrics, stats, final.parameters, cells),
        evidence_digest=evidence.digest,
        refits=refits_state(refits),
        held_out=_held_out(found[recipe.model].margin, targets),
    )


def _typical(encoder: Encoder, profiles: Profiles) -> Typical:
    """Return the typical parts of the known sums, with digits that are the same on every processor."""
    found = typical_parts(encoder, profiles)
    return {e: {key: round(v, 9) for key, v in parts.items()} for e, parts in found.items()}


def _held_out(margin: pd.DataFrame, targets: Targets) -> pd.DataFrame:
    """Return every decided comparison as models that had not seen its study scored it."""
    return pair_hits(margin, targets)[list(HELD_OUT_COLUMNS)].reset_index(drop=True).round({"gap": 6})


def _plain(value: object) -> object:
    """Return a metric's value as JSON can hold it: NaN becomes null, numbers keep what is certain."""
    if isinstance(value, float):
        return None if np.isnan(value) else round(value, DIGITS)
    return value
