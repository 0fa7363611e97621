"""Columns are chosen on the training side only, and a sample's row depends on that sample alone."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from conftest import HEADLINE
from secretome_ml.errors import UnknownName
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
        pd.testing.assert_frame_equal(narrow.for_effect(effect), alone.for_effect(effect))


def test_support_counts_studies_not_arms(few_profiles, whole):
    features = Encoder(HEADLINE, min_studies=3).fit(few_profiles).transform(few_profiles)
    studies = pd.Series([s.split("/")[0] for s in features.samples], index=features.samples)
    kept = {c.name for c in features.columns if c.effect is None}
    assert len(kept) < len(whole.common.columns)
    for column in whole.columns:
        if column.effect is not None:
            continue
        values = whole.common[column.name]
        stated = values.notna() if column.kind == "factor" else values.notna() & (values != 0)
        assert (column.name in kept) == (studies[stated].nunique() >= 3), column.name


def test_a_sample_is_encoded_alike_in_any_company(few, few_profiles):
    """A study alone, a study among all: the same rows, to the bit."""
    encoder = Encoder(HEADLINE).fit(few_profiles)
    together = encoder.transform(few_profiles)
    for study in few.studies["study"][:6]:
        alone = encoder.transform(profiles_from_evidence(few.subset([study])))
        for effect in HEADLINE:
            pd.testing.assert_frame_equal(
                alone.for_effect(effect), together.for_effect(effect).loc[alone.samples]
            )


def test_the_order_of_the_samples_does_not_matter(few_profiles):
    encoder = Encoder(HEADLINE).fit(few_profiles)
    turned = few_profiles.take(few_profiles.samples[::-1])
    back, there = encoder.transform(turned).common[::-1], encoder.transform(few_profiles).common
    pd.testing.assert_frame_equal(back, there, check_names=False)
    assert Encoder(HEADLINE).fit(turned).columns == encoder.columns


def test_state_round_trip(few_profiles):
    encoder = Encoder(HEADLINE).fit(few_profiles)
    again = Encoder.from_state(json.loads(json.dumps(encoder.state(), allow_nan=False)))
    assert again.columns == encoder.columns
    for effect in HEADLINE:
        pd.testing.assert_frame_equal(
            again.transform(few_profiles).for_effect(effect),
            encoder.transform(few_profiles).for_effect(effect),
        )
    assert again.state() == encoder.state()


def test_every_column_has_a_parent_a_kind_and_its_own_name(few_features):
    names = [c.name for c in few_features.columns]
    assert len(names) == len(set(names))
    assert few_features.for_effect("angiogenic").columns.tolist() == names
    assert all(c.parent and c.kind for c in few_features.columns)
    kinds = {c.kind for c in few_features.columns}
    assert kinds == {"factor", "preconditioning", "cell_source", "product", "context", "knowledge"}


def test_values_are_numbers_and_finite(few_features):
    for effect in few_features.effects:
        frame = few_features.for_effect(effect)
        assert frame.dtypes.eq(float).all()
        assert not np.isinf(frame.to_numpy()).any()


@pytest.mark.parametrize("name", list(BLOCKS))
def test_a_block_follows_the_contract_of_scikit_learn(few_profiles, name: str):
    block = clone(BLOCKS[name](min_studies=2))
    assert block.get_params() == {"min_studies": 2}
    frame = block.fit_transform(few_profiles)
    assert frame.columns.tolist() == block.get_feature_names_out()
    assert frame.index.equals(few_profiles.samples)
    again = BLOCKS[name].from_state(json.loads(json.dumps(block.state())))
    pd.testing.assert_frame_equal(again.transform(few_profiles), frame)
    assert again.columns_ == block.columns_


def test_the_encoder_follows_the_contract_of_scikit_learn(few_profiles):
    encoder = clone(Encoder(("angiogenic",), ("factors",), 2))
    assert encoder.get_params() == {
        "effects": ("angiogenic",), "blocks": ("factors",), "min_studies": 2, "roles": None
    }  # fmt: skip
    features = encoder.fit_transform(few_profiles)
    assert encoder.get_feature_names_out() == features.for_effect("angiogenic").columns.tolist()


def test_blocks_can_be_left_out(few_profiles):
    features = Encoder(HEADLINE, ("knowledge",)).fit(few_profiles).transform(few_profiles)
    assert features.common.shape == (len(few_profiles), 0)
    assert {c.kind for c in features.columns} == {"knowledge"}
    features = Encoder(HEADLINE, ("product",)).fit(few_profiles).transform(few_profiles)
    assert features.for_effect("angiogenic").equals(features.common)


def test_an_unknown_block_is_named(few_profiles):
    with pytest.raises(UnknownName, match="colour"):
        Encoder(HEADLINE, ("colour",)).fit(few_profiles)


def test_take_keeps_everything_else(few_features):
    some = few_features.samples[3:9]
    taken = few_features.take(some)
    assert taken.columns == few_features.columns
    assert taken.for_effect("anti_fibrotic").equals(few_features.for_effect("anti_fibrotic").loc[some])


def test_the_registry_behaves_as_a_mapping():
    assert "factors" in BLOCKS
    assert "colour" not in BLOCKS
    assert BLOCKS.get("colour") is None
    assert len(BLOCKS) == len(list(BLOCKS))
    with pytest.raises(UnknownName, match="factors"):
        BLOCKS["colour"]
