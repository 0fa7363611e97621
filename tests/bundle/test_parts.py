"""What is asked of an estimator before it is believed; one fault at a time, in a small fitted model."""

import math

import numpy as np
import pandas as pd
import pytest

from conftest import features_of
from secretome_ml.audit import (
    named_errors,
    probe,
    require,
    require_estimator,
    require_numbers,
    require_same_numbers,
)
from secretome_ml.core.errors import BundleChanged, BundleMissing, BundleRefused, UnknownName
from secretome_ml.features.columns import FeatureColumn
from secretome_ml.models import MODELS
from secretome_ml.models.linear import PenalisedLogistic
from secretome_ml.models.targets import Targets

EFFECTS = ("x", "y")
COLUMNS = (
    FeatureColumn("c", "context"),
    FeatureColumn("d", "context"),
    FeatureColumn("k", "knowledge", "each"),
)
NO_PAIRS = pd.DataFrame(columns=["effect", "arm", "than", "study", "direction", "weight"])


def made(name: str = "logistic"):
    """Return a model fitted on thirty made-up arms."""
    generator = np.random.default_rng(0)
    index = pd.Index([f"s{i}/a" for i in range(30)])
    common = pd.DataFrame(generator.normal(size=(30, 2)), index, ["c", "d"])
    own = {e: pd.DataFrame({"k": generator.normal(size=30)}, index) for e in EFFECTS}
    outcomes = pd.DataFrame((generator.random((30, 2)) < 0.5).astype(float), index, list(EFFECTS))
    pairs = NO_PAIRS.astype({"direction": float, "weight": float})
    return MODELS[name]().fit(
        features_of(common, own, COLUMNS), Targets(outcomes, pd.Series(1.0, index), pairs)
    )


def told(estimator, effects=EFFECTS, columns=COLUMNS) -> str:
    """Return what the refusal names."""
    with pytest.raises(BundleChanged) as caught:
        require_estimator(estimator, effects, columns)
    text = str(caught.value)
    head, tail = "The bundle's parts do not fit each other: ", ". Train it anew."
    assert text.startswith(head)
    assert text.endswith(tail)
    return text.removeprefix(head).removesuffix(tail)


# ---- estimators ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(MODELS))
def test_a_sound_model_passes(name: str):
    require_estimator(made(name), EFFECTS, COLUMNS)


def test_other_columns_or_effects():
    assert told(made(), columns=COLUMNS[:2]) == "weights, not one number per column"
    assert told(made(), effects=("y", "x")) == "the effects of the model"


@pytest.mark.parametrize("value", ["3", True, None, [1.0]])
def test_a_setting_of_another_kind(value: object):
    model = made()
    model.penalty = value
    assert told(model) == "the setting penalty"


def test_settings_may_be_whole_or_not_and_words_must_be_words():
    model = made()
    model.penalty = 3
    require_estimator(model, EFFECTS, COLUMNS)
    trees = made("xgboost")
    trees.device = 1
    assert told(trees) == "the setting device"


@pytest.mark.parametrize("base", [{"x": 0.0}, {"x": 0.0, "y": math.nan}, {"x": 0.0, "y": 0.0, "z": 0.0}])
def test_a_base_that_is_not_one_number_per_effect(base: dict):
    model = made()
    model.base_ = base
    assert told(model) == "the base of the model"


@pytest.mark.parametrize("part", ["weights", "means"])
def test_weights_and_means_are_one_number_per_column_of_every_effect(part: str):
    for value, why in (
        ({"x": np.zeros(3)}, f"the effects of {part}"),
        ({"x": np.zeros(3), "z": np.zeros(3)}, f"the effects of {part}"),
        ({"x": np.zeros(3), "y": np.zeros(2)}, f"{part}, not one number per column"),
        ({"x": np.zeros(3), "y": np.zeros((3, 1))}, f"{part}, not one number per column"),
        ({"x": np.array([0, np.nan, 0]), "y": np.zeros(3)}, f"{part}, not one number per column"),
        ({"x": np.zeros(3), "y": np.array([0, 0, np.inf])}, f"{part}, not one number per column"),
    ):
        model = made()
        setattr(model, f"{part}_", value)
        assert told(model) == why


@pytest.mark.parametrize("part", ["typical", "scale"])
def test_typical_values_and_scale_are_one_per_column(part: str):
    for value in (np.ones(2), np.ones((3, 1)), np.array([1, np.inf, 1])):
        model = made()
        setattr(model, f"{part}_", value)
        assert told(model) == f"{part}, not one per column"


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan])
def test_a_scale_is_above_zero(value: float):
    model = made()
    model.scale_ = np.array([1.0, value, 1.0])
    assert told(model) == "scale, which must be above zero"


def test_a_small_scale_is_one():
    model = made()
    model.scale_ = np.full(3, 0.5)
    require_estimator(model, EFFECTS, COLUMNS)


@pytest.mark.parametrize("part", ["linear_", "trees_"])
def test_the_parts_of_a_blend_are_asked_too(part: str):
    model = made("blend")
    getattr(model, part).effects_ = ("x",)
    assert told(model) == "the effects of the model"
    model = made("blend")
    getattr(model, part).typical_ = np.ones(2)
    assert told(model) == "typical, not one per column"


# ---- numbers ----------------------------------------------------------------------------------------------


def test_one_finite_number_per_effect():
    require_numbers({"y": 0.0, "x": -1.5}, EFFECTS, "it")
    for bad in ({"x": 0.0}, {"x": 0.0, "y": math.inf}, {"x": math.nan, "y": 0.0}, {}):
        with pytest.raises(BundleChanged, match="each other: it"):
            require_numbers(bad, EFFECTS, "it")


def test_what_fits_passes():
    require(True, "it")
    with pytest.raises(
        BundleChanged, match=r"^The bundle's parts do not fit each other: it\. Train it anew\.$"
    ):
        require(False, "it")


# ---- the probe --------------------------------------------------------------------------------------------


def test_the_probe_is_the_score_of_four_made_up_preparations():
    """By hand: base + weights times values over scale; what is not stated adds nothing."""
    model = made()
    found = probe(model)
    assert list(found) == list(EFFECTS)
    for effect in EFFECTS:
        unit = float((model.weights_[effect] / model.scale_).sum())
        base = model.base_[effect]
        expected = [base, base, base + unit, base + 2 * unit]
        assert found[effect] == pytest.approx(expected, abs=2e-6)
        assert found[effect] == [round(v, 6) for v in found[effect]]
    assert max(abs(v) for values in found.values() for v in values) > 0.01


def test_the_same_numbers_pass_and_a_hair_does_not_matter():
    model, stated = made(), probe(made())
    require_same_numbers(model, stated)
    for off, fits in ((0.9e-4, True), (-0.9e-4, True), (1.2e-4, False), (-1.2e-4, False), (50.0, False)):
        other = {e: list(v) for e, v in stated.items()}
        other["y"][2] += off
        if fits:
            require_same_numbers(model, other)
            continue
        with pytest.raises(BundleRefused) as caught:
            require_same_numbers(model, other)
        assert type(caught.value) is BundleRefused
        assert str(caught.value) == (
            "The libraries installed here compute other y scores than the bundle was made with. "
            "Install the versions that its provenance.json names, or train it anew."
        )


def test_large_scores_are_held_to_the_same_hair():
    model = made()
    model.base_ = {"x": 1e4, "y": 1e4}
    stated = probe(model)
    stated["x"][0] += 0.01
    with pytest.raises(BundleRefused, match="other x scores"):
        require_same_numbers(model, stated)


def test_a_probe_of_other_effects_or_another_length():
    model, stated = made(), probe(made())
    for other, why in (
        ({"x": stated["x"]}, "the effects of the probe"),
        (stated | {"z": stated["x"]}, "the effects of the probe"),
        (stated | {"x": stated["x"][:3]}, "the scores of the probe"),
        (stated | {"x": stated["x"][:1]}, "the scores of the probe"),
    ):
        with pytest.raises(BundleChanged, match=f"each other: {why}\\. Train"):
            require_same_numbers(model, other)


def test_numbers_that_are_words_are_compared_as_numbers():
    model, stated = made(), probe(made())
    require_same_numbers(model, {e: [str(v) for v in values] for e, values in stated.items()})


# ---- errors -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [KeyError("k"), IndexError("k"), TypeError("k"), ValueError("k"), AttributeError("k"),
     ZeroDivisionError("k"), OverflowError("k"), RecursionError("k")],
)  # fmt: skip
def test_what_a_damaged_bundle_sets_off_is_named(error: Exception):
    with pytest.raises(BundleChanged) as caught, named_errors():
        raise error
    assert str(caught.value) == f"The bundle lacks or misplaces {error}; train it anew."
    assert caught.value.__cause__ is error


def test_what_is_not_installed_is_named():
    error = UnknownName("'forest' is no model.")
    with pytest.raises(BundleChanged) as caught, named_errors():
        raise error
    assert str(caught.value) == f"The bundle asks for what does not exist: {error} Train it anew."
    assert caught.value.__cause__ is error


@pytest.mark.parametrize("error", [BundleMissing("m"), BundleRefused("r"), OSError("o"), KeyboardInterrupt()])
def test_a_refusal_and_what_is_no_fault_of_the_bundle_pass_as_they_are(error: BaseException):
    with pytest.raises(type(error)) as caught, named_errors():
        raise error
    assert caught.value is error


def test_nothing_wrong_is_no_error():
    with named_errors():
        assert isinstance(made(), PenalisedLogistic)
