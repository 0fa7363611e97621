"""Runs, models and versions in MLflow; only the files of this folder import it.

Telemetry is switched off, autolog is not used (it pickles), and models are logged through a loader
module with the bundle as data, so that no pickle and no code travels in an artifact.
"""

from secretome_ml.tracking.fetch import fetch_model, fetch_table
from secretome_ml.tracking.log import log_explanation, log_numbers, log_run, log_staged, unlogged_runs
from secretome_ml.tracking.names import require_names
from secretome_ml.tracking.registry import Version, find_version, holder_of, list_versions, promote_version
from secretome_ml.tracking.run import Run, to_json
from secretome_ml.tracking.runs import LoggedRun, list_runs
from secretome_ml.tracking.store import default_store, store_exists

__all__ = [
    "LoggedRun",
    "Run",
    "Version",
    "default_store",
    "fetch_model",
    "fetch_table",
    "find_version",
    "holder_of",
    "list_runs",
    "list_versions",
    "log_explanation",
    "log_numbers",
    "log_run",
    "log_staged",
    "promote_version",
    "require_names",
    "store_exists",
    "to_json",
    "unlogged_runs",
]
