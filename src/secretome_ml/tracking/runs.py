"""The runs of an experiment, newest first, as a page or a terminal shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mlflow.entities import Run as MlflowRun

from secretome_ml.core.logs import visible
from secretome_ml.tracking.store import EXPERIMENT, connected, store_exists

_BOUNDS = ("", ".low", ".high")


@dataclass(frozen=True)
class LoggedRun:
    """One run.

    Parameters
    ----------
    run_id, name : str
        Its id and its name, in which nothing hides.
    started : datetime
        When it began, in UTC.
    status : str
        `FINISHED`, `RUNNING` (also one that was killed), `FAILED` or `KILLED`.
    metrics : dict of str to float
        The concordance over all effects of the model that the recipe asked for, with its bounds:
        `concordance`, `concordance.low`, `concordance.high`; empty for a run without a training.
    bundle_digest, evidence_digest : str
        What was made, and from what; empty where the run does not state it.
    link : str
        The part of its page's address that follows the address of the server.
    """

    run_id: str
    name: str
    started: datetime
    status: str
    metrics: dict[str, float]
    bundle_digest: str
    evidence_digest: str
    link: str


def list_runs(
    store: Path, experiment: str | None = None, uri: str | None = None, most: int = 100
) -> list[LoggedRun]:
    """Return the runs of an experiment, newest first; no store or experiment yet is no run.

    Parameters
    ----------
    store : Path
        Folder of the local store.
    experiment : str, optional
        Its name; default `secretome-ml`.
    uri : str, optional
        Address of the tracking server.
    most : int
        Number of runs returned.

    Raises
    ------
    TrackingFailed
        If the store cannot be reached.
    """
    if not store_exists(store, uri):
        return []
    with connected(store, uri) as client:
        found = client.get_experiment_by_name(experiment or EXPERIMENT)
        if found is None:
            return []
        runs = client.search_runs(
            [found.experiment_id], max_results=most, order_by=["attributes.start_time DESC"]
        )
    return [_logged(run) for run in runs]


def main_metrics(run: MlflowRun) -> dict[str, float]:
    """Return the concordance over all effects of the model that the run's recipe asked for."""
    name = f"{run.data.params.get('recipe.model')}.all.concordance"
    return {
        f"concordance{end}": run.data.metrics[name + end] for end in _BOUNDS if name + end in run.data.metrics
    }


def _logged(run: MlflowRun) -> LoggedRun:
    return LoggedRun(
        run.info.run_id,
        visible(run.info.run_name or ""),
        datetime.fromtimestamp(run.info.start_time / 1000, UTC),
        run.info.status,
        main_metrics(run),
        visible(run.data.tags.get("bundle_digest", "")),
        visible(run.data.tags.get("evidence_digest", "")),
        f"#/experiments/{run.info.experiment_id}/runs/{run.info.run_id}",
    )
