"""Sliders: levels of a sample moved by hand, and what its scores become at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from secretome_ml.profiles.levels.reference import known_range
from secretome_ml.web.pages.scored import find
from secretome_ml.web.refusals import Refused
from secretome_ml.web.service import Service, service_of

if TYPE_CHECKING:
    import pandas as pd

    from secretome_ml.profiles import Profiles

router = APIRouter()
MOST_SLIDERS = 8
LEAST_LEVEL, MOST_LEVEL = -1.0, 2.0


@dataclass(frozen=True)
class Slider:
    """One factor that can be moved.

    Parameters
    ----------
    factor : str
        Its id.
    level : float
        Its level in the sample.
    low, high : float
        Ends of the range that amounts of it are held against, in pg/mL; 0 where none is known.
    """

    factor: str
    level: float
    low: float
    high: float


def sliders(profile: Profiles, terms: pd.DataFrame) -> list[Slider]:
    """Return the measured factors of a sample that move its scores most.

    Parameters
    ----------
    profile : Profiles
        One sample.
    terms : pandas.DataFrame
        Its contributions to all effects: `term, kind, contribution`.
    """
    own = terms[terms["kind"] == "factor"]
    size = own["contribution"].abs().groupby(own["term"].astype(object)).sum()
    levels = (
        profile.factors.dropna(subset=["factor", "level"]).groupby("factor", observed=True)["level"].mean()
    )
    strongest = [str(f) for f in size.sort_values(ascending=False, kind="stable").index if f in levels.index]
    return [_slider(profile, factor, float(levels[factor])) for factor in strongest[:MOST_SLIDERS]]


def _slider(profile: Profiles, factor: str, level: float) -> Slider:
    context = profile.context.iloc[0]
    source, product = (
        v if isinstance(v, str) else None for v in (context["cell_source"], context["product"])
    )
    found = known_range(factor, "concentration", source, product)
    return Slider(factor, round(level, 2), *((found.low, found.high) if found else (0.0, 0.0)))


@router.get("/results/{identifier}/samples/{number}/live")
async def live(
    request: Request,
    identifier: str,
    number: int,
    factor: Annotated[list[str], Query(max_length=MOST_SLIDERS)],
    level: Annotated[list[float], Query(max_length=MOST_SLIDERS)],
) -> Response:
    """Score a sample with some levels moved; nothing is kept."""
    service = service_of(request)
    profile = find(service, identifier).one(number)
    if len(factor) != len(level) or not all(LEAST_LEVEL <= one <= MOST_LEVEL for one in level):
        raise Refused(HTTPStatus.BAD_REQUEST, "Every factor needs a level between -1 and 2.")
    known = set(profile.factors["factor"].dropna())
    if not set(factor) <= known:
        raise Refused(HTTPStatus.BAD_REQUEST, "Only factors that the sample measured can be moved.")
    moved = dict(zip(factor, level, strict=True))
    return JSONResponse(await service.run(_scores, service, profile, moved))


def _scores(service: Service, profile: Profiles, levels: dict[str, float]) -> list[dict[str, Any]]:
    rows = service.model.score(with_levels_at(profile, levels))
    told = rows[["effect", "probability", "score", "verdict"]].to_dict("records")
    return [{str(k): v for k, v in row.items()} for row in told]


def with_levels_at(profile: Profiles, levels: dict[str, float]) -> Profiles:
    """Return one sample with some of its factors at other levels."""
    factors = profile.factors
    moved = factors["factor"].astype(object).map(levels)
    return replace(
        profile, factors=factors.assign(level=moved.where(moved.notna(), factors["level"]).astype(float))
    )
