import numpy as np
import pandas as pd
import pytest

from conftest import frame_of
from experiments.judged import judge, rule_margin
from experiments.variants import permuted, without_basis, without_blocks, without_known_sums, without_roles
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.validation.cross_validation import Validation, cross_validate


def test_permuted_labels_keep_counts_and_lose_places(few_targets):
    shuffled = permuted(few_targets, seed=1)
    for effect in few_targets.effects:
        assert sorted(shuffled.outcomes[effect].dropna()) == sorted(few_targets.outcomes[effect].dropna())
        assert (shuffled.outcomes[effect].isna() == few_targets.outcomes[effect].isna()).all()
    assert (shuffled.comparisons["direction"].abs() == few_targets.comparisons["direction"].abs()).all()
    assert not shuffled.outcomes.equals(few_targets.outcomes)


def test_permuted_labels_teach_nothing(few_features, few_targets, few):
    groups = pd.Series(few.studies["study"].to_numpy(), index=few.studies["study"])
    shares = []
    for seed in range(3):
        targets = permuted(few_targets, seed)
        found = cross_validate(("logistic",), few_features, targets, Validation(folds=3, inner_folds=2))[
            "logistic"
        ]
        shares.append(judge(found, targets, groups).estimate("concordance").value)
    assert abs(np.mean(shares) - 0.5) < 0.15


def test_groups_stay_together_in_outer_and_inner_folds(few_features, few_targets, few):
    studies = sorted(few.studies["study"])
    groups = pd.Series(studies, index=studies)
    groups.iloc[: len(groups) // 2 * 2 : 2] = groups.iloc[1 : len(groups) // 2 * 2 : 2].to_numpy()
    found = cross_validate(("prevalence",), few_features, few_targets, Validation(3, 2, 2, groups=groups))[
        "prevalence"
    ]
    assert len(found.parts) == 2
    for folds in found.parts:
        assert sorted(s for f in folds for s in f.split.test) == sorted(few_features.samples)
        for fold in folds:
            sides = [set(groups[study_of(side)]) for side in (fold.split.train, fold.split.test)]
            assert not sides[0] & sides[1]


def test_the_same_seed_gives_the_same_numbers(few_features, few_targets):
    one, two = (
        cross_validate(("xgboost",), few_features, few_targets, Validation(2, 2))["xgboost"].margin
        for _ in range(2)
    )
    pd.testing.assert_frame_equal(one, two)


def test_a_block_is_gone_and_the_others_stay(few_profiles, few_targets):
    cases = {
        a.without: a
        for a in without_blocks(few_profiles, few_targets, ("cell_source", "product", "knowledge"))
    }
    names = {k: {c.name for c in a.features.columns} for k, a in cases.items()}
    assert not any(n.startswith("known_") for n in names["block knowledge"])
    assert not any(n.startswith("product=") for n in names["block product"])
    assert any(n.startswith("product=") for n in names["block knowledge"])


def test_one_known_sum_is_gone_at_a_time(few_features, few_targets):
    cases = list(without_known_sums(few_features, few_targets))
    assert len(cases) == len([c for c in few_features.columns if c.effect is not None])
    for case in cases:
        names = [c.name for c in case.features.columns]
        assert case.features.for_effect("angiogenic").shape[1] == len(names)
        assert case.without.removeprefix("column ") not in names
        kept = frame_of(few_features, "angiogenic")[names].to_numpy()
        np.testing.assert_array_equal(case.features.for_effect("angiogenic"), kept)


def test_roles_of_one_kind_of_evidence_are_gone(few_profiles, few_features, few_targets):
    from secretome_ml.features.roles import known_roles

    fewer = without_roles(few_profiles, few_features, few_targets, "design").features
    assert len(known_roles(("design",)).factors) < len(known_roles().factors)
    own, rest = (np.nansum(np.abs(f.by_effect["anti_inflammatory"])) for f in (fewer, few_features))
    assert own < rest


def test_studies_of_one_basis_weigh_nothing_and_the_rest_as_before(few, few_features, few_targets):
    case = without_basis(few, few_features, few_targets, "review")
    basis = few.studies.set_index("study")["basis"]
    left = pd.Series(
        basis[study_of(case.targets.weights.index)].to_numpy() == "review", case.targets.weights.index
    )
    assert left.any()
    assert (case.targets.weights[left] == 0).all()
    assert case.targets.weights[~left].equals(few_targets.weights[~left])
    pairs = case.targets.comparisons
    assert ((pairs["weight"] == 0) == pairs["study"].map(basis == "review")).all()


@pytest.mark.parametrize("rule", ["more preconditioning", "more factors"])
def test_rules_count_rows(rule, few_profiles):
    margin = rule_margin(rule, few_profiles, ("angiogenic",))
    frame = few_profiles.preconditioning if rule == "more preconditioning" else few_profiles.factors
    sample = frame["sample"].iloc[0]
    assert margin.at[sample, "angiogenic"] == (frame["sample"] == sample).sum()
