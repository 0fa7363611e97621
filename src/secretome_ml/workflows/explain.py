"""Explain: tables, figures and one page, for given profiles or for what the model learned."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from secretome_ml.evidence import load_evidence
from secretome_ml.explanation.importance import global_importance
from secretome_ml.files import write_file
from secretome_ml.model import Model
from secretome_ml.profiles import Profiles, profiles_from_evidence
from secretome_ml.reporting.figures import beeswarm, importance_bar, waterfall
from secretome_ml.reporting.page import explain_page
from secretome_ml.reporting.style import save
from secretome_ml.reporting.summary import summarise
from secretome_ml.workflows.score import table_bytes

# As many samples are drawn one by one; the tables hold all.
_DRAWN = 12


def explain_corpus(model: Model, folder: Path) -> list[Path]:
    """Write what the model learned over the arms of the shipped evidence; return the files."""
    profiles = profiles_from_evidence(load_evidence())
    _, terms = model.score_and_explain(profiles)
    importance = global_importance(terms)
    # A row per arm, effect and term: as Parquet a few MB, as CSV more than a hundred.
    files = [_table(folder, "contributions.parquet", terms), _table(folder, "importance.csv", importance)]
    for effect in model.effects:
        files += save(beeswarm(terms, effect), folder, f"beeswarm_{effect}")
        files += save(importance_bar(importance, effect), folder, f"bar_{effect}")
    page = explain_page("What the model learned", None, terms, importance, summarise(model), [])
    return [*files, _page(folder, page)]


def explain_profiles(model: Model, profiles: Profiles, folder: Path) -> list[Path]:
    """Write what drives each profile; return the files."""
    scores, terms = model.score_and_explain(profiles)
    importance = global_importance(terms)
    files = [
        _table(folder, "scores.csv", scores),
        _table(folder, "contributions.csv", terms),
        _table(folder, "importance.csv", importance),
    ]
    for number, sample in enumerate(profiles.samples[:_DRAWN], start=1):
        for effect in model.effects:
            own = terms[(terms["sample"] == sample) & (terms["effect"] == effect)]
            # No text of the user enters a file name.
            files += save(waterfall(own), folder, f"waterfall_{number:02d}_{effect}")
    if len(profiles) > 1:
        for effect in model.effects:
            files += save(beeswarm(terms, effect), folder, f"beeswarm_{effect}")
            files += save(importance_bar(importance, effect), folder, f"bar_{effect}")
    return [*files, _page(folder, page_of(model, profiles, scores, terms))]


def page_of(model: Model, profiles: Profiles, scores: pd.DataFrame, terms: pd.DataFrame) -> str:
    """Return the page about scored profiles."""
    importance = global_importance(terms)
    return explain_page(
        "What drives these profiles", scores, terms, importance, summarise(model), list(profiles.notes)
    )


def _table(folder: Path, name: str, table: pd.DataFrame) -> Path:
    path = folder / name
    write_file(path, table_bytes(table, path.suffix))
    return path


def _page(folder: Path, page: str) -> Path:
    write_file(folder / "explanation.html", page)
    return folder / "explanation.html"
