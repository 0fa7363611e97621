"""Every answer leaves with the same protective headers, and every error as an answer without a traceback."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from secretome_ml.web.refusals import Refusal, refusal_of
from secretome_ml.web.respond import respond
from secretome_ml.web.settings import Settings

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # With `no-referrer` a browser would send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
_STOPPING = Refusal(503, "Service Unavailable", "The service is being stopped.")
_log = logging.getLogger(__name__)


class Answers:
    """The outermost layer: names the request, adds headers, counts, and turns errors into answers.

    A handler that sets one of `HEADERS` itself is not overruled: a downloaded report brings a policy of
    its own.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})["request_id"] = secrets.token_hex(8)
        begun, status = time.perf_counter(), 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _complete(MutableHeaders(scope=message), scope)
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except asyncio.CancelledError:  # the service stops before the work ended
            if status:
                raise
            await respond(Request(scope), _STOPPING)(scope, receive, send_with_headers)
        except ClientDisconnect:
            _log.info("Request %s: its caller left.", scope["state"]["request_id"])
        except Exception as error:
            if status:  # half an answer is out; only closing the connection says that it is not whole
                raise
            refusal = refusal_of(error)
            if refusal.status == 500:
                _log.exception("Request %s failed.", scope["state"]["request_id"])
            await respond(Request(scope), refusal)(scope, receive, send_with_headers)
        finally:
            _record(scope, status, time.perf_counter() - begun)


def _complete(headers: MutableHeaders, scope: Scope) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if scope["scheme"] == "https":
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    headers["X-Request-ID"] = scope["state"]["request_id"]


def _record(scope: Scope, status: int, seconds: float) -> None:
    """Count and log a request; what the caller wrote is logged by its representation alone."""
    route = getattr(scope.get("route"), "path", "unknown")
    scope["app"].state.metrics.count(scope["method"], route, status, seconds)
    _log.info(
        "%s %s %a %s %.0f ms", scope["state"]["request_id"], scope["method"], route, status, 1000 * seconds
    )
