"""Work spread over a cluster: one future per task; a lost worker costs only what it was doing."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from secretome_ml.core.errors import WorkersLost
from secretome_ml.core.parallel import Spread, Task, single_threaded

if TYPE_CHECKING:
    from distributed import Client, Future

_RETRIES = 3


def over_cluster(client: Client) -> Spread:
    """Return a spread over the workers of a Dask cluster.

    A task whose worker is lost is done again by another one. A task that fails is tried three times more,
    and is reported once all others are done.

    Raises
    ------
    WorkersLost
        While results are read, if the scheduler is gone, or one task has ended several workers.
    """

    def spread(work: Callable[..., Any], tasks: Sequence[Task]) -> Iterator[tuple[int, Any]]:
        from distributed import as_completed

        if not tasks:
            return
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sending large graph")
            held = _held(client, tasks)
            futures = [
                client.submit(
                    single_threaded, number, work, tuple(held.get(id(a), a) for a in task),
                    pure=False, retries=_RETRIES,
                )
                for number, task in enumerate(tasks)
            ]  # fmt: skip
        failed: BaseException | None = None
        for future in as_completed(futures, loop=client.loop):
            if future.status == "finished":
                yield future.result()
            elif failed is None:
                failed = _failure(future)
        if failed is not None:
            raise failed

    return spread


def _held(client: Client, tasks: Sequence[Task]) -> dict[int, Future]:
    """Return what all tasks share, sent once; as the result of a task it survives the worker that held it."""
    shared = set.intersection(*({id(a) for a in task} for task in tasks))
    once = {id(a): a for a in tasks[0] if id(a) in shared and not isinstance(a, str | int | None)}
    return {key: client.submit(_itself, value, pure=False) for key, value in once.items()}


def _itself(value: Any) -> Any:
    return value


def _failure(future: Future) -> BaseException:
    """Return why a task did not finish; the scheduler's or the workers' end under one name."""
    from distributed.scheduler import KilledWorker

    if future.status in ("cancelled", "lost"):
        return WorkersLost("The Dask scheduler is gone. What is done is kept; run the command again.")
    error: BaseException = future.exception()
    if isinstance(error, KilledWorker):
        what = "One task ended several workers, perhaps because memory ran out."
        return WorkersLost(f"{what} What is done is kept; give the workers more memory and run it again.")
    return error
