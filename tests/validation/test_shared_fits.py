"""Sharing work between fits, folds and processes changes no bit of any result."""

import numpy as np
import pandas as pd
import pytest

from conftest import HEADLINE
from secretome_ml.bundle import to_json
from secretome_ml.core.parallel import over_processes
from secretome_ml.features.encoder import Encoder
from secretome_ml.models.registry import MODELS
from secretome_ml.models.training_side import TrainingSide
from secretome_ml.trust.calibration import fit_calibrator
from secretome_ml.validation.cross_validation import Validation, cross_validate, families, joint_loss, tune
from secretome_ml.validation.splits import study_folds

LEARNERS = ("logistic", "informed", "xgboost", "blend")
PLAN = Validation(folds=2, inner_folds=2)


@pytest.fixture(scope="module")
def side(few_features, few_targets) -> TrainingSide:
    return TrainingSide(few_features, few_targets)


@pytest.mark.parametrize(
    ("name", "choice"),
    [(name, choice) for name in LEARNERS for choice in MODELS[name].grid],
    ids=lambda value: value if isinstance(value, str) else "-".join(f"{v:g}" for v in value.values()),
)
def test_a_shared_fit_is_the_fit(name, choice, side, few_features, few_targets):
    """Weights, trees (cut from a longer forest too), means and margins, bit by bit."""
    alone = MODELS[name](**choice).fit(few_features, few_targets)
    shared = MODELS[name](**choice).fitted_on(side)
    one, other = alone.state(), shared.state()
    assert to_json(one) == to_json(other)
    np.testing.assert_array_equal(alone.margin(few_features), shared.margin(few_features))


def test_what_was_fitted_is_not_fitted_again(side, monkeypatch):
    fitted = MODELS["blend"]().fitted_on(side)
    for name in ("informed", "xgboost"):
        monkeypatch.setattr(MODELS[name], "fit_on", None)
    assert MODELS["blend"]().fitted_on(side) is fitted
    assert MODELS["blend"](tree_share=0.25).fitted_on(side).trees_ is fitted.trees_


def test_fewer_rounds_are_the_first_trees_of_more(side):
    short = MODELS["xgboost"](rounds=60, depth=2).fitted_on(side).booster_
    long = MODELS["xgboost"](rounds=150, depth=2).fitted_on(side).booster_
    assert short.num_boosted_rounds() == 60
    assert short.get_dump() == long.get_dump()[:60]


def naive(name, profiles, targets, plan):
    """Nested validation as one would write it: encoded in every fold, every grid point fitted anew."""

    def fit(samples, parameters):
        encoder = Encoder(HEADLINE, min_studies=plan.min_studies).fit(profiles.take(samples))
        features = encoder.transform(profiles.take(samples))
        return encoder, MODELS[name](**parameters).fit(features, targets.take(samples))

    found = []
    for split in study_folds(profiles.samples, plan.folds, plan.seed):
        own = targets.take(split.train)
        tried = []
        for choice in MODELS[name].grid:
            parts = []
            for inner in study_folds(split.train, plan.inner_folds, plan.seed + 1000):
                encoder, model = fit(inner.train, choice)
                parts.append(model.margin(encoder.transform(profiles.take(inner.test))))
            margin = pd.concat(parts).reindex(split.train)
            calibrator = fit_calibrator(margin, own)
            tried.append((joint_loss(margin, calibrator, own), choice, calibrator))
        _, choice, calibrator = min(tried, key=lambda t: t[0])
        encoder, model = fit(split.train, choice)
        margin = model.margin(encoder.transform(profiles.take(split.test)))
        found.append((choice, margin, calibrator.probability(margin)))
    return found


@pytest.mark.parametrize("name", ["known_factor_list", "xgboost", "blend"])
def test_the_naive_way_gives_the_same(name, few_profiles, few_targets):
    features = Encoder(HEADLINE, min_studies=1).fit(few_profiles).transform(few_profiles)
    ours = cross_validate((name,), features, few_targets, PLAN)[name].parts[0]
    for fold, (choice, margin, chance) in zip(
        ours, naive(name, few_profiles, few_targets, PLAN), strict=True
    ):
        assert {k: fold.parameters[k] for k in choice} == choice
        pd.testing.assert_frame_equal(fold.margin, margin, rtol=0, atol=1e-9, check_names=False)
        pd.testing.assert_frame_equal(fold.probability, chance, rtol=0, atol=1e-9, check_names=False)


def test_processes_give_what_one_process_gives(few_features, few_targets):
    one = cross_validate(LEARNERS[:2], few_features, few_targets, PLAN)
    two = cross_validate(LEARNERS[:2], few_features, few_targets, PLAN, spread=over_processes(2))
    for name in one:
        pd.testing.assert_frame_equal(one[name].margin, two[name].margin, check_exact=True)
        pd.testing.assert_frame_equal(one[name].folds, two[name].folds, check_exact=True)


def test_a_model_comes_after_its_parts():
    assert families(["blend", "xgboost", "prevalence"]) == [("prevalence",), ("xgboost", "blend")]
    assert families([]) == []


def test_a_recipe_fixes_a_setting_in_every_fold(few_features, few_targets):
    tuned = tune("xgboost", few_features, few_targets, PLAN, {"rounds": 5})
    assert tuned.parameters["rounds"] == tuned.model.booster_.num_boosted_rounds() == 5
