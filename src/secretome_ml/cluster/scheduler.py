"""A Dask cluster: found within seconds or said to be missing, and of the same versions as this process."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from secretome_ml.core.errors import NotInstalled, WorkersLost
from secretome_ml.core.version import __version__, library_versions

if TYPE_CHECKING:
    from distributed import Client

LOCAL = "local"
_PATIENCE = "5s"
_WORKERS_WAIT = 10.0


@contextmanager
def open_cluster(address: str, workers: int) -> Iterator[Client]:
    """Yield a client of a scheduler, or of workers started on this machine.

    Parameters
    ----------
    address : str
        `tcp://host:port` or `tls://host:port` of a running scheduler, or `local`.
    workers : int
        Processes to start, for `local`.

    Raises
    ------
    WorkersLost
        If no scheduler answers within seconds, it has no workers, or they have other versions.
    NotInstalled
        Without the extra `dask`.
    """
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise NotInstalled("A cluster needs Dask; install it by: pip install 'secretome-ml[dask]'") from error
    # A scheduler that dies is reported after this time, not after Dask's half a minute.
    settings = {"distributed.comm.timeouts.connect": _PATIENCE, "distributed.comm.retry.count": 0}
    with dask.config.set(settings):
        if address == LOCAL:
            with (
                LocalCluster(workers, threads_per_worker=1, dashboard_address=None) as cluster,
                Client(cluster, set_as_default=False) as client,
            ):
                yield client
            return
        try:
            client = Client(address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            what = f"No Dask scheduler answers at {address} ({type(error).__name__})."
            raise WorkersLost(f"{what} Start one with `dask scheduler`, or use --scheduler local.") from error
        try:
            _require_workers(client, address)
            yield client
        finally:
            client.close(timeout=_PATIENCE)


def versions() -> dict[str, str]:
    """Return what decides the last bit of a result: the package, Python, the numeric libraries."""
    return {"secretome-ml": __version__, "python": platform.python_version(), **library_versions()}


def _require_workers(client: Client, address: str) -> None:
    """Refuse a cluster without workers, or whose workers would compute with other versions."""
    try:
        client.wait_for_workers(1, timeout=_WORKERS_WAIT)
        told: dict[str, Any] = client.run(versions, on_error="return")
    except (OSError, TimeoutError) as error:
        what = f"The scheduler at {address} has no workers."
        raise WorkersLost(f"{what} Start some with `dask worker {address}`.") from error
    own = versions()
    for worker, found in told.items():
        if not isinstance(found, dict):
            raise WorkersLost(f"The worker {worker} cannot run secretome-ml ({found}); install it there too.")
        other = {name: value for name, value in found.items() if own.get(name) != value}
        if other:
            named = ", ".join(f"{name} {value} instead of {own.get(name)}" for name, value in other.items())
            raise WorkersLost(f"The worker {worker} has {named}; install the same versions there.")
