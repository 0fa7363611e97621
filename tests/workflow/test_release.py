"""Training leaves alone what is tracked; releasing is a command of its own."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import ROOT
from secretome_ml.bundle import read_bundle, write_bundle
from secretome_ml.core.errors import BundleRefused
from secretome_ml.model import load_model
from secretome_ml.workflows import release as releasing


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(releasing, "models_dir", lambda: tmp_path / "models")
    return tmp_path / "models" / "default"


def test_the_released_bundle_is_replaced_as_a_whole(trained, place: Path, tmp_path: Path):
    model = load_model(trained.bundle)
    named = replace(model, recipe=replace(model.recipe, name="default"))
    write_bundle(named.to_bundle("secretome-ml train"), tmp_path / "latest")
    folder, digest = releasing.release(tmp_path / "latest")
    assert folder == place
    assert read_bundle(place).digest == digest == load_model(tmp_path / "latest").digest


def test_a_bundle_of_another_recipe_or_a_broken_one_is_not_released(trained, place: Path, tmp_path: Path):
    with pytest.raises(BundleRefused, match="not 'default'"):
        releasing.release(trained.bundle)
    broken = Path(shutil.copytree(trained.bundle, tmp_path / "broken"))
    (broken / "trust.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BundleRefused, match=r"trust\.json"):
        releasing.release(broken)
    assert not place.exists()


def test_an_installed_package_has_nothing_to_release(trained, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(releasing, "is_checkout", lambda: False)
    with pytest.raises(BundleRefused, match="from a clone"):
        releasing.release(trained.bundle)


def test_what_a_training_writes_is_ignored_by_git():
    """The default output, its log, the store: nothing of it is tracked or would be."""
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"/models/*", "!/models/default/", "experiments/artifacts/"} <= set(ignored)
    told = json.loads((ROOT / "src" / "secretome_ml" / "cli" / "help.json").read_text(encoding="utf-8"))
    assert "models/latest" in json.dumps(told)
