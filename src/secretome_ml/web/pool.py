"""Work off the event loop: a bounded number at once, a bounded number waiting, a bounded time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from http import HTTPStatus
from typing import TypeVar

from secretome_ml.web.refusals import Refused

T = TypeVar("T")
RETRY_S = 5


class Pool:
    """Runs functions in threads.

    Python cannot stop a thread. Work that outlives its time keeps its place until it ends, so that callers
    who ask again cannot pile up more than the bound.

    Parameters
    ----------
    workers, waiting : int
        How much is worked on at once, and how much may wait.
    seconds : float
        How long a caller waits for the result.
    """

    def __init__(self, workers: int, waiting: int, seconds: float) -> None:
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="scoring")
        self._most, self._seconds = workers + waiting, seconds
        self._lock = threading.Lock()
        self.held = 0

    async def run(self, work: Callable[..., T], *arguments: object) -> T:
        """Return what `work(*arguments)` returns.

        Raises
        ------
        Refused
            503 when too much is waiting already, or the work takes too long.
        """
        self._enter()
        future: Future[T] = self._executor.submit(work, *arguments)
        future.add_done_callback(self._leave)
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.shield(asyncio.wrap_future(future))
        except TimeoutError:
            future.cancel()
            what = f"This took longer than {self._seconds:g} s. Send fewer samples, or use the command line."
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, what, {"Retry-After": str(RETRY_S)}) from None

    def close(self) -> None:
        """Take no more work."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _enter(self) -> None:
        with self._lock:
            if self.held >= self._most:
                what = "The service is busy. Try again in a few seconds."
                raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, what, {"Retry-After": str(RETRY_S)})
            self.held += 1

    def _leave(self, future: Future[T]) -> None:
        with self._lock:
            self.held -= 1
        if not future.cancelled():
            future.exception()  # seen: a caller who left would else make asyncio complain
