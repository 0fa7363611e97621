"""Work spread over processes: tasks in, results out as they finish, one thread each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky.process_executor import TerminatedWorkerError
from threadpoolctl import threadpool_limits

from secretome_ml.core.errors import WorkersLost

Task = tuple[Any, ...]
# (work, tasks) to (number of the task, its result), in the order in which they finish.
Spread = Callable[[Callable[..., Any], Sequence[Task]], Iterator[tuple[int, Any]]]


def over_processes(jobs: int) -> Spread:
    """Return a spread over so many processes of this machine; one job is this process itself.

    Raises
    ------
    WorkersLost
        While results are read, if a process was killed, as the system does when memory runs out.

    Examples
    --------
    >>> sorted(over_processes(1)(pow, [(2, 3), (3, 2)]))
    [(0, 8), (1, 9)]
    """

    def spread(work: Callable[..., Any], tasks: Sequence[Task]) -> Iterator[tuple[int, Any]]:
        if jobs == 1:
            for number, task in enumerate(tasks):
                yield single_threaded(number, work, task)
            return
        try:
            with parallel_config(backend="loky", inner_max_num_threads=1):
                yield from Parallel(n_jobs=jobs, return_as="generator_unordered")(
                    delayed(single_threaded)(number, work, task) for number, task in enumerate(tasks)
                )
        except TerminatedWorkerError as error:
            what = f"One of {jobs} processes was killed, perhaps because memory ran out."
            raise WorkersLost(f"{what} Run it again with fewer --jobs.") from error

    return spread


def single_threaded(number: int, work: Callable[..., Any], task: Task) -> tuple[int, Any]:
    """Do one task on one thread: small matrices gain nothing from more, and processes would fight."""
    with threadpool_limits(1):
        return number, work(*task)
