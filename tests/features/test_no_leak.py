"""Columns are chosen on the training side only, and a sample's row depends on that sample alone."""

import json

import numpy as np
import pandas as pd
import pytest

from conftest import HEADLINE, frame_of
from secretome_ml.core.errors import UnknownName
from secretome_ml.features.batch import batch_of
from secretome_ml.features.encoder import BLOCKS, Encoder
from secretome_ml.profiles import profiles_from_evidence
from secretome_ml.validation.splits import study_folds


@pytest.fixture(scope="module")
def whole(few_profiles):
    """Return the features with every column that any study states."""
    return Encoder(HEADLINE, min_studies=1).fit(few_profiles).transform(few_profiles)


@pytest.mark.parametrize(("fold", "least"), [(0, 1), (1, 2), (2, 3), (0, 5)])
def test_narrowing_equals_fitting_on_the_training_side(few_profiles, whole, fold: int, least: int):
    train = study_folds(few_profiles.samples, 3, seed=4)[fold].train
    narrow = whole.supported_by(train, least)
    alone = Encoder(HEADLINE, min_studies=least).fit(few_profiles.take(train)).transform(few_profiles)
    assert narrow.columns == alone.columns
    for effect in HEADLINE:
        np.testing.assert_array_equal(narrow.for_effect(effect), alone.for_effect(effect))


def test_support_counts_studies_not_arms(few_profiles, whole):
    features = Encoder(HEADLINE, min_studies=3).fit(few_profiles).transform(few_profiles)
    studies = pd.Series([s.split("/")[0] for s in features.samples], index=features.samples)
    kept = {c.name for c in features.columns if c.effect is None}
    assert len(kept) < len(whole.common)
    for column in whole.columns:
        if column.effect is not None:
            continue
        values = frame_of(whole)[column.name]
        stated = values.notna() if column.kind == "factor" else values.notna() & (values != 0)
        assert (column.name in kept) == (studies[stated].nunique() >= 3), column.name


def test_a_sample_is_encoded_alike_in_any_company(few, few_profiles):
    """A study alone, a study among all: the same rows, to the bit."""
    encoder = Encoder(HEADLINE).fit(few_profiles)
    together = encoder.transform(few_profiles)
    for study in few.studies["study"][:6]:
        alone = encoder.transform(profiles_from_evidence(few.subset([study])))
        for effect in HEADLINE:
            both = together.take(alone.samples).for_effect(effect)
            np.testing.assert_array_equal(alone.for_effect(effect), both)


def test_the_order_of_the_samples_does_not_matter(few_profiles):
    encoder = Encoder(HEADLINE).fit(few_profiles)
    turned = few_profiles.take(few_profiles.samples[::-1])
    back, there = encoder.transform(turned).common[:, ::-1], encoder.transform(few_profiles).common
    np.testing.assert_array_equal(back, there)
    assert Encoder(HEADLINE).fit(turned).columns == encoder.columns


def test_state_round_trip(few_profiles):
    encoder = Encoder(HEADLINE).fit(few_profiles)
    again = Encoder.from_state(json.loads(json.dumps(encoder.state(), allow_nan=False)))
    assert again.columns == encoder.columns
    for effect in HEADLINE:
        one, other = again.transform(few_profiles), encoder.transform(few_profiles)
        np.testing.assert_array_equal(one.for_effect(effect), other.for_effect(effect))
    assert again.state() == encoder.state()


def test_every_column_has_a_kind_and_its_own_name(few_features):
    names = [c.name for c in few_features.columns]
    assert len(names) == len(set(names))
    assert few_features.for_effect("angiogenic").shape == (len(few_features.samples), len(names))
    assert all(c.name and c.kind for c in few_features.columns)
    kinds = {c.kind for c in few_features.columns}
    assert kinds == {"factor", "preconditioning", "cell_source", "product", "context", "knowledge"}


def test_values_are_numbers_and_finite(few_features):
    for effect in few_features.effects:
        values = few_features.for_effect(effect)
        assert values.dtype == float
        assert not np.isinf(values).any()


@pytest.mark.parametrize("name", list(BLOCKS))
def test_every_block_keeps_one_contract(few_profiles, name: str):
    """Columns by samples, fitted or rebuilt from plain JSON; knowledge is a block like any other."""
    batch = batch_of(few_profiles)
    block = BLOCKS[name](min_studies=2).fit(batch)
    effect = "angiogenic" if block.of_effects else None
    values = block.transform(batch, effect)
    assert values.shape == (len(block.columns_), len(few_profiles))
    again = BLOCKS[name].from_state(json.loads(json.dumps(block.state())))
    np.testing.assert_array_equal(again.transform(batch, effect), values)
    assert again.columns_ == block.columns_
    assert [(c.unstated, c.prior) for c in again.columns_] == [(c.unstated, c.prior) for c in block.columns_]


def test_the_encoder_names_its_columns(few_profiles):
    encoder = Encoder(("angiogenic",), ("factors",), 2).fit(few_profiles)
    assert encoder.get_feature_names_out() == [c.name for c in encoder.columns]


def test_blocks_can_be_left_out(few_profiles):
    features = Encoder(HEADLINE, ("knowledge",)).fit(few_profiles).transform(few_profiles)
    assert features.common.shape == (0, len(few_profiles))
    assert {c.kind for c in features.columns} == {"knowledge"}
    features = Encoder(HEADLINE, ("product",)).fit(few_profiles).transform(few_profiles)
    assert np.array_equal(features.of_effect("angiogenic"), features.common, equal_nan=True)


def test_an_unknown_block_is_named(few_profiles):
    with pytest.raises(UnknownName, match="colour"):
        Encoder(HEADLINE, ("colour",)).fit(few_profiles)


def test_take_keeps_everything_else(few_features):
    some = few_features.samples[3:9]
    taken = few_features.take(some)
    assert taken.columns == few_features.columns
    expected = few_features.for_effect("anti_fibrotic")[3:9]
    np.testing.assert_array_equal(taken.for_effect("anti_fibrotic"), expected)


def test_the_registry_behaves_as_a_mapping():
    assert "factors" in BLOCKS
    assert "colour" not in BLOCKS
    assert BLOCKS.get("colour") is None
    assert len(BLOCKS) == len(list(BLOCKS))
    with pytest.raises(UnknownName, match="factors"):
        BLOCKS["colour"]
