"""The bundle as a model of MLflow's: a loader module and data, neither pickle nor code."""

from __future__ import annotations

import mlflow
from mlflow import MlflowClient
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema

from secretome_ml.core.version import __version__
from secretome_ml.model import SCORE_COLUMNS
from secretome_ml.model_file import LOADER
from secretome_ml.serving import KINDS, LAYOUTS, SERVED_COLUMNS
from secretome_ml.tracking.run import Staged


def log_bundle(staged: Staged, client: MlflowClient, run_id: str, experiment: str) -> str:
    """Log the bundle of a staged run within the active run and return the model's id.

    A model that was logged before is kept; one that was cut off is removed first, so that
    `runs:/<id>/model` never finds half of it.
    """
    for model in client.search_logged_models([experiment], f"source_run_id = '{run_id}'"):
        if str(model.status) == "READY":
            return str(model.model_id)
        client.delete_logged_model(model.model_id)
    logged = mlflow.pyfunc.log_model(
        name="model",
        loader_module=LOADER,
        data_path=str(staged.folder / "bundle"),
        signature=_signature(),
        input_example=staged.table("example"),
        pip_requirements=[f"secretome-ml=={__version__}"],
        metadata={"bundle_digest": staged.head["bundle_digest"]},
    )
    return str(logged.model_id)


def _signature() -> ModelSignature:
    """Return the signature of the service: every input column is required, so none is silently missing."""
    inputs = [ColSpec(DataType.string, name, required=True) for name in SERVED_COLUMNS]
    outputs = [ColSpec(DataType[KINDS.get(name, "string")], name) for name in SCORE_COLUMNS]
    layout = ParamSchema([ParamSpec("layout", DataType.string, LAYOUTS[0])])
    return ModelSignature(inputs=Schema(inputs), outputs=Schema(outputs), params=layout)
