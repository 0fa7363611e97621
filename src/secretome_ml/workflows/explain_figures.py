"""Figures and tables of an explanation, as files by name."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from secretome_ml.explanation.term_map import BASE_TERM, UNSTATED_TERM
from secretome_ml.report.figures import (
    beeswarm,
    dependence,
    effect_matrix,
    importance_bar,
    matrix_figure,
    stability_figure,
)
from secretome_ml.report.learned import bar_caption, swarm_caption
from secretome_ml.report.style import figure_files
from secretome_ml.report.words import effect_label, shorten
from secretome_ml.workflows.score import table_bytes

Files = dict[str, bytes]
Figures = dict[str, tuple[Figure, str]]

# A term that fewer studies state is not set beside others.
_LEAST_STUDIES = 5
_FACTORS, _AGENTS = 12, 7


def table_file(name: str, table: pd.DataFrame) -> Files:
    """Return a table as a file; the ending of the name says in which format."""
    return {name: table_bytes(table, name[name.rindex(".") :])}


def files_of(figures: Mapping[str, tuple[Figure, str]]) -> Files:
    """Return figures as PDF, SVG and PNG."""
    files: Files = {}
    for name, (figure, _) in figures.items():
        files |= figure_files(figure, name)
    return files


def drivers_figures(terms: pd.DataFrame, importance: pd.DataFrame, effects: tuple[str, ...]) -> Figures:
    """Return, per effect, every sample's contributions and their sums."""
    found: Figures = {}
    for effect in effects:
        named = effect_label(effect)
        found[f"beeswarm_{effect}"] = beeswarm(terms, effect), swarm_caption(named)
        found[f"bar_{effect}"] = importance_bar(importance, effect), bar_caption(named)
    return found


def group_figures(groups: pd.DataFrame, effects: tuple[str, ...]) -> Figures:
    """Return, per effect, the pathways and kinds of condition that the score rests on."""
    table = groups.rename(columns={"group": "term"})
    return {
        f"pathways_{effect}": (
            importance_bar(table, effect, "pathways and kinds of condition"),
            f"The {effect_label(effect)} score by pathway and kind of condition: members are summed with "
            "their sign within a sample, then magnitudes are averaged.",
        )
        for effect in effects
    }


def stability_figures(stability: pd.DataFrame, effects: tuple[str, ...], refits: int) -> Figures:
    """Return what having each thing adds, per effect with its spread, and across effects."""
    found: Figures = {}
    for effect in effects:
        caption = (
            f"What having each thing adds to the {effect_label(effect)} score, with its interval over "
            f"{refits} refits on resampled studies, and in how many of them the sign is the same."
        )
        found[f"stability_{effect}"] = stability_figure(stability, effect, refits), caption
    own = stability[stability["studies"] >= _LEAST_STUDIES]
    values, sure = _labelled(*effect_matrix(own, "adds", "stable", effects))
    figure = matrix_figure(
        values, sure, "What having each thing adds", "log odds, over the samples that state it",
        "Grey digits: the sign is not stable over refits.",
    )  # fmt: skip
    found["effects"] = figure, "What having each thing adds to each score, effects side by side."
    return found


def interaction_figures(interactions: pd.DataFrame, effects: tuple[str, ...]) -> Figures:
    """Return, per effect, which preconditioning changes what a factor is worth."""
    found: Figures = {}
    for effect in effects:
        pairs = agent_factor_pairs(interactions[interactions["effect"] == effect])
        if pairs.empty:
            continue
        size = {side: pairs.groupby(side)["mean_magnitude"].sum() for side in ("factor", "agent")}
        rows, columns = size["factor"].nlargest(_FACTORS).index, size["agent"].nlargest(_AGENTS).index
        wide = {
            value: pairs.pivot_table(index="factor", columns="agent", values=value).reindex(
                rows, columns=columns
            )
            for value in ("together", "studies")
        }
        note = f"Grey digits: fewer than {_LEAST_STUDIES} studies state both. Empty: no interaction."
        named = effect_label(effect)
        figure = matrix_figure(
            wide["together"],
            wide["studies"] >= _LEAST_STUDIES,
            f"What changes a factor's {named} worth",
            "interaction where both are stated, log odds",
            note,
        )
        found[f"interactions_{effect}"] = (
            figure,
            f"By how much a preconditioning changes what a factor contributes to the {named} score.",
        )
    return found


def agent_factor_pairs(interactions: pd.DataFrame) -> pd.DataFrame:
    """Return the interactions of a preconditioning with a factor, sides named `agent` and `factor`."""
    kinds = interactions["first_kind"], interactions["second_kind"]
    one = interactions[(kinds[0] == "factor") & (kinds[1] == "preconditioning")]
    two = interactions[(kinds[0] == "preconditioning") & (kinds[1] == "factor")]
    return pd.concat(
        [
            one.rename(columns={"first": "factor", "second": "agent"}),
            two.rename(columns={"first": "agent", "second": "factor"}),
        ],
        ignore_index=True,
    )


def dependence_figures(terms: pd.DataFrame, importance: pd.DataFrame, effect: str, most: int = 3) -> Figures:
    """Return how the strongest factors' contributions follow what was measured."""
    own = importance[(importance["effect"] == effect) & (importance["kind"] == "factor")]
    strongest = own.sort_values("mean_magnitude", ascending=False, kind="stable")["term"].head(most)
    return {
        f"dependence_{effect}_{number}": (
            dependence(terms, effect, str(term)),
            f"{term}: contribution to the {effect_label(effect)} score by its level; "
            "samples in which it was not measured stand apart.",
        )
        for number, term in enumerate(strongest, start=1)
    }


def cohort_figure(difference: pd.DataFrame, a: str, b: str, effects: tuple[str, ...]) -> Figures:
    """Return the terms that contribute differently in two cohorts."""
    sure = (difference["low"] > 0) | (difference["high"] < 0)
    shown = ~difference["term"].isin([BASE_TERM, UNSTATED_TERM])
    own = difference.assign(sure=sure)[shown]
    values, certain = _labelled(*effect_matrix(own, "difference", "sure", effects))
    named = [shorten(name.replace("_", " "), 24) for name in (a, b)]
    figure = matrix_figure(
        values,
        certain,
        f"{named[0].capitalize()} minus {named[1]}",
        "difference of mean contributions, log odds",
        "Grey digits: the interval over studies holds zero.",
    )
    caption = f"Mean contribution in {named[0]} minus that in {named[1]}; grey where the interval holds zero."
    return {"cohorts": (figure, caption)}


def _labelled(values: pd.DataFrame, sure: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    return values.rename(columns=effect_label), sure.rename(columns=effect_label)
