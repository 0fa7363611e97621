"""Two samples of any kept results, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from secretome_ml.web.pages.differences import Difference, differences
from secretome_ml.web.pages.facts import facts
from secretome_ml.web.pages.rendering import show
from secretome_ml.web.pages.scored import Scored, find
from secretome_ml.web.pages.waiting import begin
from secretome_ml.web.refusals import Refused
from secretome_ml.web.service import Service, service_of

if TYPE_CHECKING:
    from secretome_ml.web.work import Progress

router = APIRouter()


@dataclass(frozen=True)
class Side:
    """One of two samples."""

    name: str
    file: str
    address: str
    scored: Scored
    number: int


@dataclass(frozen=True)
class Comparison:
    """Two sides and what they differ in."""

    sides: tuple[Side, Side]
    found: list[Difference]


@router.get("/compare")
async def compare(request: Request, first: str, second: str) -> Response:
    """Compare two samples, each written `<result>.<number>`; the answer leads to the page."""
    service = service_of(request)
    sides = side_of(service, first), side_of(service, second)

    def work(progress: Progress) -> str:
        progress(0, 0, "comparing")
        profiles = [side.scored.one(side.number) for side in sides]
        kept = Comparison(sides, differences(service.model, *profiles))
        return f"/comparisons/{service.results.put(kept)}"

    return await begin(request, work)


@router.get("/comparisons/{identifier}")
def comparison(request: Request, identifier: str) -> Response:
    """Show two samples side by side."""
    service = service_of(request)
    kept = service.results.get(identifier)
    if not isinstance(kept, Comparison):
        raise Refused(
            HTTPStatus.NOT_FOUND, "This comparison is not kept any more. Choose the two samples again."
        )
    a, b = (facts(side.scored.one(side.number)) for side in kept.sides)
    told = [(what, x, y) for (what, x), (_, y) in zip(a, b, strict=True) if x or y]
    level = f"{100 * service.model.recipe.level:.0f}\u00a0%"
    return show(request, "compare", sides=kept.sides, found=kept.found, told=told, level=level)


def side_of(service: Service, key: str) -> Side:
    """Return a kept sample, named `<result>.<number>`.

    Raises
    ------
    Refused
        400 when that is no name, 404 when nothing is kept under it.
    """
    identifier, _, number = key.rpartition(".")
    if not number.isdecimal() or len(number) > 6:
        raise Refused(
            HTTPStatus.BAD_REQUEST, "This address does not name two samples. Choose them on a result."
        )
    scored = find(service, identifier)
    name = scored.sample(int(number))
    return Side(name, scored.name, f"/results/{identifier}/samples/{int(number)}", scored, int(number))
