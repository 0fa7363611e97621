"""Slow clients: a connection that does not send, or does not take what it asked for, is closed."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from secretome_ml.web.settings import Settings

# The application itself answers 408 to a slow body; the connection is cut a little later.
_GRACE_S = 5.0
_TIMED_OUT = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


def protocol_of(settings: Settings) -> type[H11Protocol]:
    """Return uvicorn's protocol with deadlines for the head, the body, and taking the answer.

    uvicorn itself waits for ever for the first request of a connection, and for a client to read.
    """
    limits = {
        h11.IDLE: settings.header_timeout_s,
        h11.SEND_BODY: settings.body_timeout_s + _GRACE_S,
    }

    class TimedProtocol(H11Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)  # type: ignore[arg-type]
            self._phase: Any = None
            self._reading: asyncio.TimerHandle | None = None
            self._writing: asyncio.TimerHandle | None = None
            self._watch()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            for timer in (self._reading, self._writing):
                if timer is not None:
                    timer.cancel()
            super().connection_lost(exc)

        def pause_writing(self) -> None:
            super().pause_writing()
            self._writing = self.loop.call_later(settings.write_timeout_s, self.transport.abort)

        def resume_writing(self) -> None:
            super().resume_writing()
            if self._writing is not None:
                self._writing.cancel()

        def _watch(self) -> None:
            """Start the clock when what the client has to send next has changed; more bytes do not."""
            phase = self.conn.their_state
            if phase is self._phase:
                return
            self._phase = phase
            if self._reading is not None:
                self._reading.cancel()
            seconds = limits.get(phase)
            self._reading = None if seconds is None else self.loop.call_later(seconds, self._expire)

        def _expire(self) -> None:
            if self.conn.our_state is h11.IDLE and not self.transport.is_closing():
                self.transport.write(_TIMED_OUT)
                self.transport.close()
            else:
                self.transport.abort()

    return TimedProtocol
