"""Runs written to MLflow; what was begun can be gone on with, and nothing is logged twice."""

from __future__ import annotations

import contextlib
import shlex
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunStatus, RunTag
from mlflow.exceptions import MlflowException

from secretome_ml.core.errors import TrackingFailed
from secretome_ml.core.version import __version__
from secretome_ml.tracking.logged_model import log_bundle
from secretome_ml.tracking.names import require_names
from secretome_ml.tracking.registry import register_model
from secretome_ml.tracking.run import Run, Staged, read_staged, stage_run, staged_folders
from secretome_ml.tracking.store import EXPERIMENT, choose_experiment, connected

_AT_ONCE = 100
_TRIES = 5
_SECONDS_BETWEEN = 0.2


def log_run(run: Run, store: Path, uri: str | None, experiment: str | None, register: str | None) -> str:
    """Log a training run and return its id.

    Parameters
    ----------
    run : Run
        What to log.
    store : Path
        Folder of the local store, used when no address is given; a run that cannot be logged is kept
        in its subfolder `unlogged`.
    uri : str or None
        Address of the tracking server; MLFLOW_TRACKING_URI comes before the local store.
    experiment : str or None
        Name of the experiment; default `secretome-ml`.
    register : str or None
        Name to register the model under.

    Raises
    ------
    InputRefused
        If a name is none.
    TrackingFailed
        If the store cannot be reached or refuses a call; it names the command that logs the run later.
    """
    require_names(experiment, register)
    return _log(stage_run(run, store, experiment or EXPERIMENT, register), store, uri)


def log_staged(folder: Path, store: Path, uri: str | None = None) -> str:
    """Log a run that could not be logged before, or go on with one that was cut off; return its id."""
    return _log(read_staged(folder), store, uri)


def unlogged_runs(store: Path) -> list[Path]:
    """Return the folders of runs that wait to be logged, oldest first."""
    return staged_folders(store)


def log_numbers(name: str, parameters: Mapping[str, Any], metrics: Mapping[str, float], store: Path) -> str:
    """Log what a measurement found as a run of its own in the experiment `leaderboard`, and return its id."""
    with connected(store) as client:
        mlflow.set_experiment(experiment_id=choose_experiment(client, "leaderboard", store))
        with mlflow.start_run(run_name=name) as active:
            mlflow.set_tags({"version": __version__})
            mlflow.log_params({k: str(v)[:500] for k, v in parameters.items()})
            mlflow.log_metrics({k: v for k, v in metrics.items() if v == v})
            return str(active.info.run_id)


def log_explanation(files: list[Path], bundle_digest: str, store: Path) -> str:
    """Log the files of an explanation as a run of their own and return its id."""
    with connected(store) as client:
        mlflow.set_experiment(experiment_id=choose_experiment(client, EXPERIMENT, store))
        with mlflow.start_run(run_name="explanation") as active:
            mlflow.set_tags({"bundle_digest": bundle_digest, "version": __version__})
            for path in files:
                mlflow.log_artifact(str(path))
            return str(active.info.run_id)


def _log(staged: Staged, store: Path, uri: str | None) -> str:
    try:
        with connected(store, uri) as client:
            run_id = _write(staged, client, store)
    except TrackingFailed as error:
        again = ["secretome-ml", "models", "log", str(staged.folder)]
        if uri:
            again += ["--tracking-uri", uri]
        raise TrackingFailed(
            f"{error}\nThe bundle is written. The run is kept in {staged.folder}; "
            f"log it later with:\n  {shlex.join(again)}"
        ) from error
    staged.discard()
    return run_id


def _write(staged: Staged, client: MlflowClient, store: Path) -> str:
    """Write everything of a run; every step may have been done before."""
    experiment = choose_experiment(client, staged.head["experiment"], store)
    run_id = _run_of(staged, client, experiment)
    staged.keep_run_id(run_id)
    try:
        _log_numbers(staged.head, client, run_id)
        with mlflow.start_run(run_id=run_id):
            _log_evidence(staged)
            mlflow.log_artifacts(str(staged.folder / "artifacts"))
            model = log_bundle(staged, client, run_id, experiment)
            if staged.head["register"]:
                register_model(client, staged.head["register"], model, run_id)
    except (MlflowException, OSError):
        with contextlib.suppress(MlflowException, OSError):
            client.set_terminated(run_id, RunStatus.to_string(RunStatus.FAILED))
        raise
    return run_id


def _run_of(staged: Staged, client: MlflowClient, experiment: str) -> str:
    """Return the run that was begun for this staging in this store, or begin one."""
    begun = client.search_runs([experiment], f"tags.staged = '{staged.folder.name}'", max_results=1)
    if begun:
        return str(begun[0].info.run_id)
    made = client.create_run(
        experiment,
        run_name=staged.head["name"],
        tags=staged.head["tags"],
        start_time=staged.head["at"],
    )
    return str(made.info.run_id)


def _log_numbers(head: Mapping[str, Any], client: MlflowClient, run_id: str) -> None:
    """Log parameters and metrics; the same time stamp makes a second logging of a metric no second value."""
    at = int(head["at"])
    metrics = [Metric(k, v, at, 0) for k, v in head["metrics"].items()]
    metrics += [Metric(k, v, at, int(fold)) for k, fold, v in head["fold_metrics"] if v == v]
    parameters = [Param(k, str(v)) for k, v in head["parameters"].items()]
    for some in _portions(parameters):
        client.log_batch(run_id, params=some)
    for some in _portions(metrics):
        client.log_batch(run_id, metrics=some)
    client.log_batch(run_id, tags=[RunTag(k, v) for k, v in head["tags"].items()])


def _portions(items: Sequence[Any]) -> list[Sequence[Any]]:
    return [items[i : i + _AT_ONCE] for i in range(0, len(items), _AT_ONCE)]


def _log_evidence(staged: Staged) -> None:
    dataset = mlflow.data.from_pandas(
        staged.table("studies"),
        source=staged.head["evidence_source"],
        name="evidence",
        digest=staged.head["evidence_digest"][:36],
    )
    # Two runs on the same evidence may both find it new; MLflow lets one of them write it and refuses the
    # other, which finds it when it asks again.
    for left in reversed(range(_TRIES)):
        try:
            mlflow.log_input(dataset, context="training")
            return
        except MlflowException as error:
            if left == 0 or "unique" not in str(error).lower():
                raise
            time.sleep(_SECONDS_BETWEEN)
