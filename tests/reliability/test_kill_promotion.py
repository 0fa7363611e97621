"""kill -9 in the middle of `models promote --force`: the alias is old or new, a rerun completes it."""

import shutil
import sys
from pathlib import Path

# Here, and not anew in every process that is killed.
import mlflow.store.model_registry.sqlalchemy_store
import mlflow.store.tracking.sqlalchemy_store  # noqa: F401
import pytest

from conftest import run_command
from reliability.faults import Faults, chosen, die, killed_at, run_in_child
from secretome_ml.tracking import holder_of, list_versions, log_run
from tracking.workers import small_run

NEVER = 10**9
OLD, NEW = 1, 2


@pytest.fixture
def store(trained, tmp_path: Path, monkeypatch) -> Path:
    """Return a folder whose local store holds two versions; the first is champion."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    folder = tmp_path / "before"
    folder.mkdir()

    def make() -> tuple[int, str]:  # in a process of its own: its connection ends with it
        for number in (OLD, NEW):
            log_run(small_run(str(trained.bundle)), folder / "experiments", None, "few", "few")
            code, said = promotion(folder, number) if number == OLD else (0, "")
        return code, said

    assert run_in_child(make) == (0, "")
    return folder


def promotion(folder: Path, number: int = NEW) -> tuple[int, str]:
    """Run the command in a folder; return its exit code and what it complained of."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        done = run_command("models", "promote", "few", number, "--force")
    return done.code, done.err


def test_a_promotion_that_is_killed_can_be_run_again(store: Path, tmp_path: Path):
    whole = Path(shutil.copytree(store, tmp_path / "whole"))

    def count() -> tuple[int, str]:
        faults = Faults(tmp_path, NEVER, die)
        faults.watch_commits()
        assert promotion(whole)[0] == 0
        return faults.count, ""

    def look(folder: Path) -> tuple[int, str]:
        held = holder_of(folder / "experiments", "few", "champion").version
        code, said = promotion(folder)
        assert code == 0, said
        new = next(v for v in list_versions(folder / "experiments", "few") if v.version == NEW)
        assert (new.aliases, new.tags["promotion.state"]) == (("champion",), "done")
        return held, ""

    steps, held = run_in_child(count)[0], []
    assert steps > 10
    for at in chosen(steps, 6):
        folder = Path(shutil.copytree(store, tmp_path / f"killed{at}"))

        def work(folder: Path = folder) -> None:
            assert promotion(folder)[0] == 0

        assert killed_at(work, tmp_path, at, commits=True)
        found, said = run_in_child(lambda folder=folder: look(folder))
        assert found in (OLD, NEW), (at, said)
        held.append(found)
        shutil.rmtree(folder)
    assert held == sorted(held), "it went back"
    sys.stdout.write(f"{steps} steps, killed at {len(held)}: old {held.count(OLD)}, new {held.count(NEW)}\n")
