"""What the tests run as processes of their own: log runs, and die at a named step."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd

from secretome_ml.bundle import read_bundle
from secretome_ml.tracking import Run, find_version, log_run, promote_version

EXAMPLE = {
    "sample": "a", "cell_type": "MSC", "cell_source": "", "species": "", "stage": "", "donor": "",
    "product": "", "culture": "", "fraction": "", "preconditioning": "", "factors": "VEGF-A=elevated",
}  # fmt: skip
PLACES = {
    "log_batch": mlflow.MlflowClient,
    "create_model_version": mlflow.MlflowClient,
    "create_registered_model": mlflow.MlflowClient,
    "delete_registered_model": mlflow.MlflowClient,
    "set_model_version_tag": mlflow.MlflowClient,
    "set_registered_model_alias": mlflow.MlflowClient,
    "log_artifacts": mlflow,
    "_create_logged_model": mlflow.MlflowClient,
}


def small_run(bundle: str, name: str = "small", **tags: str) -> Run:
    """Return a run that costs no training: a bundle with made-up figures."""
    return Run(
        name=name,
        parameters={"recipe.model": "blend", "recipe.seed": 0},
        metrics={"blend.all.concordance": 0.75, "blend.all.auroc": float("nan")},
        fold_metrics=[("blend.joint_loss", 0, 0.5), ("blend.joint_loss", 1, 0.25)],
        tables={"tables/metrics.csv": pd.DataFrame({"a": [1, 2]})},
        texts={"recipe.json": "{}\n"},
        files=(),
        evidence=pd.DataFrame({"study": ["s-1", "s-2"], "year": [2020, None]}),
        evidence_digest="e" * 64,
        evidence_source="made up",
        bundle=read_bundle(bundle),
        example=pd.DataFrame([EXAMPLE]),
        tags=tags,
    )


def die_after(step: str, calls: int = 1) -> None:
    """Kill this process as the step, done for the last time allowed, returns."""
    done = getattr(PLACES[step], step)
    left = [calls]

    def last(*arguments: Any, **named: Any) -> Any:
        answer = done(*arguments, **named)
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(PLACES[step], step, last)


def log(bundle: str, folder: str, address: str, name: str, count: str, step: str = "") -> None:
    if step:
        die_after(step)
    for _ in range(int(count)):
        log_run(small_run(bundle), Path(folder), address or None, name, name)


def promote(folder: str, address: str, name: str, version: str, expected: str, step: str, calls: str) -> None:
    die_after(step, int(calls))
    chosen = find_version(Path(folder), name, version, address)
    promote_version(
        Path(folder), chosen, "champion", int(expected), {"promotion.reason": "a test"}, address, patience=0.0
    )


if __name__ == "__main__":
    {"log": log, "promote": promote}[sys.argv[1]](*sys.argv[2:])
