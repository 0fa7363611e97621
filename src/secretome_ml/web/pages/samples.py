"""One sample: its scores, what drives them, the studies behind, and what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from secretome_ml.report.bars import Step, waterfall
from secretome_ml.web.pages.evidence import host
from secretome_ml.web.pages.facts import condition_words, facts, measured
from secretome_ml.web.pages.library import Library, library_of
from secretome_ml.web.pages.live import sliders
from secretome_ml.web.pages.rendering import show
from secretome_ml.web.pages.scored import Scored, find
from secretome_ml.web.service import Service, service_of

if TYPE_CHECKING:
    import pandas as pd

    from secretome_ml.model import Model
    from secretome_ml.profiles import Profiles

router = APIRouter()
STUDIES = 6


@dataclass(frozen=True)
class Why:
    """What drives the score of one effect, and the studies behind it."""

    effect: str
    words: str
    steps: list[Step]
    supporting: list[dict[str, Any]]
    opposing: list[dict[str, Any]]


@router.get("/results/{identifier}/samples/{number}")
async def sample(request: Request, identifier: str, number: int) -> Response:
    """Show one sample."""
    service = service_of(request)
    scored = find(service, identifier)
    view = await service.run(sample_view, service, library_of(request), scored, number)
    return show(request, "sample", identifier=identifier, number=number, scored=scored, **view)


def sample_view(service: Service, library: Library, scored: Scored, number: int) -> dict[str, Any]:
    """Return what the page of a sample shows."""
    from secretome_ml.explanation.hints import hint_words, hints
    from secretome_ml.web.pages.changing import choices

    name = scored.sample(number)
    profile = scored.one(number)
    scores = service.model.score(profile)
    level = service.model.recipe.level
    rows: list[dict[str, Any]] = scores.to_dict("records")
    drivers = _drivers(service.model, profile)
    return {
        "sample": name,
        "rows": rows,
        "level": f"{100 * level:.0f}\u00a0%",
        "sliders": sliders(profile, drivers),
        "among": _among(library, profile, rows),
        "reasons": [r for r in str(rows[0]["domain_reason"]).split("; ") if r],
        "unknown": [n for n in str(rows[0]["factors_unknown"]).split("; ") if n],
        "used": int(rows[0]["factors_used"]),
        "whys": _whys(library, profile, scores, drivers, level),
        "facts": facts(profile),
        "condition": condition_words(profile),
        "hints": hint_words(hints(profile)).get(name, []),
        "measured": measured(profile),
        "moved": scored.moved if number == len(scored.profiles) else (),
        "others": [(i, str(n)) for i, n in enumerate(scored.profiles.samples, 1) if i != number],
        "choices": choices(profile),
    }


def _among(library: Library, profile: Profiles, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the percentiles among the published arms that the sample may be held against."""
    from secretome_ml.workflows.reference import ALL, TESTED, percentiles_among

    words = {ALL: "all arms", TESTED: "arms in which the effect was tested"}
    scores = {str(row["effect"]): float(row["score"]) for row in rows}
    found = percentiles_among(library.arms, profile.context.iloc[0], scores)
    return [
        {
            "name": words.get(choice, choice.partition("=")[2].replace("_", " ")),
            "cells": [told.get(effect) for effect in scores],
        }
        for choice, told in found.items()
    ]


def _drivers(model: Model, profile: Profiles) -> pd.DataFrame:
    """Return the contributions of one sample, with their intervals and whether their signs hold."""
    from secretome_ml.explanation.groups import with_amounts
    from secretome_ml.explanation.stability import sample_stability

    features, maps = model.encoded(profile)
    spread = sample_stability(maps, features, model.estimator, model.resampled, model.intervals.level)
    return with_amounts(spread, profile)


def _whys(
    library: Library, profile: Profiles, scores: pd.DataFrame, terms: pd.DataFrame, level: float
) -> list[Why]:
    from secretome_ml.report.summary import plain_words

    behind = library.studies.behind(profile, STUDIES)
    behind = behind.assign(year=behind["year"].astype("string").fillna(""))
    found = []
    for row in scores.to_dict("records"):
        effect = str(row["effect"])
        own = terms[terms["effect"] == effect]
        studies: list[dict[str, Any]] = behind[behind["effect"] == effect].to_dict("records")
        for study in studies:
            study["name"] = study["title"] or host(study["locator"]) or study["study"]
        found.append(
            Why(
                effect,
                plain_words(row, own, level),
                waterfall(own),
                [s for s in studies if s["side"] == "supports"],
                [s for s in studies if s["side"] != "supports"],
            )
        )
    return found
