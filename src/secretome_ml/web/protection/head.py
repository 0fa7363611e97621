"""The head of a request is bounded: its line and headers, in bytes and in number."""

from __future__ import annotations

from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from secretome_ml.web.refusals import Refused
from secretome_ml.web.settings import Settings

LARGEST_HEAD = 16 * 1024
MOST_HEADERS = 100


class HeadLimit:
    """Refuses a large head; h11 bounds only one that comes in pieces."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass that has an ordinary head."""
        if scope["type"] == "http":
            headers = scope["headers"]
            size = len(scope["path"]) + len(scope["query_string"]) + sum(len(n) + len(v) for n, v in headers)
            if size > LARGEST_HEAD or len(headers) > MOST_HEADERS:
                raise Refused(
                    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The head of the request is too large."
                )
        await self.app(scope, receive, send)
