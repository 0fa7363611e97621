"""Which MLflow store is meant, and how its failures become ours."""

from __future__ import annotations

import fcntl
import logging
import os
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

# Read by MLflow when it is imported or when it asks; a setting of the user's own wins.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "4")
# Results alone stand on stdout; MLflow would print addresses between them.
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from secretome_ml.core.errors import TrackingFailed

EXPERIMENT = "secretome-ml"
_SECONDS_TO_ANSWER = 5.0
_SHOWN = 300
_PORTS = {"http": 80, "https": 443, "postgresql": 5432, "mysql": 3306}


def default_store(folder: Path) -> str:
    """Return the address of the local store: a SQLite database under `folder`."""
    return f"sqlite:///{(folder / 'mlflow.db').absolute()}"


def store_address(store: Path, uri: str | None = None) -> str:
    """Return the address meant: the one given, else MLFLOW_TRACKING_URI, else the local store."""
    return uri or os.environ.get("MLFLOW_TRACKING_URI") or default_store(store)


def store_exists(store: Path, uri: str | None = None) -> bool:
    """Say whether a store is named, or the local one was ever written; asking creates nothing."""
    address = store_address(store, uri)
    return address != default_store(store) or (store / "mlflow.db").exists()


@contextmanager
def connected(store: Path, uri: str | None = None) -> Iterator[MlflowClient]:
    """Yield a client of the store; what MLflow raises inside becomes TrackingFailed.

    Parameters
    ----------
    store : Path
        Folder of the local store, used when no address is given.
    uri : str or None
        Address of the tracking server; MLFLOW_TRACKING_URI comes before the local store.

    Raises
    ------
    TrackingFailed
        If the store cannot be reached or refuses a call; the address stands in the message.
    """
    _quieten()
    address = store_address(store, uri)
    shown = _without_password(address)
    try:
        _prepare(address)
        _select(address)
        yield MlflowClient(address, address)
    except MlflowException as error:
        said = " ".join(str(error.message).split()).replace(address, shown)[:_SHOWN]
        raise TrackingFailed(
            f"MLflow at {shown} refused: {said} Check --tracking-uri or MLFLOW_TRACKING_URI."
        ) from error
    except (OSError, SQLAlchemyError) as error:
        said = " ".join(str(error).split()).replace(address, shown)[:_SHOWN]
        raise TrackingFailed(
            f"MLflow at {shown} cannot be reached: {said}. "
            "Check that it runs, and --tracking-uri or MLFLOW_TRACKING_URI."
        ) from error


def choose_experiment(client: MlflowClient, name: str, store: Path) -> str:
    """Return the id of an experiment, made where it is not there; two processes may ask at once."""
    found = client.get_experiment_by_name(name)
    if found is None:
        local = client.tracking_uri == default_store(store)
        place = (store / "artifacts").absolute().as_uri() if local else None
        try:
            return str(client.create_experiment(name, artifact_location=place))
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            found = client.get_experiment_by_name(name)
    if found is None or found.lifecycle_stage != "active":
        raise TrackingFailed(
            f"The experiment '{name}' was deleted; restore it with `mlflow experiments restore`, "
            "or name another one with --experiment."
        )
    return str(found.experiment_id)


def _select(address: str) -> None:
    """Tell MLflow the address; it would leave it in the environment, where the next call would find it."""
    before = os.environ.get("MLFLOW_TRACKING_URI")
    mlflow.set_tracking_uri(address)
    os.environ.pop("MLFLOW_TRACKING_URI", None)
    if before is not None:
        os.environ["MLFLOW_TRACKING_URI"] = before


def _prepare(address: str) -> None:
    """Make a SQLite database; ask a server once, since MLflow itself would try for minutes."""
    if address.startswith("sqlite:///"):
        _make_database(address, Path(address.removeprefix("sqlite:///")).parent)
        return
    parts = urlsplit(address)
    port = parts.port or _PORTS.get(parts.scheme.partition("+")[0])
    if parts.hostname and port:
        socket.create_connection((parts.hostname, port), timeout=_SECONDS_TO_ANSWER).close()


def _make_database(address: str, folder: Path) -> None:
    """Let one process at a time create the tables: MLflow's own migrations break when two begin at once."""
    folder.mkdir(parents=True, exist_ok=True)
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        client = MlflowClient(address, address)
        client.search_experiments(max_results=1)
        client.search_registered_models(max_results=1)
    finally:
        os.close(held)


def _without_password(address: str) -> str:
    """Return the address as it may be shown and logged."""
    password = urlsplit(address).password
    return address.replace(f":{password}@", ":***@") if password else address


def _quieten() -> None:
    """Keep MLflow's own chatter (migrations, hints) off the terminal; errors are raised."""
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="mlflow")
