"""A request's body is counted and timed while it comes in."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from secretome_ml.web.refusals import Refused
from secretome_ml.web.settings import MEBIBYTE, Settings


class BodyLimit:
    """Refuses a body that is too large (413) or too slow (408); nothing beyond the limit is kept."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.most, self.seconds = settings.max_body_bytes, settings.body_timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with a body that is watched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced) > self.most:
            raise self._too_large()
        deadline = asyncio.get_running_loop().time() + self.seconds
        size, whole = 0, False

        async def watched() -> Message:
            nonlocal size, whole
            if whole:  # a handler that waits for the client to leave may wait as long as it likes
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                what = f"The body did not arrive within {self.seconds:g} s."
                raise Refused(HTTPStatus.REQUEST_TIMEOUT, what, {"Connection": "close"}) from None
            size += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if size > self.most:
                raise self._too_large()
            return message

        await self.app(scope, watched, send)

    def _too_large(self) -> Refused:
        limit = f"{self.most / MEBIBYTE:g} MiB"
        what = f"The request is larger than {limit}. Send less, or use the command `secretome-ml score`."
        return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, what)
