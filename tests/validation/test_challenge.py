"""A challenger against a champion: the figures by hand, the gate from both sides."""

import math

import numpy as np
import pandas as pd
import pytest

from secretome_ml.models.targets import Targets
from secretome_ml.trust.calibration import fit_calibrator
from secretome_ml.trust.resampling import Estimate
from secretome_ml.validation.challenge import Challenge, Predictions, challenge, figures
from secretome_ml.validation.cross_validation import joint_loss


def made_up(studies: int, seed: int = 0) -> tuple[Targets, pd.Series, pd.DataFrame]:
    """Return labels of two arms a study, the groups, and the truth that a perfect model would score."""
    generator = np.random.default_rng(seed)
    names = [f"s{i}" for i in range(studies)]
    samples = pd.Index([f"{s}/{a}" for s in names for a in "ab"], name="sample")
    truth = pd.DataFrame({"angiogenic": generator.normal(0.8, 1.0, len(samples))}, index=samples)
    outcomes, value = (truth > 0).astype(float), truth["angiogenic"].to_numpy()
    pairs = pd.DataFrame(
        {
            "effect": "angiogenic",
            "arm": [f"{s}/a" for s in names],
            "than": [f"{s}/b" for s in names],
            "study": names,
            "direction": np.sign(value[0::2] - value[1::2]),
            "weight": 1.0,
        }
    )
    return Targets(outcomes, pd.Series(1.0, samples), pairs), pd.Series(names, index=names), truth


def said(margin: pd.DataFrame) -> Predictions:
    return Predictions(margin, 1.0 / (1.0 + np.exp(-margin)))


def test_the_figures_by_hand():
    """Two studies of two arms: every number worked out on paper."""
    samples = pd.Index(["s1/a", "s1/b", "s2/a", "s2/b"], name="sample")
    outcomes = pd.DataFrame({"angiogenic": [1.0, 0.0, np.nan, np.nan]}, index=samples)
    pairs = pd.DataFrame(
        {
            "effect": "angiogenic",
            "arm": ["s1/a", "s2/a"],
            "than": ["s1/b", "s2/b"],
            "study": ["s1", "s2"],
            "direction": [1.0, -1.0],
            "weight": 1.0,
        }
    )
    targets = Targets(outcomes, pd.Series(1.0, samples), pairs)
    champion = said(pd.DataFrame({"angiogenic": [0.0, 1.0, 0.0, 1.0]}, index=samples))
    challenger = said(pd.DataFrame({"angiogenic": [1.0, 0.0, 0.0, 1.0]}, index=samples))
    found = challenge(challenger, champion, targets, pd.Series({"s1": "g1", "s2": "g2"}), 0.02)
    # Pairs: the champion has one of two right, the challenger both.
    assert found.concordance.value == pytest.approx(0.5)
    assert (found.concordance.n, found.concordance.studies) == (2, 2)

    def log_loss(margin: float, won: bool) -> float:
        return math.log(1.0 + math.exp(-margin if won else margin))

    outcome_gain = ((log_loss(0, True) + log_loss(1, False)) - (log_loss(1, True) + log_loss(0, False))) / 2
    pair_gain = (log_loss(-1, True) - log_loss(1, True)) / 2  # the second study is the same for both
    assert found.joint_loss.value == pytest.approx(0.5 * outcome_gain + 0.5 * pair_gain)


def test_the_joint_loss_is_the_one_of_training():
    targets, groups, truth = made_up(30)
    generator = np.random.default_rng(1)
    margins = [truth + generator.normal(0.0, 1.0, truth.shape) for _ in range(2)]
    calibrators = [fit_calibrator(m, targets) for m in margins]
    one, two = (Predictions(m, c.probability(m)) for m, c in zip(margins, calibrators, strict=True))
    found = challenge(one, two, targets, groups, 0.02)
    losses = [joint_loss(m, c, targets) for m, c in zip(margins, calibrators, strict=True)]
    assert found.joint_loss.value == pytest.approx(losses[1] - losses[0], abs=1e-12)


def test_a_clearly_better_one_passes_and_the_worse_does_not():
    targets, groups, truth = made_up(200)
    noise = np.random.default_rng(2).normal(0.0, 3.0, truth.shape)
    good, bad = said(truth * 2.0), said(truth + noise)
    assert challenge(good, bad, targets, groups, 0.02).failings == []
    failings = challenge(bad, good, targets, groups, 0.02).failings
    assert [f.split(" it ")[0] for f in failings] == ["in concordance", "in joint log loss"]
    assert all("no better" in f for f in failings)


def test_the_same_model_again_is_no_better():
    targets, groups, truth = made_up(20)
    found = challenge(said(truth), said(truth), targets, groups, 1.0)
    assert (found.concordance.value, found.joint_loss.value) == (0.0, 0.0)
    assert len(found.failings) == 2


def test_a_gain_that_may_be_a_loss_depends_on_the_tolerance():
    gain = Estimate(0.01, -0.03, 0.05, 100, 50)
    assert Challenge(gain, gain, 0.04).failings == []
    assert all("may be worse by more than 0.02" in f for f in Challenge(gain, gain, 0.02).failings)
    assert figures(gain) == "+0.0100 (-0.0300 to +0.0500)"


def test_swapping_the_two_turns_the_signs():
    targets, groups, truth = made_up(60)
    other = said(truth + np.random.default_rng(3).normal(0.0, 1.0, truth.shape))
    there, back = (
        challenge(a, b, targets, groups, 0.0) for a, b in ((said(truth), other), (other, said(truth)))
    )
    for one, two in ((there.concordance, back.concordance), (there.joint_loss, back.joint_loss)):
        assert (one.value, one.low, one.high) == pytest.approx((-two.value, -two.high, -two.low))


def test_studies_that_repeat_each_other_are_drawn_together():
    """One study copied forty times is one observation: its interval has no width."""
    targets, groups, truth = made_up(40)
    other = said(-truth)
    apart = challenge(said(truth), other, targets, groups, 0.0).joint_loss
    joined = challenge(said(truth), other, targets, pd.Series("g", index=groups.index), 0.0).joint_loss
    assert apart.high > apart.low
    assert joined.low == pytest.approx(joined.high) == pytest.approx(joined.value)


def test_nothing_to_compare_on_is_an_error():
    targets, groups, truth = made_up(3)
    empty = Targets(targets.outcomes, targets.weights, targets.comparisons.iloc[:0])
    with pytest.raises(ValueError, match="no decided pair"):
        challenge(said(truth), said(truth), empty, groups, 0.0)
