"""kill -9 in the middle of `train`: the bundle is the old or the new, the run can be completed, no debris.

Every change on disk and every commit to the database is a step. The first, the last, every move into place
and one between are tried; `KILLS=30 pytest -rP` tries 30 random ones more.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

# Here, and not anew in every process that is killed.
import mlflow.store.model_registry.sqlalchemy_store
import mlflow.store.tracking.sqlalchemy_store  # noqa: F401
import pytest

from conftest import Outcome, run_command
from reliability.faults import Faults, chosen, die, killed_at, run_in_child
from secretome_ml.bundle import read_bundle, write_bundle
from secretome_ml.recipe import load_recipe
from secretome_ml.tracking import fetch_model, list_runs, list_versions
from secretome_ml.workflows import record
from secretome_ml.workflows import train as training_module

NEVER = 10**9
MOVES = ("os.rename ", "exchange ")
OURS = "secretome-ml-"


@pytest.fixture(scope="module")
def train(trained, few) -> Callable[[Path], Outcome]:
    """Return `train ... --register few` in a folder; what touches no disk is computed once."""
    made = training_module.train(load_recipe(trained.recipe), few, fast=True)

    def draw(_: object, folder: Path) -> None:
        (folder / "metrics.svg").write_bytes(b"<svg/>")

    def run(folder: Path) -> Outcome:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            patch.delenv("MLFLOW_TRACKING_URI", raising=False)
            patch.setattr(training_module, "train", lambda *_, **__: made)
            patch.setattr(record, "draw_training", draw)
            words = [trained.recipe, "--evidence", trained.evidence, "--out", folder / "bundle", "--fast"]
            return run_command("train", *words, "--register", "few", "--json")

    return run


@pytest.fixture(scope="module")
def ground(few_model, tmp_path_factory) -> Path:
    """Return a folder with an old bundle and an empty store, to be copied for each kill."""
    folder = tmp_path_factory.mktemp("ground")
    write_bundle(few_model.to_bundle("old"), folder / "bundle")

    def make() -> tuple[int, str]:  # in a process of its own: its connection ends with it
        from secretome_ml.tracking.store import connected

        with connected(folder / "experiments"):
            return 0, ""

    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        assert run_in_child(make) == (0, "")
    return folder


def steps_of(train: Callable[[Path], Outcome], folder: Path) -> list[str]:
    """Return what a training that nobody kills does on disk and in the database, in order."""

    def work() -> tuple[int, str]:
        faults = Faults(folder, NEVER, die)
        faults.watch_commits()
        code = train(folder).code
        return code, json.dumps(faults.seen)

    code, seen = run_in_child(work)
    assert code == 0, seen
    return json.loads(seen)


def tried_of(steps: list[str]) -> list[int]:
    """Return the steps to try, counted from 1."""
    moves = [n for n, s in enumerate(steps, 1) if s.startswith(MOVES) and f"/.{OURS}" not in s]
    return sorted({1, len(steps), *moves, *chosen(len(steps), 1)})


def complete(folder: Path, again: Callable[[Path], Outcome] | None) -> tuple[int, str]:
    """Log what waits, look at the store, train again; return 0 and the command that made the bundle."""
    store, bundle = folder / "experiments", read_bundle(folder / "bundle")
    os.chdir(folder)
    done = run_command("models", "log", "--json")
    assert done.code == 0, done.err
    runs = list_runs(store)
    assert {r.status for r in runs} <= {"FINISHED"}
    for version in list_versions(store, "few") if runs else []:
        assert fetch_model(version.address, store).digest == bundle.digest
    if again is not None:
        done = again(folder)
        assert done.code == 0, done.err
        left = {str(p.relative_to(folder)) for p in folder.rglob("*")}
        assert not [p for p in left if OURS in p or "unlogged" in p]
        assert sorted(p.name for p in folder.iterdir()) == ["bundle", "bundle.log.jsonl", "experiments"]
    return 0, bundle.values("provenance.json")["command"]


def test_a_training_that_is_killed_can_be_completed(train, ground: Path, tmp_path: Path, monkeypatch):
    """Whatever asks MLflow does so in a process of its own, as commands do."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    steps = steps_of(train, Path(shutil.copytree(ground, tmp_path / "whole")))
    assert sum(s.startswith("commit") for s in steps) > 20, "the killer saw no commits"
    tried, commands = tried_of(steps), []
    for at in tried:
        folder = Path(shutil.copytree(ground, tmp_path / f"killed{at}"))
        killed_at(lambda folder=folder: train(folder), folder, at, commits=True)
        rerun = train if at in (tried[len(tried) // 2], tried[-1]) else None
        code, said = run_in_child(lambda folder=folder, rerun=rerun: complete(folder, rerun))
        assert code == 0, (at, steps[at - 1], said)
        commands.append(said == "old")
        shutil.rmtree(folder)
    assert set(commands) == {True, False}, "killed before and after the bundle was exchanged"
    assert commands == sorted(commands, reverse=True), "it went back"
    sys.stdout.write(f"{len(steps)} steps, killed at {len(tried)}\n")
