"""Runs in MLflow. This is the only file that imports it.

Telemetry is switched off, autolog is not used (it pickles), and models are logged through a loader
module with the bundle as data, so that no pickle and no code travels in an artifact.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema

from secretome_ml.bundle import Bundle, write_bundle
from secretome_ml.errors import TrackingFailed
from secretome_ml.serving import SERVED_COLUMNS
from secretome_ml.version import __version__

EXPERIMENT = "secretome-ml"
_NUMBERS = ("score", "probability", "probability_low", "probability_high", "percentile")


@dataclass(frozen=True)
class Run:
    """What is logged of one training run.

    Parameters
    ----------
    name : str
        Name of the run.
    parameters : mapping
        Flat parameters.
    metrics : mapping of str to float
        Overall metrics; NaN ones are left out.
    fold_metrics : list of tuple
        (metric name, fold, value).
    tables : mapping of str to DataFrame
        Tables by file name.
    texts : mapping of str to str
        Text artifacts by path.
    files : tuple of path
        Figures.
    evidence : pandas.DataFrame
        The studies table, logged as the dataset.
    evidence_digest, evidence_source : str
        Digest and origin of the dataset.
    bundle : Bundle
        The model.
    example : pandas.DataFrame
        An input example with the columns that the service reads.
    """

    name: str
    parameters: Mapping[str, Any]
    metrics: Mapping[str, float]
    fold_metrics: list[tuple[str, int, float]]
    tables: Mapping[str, pd.DataFrame]
    texts: Mapping[str, str]
    files: tuple[Path, ...]
    evidence: pd.DataFrame
    evidence_digest: str
    evidence_source: str
    bundle: Bundle
    example: pd.DataFrame


def default_store(folder: Path) -> str:
    """Return the address of the local store: a SQLite database under `folder`."""
    return f"sqlite:///{(folder / 'mlflow.db').absolute()}"


def log_run(run: Run, store: Path, uri: str | None, experiment: str | None, register: str | None) -> str:
    """Log a training run and return its id.

    Parameters
    ----------
    run : Run
        What to log.
    store : Path
        Folder of the local store, used when no address is given.
    uri : str or None
        Address of the tracking server; MLFLOW_TRACKING_URI comes before the local store.
    experiment : str or None
        Name of the experiment; default `secretome-ml`.
    register : str or None
        Name to register the model under.

    Raises
    ------
    TrackingFailed
        If the store cannot be reached or refuses a call.
    """
    _quieten()
    address = uri or os.environ.get("MLFLOW_TRACKING_URI") or default_store(store)
    if address.startswith("sqlite:///"):
        Path(address.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    try:
        mlflow.set_tracking_uri(address)
        _choose_experiment(experiment or EXPERIMENT, store, local=address == default_store(store))
        with mlflow.start_run(run_name=run.name) as active:
            _log_content(run)
            _log_model(run, register)
            return str(active.info.run_id)
    except MlflowException as error:
        raise TrackingFailed(
            f"MLflow at {address} refused: {error.message}. Check --tracking-uri."
        ) from error
    except OSError as error:
        raise TrackingFailed(
            f"MLflow at {address} cannot be reached: {error}. Check --tracking-uri."
        ) from error


def log_numbers(name: str, parameters: Mapping[str, Any], metrics: Mapping[str, float], store: Path) -> str:
    """Log what a measurement found as a run of its own in the experiment `leaderboard`, and return its id."""
    _quieten()
    address = os.environ.get("MLFLOW_TRACKING_URI") or default_store(store)
    if address.startswith("sqlite:///"):
        Path(address.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    try:
        mlflow.set_tracking_uri(address)
        _choose_experiment("leaderboard", store, local=address == default_store(store))
        with mlflow.start_run(run_name=name) as active:
            mlflow.set_tags({"version": __version__})
            mlflow.log_params({k: str(v)[:500] for k, v in parameters.items()})
            mlflow.log_metrics({k: v for k, v in metrics.items() if v == v})
            return str(active.info.run_id)
    except (MlflowException, OSError) as error:
        raise TrackingFailed(f"MLflow at {address} failed: {error}. Check MLFLOW_TRACKING_URI.") from error


def log_explanation(files: list[Path], bundle_digest: str, store: Path) -> str:
    """Log the files of an explanation as a run of their own and return its id."""
    _quieten()
    address = os.environ.get("MLFLOW_TRACKING_URI") or default_store(store)
    try:
        mlflow.set_tracking_uri(address)
        _choose_experiment(EXPERIMENT, store, local=address == default_store(store))
        with mlflow.start_run(run_name="explanation") as active:
            mlflow.set_tags({"bundle_digest": bundle_digest, "version": __version__})
            for path in files:
                mlflow.log_artifact(str(path))
            return str(active.info.run_id)
    except (MlflowException, OSError) as error:
        raise TrackingFailed(f"MLflow at {address} failed: {error}. Check MLFLOW_TRACKING_URI.") from error


def fetch_model(uri: str, store: Path) -> Path:
    """Return the local folder of the bundle behind `models:/name@alias` or `runs:/id/model`.

    The MLmodel file is checked before anything of the artifact is used: our loader module, no code.
    """
    _quieten()
    mlflow.set_tracking_uri(os.environ.get("MLFLOW_TRACKING_URI") or default_store(store))
    try:
        folder = Path(mlflow.artifacts.download_artifacts(artifact_uri=uri))
        flavor = mlflow.models.Model.load(str(folder)).flavors.get("python_function", {})
    except (MlflowException, OSError) as error:
        raise TrackingFailed(
            f"{uri} cannot be fetched: {error}. Check the name and MLFLOW_TRACKING_URI."
        ) from error
    if flavor.get("loader_module") != "secretome_ml.serving" or flavor.get("code") or "data" not in flavor:
        raise TrackingFailed(f"{uri} is no model of secretome-ml, or carries code; it is not loaded.")
    return folder / str(flavor["data"])


def _quieten() -> None:
    """Keep MLflow's own chatter (migrations, hints) off the terminal; errors are raised."""
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="mlflow")


def _choose_experiment(name: str, store: Path, local: bool) -> None:
    """Select the experiment; the local store keeps its artifacts beside its database."""
    if mlflow.get_experiment_by_name(name) is None:
        place = (store / "artifacts").absolute().as_uri() if local else None
        mlflow.create_experiment(name, artifact_location=place)
    mlflow.set_experiment(name)


def _log_content(run: Run) -> None:
    mlflow.log_params(
        {k: v if isinstance(v, (int, float)) else str(v)[:500] for k, v in run.parameters.items()}
    )
    mlflow.log_metrics({k: v for k, v in run.metrics.items() if v == v})
    for name, fold, value in run.fold_metrics:
        mlflow.log_metric(name, value, step=fold)
    mlflow.set_tags(
        {"evidence_digest": run.evidence_digest, "bundle_digest": run.bundle.digest, "version": __version__}
    )
    dataset = mlflow.data.from_pandas(
        run.evidence.astype(object).where(run.evidence.notna(), None).astype(str),
        source=run.evidence_source,
        name="evidence",
        digest=run.evidence_digest[:36],
    )
    mlflow.log_input(dataset, context="training")
    with tempfile.TemporaryDirectory() as folder:
        for name, table in run.tables.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".parquet":
                table.to_parquet(path, index=False)
            else:
                table.to_csv(path, index=False)
        for name, text in run.texts.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        mlflow.log_artifacts(folder)
    for figure in run.files:
        mlflow.log_artifact(str(figure), "figures")


def _log_model(run: Run, register: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "bundle"
        write_bundle(run.bundle, place)
        mlflow.pyfunc.log_model(
            name="model",
            loader_module="secretome_ml.serving",
            data_path=str(place),
            signature=_signature(),
            input_example=run.example,
            pip_requirements=[f"secretome-ml=={__version__}"],
            registered_model_name=register,
            metadata={"bundle_digest": run.bundle.digest},
        )


def _signature() -> ModelSignature:
    """Return the signature of the service: every input column is required, so none is silently missing."""
    inputs = [ColSpec(DataType.string, name, required=True) for name in SERVED_COLUMNS]
    from secretome_ml.model import SCORE_COLUMNS

    kinds = {
        **dict.fromkeys(_NUMBERS, DataType.double),
        "in_domain": DataType.boolean,
        "factors_used": DataType.long,
    }
    outputs = [ColSpec(kinds.get(name, DataType.string), name) for name in SCORE_COLUMNS]
    return ModelSignature(inputs=Schema(inputs), outputs=Schema(outputs))


def to_json(values: Any) -> str:
    """Return readable JSON for a text artifact."""
    return json.dumps(values, indent=1, sort_keys=True, default=str) + "\n"
