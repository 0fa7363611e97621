"""Pages about what did not work: what is wrong, and what to do next."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from secretome_ml.web.pages.rendering import show
from secretome_ml.web.refusals import Refusal

_TITLES = {
    400: "This request cannot be read",
    401: "Sign in first",
    403: "This is not allowed",
    404: "There is no such page",
    405: "This cannot be done here",
    408: "The upload took too long",
    413: "The upload is too large",
    421: "This is not the name of this service",
    422: "The input cannot be used",
    429: "Too many requests",
    500: "Something failed here",
    503: "The service is busy",
}


def error_page(request: Request, refusal: Refusal, back: str = "") -> Response:
    """Return the page about a request that was not fulfilled.

    Parameters
    ----------
    request : Request
        What was asked.
    refusal : Refusal
        Why it was not done; nothing of the server stands in it.
    back : str
        Address of the sample that it was about.
    """
    return show(
        request,
        "refused",
        refusal.status,
        refusal.headers,
        heading=_TITLES.get(refusal.status, refusal.title),
        refusal=refusal,
        back=back,
        again=refusal.headers.get("Retry-After", ""),
    )


def login_page(request: Request, wrong: bool) -> Response:
    """Return the form that asks for the token; it posts `token` and `next` to `/login`."""
    wanted = request.query_params.get("next", "/")
    return show(request, "login", 401 if wrong else 200, wrong=wrong, next=wanted)
