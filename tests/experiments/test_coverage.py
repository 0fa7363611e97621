"""Do intervals hold what they claim, by the experiments' own yardstick."""

import numpy as np
import pytest

from experiments.honesty import group_coverage, kind_coverage


def test_honest_probabilities_are_covered_and_dishonest_ones_are_not():
    generator = np.random.default_rng(0)
    chance = generator.uniform(0.4, 0.98, 4000)
    label = generator.random(4000) < chance
    draws = np.tile(chance, (50, 1))
    assert group_coverage(draws, label, size=20)["covered"].mean() == pytest.approx(0.9, abs=0.06)
    assert group_coverage(np.clip(draws - 0.2, 0.01, 1), label, size=20)["covered"].mean() < 0.6


def test_named_groups_are_judged_on_their_own_arms():
    draws = np.tile([0.9, 0.9, 0.1, 0.1], (10, 1))
    found = kind_coverage(draws, [1, 1, 0, 0], {"good": np.array([0, 1]), "bad": np.array([2, 3])}).set_index(
        "group"
    )
    assert found["observed"].to_dict() == {"good": 1.0, "bad": 0.0}
    assert found["predicted"].to_dict() == pytest.approx({"good": 0.9, "bad": 0.1})
