from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from secretome_ml.evidence.corpus import Evidence
from secretome_ml.features.columns import FeatureColumn
from secretome_ml.models.targets import targets_from_evidence
from secretome_ml.profiles import profiles_from_evidence
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.validation.cross_validation import Validation, cross_validate
from secretome_ml.validation.guard import (
    LeakingFeature,
    check_features,
    check_split,
    duplicated_studies,
    joined_duplicates,
    leaking_columns,
)
from secretome_ml.validation.splits import Split, StudyOnBothSides, study_folds, study_groups


def with_copy(evidence, study, name):
    """Return the evidence with one study copied under another id, without anything that names the article."""
    tables = {}
    for key, frame in evidence.tables.items():
        copy = frame[frame["study"] == study].assign(study=name)
        if key == "studies":
            copy = copy.assign(doi=pd.NA, pmid=pd.NA, title=pd.NA, url=pd.NA, first_author=pd.NA)
        tables[key] = pd.concat([frame, copy.astype(frame.dtypes)], ignore_index=True)
    return Evidence(tables)


def richest(profiles):
    facts = profiles.factors["sample"].str.split("/").str[0].value_counts()
    return str(facts.index[0])


@pytest.fixture(scope="module")
def doubled(few, few_profiles):
    study = richest(few_profiles)
    evidence = with_copy(few, study, "s-00000bad")
    profiles = profiles_from_evidence(evidence)
    return (
        study,
        evidence,
        profiles,
        targets_from_evidence(evidence, ("angiogenic", "anti_inflammatory", "anti_fibrotic")),
    )


def test_a_study_on_both_sides_is_refused():
    with pytest.raises(StudyOnBothSides, match="split by study"):
        Split(pd.Index(["a/1", "b/1"]), pd.Index(["a/2"]))


def test_a_group_on_both_sides_is_refused():
    groups = pd.Series({"a": "a", "b": "a", "c": "c"})
    with pytest.raises(StudyOnBothSides, match="split by group"):
        check_split(Split(pd.Index(["a/1", "c/1"]), pd.Index(["b/1"])), groups)
    check_split(Split(pd.Index(["a/1", "b/1"]), pd.Index(["c/1"])), groups)


def test_a_planted_copy_of_a_study_is_found_and_kept_on_one_side(doubled):
    study, evidence, profiles, targets = doubled
    assert (study, "s-00000bad") in duplicated_studies(profiles, targets)
    plain = study_groups(evidence.studies)
    assert plain[study] != plain["s-00000bad"], "nothing names the article: only the content gives it away"
    groups = joined_duplicates(plain, profiles, targets)
    assert groups[study] == groups["s-00000bad"]
    for seed in range(5):
        for split in study_folds(profiles.samples, 5, seed, groups):
            check_split(split, groups)
            assert not (
                {study, "s-00000bad"} & set(study_of(split.train))
                and {study, "s-00000bad"} & set(study_of(split.test))
            )


def test_without_the_groups_the_copy_would_cross_and_the_guard_says_so(doubled):
    _, evidence, profiles, targets = doubled
    groups = joined_duplicates(study_groups(evidence.studies), profiles, targets)
    crossed = 0
    for seed in range(10):
        for split in study_folds(profiles.samples, 5, seed):
            try:
                check_split(split, groups)
            except StudyOnBothSides:
                crossed += 1
    assert crossed > 0


def test_the_shipped_studies_hold_no_copies(few_profiles, few_targets):
    assert duplicated_studies(few_profiles, few_targets) == []


def planted_columns(features, column: FeatureColumn) -> tuple[FeatureColumn, ...]:
    """Return the columns with one more among those that every effect shares."""
    own = [c for c in features.columns if c.effect is None]
    return (*own, column, *(c for c in features.columns if c.effect is not None))


def planted(features, targets, noise=0.0):
    """Return the features with a column that is the outcome, and the pair's winner where no outcome is."""
    leak = targets.outcomes.mean(axis=1)
    for pair in targets.comparisons.itertuples():
        leak[pair.arm] = leak.fillna(0.5)[pair.arm] + 0.1 * pair.direction
    leak = leak + noise * np.random.default_rng(0).normal(size=len(leak))
    planted = leak.reindex(features.samples).to_numpy(dtype=float)
    common = np.vstack([features.common, planted])
    column = FeatureColumn("planted", "context")
    own = [c for c in features.columns if c.effect is None]
    others = [c for c in features.columns if c.effect is not None]
    return replace(features, common=common, columns=(*own, column, *others))


@pytest.fixture(scope="module")
def some(corpus):
    """Return the corpus: a leak must be broad to be told from chance."""
    from secretome_ml.features.encoder import Encoder

    profiles = profiles_from_evidence(corpus)
    targets = targets_from_evidence(corpus, ("angiogenic", "anti_inflammatory"))
    features = Encoder(targets.effects, min_studies=1).fit(profiles).transform(profiles)
    return features, targets


def test_no_column_of_the_encoder_leaks(some):
    assert leaking_columns(*some).empty
    check_features(*some)


def test_a_column_that_is_the_label_is_caught(some):
    features, targets = some
    one_effect = targets.outcomes["anti_inflammatory"]
    planted = one_effect.reindex(features.samples).to_numpy(dtype=float)
    common = np.vstack([features.common, planted])
    column = FeatureColumn("planted", "context")
    leaking = replace(features, common=common, columns=planted_columns(features, column))
    found = leaking_columns(leaking, targets)
    assert set(found["column"]) == {"planted"}
    assert found.loc[found["effect"] == "anti_inflammatory", "share"].max() == pytest.approx(1.0)
    with pytest.raises(LeakingFeature, match="planted"):
        check_features(leaking, targets)


def test_a_column_that_says_who_wins_each_pair_is_caught(some):
    features, targets = some
    rank = pd.Series(0.0, index=features.samples)
    for pair in targets.comparisons[targets.comparisons["direction"] != 0].itertuples():
        rank[pair.arm], rank[pair.than] = float(pair.direction), -float(pair.direction)
    common = np.vstack([features.common, rank.to_numpy(dtype=float)])
    column = FeatureColumn("planted", "context")
    columns = planted_columns(features, column)
    found = leaking_columns(replace(features, common=common, columns=columns), targets)
    assert "comparisons" in set(found.loc[found["column"] == "planted", "on"])


def test_an_honest_harness_would_fall_for_the_planted_column(few_features, few_targets):
    """Why the check is needed: cross-validation by study alone does not see such a leak."""
    plan = Validation(folds=2, inner_folds=2)
    targets = few_targets
    before = cross_validate(("logistic",), few_features, targets, plan)["logistic"].folds["joint_loss"].mean()
    after = (
        cross_validate(("logistic",), planted(few_features, targets), targets, plan)["logistic"]
        .folds["joint_loss"]
        .mean()
    )
    assert after < before
