"""Many samples of one file together: groups of them, a map of their factors, lots against one of them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from secretome_ml.explanation.lots import groupings
from secretome_ml.report.together import Asked, together_view
from secretome_ml.web.pages.rendering import show
from secretome_ml.web.pages.scored import Scored, find
from secretome_ml.web.service import Service, service_of

router = APIRouter()


@router.get("/results/{identifier}/together")
async def together(
    request: Request, identifier: str, by: str = "", effect: str = "", reference: int = 1
) -> Response:
    """Show all samples of a result together; what is not asked for is what comes first."""
    service = service_of(request)
    scored = find(service, identifier)
    view = await service.run(_view, service, scored, by, effect, reference)
    return show(request, "together", identifier=identifier, scored=scored, **view)


def _view(service: Service, scored: Scored, by: str, effect: str, reference: int) -> dict[str, Any]:
    model, profiles = service.model, scored.profiles
    can = groupings(profiles)
    asked = Asked(
        by if by in can else next(iter(can), ""),
        effect if effect in model.effects else model.effects[0],
        scored.sample(reference),
    )
    view = together_view(profiles, scored.scores, model.explain(profiles), model.effects, asked)
    samples = [(number, str(name)) for number, name in enumerate(profiles.samples, start=1)]
    return {**view, "effects": model.effects, "samples": samples, "number": reference}
