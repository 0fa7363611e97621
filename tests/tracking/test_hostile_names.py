"""Names as markup, as terminal commands, as searches: refused where we write, only text where we show."""

import re
from pathlib import Path

import pytest
from mlflow import MlflowClient

from secretome_ml.core.errors import InputRefused
from secretome_ml.tracking import log_run, require_names
from secretome_ml.tracking.store import EXPERIMENT, connected, default_store
from tracking.workers import small_run
from web.web_clients import client_of

EVIL = "<script>alert(1)</script>\x1b[31m\u202e'\"{{7*7}}"
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize("name", ["", " ", "a\n", "a\x1b[31m", "a\u202eb", "x" * 251, " a", "\ud800"])
def test_an_experiment_that_hides_something_is_refused(name: str):
    with pytest.raises(InputRefused, match="--experiment"):
        require_names(name, None)


@pytest.mark.parametrize(
    "name", ["", "a/b", "../a", "it's", "a' OR 'b", "a:b", "<b>", "a\n", "-x", "é", "x" * 101]
)
def test_a_model_name_that_could_not_be_searched_for_is_refused(name: str):
    with pytest.raises(InputRefused, match="--register"):
        require_names(None, name)


@pytest.mark.parametrize("experiment", ["secretome-ml", "/Users/me/secretome", "Lörrach 2", "<b>", None])
def test_plain_names_pass(experiment: str | None):
    require_names(experiment, "secretome 2_b.c-d")


def test_train_refuses_both_before_it_begins(command, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = command("train", "--experiment", "a\x1b", "--register", "a'b")
    assert done.code == 3
    assert "--experiment" in done.err
    assert "--register" in done.err
    assert not ACTING.search(done.err)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def store(trained, tmp_path_factory) -> Path:
    """Return a local store with our run of hostile values, and another's run and model of hostile names."""
    folder = tmp_path_factory.mktemp("hostile") / "experiments"
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        made = small_run(str(trained.bundle))
        made.parameters["recipe.settings"] = EVIL
        made.tables["tables/metrics.csv"].loc[0, "note"] = "=1+1"
        log_run(made, folder, None, None, "few")
        with connected(folder) as client:
            client.create_run(client.get_experiment_by_name(EXPERIMENT).experiment_id, run_name=EVIL)
            client.create_registered_model("<script>alert(1)<_script>\x1b[31m")
    return folder


def test_parameters_are_kept_as_text_that_hides_nothing(store: Path):
    client = MlflowClient(default_store(store))
    runs = client.search_runs([client.get_experiment_by_name(EXPERIMENT).experiment_id])
    (kept,) = [r.data.params["recipe.settings"] for r in runs if "recipe.settings" in r.data.params]
    assert kept == EVIL.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e")


def test_a_table_that_is_logged_holds_no_formula(store: Path):
    (table,) = store.rglob("tables/metrics.csv")
    assert "'=1+1" in table.read_text(encoding="utf-8")


def test_the_terminal_is_not_commanded(command, store: Path, monkeypatch):
    monkeypatch.chdir(store.parent)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    done = command("models", "list", "--registered")
    assert done.code == 0, done.err
    assert "few" in done.out
    assert not ACTING.search(done.out + done.err)


def test_the_page_of_runs_shows_text(store: Path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with client_of(store=store) as client:
        page = client.get("/models/runs").text
    assert "small" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "alert(1)49" not in page
    assert not ACTING.search(page)
