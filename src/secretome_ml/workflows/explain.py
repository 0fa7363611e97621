"""Explain: tables, figures and one page, for given profiles or for what the model learned."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.core.files import replace_folder
from secretome_ml.evidence import Evidence, load_evidence
from secretome_ml.explanation.cohorts import (
    cohort_difference,
    cohort_of,
    largest_cohorts,
    require_cohorts,
)
from secretome_ml.explanation.hints import hints
from secretome_ml.explanation.importance import by_family, family_importance, global_importance
from secretome_ml.explanation.interactions import term_interactions
from secretome_ml.explanation.stability import sample_stability, term_stability
from secretome_ml.explanation.studies import studies_behind
from secretome_ml.explanation.term_map import BASE_TERM, UNSTATED_TERM, TermMap
from secretome_ml.explanation.term_studies import TermIndex
from secretome_ml.features.columns import Features
from secretome_ml.model import Model
from secretome_ml.profiles import Profiles, profiles_from_evidence
from secretome_ml.report.figures import waterfall
from secretome_ml.report.page import learned_page
from secretome_ml.report.summary import summarise
from secretome_ml.workflows import explain_figures as draw
from secretome_ml.workflows.report import report_html

Tell = Callable[[str], None]

# The tables of drivers and their studies name so many per sample and effect, and per effect over the corpus.
_DRIVERS, _DRIVERS_LEARNED = 5, 20
# Samples that get waterfalls as files.
_DRAWN = 12
_OWN_FILES = re.compile(
    r"(explanation\.html|[a-z_]+\.(csv|parquet)|(waterfall|beeswarm|bar|pathways|stability|interactions|"
    r"dependence|cohorts|effects)[a-z0-9_]*\.(pdf|svg|png))"
)


@dataclass(frozen=True)
class Cohorts:
    """Two groups of samples to set against each other.

    Parameters
    ----------
    by : str
        How samples are grouped; see `secretome_ml.explanation.cohorts.COHORT_BY`.
    between : tuple of str
        The two cohorts; empty = the two with most studies.
    """

    by: str
    between: tuple[str, ...] = ()


def explain_corpus(
    model: Model,
    folder: Path,
    cohorts: Cohorts | None = None,
    tell: Tell = lambda _: None,
    evidence: Evidence | None = None,
) -> list[Path]:
    """Write what the model learned over the arms of the evidence (default: the shipped); return the files."""
    _refuse_foreign(folder)
    evidence = evidence or load_evidence()
    profiles = profiles_from_evidence(evidence)
    cohorts = _settled(cohorts, profiles)
    tell("contributions")
    features, maps, terms = _terms(model, profiles)
    importance = global_importance(terms)
    tell(f"stability over {len(model.resampled)} refits")
    stability = term_stability(maps, features, model.estimator, model.resampled, model.recipe.level)
    tell("interactions")
    interactions = pd.concat(
        [term_interactions(model.estimator, features, e, maps[e]) for e in model.effects], ignore_index=True
    )
    groups = family_importance(terms, "group")
    figures = {
        **draw.drivers_figures(terms, importance, model.effects),
        **draw.group_figures(groups, model.effects),
        **draw.stability_figures(stability, model.effects, len(model.resampled)),
        **draw.interaction_figures(interactions, model.effects),
    }
    for effect in model.effects:
        figures |= draw.dependence_figures(terms, importance, effect)
    # A row per arm, effect and term: as Parquet a few MB, as CSV more than a hundred.
    files = {
        **draw.table_file("contributions.parquet", terms),
        **draw.table_file("importance.csv", importance),
        **draw.table_file("pathways.csv", groups),
        **draw.table_file("families.csv", family_importance(terms, "family")),
        **draw.table_file("stability.csv", stability),
        **draw.table_file("interactions.csv", interactions),
        **draw.table_file(
            "driver_studies.csv", _driver_studies(_learned_drivers(stability), evidence, model)
        ),
    }
    if cohorts is not None:
        tell(f"cohorts by {cohorts.by}")
        own = _against(model, profiles, features, maps, cohorts)
        files |= own[0]
        figures |= own[1]
    tell("figures and page")
    extra = {n: f for n, f in figures.items() if not n.startswith(("beeswarm", "bar", "dependence"))}
    page = learned_page("What the model learned", terms, summarise(model), importance, extra)
    return _write(folder, files | draw.files_of(figures) | {"explanation.html": page.encode()})


def explain_profiles(
    model: Model,
    profiles: Profiles,
    folder: Path,
    cohorts: Cohorts | None = None,
    tell: Tell = lambda _: None,
    date: str = "",
) -> list[Path]:
    """Write what drives each profile, and the report; return the files. `date` is that of the input."""
    _refuse_foreign(folder)
    cohorts = _settled(cohorts, profiles)
    tell("scores and contributions")
    scores, terms = model.score_and_explain(profiles)
    importance, evidence = global_importance(terms), load_evidence()
    features, maps = model.encoded(profiles)
    tell(f"stability over {len(model.resampled)} refits")
    spread = sample_stability(maps, features, model.estimator, model.resampled, model.recipe.level)
    tell("studies behind")
    studies = studies_behind(profiles, evidence, model.effects)
    files = {
        **draw.table_file("scores.csv", scores),
        **draw.table_file("contributions.csv", spread),
        **draw.table_file("importance.csv", importance),
        **draw.table_file("families.csv", by_family(terms)),
        **draw.table_file("studies.csv", studies),
        **draw.table_file("hints.csv", hints(profiles)),
        **draw.table_file("driver_studies.csv", _driver_studies(_sample_drivers(terms), evidence, model)),
    }
    figures: draw.Figures = {}
    for number, sample in enumerate(profiles.samples[:_DRAWN], start=1):
        for effect in model.effects:
            own = spread[(spread["sample"] == sample) & (spread["effect"] == effect)]
            # No text of the user enters a file name.
            figures[f"waterfall_{number:02d}_{effect}"] = waterfall(own), ""
    if len(profiles) > 1:
        figures |= draw.drivers_figures(terms, importance, model.effects)
    extra: draw.Figures = {}
    if cohorts is not None:
        tables, extra = _against(model, profiles, features, maps, cohorts)
        files |= tables
    tell("figures and page")
    page = report_html(model, profiles, (scores, terms), evidence, studies, extra, date)
    return _write(folder, files | draw.files_of(figures | extra) | {"explanation.html": page.encode()})


def _terms(model: Model, profiles: Profiles) -> tuple[Features, dict[str, TermMap], pd.DataFrame]:
    features, maps = model.encoded(profiles)
    given = _contributions(model, features, maps)
    terms = pd.concat([found.table(given[e], e) for e, found in maps.items()], ignore_index=True)
    return features, maps, terms


def _contributions(model: Model, features: Features, maps: dict[str, TermMap]) -> dict[str, np.ndarray]:
    return {e: found.contributions(model.estimator.contributions(features, e)) for e, found in maps.items()}


def _against(
    model: Model, profiles: Profiles, features: Features, maps: dict[str, TermMap], cohorts: Cohorts
) -> tuple[draw.Files, draw.Figures]:
    """Return the table and the figure of one cohort against another."""
    a, b = cohorts.between
    given = _contributions(model, features, maps)
    cohort = cohort_of(profiles, cohorts.by)
    table = cohort_difference(maps, given, cohort, a, b, level=model.recipe.level)
    table = table.assign(cohort_a=a, cohort_b=b)
    return draw.table_file("cohorts.csv", table), draw.cohort_figure(table, a, b, model.effects)


def _settled(cohorts: Cohorts | None, profiles: Profiles) -> Cohorts | None:
    """Return the cohorts with both names, before any work is done.

    Raises
    ------
    UnknownName
        If samples cannot be grouped so, or a cohort has no sample.
    InputRefused
        If there are no two cohorts.
    """
    if cohorts is None:
        return None
    cohort = cohort_of(profiles, cohorts.by)
    between = cohorts.between or tuple(largest_cohorts(cohort))
    require_cohorts(cohort, between)
    if len(between) != 2:
        what = f"{len(between)} cohorts by {cohorts.by} can be told apart in the input; two are needed."
        raise InputRefused([Problem("--by", None, None, what, "Give samples of two cohorts.")])
    return Cohorts(cohorts.by, between)


def _sample_drivers(terms: pd.DataFrame) -> pd.DataFrame:
    """Return `effect, term` of the strongest terms of any sample."""
    own = terms[~terms["term"].isin([BASE_TERM, UNSTATED_TERM])]
    size = own["contribution"].abs()
    own = own.loc[size.sort_values(ascending=False, kind="stable").index]
    return own.groupby(["sample", "effect"]).head(_DRIVERS)[["effect", "term"]].drop_duplicates()


def _learned_drivers(stability: pd.DataFrame) -> pd.DataFrame:
    return stability.groupby("effect").head(_DRIVERS_LEARNED)[["effect", "term"]]


def _driver_studies(drivers: pd.DataFrame, evidence: Evidence, model: Model) -> pd.DataFrame:
    """Return the studies behind every driver."""
    index = TermIndex.of(evidence, model.effects)
    frames = [index.studies(str(term)) for term in pd.unique(drivers["term"])]
    return pd.concat(frames).merge(drivers, on=["effect", "term"]) if frames else index.studies("")


def _write(folder: Path, files: draw.Files) -> list[Path]:
    replace_folder(folder, files)
    return [folder / name for name in files]


def _refuse_foreign(folder: Path) -> None:
    """Refuse to replace a folder that holds anything but an explanation.

    Raises
    ------
    InputRefused
        Naming what stands there.
    """
    if not folder.exists():
        return
    names = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else [folder.name]
    foreign: Sequence[str] = [name for name in names if not _OWN_FILES.fullmatch(name)]
    if names and "explanation.html" not in names:
        foreign = foreign or names
    if foreign:
        what = f"There is {foreign[0]!r}, which is of no explanation and would be lost."
        raise InputRefused([Problem(str(folder), None, None, what, "Name a new or empty folder.")])
