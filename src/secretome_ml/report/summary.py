"""What a page or card tells about a model, and a prediction in plain words."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import pandas as pd

from secretome_ml.core.version import __version__
from secretome_ml.explanation.contributions import BASE_TERM, UNSTATED_TERM
from secretome_ml.explanation.stability import STABLE
from secretome_ml.model import Model
from secretome_ml.vocabulary import phrases

_LIBRARIES = ("numpy", "pandas", "scipy", "xgboost", "matplotlib")
_CHANCES = ("probability", "probability_low", "probability_high")


@dataclass(frozen=True)
class ModelSummary:
    """What a model is, as a reader of its predictions needs it.

    Parameters
    ----------
    name, model : str
        Name of the recipe and of the model in the registry.
    recipe : mapping of str to values
        Every setting of the training run.
    metrics : pandas.DataFrame
        `model, effect, metric, value, low, high, n, studies`: the model beside the baselines.
    studies, evidence_digest, bundle_digest : int and str
        What it was trained on, and which bundle it is.
    level : float
        Level of all intervals.
    versions : mapping of str to str
        Versions of the package and of the libraries.
    """

    name: str
    model: str
    recipe: Mapping[str, Any]
    metrics: pd.DataFrame
    studies: int
    evidence_digest: str
    bundle_digest: str
    level: float = 0.9
    versions: Mapping[str, str] = field(default_factory=lambda: {"secretome-ml": __version__})

    @property
    def settings(self) -> list[tuple[str, str]]:
        """The recipe as names and texts, those that are set."""
        return [(k.replace("_", " "), _text(v)) for k, v in self.recipe.items() if v not in ({}, [], ())]


def summarise(model: Model, versions: Mapping[str, str] | None = None) -> ModelSummary:
    """Return the summary of a trained model.

    Parameters
    ----------
    model : Model
        As `load_model` gives it.
    versions : mapping of str to str, optional
        Versions of libraries, to name beside the package's own.
    """
    return ModelSummary(
        name=model.recipe.name,
        model=model.estimator.name,
        recipe=model.recipe.as_dict(),
        metrics=pd.DataFrame(model.metrics),
        studies=len(model.studies),
        evidence_digest=model.evidence_digest,
        bundle_digest=model.digest,
        level=model.recipe.level,
        versions={"secretome-ml": __version__, **(versions or {})},
    )


def library_versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that a prediction rests on."""
    return {
        "Python": platform.python_version(),
        **{name: str(import_module(name).__version__) for name in _LIBRARIES},
    }


def plain_words(score: Mapping[str, Any], terms: pd.DataFrame, level: float = 0.9) -> str:
    """Return one prediction as sentences: how probable a benefit is, and what moves the score most.

    Parameters
    ----------
    score : mapping
        One row of the table of scores.
    terms : pandas.DataFrame
        The contributions behind it.
    level : float
        Level of the interval.
    """
    chance, low, high = (f"{100 * float(score[c]):.0f}" for c in _CHANCES)
    text = (
        f"Probability {chance} % ({100 * level:.0f} % interval {low} to {high} %), a higher score than "
        f"{float(score['percentile']):.0f} % of the published arms. "
    )
    moved = phrases.drivers_sentence(named_drivers(terms, 1.0), named_drivers(terms, -1.0))
    return (text + moved).replace(" %", "\u00a0%")


def named_drivers(terms: pd.DataFrame, side: float, most: int = 3, least: float = 0.02) -> list[str]:
    """Return the strongest terms of one side, each with what the sample states about it.

    What was not stated is no driver that anybody could look up; it stays in the tables. A term whose sign
    does not hold over refits on resampled studies says so, where the terms tell.
    """
    own = terms[~terms["term"].isin([BASE_TERM, UNSTATED_TERM]) & (terms["contribution"] * side >= least)]
    own = own.assign(size=own["contribution"].abs())
    own = own.sort_values(["size", "term"], ascending=[False, True], kind="stable").head(most)
    shaky = own["same_sign"] < STABLE if "same_sign" in own else pd.Series(False, index=own.index)
    return [
        phrases.phrase(str(t), str(s), "sign not stable" if unsure else "")
        for t, s, unsure in zip(own["term"], own["state"], shaky, strict=True)
    ]


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(str(v) for v in value)
    return json.dumps(value, sort_keys=True, default=str) if isinstance(value, dict) else str(value)


def citation() -> str:
    """Return how to cite the package, as CITATION.cff has it."""
    return (
        "The secretome-ml authors. secretome-ml: which therapeutic effects a stem-cell secretome has, "
        f"learned from published studies, version {__version__}. "
        "Software, Apache-2.0; evidence tables, CC BY 4.0."
    )
