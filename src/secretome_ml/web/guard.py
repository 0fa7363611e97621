"""What stands between the network and the service: own host names, own pages, the token, a bounded body.

Slow clients, many requests and large heads are the reverse proxy's: see `deploy/nginx.conf`.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
import time
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from secretome_ml.web.refusals import Refusal, Refused, refusal_of
from secretome_ml.web.respond import API, respond
from secretome_ml.web.settings import MEBIBYTE, Settings
from secretome_ml.web.work import Kept

COOKIE = "secretome_session"
SESSION_S = 12 * 3600
LOGIN = "/login"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # With `no-referrer` a browser would send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# A load balancer asks for health; the sign-in page and its style come before the token.
_OPEN = (LOGIN, "/api/v1/health", "/static/")
_STOPPING = Refusal(503, "Service Unavailable", "The service is being stopped.")
_log = logging.getLogger(__name__)


class Sessions:
    """Who has shown the token; a browser gets a cookie that only this process knows.

    Examples
    --------
    >>> sessions = Sessions("correct horse battery")
    >>> sessions.valid(sessions.new()), sessions.valid("forged")
    (True, False)
    """

    def __init__(self, token: str | None) -> None:
        self._token = token
        self._signed_in = Kept(1000, SESSION_S)

    @property
    def needed(self) -> bool:
        """Whether a token is asked for at all."""
        return self._token is not None

    def is_token(self, text: str) -> bool:
        """Compare with the token in constant time."""
        return self._token is not None and hmac.compare_digest(text.encode(), self._token.encode())

    def new(self) -> str:
        """Return a cookie's value for somebody who has shown the token."""
        return self._signed_in.put(True)

    def valid(self, cookie: str) -> bool:
        """Say whether a cookie is ours and not expired."""
        return self._signed_in.get(cookie) is not None


class Guard:
    """Lets a request pass that names this service, comes from its pages or a program, and shows the token.

    Every answer leaves with `HEADERS`, unless its handler sets them itself, and every error as an answer
    without a traceback.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        name = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = name
        begun, status = time.perf_counter(), 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for header, value in HEADERS.items():
                    headers.setdefault(header, value)
                if scope["scheme"] == "https":
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
                headers["X-Request-ID"] = name
            await send(message)

        try:
            headers = Headers(scope=scope)
            self._require_own_name(headers)
            self._require_own_page(scope, headers)
            if self._signed_in(scope, headers):
                await self.app(scope, self._bounded(headers, receive), send_with_headers)
            else:
                await _ask_for_token(scope)(scope, receive, send_with_headers)
        except asyncio.CancelledError:  # the service stops before the work ended
            if status:
                raise
            await respond(Request(scope), _STOPPING)(scope, receive, send_with_headers)
        except ClientDisconnect:
            _log.info("Request %s: its caller left.", name)
        except Exception as error:
            if status:  # half an answer is out; only closing the connection says that it is not whole
                raise
            refusal = refusal_of(error)
            if refusal.status == HTTPStatus.INTERNAL_SERVER_ERROR:
                _log.exception("Request %s failed.", name)
            await respond(Request(scope), refusal)(scope, receive, send_with_headers)
        finally:
            # What the caller wrote is logged by its representation alone.
            route, seconds = getattr(scope.get("route"), "path", "unknown"), time.perf_counter() - begun
            scope["app"].state.metrics.count(scope["method"], route, status, seconds)
            _log.info("%s %s %a %s %.0f ms", name, scope["method"], route, status, 1000 * seconds)

    def _require_own_name(self, headers: Headers) -> None:
        """Refuse another host name, by which a page elsewhere could reach us (DNS rebinding)."""
        named = headers.getlist("host")
        if len(named) != 1 or host_name(named[0]) not in self.settings.names:
            raise Refused(HTTPStatus.MISDIRECTED_REQUEST, "This service does not answer to that host name.")

    def _require_own_page(self, scope: Scope, headers: Headers) -> None:
        """Refuse unsafe requests that a page of another site made a browser send.

        Every browser says with each POST where it comes from, also without JavaScript; a program says
        nothing, and cannot be made to send anything by a page.
        """
        if scope["method"] in _SAFE:
            return
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        elsewhere = origin is not None and urlsplit(origin).netloc.casefold() != headers["host"].casefold()
        if elsewhere or site not in (None, "same-origin", "none"):
            raise Refused(HTTPStatus.FORBIDDEN, "The request came from a page of another site.")

    def _signed_in(self, scope: Scope, headers: Headers) -> bool:
        sessions: Sessions = scope["app"].state.sessions
        if not sessions.needed or scope["path"].startswith(_OPEN):
            return True
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.casefold() == "bearer" and sessions.is_token(given.strip()):
            return True
        return sessions.valid(Request(scope).cookies.get(COOKIE, ""))

    def _bounded(self, headers: Headers, receive: Receive) -> Receive:
        """Return the body as it comes, refused as soon as it is too large."""
        most = self.settings.max_body_bytes
        limit = f"{most / MEBIBYTE:g} MiB"
        what = f"The request is larger than {limit}. Send less, or use the command `secretome-ml score`."
        too_large = Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, what)
        announced, size = headers.get("content-length", "0"), 0
        if announced.isdecimal() and int(announced) > most:
            raise too_large

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > most:
                raise too_large
            return message

        return counted


def _ask_for_token(scope: Scope) -> ASGIApp:
    """Return the sign-in page for a browser; a program is refused."""
    if scope["path"].startswith(API) or scope["method"] not in ("GET", "HEAD"):
        what = "Show the token of this service: `Authorization: Bearer TOKEN`."
        raise Refused(HTTPStatus.UNAUTHORIZED, what, {"WWW-Authenticate": "Bearer"})
    return RedirectResponse(f"{LOGIN}?next={quote(scope['path'])}", HTTPStatus.SEE_OTHER)


def host_name(host: str) -> str:
    """Return the name in a Host header, in lower case, without port.

    Examples
    --------
    >>> host_name("LocalHost:8000"), host_name("[::1]:8000"), host_name("127.0.0.1")
    ('localhost', '::1', '127.0.0.1')
    """
    if host.startswith("["):
        return host[1:].partition("]")[0].casefold()
    return host.partition(":")[0].casefold()
