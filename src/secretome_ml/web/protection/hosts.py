"""The service answers to its own names only: a page elsewhere cannot reach it by a name of its own."""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from secretome_ml.web.refusals import Refused
from secretome_ml.web.settings import Settings


class OwnNames:
    """Refuses requests for another host name; DNS rebinding makes a browser send such."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.names = app, settings.names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass that names this service, once."""
        if scope["type"] == "http":
            named = Headers(scope=scope).getlist("host")
            if len(named) != 1 or host_name(named[0]) not in self.names:
                raise Refused(
                    HTTPStatus.MISDIRECTED_REQUEST, "This service does not answer to that host name."
                )
        await self.app(scope, receive, send)


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
