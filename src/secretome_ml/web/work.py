"""Work off the event loop, what is kept of it, and jobs that a page comes back to; all of it bounded."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from typing import Any, TypeAlias, TypeVar

from cachetools import TTLCache

from secretome_ml.web.refusals import Refusal, Refused, refusal_of

T = TypeVar("T")
Progress: TypeAlias = Callable[[int, int, str], None]
RETRY_S = 5
_log = logging.getLogger(__name__)


class Kept:
    """Values under unguessable names, for a bounded time and with a bounded sum of weights.

    Parameters
    ----------
    most : int
        Largest sum of weights; what was longest not asked for goes first.
    seconds : float
        How long a value is kept after it was last asked for.

    Examples
    --------
    >>> kept = Kept(most=2, seconds=60.0)
    >>> first = kept.put("scores")
    >>> kept.get(first), kept.get("guessed") is None
    ('scores', True)
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._values: Any = TTLCache(most, seconds, getsizeof=lambda value: value[1])
        self._most, self._lock = most, Lock()

    def put(self, value: Any, weight: int = 1) -> str:
        """Keep a value and return its name; `weight` says how much room it takes, such as its samples."""
        name = secrets.token_urlsafe(16)
        with self._lock:
            self._values[name] = value, min(max(weight, 1), self._most)
        return name

    def get(self, name: str) -> Any:
        """Return a value, or None when there is none (any more)."""
        with self._lock:
            found = self._values.get(name)
            if found is None:
                return None
            self._values[name] = found
            return found[0]

    def __len__(self) -> int:
        return len(self._values)


class Pool:
    """Runs functions in threads: so many at once, so many waiting, one more is answered 503.

    Python cannot stop a thread. Work that outlives its time keeps its place until it ends, so that callers
    who ask again cannot pile up more than the bound.

    Parameters
    ----------
    workers, waiting : int
        How much is worked on at once, and how much may wait.
    seconds : float, optional
        How long a caller of `run` waits for the result.
    """

    def __init__(self, workers: int, waiting: int, seconds: float | None = None) -> None:
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="work")
        self._most, self._seconds, self._lock = workers + waiting, seconds, Lock()
        self.held = 0

    def submit(self, work: Callable[..., T], *arguments: object) -> Future[T]:
        """Begin work in its turn.

        Raises
        ------
        Refused
            503 when too much is waiting already.
        """
        with self._lock:
            if self.held >= self._most:
                what = "The service is busy. Try again in a few seconds."
                raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, what, {"Retry-After": str(RETRY_S)})
            self.held += 1
        future = self._executor.submit(work, *arguments)
        future.add_done_callback(self._leave)
        return future

    async def run(self, work: Callable[..., T], *arguments: object) -> T:
        """Return what `work(*arguments)` returns.

        Raises
        ------
        Refused
            503 when too much is waiting already, or the work takes too long.
        """
        future = self.submit(work, *arguments)
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.shield(asyncio.wrap_future(future))
        except TimeoutError:
            future.cancel()
            limit = f"{self._seconds or 0:g} s"
            what = f"This took longer than {limit}. Send fewer samples, or use the command line."
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, what, {"Retry-After": str(RETRY_S)}) from None

    def close(self) -> None:
        """Take no more work."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _leave(self, future: Future[Any]) -> None:
        with self._lock:
            self.held -= 1
        if not future.cancelled():
            future.exception()  # seen: a caller who left would else make asyncio complain


@dataclass
class Job:
    """Long work that a page watches: how far it is, and what became of it."""

    future: Future[str] | None = None
    done: int = 0
    total: int = 0
    what: str = ""

    @property
    def waiting(self) -> bool:
        """Whether it has not begun."""
        return self.future is not None and not (self.future.running() or self.future.done())

    @property
    def result(self) -> str | None:
        """Address of the result, once there is one."""
        ended = self.future is not None and self.future.done() and self.refusal is None
        return self.future.result() if ended and self.future is not None else None

    @property
    def refusal(self) -> Refusal | None:
        """Why it failed."""
        if self.future is None or not self.future.done():
            return None
        error = self.future.exception()
        return refusal_of(error) if isinstance(error, Exception) else None

    @classmethod
    def begin(cls, pool: Pool, work: Callable[[Progress], str]) -> Job:
        """Begin work, which gets `progress(done, total, what)` to tell with and returns an address."""
        job = cls()

        def progress(done: int, total: int, what: str) -> None:
            job.done, job.total, job.what = done, total, what

        def run() -> str:
            try:
                return work(progress)
            except Exception as error:
                if refusal_of(error).status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    _log.exception("A job failed.")
                raise

        job.future = pool.submit(run)
        return job
