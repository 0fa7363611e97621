"""Only this service's own pages, and programs, may change anything or make it work."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from secretome_ml.web.refusals import Refused
from secretome_ml.web.settings import Settings

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class SameSite:
    """Refuses unsafe requests that a page of another site made a browser send.

    Every browser of the last years says with each POST where it comes from, by `Sec-Fetch-Site` and
    `Origin`, also without JavaScript. A program says neither, and cannot be made to send anything by a
    page.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass that is safe, or came from here."""
        if scope["type"] == "http" and scope["method"] not in SAFE and _foreign(Headers(scope=scope)):
            raise Refused(HTTPStatus.FORBIDDEN, "The request came from a page of another site.")
        await self.app(scope, receive, send)


def _foreign(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.casefold() != headers.get("host", "").casefold()
