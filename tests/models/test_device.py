"""The device is asked for, said once where it is missing, and never part of what was learned."""

import logging

import numpy as np
import pytest
import xgboost

from secretome_ml.bundle import to_json
from secretome_ml.models import device
from secretome_ml.models.registry import MODELS


@pytest.fixture
def fitted(few_features, few_targets):
    return MODELS["blend"](rounds=20).fit(few_features, few_targets)


def computes_on(model) -> str:
    import json

    return json.loads(model.trees_.booster_.save_config())["learner"]["generic_param"]["device"]


def test_without_a_device_it_is_the_cpu_with_one_warning(monkeypatch, caplog):
    monkeypatch.setattr(device, "cuda_devices", lambda: 0)
    with caplog.at_level(logging.WARNING):
        assert device.usable_device("cuda") == "cpu"
    assert caplog.messages == ["There is no CUDA device that XGBoost could use; it computes on the CPU."]


def test_a_device_that_is_there_is_used(monkeypatch):
    monkeypatch.setattr(device, "cuda_devices", lambda: 1)
    monkeypatch.setattr(xgboost, "build_info", lambda: {"USE_CUDA": True})
    assert device.usable_device("cuda") == "cuda"
    monkeypatch.setattr(xgboost, "build_info", lambda: {"USE_CUDA": False})
    assert device.usable_device("cuda") == "cpu"


def test_an_unknown_device_is_refused():
    with pytest.raises(ValueError, match="'tpu' is no device; use cpu or cuda"):
        device.usable_device("tpu")


def test_a_driver_that_is_missing_or_refuses_shows_no_device(monkeypatch):
    def missing(name):
        raise OSError(name)

    class Refusing:
        def cuInit(self, flags):  # noqa: N802
            return 100

    monkeypatch.setattr(device.ctypes, "CDLL", missing)
    assert device.cuda_devices() == 0
    monkeypatch.setattr(device.ctypes, "CDLL", lambda name: Refusing())
    assert device.cuda_devices() == 0


@pytest.mark.filterwarnings("ignore:.*No visible GPU|.*Device is changed:UserWarning")
def test_xgboost_itself_takes_the_device_and_gives_the_same_trees(few_features, few_targets):
    """The real call; without a device XGBoost falls back by itself, and the trees are those of the CPU."""
    if device.cuda_devices():
        pytest.skip("this machine has a CUDA device, whose sums are rounded otherwise")
    asked = MODELS["xgboost"](rounds=20, device="cuda").fit(few_features, few_targets)
    plain = MODELS["xgboost"](rounds=20).fit(few_features, few_targets)
    assert asked.state()["forest"] == plain.state()["forest"]
    np.testing.assert_array_equal(asked.margin(few_features), plain.margin(few_features))
    assert to_json(asked.state()) != to_json(plain.state())
    device.forget_device(asked)
    assert to_json(asked.state()) == to_json(plain.state())


@pytest.mark.filterwarnings("ignore:.*No visible GPU|.*Device is changed:UserWarning")
def test_predicting_on_a_device_changes_nothing_that_is_saved(fitted, few_features):
    before = fitted.state()
    expected = fitted.margin(few_features)
    device.compute_on(fitted, "cuda")
    np.testing.assert_allclose(fitted.margin(few_features), expected, atol=1e-5)
    assert fitted.state() == before
    device.compute_on(fitted, "cpu")
    assert computes_on(fitted) == "cpu"


def test_every_part_forgets_where_it_was_trained(fitted):
    fitted.set_params(device="cuda")
    fitted.trees_.set_params(device="cuda")
    device.forget_device(fitted)
    assert fitted.state()["parameters"]["device"] == "cpu"
    assert fitted.state()["trees"]["parameters"]["device"] == "cpu"


def test_a_model_without_trees_has_no_device(few_features, few_targets):
    model = MODELS["logistic"]().fit(few_features, few_targets)
    before = model.state()
    device.compute_on(model, "cuda")
    device.forget_device(model)
    assert model.state() == before


def test_score_says_once_that_there_is_no_device(command, tmp_path, monkeypatch):
    monkeypatch.setattr(device, "cuda_devices", lambda: 0)
    (tmp_path / "a.csv").write_text("sample,cell_type,VEGF-A\nA,MSC,elevated\n", encoding="utf-8")
    plain = command("score", tmp_path / "a.csv", "--json")
    asked = command("score", tmp_path / "a.csv", "--json", "--device", "cuda")
    assert asked.json == plain.json
    assert asked.err.count("There is no CUDA device") == 1
    assert command("score", tmp_path / "a.csv", "--device", "tpu").code == 2


@pytest.mark.filterwarnings("ignore:.*No visible GPU|.*Device is changed:UserWarning")
def test_the_bundle_does_not_say_where_it_was_trained(trained, few):
    """Without a card the trees are those of the CPU, and so is the whole bundle."""
    from secretome_ml.recipe import load_recipe
    from secretome_ml.workflows.train import train

    if device.cuda_devices():
        pytest.skip("this machine has a CUDA device, whose sums are rounded otherwise")
    training = train(load_recipe(trained.recipe), few, fast=True, device="cuda")
    assert training.model.to_bundle("x").digest == trained.report["bundle_digest"]
    assert training.parameters == trained.report["parameters"]
