"""Long work: begun by a form, watched on a page that draws itself again until it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from secretome_ml.web.pages.form import Submitted, show_form
from secretome_ml.web.pages.refused import error_page
from secretome_ml.web.pages.rendering import show
from secretome_ml.web.refusals import Refusal, Refused
from secretome_ml.web.service import service_of
from secretome_ml.web.work import Job, Progress

router = APIRouter()

# Most work ends sooner than this; then nobody sees a page that only says so.
_PATIENCE_S = 1.5
_LOOK_S = 0.03
_GONE = "This work is not remembered any more. Begin it again."


async def begin(request: Request, work: Callable[[Progress], str], sent: Submitted | None = None) -> Response:
    """Begin work and answer with its result when that is quick, else with the page that waits.

    Parameters
    ----------
    request : Request
        The form that asked for it.
    work : callable
        Gets a function to tell its progress with; returns the address of its result.
    sent : Submitted, optional
        What the user sent, to be shown again if it cannot be used.
    """
    service = service_of(request)
    name = service.begin(work)
    loop = asyncio.get_running_loop()
    end = loop.time() + _PATIENCE_S
    job: Job = service.jobs.get(name)
    while not job.result and not job.refusal and loop.time() < end:
        await asyncio.sleep(_LOOK_S)
    if job.result:
        return RedirectResponse(job.result, HTTPStatus.SEE_OTHER)
    kept = f"?sent={service.results.put(sent, sent.weight)}" if sent is not None else ""
    return RedirectResponse(f"/jobs/{name}{kept}", HTTPStatus.SEE_OTHER)


@router.get("/jobs/{name}")
def watch(request: Request, name: str, sent: str = "") -> Response:
    """Show how far the work is; go to its result when it is done."""
    job: Job | None = service_of(request).jobs.get(name)
    if job is None:
        raise Refused(HTTPStatus.NOT_FOUND, _GONE)
    if job.result:
        return RedirectResponse(job.result, HTTPStatus.SEE_OTHER)
    if job.refusal:
        return _failed(request, job.refusal, sent)
    return show(request, "waiting", job=job)


def _failed(request: Request, refusal: Refusal, sent: str) -> Response:
    """Show why, and the form with what was sent still in it."""
    before = service_of(request).results.get(sent) if sent else None
    if refusal.status != HTTPStatus.UNPROCESSABLE_ENTITY or not isinstance(before, Submitted):
        return error_page(request, refusal)
    return show_form(request, refusal.status, sent=before, refusal=refusal)
