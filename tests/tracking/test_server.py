"""Runs, versions and models over HTTP: `mlflow server` on PostgreSQL, nothing mocked."""

import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pandas as pd
import pytest
from mlflow import MlflowClient

from secretome_ml import load_model, read_profiles
from secretome_ml.core.errors import InputRefused, TrackingFailed, UnknownName
from secretome_ml.model import model_from_bundle
from secretome_ml.tracking import (
    fetch_model,
    find_version,
    list_runs,
    list_versions,
    log_run,
    log_staged,
    unlogged_runs,
)
from secretome_ml.tracking import run as run_module
from tracking.conftest import environment, free_port

WORKERS = Path(__file__).parent / "workers.py"


@pytest.fixture(scope="module")
def client(tracking) -> MlflowClient:
    return MlflowClient(tracking.address, tracking.address)


def worker(*words: object) -> subprocess.Popen[bytes]:
    """Start a process of `workers.py`."""
    return subprocess.Popen(
        [sys.executable, str(WORKERS), *map(str, words)], env=environment(), stderr=subprocess.PIPE
    )


# ---- a training -------------------------------------------------------------------------------------------


def test_a_training_is_logged_and_registered(tracking, versions, tmp_path: Path):
    runs = {r.run_id: r for r in list_runs(tmp_path, uri=tracking.address)}
    run = runs[versions.first]
    assert (run.name, run.status) == ("logistic-fast", "FINISHED")
    assert run.bundle_digest == versions.report["bundle_digest"]
    assert run.evidence_digest == versions.report["evidence_digest"]
    told = {(m["model"], m["effect"], m["metric"]): m for m in versions.report["metrics"]}
    concordance = told["logistic", "all", "concordance"]
    for end, key in (("", "value"), (".low", "low"), (".high", "high")):
        assert run.metrics[f"concordance{end}"] == pytest.approx(concordance[key], abs=1e-6)
    with urllib.request.urlopen(f"{tracking.address}/{run.link}", timeout=10) as answer:
        assert answer.status == 200
    assert [r.started for r in runs.values()] == sorted((r.started for r in runs.values()), reverse=True)
    listed = list_versions(tmp_path, "secretome", tracking.address)
    assert [(v.version, v.run_id, v.model) for v in listed] == [
        (2, versions.second, "informed"),
        (1, versions.first, "logistic"),
    ]


def test_the_artifacts_lie_in_the_store_of_the_server(tracking, versions):
    """Nothing was written beside the process that trained: the server holds it."""
    files = {p.name for p in tracking.artifacts.rglob("*") if p.is_file()}
    assert {"predictions.csv", "labels.csv", "MLmodel", "manifest.json", "model_card.md"} <= files
    assert not (versions.folder / "mlruns").exists()
    assert not (versions.folder / "experiments" / "mlflow.db").exists()
    assert unlogged_runs(versions.folder / "experiments") == []


def test_without_a_server_the_bundle_is_written_and_the_run_kept(versions, client):
    """Exit code 1, what is wrong, what was kept, and the command that logs it later; then it was logged."""
    done = versions.refused
    assert done.code == 1
    assert done.out == ""
    assert "cannot be reached" in done.err
    assert "Traceback" not in done.err
    (waiting,) = versions.waiting
    assert f"secretome-ml models log {versions.folder}/experiments/unlogged/{waiting}" in done.err
    bundle = load_model(versions.folder / "informed")
    run = client.get_run(versions.second)
    assert (run.info.status, run.data.tags["bundle_digest"]) == ("FINISHED", bundle.digest)
    assert run.data.tags["staged"] == waiting
    told = {(m["model"], m["effect"], m["metric"]): m["value"] for m in bundle.metrics}
    assert run.data.metrics["informed.all.concordance"] == pytest.approx(
        told["informed", "all", "concordance"], abs=1e-6
    )


def test_a_model_over_http_scores_like_the_local_bundle(
    tracking, versions, command, client, tmp_path: Path, monkeypatch
):
    """By version, by alias, by run and from Python: the same rows, to the last digit."""
    client.set_registered_model_alias("secretome", "tried", "1")
    text = "sample,cell_type,cell_source,VEGF-A,IL-6\nA,MSC,adipose,elevated,decreased\nB,MSC,,,elevated\n"
    (tmp_path / "w.csv").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking.address)
    expected = command("score", "w.csv", "--model", versions.folder / "logistic", "--json").json
    for address in ("models:/secretome/1", "models:/secretome@tried", f"runs:/{versions.first}/model"):
        done = command("score", "w.csv", "--model", address, "--json")
        assert done.code == 0, done.err
        assert done.json == expected
    model = model_from_bundle(fetch_model("models:/secretome/1", tmp_path, tracking.address))
    table = model.score(read_profiles(tmp_path / "w.csv"))
    local = load_model(versions.folder / "logistic").score(read_profiles(tmp_path / "w.csv"))
    pd.testing.assert_frame_equal(table, local, check_exact=True)
    card = command("models", "show", "models:/secretome/1")
    assert card.code == 0
    assert "logistic" in card.out
    listed = command("models", "list", "--registered", "--json").json
    assert [row["aliases"] for row in listed if row["run"] == versions.first] == [["tried"]]
    client.delete_registered_model_alias("secretome", "tried")
    shown = command("models", "list", "--registered").out
    assert "secretome" in shown
    assert versions.first[:8] in shown.replace("\n", "")
    assert "No run waits" in command("models", "log").out


def test_what_is_not_there_is_named(tracking, versions, tmp_path: Path):
    for address in ("models:/nobody/1", "models:/secretome/99", "models:/secretome@none", "runs:/0/model"):
        with pytest.raises(TrackingFailed, match="MLflow at"):
            fetch_model(address, tmp_path, tracking.address)
    with pytest.raises(TrackingFailed, match="no version"):
        fetch_model("models:/secretome", tmp_path, tracking.address)
    with pytest.raises(TrackingFailed, match="MLmodel"):
        fetch_model(f"runs:/{versions.first}/tables", tmp_path, tracking.address)
    with pytest.raises(UnknownName, match="'99'"):
        find_version(tmp_path, "secretome", "99", tracking.address)
    with pytest.raises(UnknownName, match="nobody"):
        find_version(tmp_path, "nobody", "1", tracking.address)


# ---- two at once, killed, gone on with --------------------------------------------------------------------


def test_two_trainers_at_once_lose_no_version(tracking, client, trained, tmp_path: Path):
    """Two processes, each with two runs: four versions, each of a run of its own, all of them whole."""
    started = [
        worker("log", trained.bundle, tmp_path / f"p{i}", tracking.address, "crowd", 2) for i in range(2)
    ]
    for process in started:
        _, said = process.communicate(timeout=240)
        assert process.returncode == 0, said.decode()[-2000:]
    found = list_versions(tmp_path, "crowd", tracking.address)
    assert sorted(v.version for v in found) == [1, 2, 3, 4]
    assert len({v.run_id for v in found}) == 4
    digest = load_model(trained.bundle).digest
    for version in found:
        assert client.get_run(version.run_id).info.status == "FINISHED"
        assert fetch_model(version.address, tmp_path, tracking.address).digest == digest


@pytest.mark.parametrize("step", ["log_artifacts", "_create_logged_model", "create_model_version"])
def test_a_killed_run_is_gone_on_with(step: str, tracking, client, trained, tmp_path: Path):
    """kill -9 in the middle of logging: the same run is completed, and nothing stands in it twice."""
    name = f"killed-{step}"
    process = worker("log", trained.bundle, tmp_path, tracking.address, name, 1, step)
    process.communicate(timeout=240)
    assert process.returncode == -signal.SIGKILL
    experiment = client.get_experiment_by_name(name).experiment_id
    (before,) = client.search_runs([experiment])
    assert before.info.status == "RUNNING"
    (waiting,) = unlogged_runs(tmp_path)
    assert log_staged(waiting, tmp_path, tracking.address) == before.info.run_id
    (after,) = client.search_runs([experiment])
    assert after.info.status == "FINISHED"
    history = client.get_metric_history(after.info.run_id, "blend.joint_loss")
    assert sorted((m.step, m.value) for m in history) == [(0, 0.5), (1, 0.25)]
    assert after.data.metrics == {"blend.all.concordance": 0.75, "blend.joint_loss": 0.25}
    assert [d.dataset.digest for d in after.inputs.dataset_inputs] == ["e" * 36]
    (model,) = client.search_logged_models([experiment])
    assert str(model.status) == "READY"
    (version,) = list_versions(tmp_path, name, tracking.address)
    assert (version.version, version.run_id) == (1, after.info.run_id)
    assert (
        fetch_model(version.address, tmp_path, tracking.address).digest == load_model(trained.bundle).digest
    )
    assert unlogged_runs(tmp_path) == []


def test_a_server_that_dies_half_way_leaves_a_failed_run_that_can_be_completed(
    tracking, client, small_run, tmp_path: Path, monkeypatch
):
    import mlflow

    def broken(*_: object, **__: object) -> None:
        raise mlflow.exceptions.MlflowException("the server went away")

    with monkeypatch.context() as patch:
        patch.setattr(mlflow, "log_artifacts", broken)
        with pytest.raises(TrackingFailed, match="went away") as told:
            log_run(small_run(), tmp_path, tracking.address, "half", None)
    (waiting,) = unlogged_runs(tmp_path)
    assert f"secretome-ml models log {waiting} --tracking-uri {tracking.address}" in str(told.value)
    experiment = client.get_experiment_by_name("half").experiment_id
    assert [r.info.status for r in client.search_runs([experiment])] == ["FAILED"]
    log_staged(waiting, tmp_path, tracking.address)
    assert [r.info.status for r in client.search_runs([experiment])] == ["FINISHED"]


def test_evidence_that_another_run_writes_at_the_same_moment_is_asked_for_again(
    tracking, client, small_run, tmp_path: Path, monkeypatch
):
    """The server refuses the second of two first writers; nothing else is tried twice."""
    import mlflow

    write, refusals = mlflow.log_input, ["UniqueViolation: duplicate key", "UNIQUE constraint failed"]

    def contested(*given: object, **named: object) -> object:
        if refusals:
            raise mlflow.exceptions.MlflowException(refusals.pop())
        return write(*given, **named)

    monkeypatch.setattr(mlflow, "log_input", contested)
    run_id = log_run(small_run(), tmp_path, tracking.address, "contested", None)
    assert [d.dataset.name for d in client.get_run(run_id).inputs.dataset_inputs] == ["evidence"]
    refusals.append("the disk is full")
    with pytest.raises(TrackingFailed, match="disk is full"):
        log_run(small_run(), tmp_path, tracking.address, "contested", None)


def test_a_deleted_experiment_is_named(tracking, client, small_run, tmp_path: Path):
    client.delete_experiment(client.create_experiment("gone"))
    with pytest.raises(TrackingFailed, match="'gone' was deleted"):
        log_run(small_run(), tmp_path, tracking.address, "gone", None)


def test_an_address_of_one_call_is_not_that_of_the_next(tracking, tmp_path: Path, monkeypatch):
    """MLflow puts the address it is told into the environment; ours stays as the user set it."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert list_runs(tmp_path, uri=tracking.address) is not None
    assert list_runs(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_staged_leaves_nothing(small_run, tmp_path: Path, monkeypatch):
    """A full disk while the run is written: no half run waits, and nothing was asked of MLflow."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run_module, "write_bundle", full)
    with pytest.raises(OSError, match="No space left"):
        log_run(small_run(), tmp_path, "http://127.0.0.1:1", None, None)
    assert list((tmp_path / "unlogged").iterdir()) == []
    with pytest.raises(InputRefused, match="no run that waits"):
        log_staged(tmp_path, tmp_path)


def test_no_store_is_made_by_asking(tmp_path: Path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert list_runs(tmp_path) == []
    assert list_versions(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["http://127.0.0.1:{}", "postgresql+psycopg2://u:secret@127.0.0.1:{}/x"])
def test_a_store_that_is_not_there_is_named_without_its_password(address: str, tmp_path: Path):
    with pytest.raises(TrackingFailed, match=r"127\.0\.0\.1") as told:
        list_runs(tmp_path, uri=address.format(free_port()))
    assert "secret" not in str(told.value)


def test_two_processes_make_one_local_store(trained, tmp_path: Path, monkeypatch):
    """Without a server: both create the same SQLite database, and neither loses its run."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    started = [worker("log", trained.bundle, tmp_path, "", "crowd", 1) for _ in range(2)]
    for process in started:
        _, said = process.communicate(timeout=240)
        assert process.returncode == 0, said.decode()[-2000:]
    assert sorted(v.version for v in list_versions(tmp_path, "crowd")) == [1, 2]
