"""An interrupted validation goes on from where it stopped; nothing stale or damaged is ever taken."""

import json
import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from conftest import ROOT
from secretome_ml.evaluation import cross_validation
from secretome_ml.evaluation.cross_validation import cross_validate
from secretome_ml.evaluation.fold_store import FoldStore
from secretome_ml.evaluation.tuning import Validation

NAMES = ("prevalence", "logistic")
PLAN = Validation(folds=3, inner_folds=2)


@pytest.fixture
def validate(few_features, few_targets, tmp_path: Path, monkeypatch):
    """Return a validation that keeps its folds, and counts how many it works out."""
    worked_out: list[str] = []
    whole = cross_validation.predict_split

    def counting(names, *rest):
        worked_out.extend(names)
        return whole(names, *rest)

    monkeypatch.setattr(cross_validation, "predict_split", counting)

    def run(plan=PLAN, targets=few_targets, settings=None, features=few_features, fresh=False):
        worked_out.clear()
        store = FoldStore(tmp_path / "experiments" / ".folds", fresh)
        found = cross_validate(NAMES, features, targets, plan, settings, store=store)
        return found, len(worked_out), store

    return run


def same(one, other) -> None:
    for name in NAMES:
        pd.testing.assert_frame_equal(one[name].margin, other[name].margin, check_exact=True)
        pd.testing.assert_frame_equal(one[name].probability, other[name].probability, check_exact=True)
        pd.testing.assert_frame_equal(one[name].folds, other[name].folds, check_exact=True)
        for a, b in zip(one[name].parts[0], other[name].parts[0], strict=True):
            pd.testing.assert_frame_equal(a.inner, b.inner, check_exact=True)


def test_kept_folds_are_taken_and_are_the_same_to_the_bit(validate, caplog):
    first, worked, store = validate()
    assert worked == 6
    with caplog.at_level(logging.INFO):
        second, worked, _ = validate()
    assert worked == 0
    assert "6 of 6 folds were already done." in caplog.messages
    same(first, second)
    assert validate(fresh=True)[1] == 6
    store.clear()
    assert not store.folder.parent.exists()


def test_half_of_the_folds_is_half_of_the_work(validate):
    first, _, store = validate()
    for path in sorted(store.folder.iterdir())[:3]:
        path.unlink()
    again, worked, _ = validate()
    assert worked == 3
    same(first, again)


def test_anything_that_decides_a_fold_names_it_anew(validate, few_features, few_targets, monkeypatch):
    validate()
    shifted = replace(few_targets, weights=few_targets.weights * 2)
    turned = few_targets.comparisons.assign(direction=-few_targets.comparisons["direction"])
    column = few_features.common.columns[0]
    moved = replace(few_features, common=few_features.common.assign(**{column: 1.0}))
    for changed in (
        {"plan": replace(PLAN, seed=1)},
        {"plan": replace(PLAN, inner_folds=3)},
        {"plan": replace(PLAN, min_studies=4)},
        {"targets": shifted},
        {"targets": replace(few_targets, comparisons=turned)},
        {"features": moved},
    ):
        assert validate(**changed)[1] == 6, changed
    assert validate(settings={"logistic": {"penalty": 5.0}})[1] == 3
    monkeypatch.setattr("secretome_ml.evaluation.fold_key._code_digest", lambda: "other code")
    assert validate()[1] == 6


def test_other_library_versions_name_a_fold_anew(validate, monkeypatch):
    validate()
    monkeypatch.setattr("secretome_ml.evaluation.fold_key.version", lambda name: "0.0")
    assert validate()[1] == 6


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("1", "2"),
        lambda text: json.dumps({"sha256": "0", "fold": "{}"}),
        lambda text: "[]",
    ],
    ids=["empty", "cut", "changed", "foreign", "list"],
)
def test_a_damaged_fold_is_worked_out_again_with_a_word(validate, damage, caplog):
    first, _, store = validate()
    path = sorted(store.folder.iterdir())[0]
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")
    again, worked, _ = validate()
    assert worked == 1
    assert any(path.name in m and "worked out again" in m for m in caplog.messages)
    same(first, again)
    assert validate()[1] == 0


def test_a_killed_training_goes_on_and_gives_the_same_numbers(trained, command, tmp_path: Path, monkeypatch):
    """SIGKILL when some folds are done; the next run takes them and ends where a whole run does."""
    monkeypatch.chdir(tmp_path)
    words = ["train", str(trained.recipe), "--evidence", str(trained.evidence), "--fast", "--out", "bundle"]
    words += ["--jobs", "1", "--json", "--tracking-uri", f"sqlite:///{tmp_path / 'mlflow.db'}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    started = subprocess.Popen(
        [sys.executable, "-m", "secretome_ml", *words],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    folds = tmp_path / "experiments" / ".folds"
    end = time.monotonic() + 120
    while not folds.is_dir() or len(list(folds.glob("*.json"))) < 4:
        assert time.monotonic() < end
        assert started.poll() is None
        time.sleep(0.005)
    started.send_signal(signal.SIGKILL)
    started.wait()
    assert not (tmp_path / "bundle").exists()
    done = command(*words)
    assert done.code == 0, done.err
    assert "of 12 folds were already done." in done.err
    assert done.json["metrics"] == trained.report["metrics"]
    assert done.json["bundle_digest"] == trained.report["bundle_digest"]
    assert not folds.exists()
