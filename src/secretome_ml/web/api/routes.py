"""The operations of the JSON API."""

from __future__ import annotations

from typing import Any, TypeAlias

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from secretome_ml.web.api import answers
from secretome_ml.web.api.body import FORM, JSON, Upload, read_body, receive
from secretome_ml.web.metrics import CONTENT_TYPE
from secretome_ml.web.respond import PROBLEM_TYPE
from secretome_ml.web.service import Service, service_of

_WHY = {
    400: "The body is no JSON, or a damaged form.",
    401: "The token was not shown.",
    403: "The request came from a page of another site.",
    413: "The body is too large.",
    415: "The body is neither JSON nor a form.",
    421: "Another host name was asked for.",
    422: "The input cannot be used; every offending place is listed.",
    500: "The service failed.",
    503: "The service is busy, the model is not there, or the work took too long.",
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": {"$ref": "#/components/schemas/ScoreRequest"}},
            FORM: {"schema": {"$ref": "#/components/schemas/UploadForm"}},
        },
    }
}


Responses: TypeAlias = dict[int | str, dict[str, Any]]


def _refusals(*statuses: int) -> Responses:
    content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    return {s: {"description": _WHY[s], "content": content} for s in statuses}


def _work(answer: type[BaseModel]) -> Responses:
    refused = _refusals(400, 401, 403, 413, 415, 421, 422, 500, 503)
    return {200: {"model": answer}, **refused}


_HEALTH: Responses = {200: {"model": answers.Health}, 503: {"model": answers.Health}}
_METRICS: Responses = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
router = APIRouter(prefix="/api/v1")


@router.post("/score", responses=_work(answers.ScoreAnswer), openapi_extra=_BODY)
async def score(request: Request) -> Response:
    """Score samples: one row per sample and effect, as the command `score` gives them."""
    return await _answer(request)


@router.post("/explain", responses=_work(answers.ExplainAnswer), openapi_extra=_BODY)
async def explain(request: Request) -> Response:
    """Explain scores: one row per sample, effect and term; with the base value they add up to the score."""
    return await _answer(request, explained=True)


@router.get("/health", responses=_HEALTH | _refusals(421, 500))
async def health(request: Request) -> Response:
    """Say whether the service can score; 503 while it cannot."""
    service = service_of(request)
    content = answers.health(service.status, service.model if service.ready else None)
    return JSONResponse(content, 200 if service.ready else 503)


@router.get("/metrics", responses=_METRICS | _refusals(401, 421, 500), response_class=Response)
async def metrics(request: Request) -> Response:
    """Give the figures of this service in the format that Prometheus reads."""
    service = service_of(request)
    text = request.app.state.metrics.text(service.pool.held, service.ready)
    return Response(text, headers={"Content-Type": CONTENT_TYPE})


async def _answer(request: Request, explained: bool = False) -> Response:
    """Read a body, do the work in its turn, and answer with its rows."""
    service = service_of(request)
    body = await receive(request)
    content, samples = await service.run(_do, service, body, explained)
    request.app.state.metrics.count_samples(request.scope["route"].path, samples)
    return Response(content, media_type=JSON)


def _do(service: Service, body: bytes | Upload, explained: bool) -> tuple[bytes, int]:
    profiles = read_body(service, body)
    if explained:
        service.require_few(len(profiles), "request", service.settings.max_explained)
    rows = service.model.explain(profiles) if explained else service.score(profiles)
    return answers.render(service.model, profiles, rows), len(profiles)
