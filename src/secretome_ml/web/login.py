"""Sign in: a browser shows the token once and gets a cookie."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from secretome_ml.web.guard import COOKIE, LOGIN, SESSION_S, Sessions
from secretome_ml.web.pages import login_page

router = APIRouter()


@router.get(LOGIN)
def ask(request: Request) -> Response:
    """Show the form."""
    return login_page(request, wrong=False)


@router.post(LOGIN)
def sign_in(
    request: Request,
    token: Annotated[str, Form(max_length=500)] = "",
    next: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Give a cookie to whoever shows the token."""
    sessions: Sessions = request.app.state.sessions
    if not sessions.is_token(token):
        return login_page(request, wrong=True)
    answer = RedirectResponse(own_path(next), HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        COOKIE,
        sessions.new(),
        max_age=SESSION_S,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


def own_path(wanted: str) -> str:
    r"""Return where to go after signing in: a path of this service, never another site.

    Examples
    --------
    >>> own_path("/evidence"), own_path("//evil.example"), own_path("/\\evil.example")
    ('/evidence', '/', '/')
    """
    plain = wanted.startswith("/") and wanted[1:2] not in ("/", "\\") and wanted.isprintable()
    return wanted if plain else "/"
