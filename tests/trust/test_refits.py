"""Refits: whole groups are drawn, a draw weighs as its copies would, and the bundle gives them back."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from secretome_ml.core.errors import BundleRefused
from secretome_ml.features.encoder import Encoder
from secretome_ml.model import load_model
from secretome_ml.models import MODELS, targets_from_evidence
from secretome_ml.profiles import profiles_from_evidence
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.trust.refits import _refit, fit_refits, refits_from_state, refits_state
from secretome_ml.validation.splits import study_groups

EFFECTS = ("angiogenic", "anti_inflammatory", "anti_fibrotic")


@pytest.fixture(scope="module")
def fitted(few):
    profiles = profiles_from_evidence(few)
    targets = targets_from_evidence(few, EFFECTS)
    features = Encoder(EFFECTS, min_studies=2).fit(profiles).transform(profiles)
    return features, targets, study_groups(few.studies)


def test_a_draw_of_each_study_once_is_the_plain_fit(fitted):
    features, targets, _ = fitted
    once = pd.Series(1.0, index=features.samples)
    model = MODELS["logistic"]()
    plain = MODELS["logistic"]().fit(features, targets)
    np.testing.assert_allclose(
        _refit(model, features, targets, once).margin(features), plain.margin(features), atol=1e-9
    )


def test_a_study_that_was_not_drawn_is_not_there(fitted):
    features, targets, _ = fitted
    out = study_of(features.samples) == study_of(features.samples)[0]
    kept = features.samples[~out]
    times = pd.Series(np.where(out, 0.0, 1.0), index=features.samples)
    found = _refit(MODELS["logistic"](), features, targets, times)
    without = MODELS["logistic"]().fit(features.take(kept), targets.take(kept))
    np.testing.assert_allclose(found.margin(features), without.margin(features), atol=1e-9)


def test_drawn_often_pulls_harder(fitted):
    """Drawn fifty times, a study that failed is scored lower, and one that helped higher."""
    features, targets, _ = fitted
    label = targets.binary("angiogenic")
    # Studies of one tested arm whose readouts agree: nothing else in them pulls another way.
    label = label[~pd.Series(study_of(label.index), index=label.index).duplicated(keep=False)]
    label = label[~label.index.isin([*targets.comparisons["arm"], *targets.comparisons["than"]])]
    label = label[targets.outcomes.loc[label.index, "angiogenic"].isin([0.0, 1.0])]
    assert set(label) == {0, 1}
    model = MODELS["logistic"]()
    for sample, helped in label.groupby(label).head(1).items():
        own = study_of(features.samples) == sample.split("/")[0]
        times = pd.Series(np.where(own, 50.0, 1.0), index=features.samples)
        before = _refit(model, features, targets, times.clip(upper=1.0)).margin(features)
        after = _refit(model, features, targets, times).margin(features)
        moved = (after - before).at[sample, "angiogenic"]
        assert (moved > 0) == bool(helped), (sample, moved)


@pytest.mark.parametrize("name", ["blend", "logistic", "xgboost", "known_factor_list"])
def test_the_bundle_gives_them_back(fitted, name: str):
    features, targets, groups = fitted
    model = MODELS[name]().fit(features, targets)
    refits = fit_refits(model, features, targets, groups, draws=2, seed=3)
    state = refits_state(refits)
    back = refits_from_state(type(model), state, features.columns)
    for one, two in zip(refits, back, strict=True):
        np.testing.assert_array_equal(one.margin(features), two.margin(features))
    first, second = (r.margin(features) for r in refits)
    if name != "known_factor_list":
        assert np.abs(first - second).to_numpy().max() > 0.01


def test_the_same_seed_gives_the_same_refits(fitted):
    features, targets, groups = fitted
    model = MODELS["xgboost"](rounds=10).fit(features, targets)
    one, two, other = (
        fit_refits(model, features, targets, groups, 1, s)[0].margin(features) for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, two)
    assert not one.equals(other)


def test_the_released_model_moves_with_the_evidence():
    model = load_model()
    assert len(model.resampled) == 20
    assert {refit.columns_ for refit in model.resampled} == {model.encoder.columns}


def test_refits_of_other_columns_are_refused():
    model = load_model()
    broken = replace(model, refits={"draws": [{**model.refits["draws"][0], "linear": {}}]})
    with pytest.raises(BundleRefused, match="train it anew"):
        _ = broken.resampled
