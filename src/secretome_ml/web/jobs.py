"""Long work in the background, with progress that a page can ask for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal, TypeAlias

from secretome_ml.web.pool import RETRY_S
from secretome_ml.web.refusals import Refusal, Refused, refusal_of
from secretome_ml.web.results import Results

State = Literal["waiting", "running", "done", "failed"]
Progress: TypeAlias = Callable[[int, int, str], None]
_log = logging.getLogger(__name__)


@dataclass
class Job:
    """One piece of long work.

    Parameters
    ----------
    state : {"waiting", "running", "done", "failed"}
        Where it stands.
    done, total : int
        How much of it is done.
    what : str
        What it does at the moment, in words.
    result : object
        What the work returned, once it is done.
    refusal : Refusal or None
        Why it failed.
    """

    state: State = "waiting"
    done: int = 0
    total: int = 0
    what: str = ""
    result: Any = None
    refusal: Refusal | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will change."""
        return self.state in ("done", "failed")


class Jobs:
    """Runs long work one after the other, apart from what callers wait for.

    Parameters
    ----------
    most : int
        Jobs that may wait; one more is refused.
    seconds : float
        How long a job is remembered after it was last asked for.

    Examples
    --------
    >>> jobs = Jobs(most=4, seconds=60.0)
    >>> name = jobs.start(lambda progress: progress(1, 1, "counting") or 42)
    >>> jobs.close(wait=True)
    >>> jobs.get(name).state, jobs.get(name).result
    ('done', 42)
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="job")
        self._known: Results[Job] = Results(4 * most, seconds)
        self._most, self._open = most, 0
        self._lock = threading.Lock()

    def start(self, work: Callable[[Progress], object]) -> str:
        """Start work and return the job's id; `work` gets `progress(done, total, what)` to tell with.

        Raises
        ------
        Refused
            503 when too many jobs wait already.
        """
        with self._lock:
            if self._open >= self._most:
                what = "Too much long work is waiting. Try again in a minute."
                raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, what, {"Retry-After": str(12 * RETRY_S)})
            self._open += 1
        job = Job()
        name = self._known.put(job)
        self._executor.submit(self._run, job, work)
        return name

    def get(self, name: str) -> Job | None:
        """Return a job, or None when there is none (any more)."""
        return self._known.get(name)

    def close(self, wait: bool = False) -> None:
        """Take no more work."""
        self._executor.shutdown(wait=wait, cancel_futures=not wait)

    def _run(self, job: Job, work: Callable[[Progress], object]) -> None:
        def progress(done: int, total: int, what: str) -> None:
            job.done, job.total, job.what = done, total, what

        job.state = "running"
        try:
            job.result = work(progress)
            job.state = "done"
        except Exception as error:  # the page shows why; the job must not stay "running"
            job.refusal = refusal_of(error)
            job.state = "failed"
            if job.refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                _log.exception("A job failed.")
        finally:
            with self._lock:
                self._open -= 1
