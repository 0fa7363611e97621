"""A refusal as an answer: problem details for programs, a page for browsers."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from secretome_ml.web.pages import error_page
from secretome_ml.web.refusals import Refusal

API = "/api/"
PROBLEM_TYPE = "application/problem+json"


def respond(request: Request, refusal: Refusal) -> Response:
    """Return the answer to a request that was refused."""
    if request.url.path.startswith(API):
        return problem_response(request, refusal)
    return error_page(request, refusal)


def problem_response(request: Request, refusal: Refusal) -> Response:
    """Return problem details (RFC 9457) with the request's id."""
    content = {**refusal.as_dict(), "instance": f"urn:request:{request.state.request_id}"}
    return JSONResponse(content, refusal.status, dict(refusal.headers), PROBLEM_TYPE)
