"""Design: from a preparation to the changes that the model expects to help, and what speaks for each."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.vocabulary import Terms
from secretome_ml.web.pages.changing import CHANGEABLE
from secretome_ml.web.pages.comparing import side_of
from secretome_ml.web.pages.fields import text
from secretome_ml.web.pages.plan import Plan, plan_of
from secretome_ml.web.pages.rendering import show
from secretome_ml.web.pages.waiting import begin
from secretome_ml.web.refusals import Refused
from secretome_ml.web.service import Service, service_of

if TYPE_CHECKING:
    from secretome_ml.profiles import Profiles
    from secretome_ml.web.work import Progress

router = APIRouter()
GAIN, KEEP, LEAVE = "gain", "keep", "leave"
_WANTS = ((GAIN, "gain it"), (KEEP, "do not lose it"), (LEAVE, "leave it"))
_START = "a preparation"
_FORM = "form"


@router.get("/design")
def ask(request: Request, sample: str = "") -> Response:
    """Show the form; `sample` is a kept sample to start from."""
    return _form(request, sample)


@router.post("/design")
async def begin_design(request: Request) -> Response:
    """Rank the changes; the answer leads to them."""
    service = service_of(request)
    async with request.form(max_files=0, max_fields=40) as form:
        try:
            start, name, origin = await service.run(_start, service, form)
            gain, keep = _wanted(service, form)
        except InputRefused as refused:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return _form(request, text(form, "sample"), form, status, refused.problems)

    def work(progress: Progress) -> str:
        from secretome_ml.workflows.design import design

        progress(0, 0, "scoring every change that the evidence carries")
        found = design(service.model, start, service.evidence, gain, keep)
        return f"/design/{service.results.put(plan_of(found, name, origin))}"

    return await begin(request, work)


@router.get("/design/{identifier}")
def designed(request: Request, identifier: str) -> Response:
    """Show the ranked changes."""
    plan = service_of(request).results.get(identifier)
    if not isinstance(plan, Plan):
        raise Refused(HTTPStatus.NOT_FOUND, "This design is not kept any more. Ask for it again.")
    return show(request, "designed", plan=plan)


def _form(
    request: Request,
    sample: str,
    given: FormData | Mapping[str, Any] | None = None,
    status: int = HTTPStatus.OK,
    problems: Any = (),
) -> Response:
    service = service_of(request)
    terms, told = Terms(), given or {}
    conditions = [
        (
            column,
            column.replace("_", " "),
            [("", "not stated"), *((i, terms.label(column, i)) for i in terms.ids(column))],
            str(told.get(column, "")),
        )
        for column in CHANGEABLE
    ]
    effects = service.model.effects
    chosen = {e: str(told.get(e, GAIN if i == 0 else LEAVE)) for i, e in enumerate(effects)}
    return show(
        request,
        "design",
        status,
        side=side_of(service, sample) if sample else None,
        sample=sample,
        conditions=conditions,
        preconditioning=str(told.get("preconditioning", "")),
        effects=[(e, chosen[e]) for e in effects],
        wants=_WANTS,
        problems=problems,
    )


def _start(service: Service, form: FormData) -> tuple[Profiles, str, str]:
    """Return the preparation to change, its name, and the address of its page where it has one."""
    from secretome_ml.design.start import read_start

    key = text(form, "sample")
    if key:
        side = side_of(service, key)
        return side.scored.one(side.number), side.name, side.address
    given = {c: text(form, c) for c in CHANGEABLE}
    given["preconditioning"] = text(form, "preconditioning", 2000)
    # The words are written as the command takes them, in which `;` divides them.
    words = "; ".join(f"{c}={v.replace(';', ',')}" for c, v in given.items() if v)
    try:
        return read_start(words), ", ".join(_labels(given)) or _START, ""
    except InputRefused as refused:
        raise InputRefused([_of_form(p) for p in refused.problems]) from None


def _of_form(problem: Problem) -> Problem:
    """Return a problem that speaks of the form instead of the command."""
    general = "Choose a cell source, a product or a preconditioning."
    remedy = general if problem.column is None else problem.remedy
    return Problem(_FORM, None, problem.column, problem.what, remedy)


def _labels(given: Mapping[str, str]) -> list[str]:
    """Return what is stated about the start, as its name."""
    terms, done = Terms(), given["preconditioning"]
    told = [terms.label(c, v) for c, v in given.items() if v and c != "preconditioning"]
    return [*told, *(["no preconditioning"] if done == "none" else [done] if done else [])]


def _wanted(service: Service, form: FormData) -> tuple[list[str], list[str]]:
    wants = {e: text(form, e) for e in service.model.effects}
    gain = [e for e, want in wants.items() if want == GAIN]
    if not gain:
        remedy = "Choose “gain it” for at least one effect."
        raise InputRefused([Problem(_FORM, None, "effects", "No effect is to be gained.", remedy)])
    return gain, [e for e, want in wants.items() if want == KEEP]
