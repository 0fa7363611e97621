"""The models of the package explain by tables what their booster would say itself."""

import numpy as np
import pytest
import xgboost as xgb

from secretome_ml.models import MODELS, boosted
from secretome_ml.models.trees import TreesRefused


@pytest.fixture(scope="module")
def trees(few_features, few_targets):
    return MODELS["xgboost"](rounds=20, depth=4).fit(few_features, few_targets)


def rows_of(trees, features, effect: str) -> xgb.DMatrix:
    return xgb.DMatrix(np.ascontiguousarray(trees._columns(features, effect).T), feature_names=trees._names())


def test_contributions_are_the_boosters(trees, few_features):
    own = len(trees.columns_)
    for effect in trees.effects_:
        found = trees.contributions(few_features, effect)
        told = trees.booster_.predict(rows_of(trees, few_features, effect), pred_contribs=True)
        np.testing.assert_allclose(found[:, :own], told[:, :own], rtol=0, atol=1e-5)
        np.testing.assert_allclose(
            found[:, own], told[:, own:].sum(axis=1) + trees.base_[effect], rtol=0, atol=1e-5
        )


@pytest.mark.parametrize("name", ["xgboost", "blend", "informed"])
def test_interactions_add_up_to_contributions(name: str, few_features, few_targets):
    model = MODELS[name]().fit(few_features, few_targets)
    some = few_features.take(few_features.samples[:12])
    found = model.interactions(some, "angiogenic")
    np.testing.assert_allclose(found.sum(axis=2), model.contributions(some, "angiogenic"), rtol=0, atol=1e-9)
    np.testing.assert_allclose(found, found.transpose(0, 2, 1), rtol=0, atol=0)
    paired = np.abs(found - found * np.eye(found.shape[1])).max() > 1e-4
    assert paired == (name != "informed"), "columns act together in trees alone"


def test_interactions_are_the_boosters(trees, few_features):
    some = few_features.take(few_features.samples[:6])
    own = len(trees.columns_)
    told = trees.booster_.predict(rows_of(trees, some, "anti_fibrotic"), pred_interactions=True)
    found = trees.interactions(some, "anti_fibrotic")
    np.testing.assert_allclose(found[:, :own, :own], told[:, :own, :own], rtol=0, atol=1e-5)


def test_a_new_fit_has_new_tables(few_features, few_targets):
    model = MODELS["xgboost"](rounds=3, depth=2).fit(few_features, few_targets)
    before = model.contributions(few_features, "angiogenic")
    model.set_params(rounds=9).fit(few_features, few_targets)
    after = model.contributions(few_features, "angiogenic")
    np.testing.assert_allclose(after.sum(axis=1), model.margin(few_features)["angiogenic"], rtol=0, atol=1e-5)
    assert np.abs(after - before).max() > 1e-3


def test_trees_without_tables_fall_back(trees, few_features, monkeypatch):
    expected = trees.contributions(few_features, "angiogenic")
    both = trees.interactions(few_features.take(few_features.samples[:3]), "angiogenic")

    def refuse(*_):
        raise TreesRefused("too deep")

    monkeypatch.setattr(boosted, "PatternTables", refuse)
    other = type(trees).from_state(trees.state(), trees.columns_)
    assert other.tables is None
    np.testing.assert_allclose(other.contributions(few_features, "angiogenic"), expected, rtol=0, atol=1e-5)
    found = other.interactions(few_features.take(few_features.samples[:3]), "angiogenic")
    np.testing.assert_allclose(found, both, rtol=0, atol=1e-5)
