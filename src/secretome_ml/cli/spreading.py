"""Options of commands whose work can be spread over processes, a cluster, or a graphics card."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from secretome_ml.core.parallel import Spread

Jobs = Annotated[
    int | None, typer.Option("--jobs", "-j", min=1, help="Processes. Default: one for every core.")
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler", help="Spread the work over Dask: tcp://HOST:8786, or local for this machine."
    ),
]


class Device(StrEnum):
    """Where XGBoost computes."""

    cpu = "cpu"
    cuda = "cuda"


ComputeDevice = Annotated[
    Device, typer.Option("--device", help="Where XGBoost computes; without a CUDA device, on the CPU.")
]


def every_core(jobs: int | None) -> int:
    """Return the number of processes: what was asked for, else as many as this process may use cores."""
    if jobs is not None:
        return jobs
    from joblib import cpu_count

    return int(cpu_count())


@contextmanager
def spread_over(scheduler: str | None, jobs: int | None) -> Iterator[Spread]:
    """Yield what the work is spread over: processes of this machine, or a cluster while it is open."""
    if scheduler is None:
        from secretome_ml.core.parallel import over_processes

        yield over_processes(every_core(jobs))
        return
    from secretome_ml.cluster.scheduler import open_cluster
    from secretome_ml.cluster.spread import over_cluster

    with open_cluster(scheduler, every_core(jobs)) as client:
        yield over_cluster(client)
