"""Folds of made-up samples: every study tested once, never parted, and the seed decides."""

import numpy as np
import pandas as pd
import pytest

from secretome_ml.core.errors import NotEnoughEvidence
from secretome_ml.validation.splits import Split, StudyOnBothSides, study_folds

SAMPLES = pd.Index([f"s{i // 3}/{'abc'[i % 3]}" for i in range(33)])  # eleven studies of three arms


def studies(samples) -> set[str]:
    return {sample.split("/")[0] for sample in samples}


@pytest.mark.parametrize("folds", [2, 4, 11])
def test_every_sample_is_tested_once_and_its_study_is_never_learned_from(folds: int):
    splits = study_folds(SAMPLES, folds, seed=3)
    assert len(splits) == folds
    assert sorted(s for split in splits for s in split.test) == sorted(SAMPLES)
    sizes = [len(studies(split.test)) for split in splits]
    assert max(sizes) - min(sizes) <= 1
    for split in splits:
        assert split.train.append(split.test).sort_values().equals(SAMPLES.sort_values())
        assert not studies(split.train) & studies(split.test)
        assert split.test.tolist() == [s for s in SAMPLES if s in set(split.test)], "the order is kept"


def test_the_assignment_is_the_seeds_permutation_dealt_in_turn():
    """By hand: the sorted studies in the order that the seed draws, dealt like cards."""
    names = sorted(studies(SAMPLES))
    order = [names[i] for i in np.random.default_rng(7).permutation(11)]
    for fold, split in enumerate(study_folds(SAMPLES, 4, seed=7)):
        assert studies(split.test) == set(order[fold::4])


def test_the_seed_decides():
    once, again, other = ([list(s.test) for s in study_folds(SAMPLES, 4, seed)] for seed in (1, 1, 2))
    assert once == again != other


def test_studies_of_one_group_stay_together_in_every_fold():
    groups = pd.Series({f"s{i}": f"g{i // 2}" for i in range(11)})
    splits = study_folds(SAMPLES, 3, seed=0, groups=groups)
    assert sorted(s for split in splits for s in split.test) == sorted(SAMPLES)
    for split in splits:
        assert not set(groups[list(studies(split.train))]) & set(groups[list(studies(split.test))])


def test_fewer_studies_than_folds_are_refused_and_as_many_are_not():
    assert [len(s.test) for s in study_folds(SAMPLES, 11, seed=0)] == [3] * 11
    with pytest.raises(NotEnoughEvidence) as caught:
        study_folds(SAMPLES, 12, seed=0)
    assert str(caught.value) == "11 studies cannot be split into 12 folds; lower the folds."
    with pytest.raises(NotEnoughEvidence, match=r"^1 studies"):
        study_folds(SAMPLES, 2, seed=0, groups=pd.Series({f"s{i}": "one" for i in range(11)}))


def test_the_study_on_both_sides_is_named():
    with pytest.raises(StudyOnBothSides) as caught:
        Split(pd.Index(["b/1", "a/1", "c/1"]), pd.Index(["a/2", "b/2"]))
    assert str(caught.value) == "2 studies are on both sides, e.g. a; split by study."
    Split(pd.Index(["a/1"]), pd.Index(["b/1"]))
