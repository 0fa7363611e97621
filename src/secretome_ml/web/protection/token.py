"""Who may use the service: with a token set, only those who show it."""

from __future__ import annotations

import hmac
import secrets
import time
from hashlib import sha256
from http import HTTPStatus
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from secretome_ml.web.refusals import Refused
from secretome_ml.web.respond import API
from secretome_ml.web.settings import Settings

COOKIE = "secretome_session"
SESSION_S = 12 * 3600
LOGIN = "/login"
# A load balancer asks for health; the sign-in page and its style come before the token.
_OPEN = frozenset({LOGIN, "/api/v1/health"})
_OPEN_FOLDER = "/static/"


class Sessions:
    """Cookies that stand for the token: signed with a key of this process, valid for some hours.

    Examples
    --------
    >>> sessions = Sessions("correct horse battery")
    >>> sessions.valid(sessions.new()), sessions.valid("9999999999.forged")
    (True, False)
    """

    def __init__(self, token: str | None) -> None:
        self._token = token
        self._key = secrets.token_bytes(32)

    @property
    def needed(self) -> bool:
        """Whether a token is asked for at all."""
        return self._token is not None

    def is_token(self, text: str) -> bool:
        """Compare with the token in constant time."""
        return self._token is not None and hmac.compare_digest(text.encode(), self._token.encode())

    def new(self) -> str:
        """Return a cookie's value for somebody who has shown the token."""
        expiry = str(int(time.time()) + SESSION_S)
        return f"{expiry}.{self._sign(expiry)}"

    def valid(self, cookie: str) -> bool:
        """Say whether a cookie is ours and not expired."""
        expiry, _, signature = cookie.partition(".")
        genuine = hmac.compare_digest(signature.encode(), self._sign(expiry).encode())
        return genuine and int(expiry) > time.time()

    def _sign(self, expiry: str) -> str:
        return hmac.new(self._key, expiry.encode(), sha256).hexdigest()


class TokenCheck:
    """Asks for the token: programs by 401, browsers by the sign-in page."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass that shows the token, or a cookie that stands for it."""
        if scope["type"] != "http" or _is_open(scope["path"]) or _shown(scope):
            await self.app(scope, receive, send)
            return
        if scope["path"].startswith(API) or scope["method"] not in ("GET", "HEAD"):
            what = "Show the token of this service: `Authorization: Bearer TOKEN`."
            raise Refused(HTTPStatus.UNAUTHORIZED, what, {"WWW-Authenticate": "Bearer"})
        await RedirectResponse(f"{LOGIN}?next={quote(scope['path'])}", HTTPStatus.SEE_OTHER)(
            scope, receive, send
        )


def _is_open(path: str) -> bool:
    return path in _OPEN or path.startswith(_OPEN_FOLDER)


def _shown(scope: Scope) -> bool:
    sessions: Sessions = scope["app"].state.sessions
    if not sessions.needed:
        return True
    scheme, _, given = Headers(scope=scope).get("authorization", "").partition(" ")
    if scheme.casefold() == "bearer" and sessions.is_token(given.strip()):
        return True
    return sessions.valid(Request(scope).cookies.get(COOKIE, ""))
