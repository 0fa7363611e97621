import pandas as pd
import pytest

from experiments.variants import (
    later_years,
    one_factor_out,
    one_preconditioning_out,
    one_source_out,
    thinned,
)
from secretome_ml.core.errors import NotEnoughEvidence
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.validation.guard import check_split
from secretome_ml.validation.splits import study_groups


@pytest.fixture(scope="module")
def groups(few):
    return study_groups(few.studies)


def test_later_years_learn_from_earlier_ones_only(few, few_profiles, groups):
    held = later_years(few_profiles.samples, few.studies, groups, share=0.3)
    year = few.studies.set_index("study")["year"].astype("Float64").astype(float)
    assert (
        year[list(set(study_of(held.split.train)))].max() < year[list(set(study_of(held.split.test)))].min()
    )
    undated = set(year.index[year.isna()])
    assert not undated & (set(study_of(held.split.train)) | set(study_of(held.split.test)))


def test_later_years_hold_the_asked_share(few, few_profiles, groups):
    held = later_years(few_profiles.samples, few.studies, groups, share=0.3)
    dated = few.studies["year"].notna().sum()
    assert len(set(study_of(held.split.test))) >= 0.3 * dated


def test_one_year_alone_is_refused(few, few_profiles, groups):
    with pytest.raises(NotEnoughEvidence):
        later_years(few_profiles.samples, few.studies.assign(year=2020), groups)


def test_a_source_held_out_is_never_seen(few_profiles, groups):
    cases = one_source_out(few_profiles, groups, min_studies=5)
    assert cases
    for held in cases:
        source = few_profiles.context["cell_source"]
        assert (source[held.split.train] != held.value).all()
        stated = (
            source[held.split.test]
            .groupby(study_of(held.split.test))
            .agg(lambda v, h=held: (v == h.value).any())
        )
        assert stated.all()
        check_split(held.split, groups)


@pytest.mark.parametrize(("make", "frame", "column"), [
    (one_preconditioning_out, "preconditioning", "kind"), (one_factor_out, "factors", "factor"),
])  # fmt: skip
def test_what_is_held_out_stands_in_no_training_arm(few_profiles, groups, make, frame, column):
    cases = make(few_profiles, groups, min_studies=4)
    assert cases
    rows = getattr(few_profiles, frame)
    for held in cases:
        of_value = set(rows.loc[rows[column] == held.value, "sample"])
        assert not of_value & set(held.split.train)
        assert of_value & set(held.split.test)


def test_a_study_that_repeats_a_tested_one_leaves_the_training_side(few_profiles, groups):
    held = one_source_out(few_profiles, groups, min_studies=5)[0]
    trained, tested = study_of(held.split.train)[0], study_of(held.split.test)[0]
    joined = groups.copy()
    joined[trained] = joined[tested]
    again = next(h for h in one_source_out(few_profiles, joined, 5) if h.value == held.value)
    assert trained not in set(study_of(again.split.train)) | set(study_of(again.split.test))


def test_a_smaller_share_of_the_training_side_is_nested_in_a_larger(few_profiles, groups):
    split = one_source_out(few_profiles, groups, min_studies=5)[0].split
    small, large = (set(study_of(thinned(split, share, groups, 0).train)) for share in (0.2, 0.6))
    assert small < large < set(study_of(split.train))
    assert thinned(split, 1.0, groups, 0).train.equals(pd.Index(split.train))
