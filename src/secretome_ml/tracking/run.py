"""What of a training is logged, and its form on disk before it is.

A run is staged as a folder of plain files first. What cannot be logged now (the server is down, the
process is killed) can then be logged later, without training anew.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from secretome_ml.bundle import Bundle, write_bundle
from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.core.files import aside, csv_text, sweep, write_file
from secretome_ml.core.logs import visible
from secretome_ml.core.version import __version__

_HEAD = "run.json"
_STATE = "state.json"
_TRIES = 100


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
    tags : mapping of str to str
        Further tags.
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
    tags: Mapping[str, str]


@dataclass(frozen=True)
class Staged:
    """A run as a folder: `run.json`, `artifacts/`, `bundle/`, `studies.csv`, `example.csv`."""

    folder: Path
    head: dict[str, Any]

    @property
    def run_id(self) -> str | None:
        """The run in MLflow, once there is one."""
        state = self.folder / _STATE
        return str(json.loads(state.read_text(encoding="utf-8"))["run_id"]) if state.exists() else None

    def keep_run_id(self, run_id: str) -> None:
        """Remember the run in MLflow, so that a second try goes on with it."""
        write_file(self.folder / _STATE, to_json({"run_id": run_id}))

    def table(self, name: str) -> pd.DataFrame:
        """Return `studies` or `example`, all text."""
        return pd.read_csv(self.folder / f"{name}.csv", dtype=str, keep_default_na=False)

    def discard(self) -> None:
        """Remove the folder, at once so that half of it never waits, and those above it that are empty."""
        gone = aside(self.folder.parent)
        os.rename(self.folder, gone)
        shutil.rmtree(gone, ignore_errors=True)
        for above in list(self.folder.parents)[:2]:
            with suppress(OSError):  # another run waits in it, or has just removed it
                above.rmdir()


def stage_run(run: Run, store: Path, experiment: str, register: str | None) -> Staged:
    """Write a run aside, move it into `store`/unlogged, whole, and return it."""
    place = store / "unlogged"
    folder = place / f"{run.name}-{secrets.token_hex(4)}"
    head = _head(run, folder.name, experiment, register)
    sweep(place)
    part = _made(aside(place))
    try:
        _write_artifacts(run, part / "artifacts")
        write_bundle(run.bundle, part / "bundle")
        studies = run.evidence.astype(object).where(run.evidence.notna(), None).astype(str)
        studies.to_csv(part / "studies.csv", index=False)
        run.example.to_csv(part / "example.csv", index=False)
        write_file(part / _HEAD, to_json(head))
        os.rename(part, folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return Staged(folder, head)


def _made(folder: Path) -> Path:
    """Make a folder; another process may remove the one above it, while that is empty."""
    for left in reversed(range(_TRIES)):
        try:
            folder.mkdir(parents=True)
            break
        except FileNotFoundError:
            if not left:
                raise
    return folder


def _write_artifacts(run: Run, folder: Path) -> None:
    for name, table in run.tables.items():
        path = folder / name
        if path.suffix == ".parquet":
            path.parent.mkdir(parents=True, exist_ok=True)
            table.to_parquet(path, index=False)
        else:
            write_file(path, csv_text(table))
    for name, text in run.texts.items():
        write_file(folder / name, text)
    for figure in run.files:
        write_file(folder / "figures" / figure.name, figure.read_bytes())


def _head(run: Run, staged: str, experiment: str, register: str | None) -> dict[str, Any]:
    """Return everything of a run that is no file; `at` is the time of all its metrics, in milliseconds."""
    return {
        "name": run.name,
        "experiment": experiment,
        "register": register,
        "at": int(time.time() * 1000),
        "parameters": {
            k: v if isinstance(v, int | float) else visible(str(v))[:500] for k, v in run.parameters.items()
        },
        "metrics": {k: v for k, v in run.metrics.items() if v == v},
        "fold_metrics": [list(row) for row in run.fold_metrics],
        "evidence_digest": run.evidence_digest,
        "evidence_source": visible(run.evidence_source),
        "bundle_digest": run.bundle.digest,
        "tags": {
            "evidence_digest": run.evidence_digest,
            "bundle_digest": run.bundle.digest,
            "version": __version__,
            "staged": staged,
            **run.tags,
        },
    }


def read_staged(folder: Path) -> Staged:
    """Return a run that was staged before.

    Raises
    ------
    InputRefused
        If the folder holds no whole run.
    """
    try:
        return Staged(folder.absolute(), json.loads((folder / _HEAD).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        what = "This is no run that waits to be logged."
        raise InputRefused(
            [Problem(str(folder), None, None, what, "See `secretome-ml models log` for those that do.")]
        ) from None


def staged_folders(store: Path) -> list[Path]:
    """Return the runs below `store` that wait to be logged, oldest first."""
    found = (store / "unlogged").glob(f"[!.]*/{_HEAD}")  # with a dot: being written
    return [p.parent for p in sorted(found, key=lambda p: p.stat().st_mtime)]


def to_json(values: Any) -> str:
    """Return readable JSON for a text artifact."""
    return json.dumps(values, indent=1, sort_keys=True, default=str) + "\n"
