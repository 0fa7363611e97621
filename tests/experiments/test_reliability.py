import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from experiments.honesty import calibration_error, expected_calibration_error, reliability_bins
from secretome_ml.trust.resampling import difference_over_studies, mean_over_studies, study_draws

GENERATOR = np.random.default_rng(0)
CHANCE = GENERATOR.uniform(size=500)
LABEL = (GENERATOR.random(500) < CHANCE**2).astype(int)


def test_bins_are_those_of_scikit_learn():
    observed, predicted = calibration_curve(LABEL, CHANCE, n_bins=10, strategy="quantile")
    bins = reliability_bins(CHANCE, LABEL)
    assert bins["predicted"].to_numpy() == pytest.approx(predicted, abs=1e-9)
    assert bins["observed"].to_numpy() == pytest.approx(observed, abs=1e-9)


def test_the_error_is_the_mean_gap_of_the_bins_and_a_weight_is_a_copy():
    bins = reliability_bins(CHANCE, LABEL)
    by_hand = np.average(np.abs(bins["predicted"] - bins["observed"]), weights=bins["arms"])
    assert expected_calibration_error(CHANCE, LABEL) == pytest.approx(by_hand)
    twice = np.repeat(CHANCE, 2), np.repeat(LABEL, 2)
    assert expected_calibration_error(CHANCE, LABEL, np.full(500, 2.0)) == pytest.approx(
        expected_calibration_error(*twice)
    )


def test_perfect_probabilities_sit_at_the_floor_and_wrong_ones_above():
    honest = (np.random.default_rng(1).random(500) < CHANCE).astype(int)
    good, floor = calibration_error(CHANCE, honest, np.arange(500))
    assert good.value < 2 * floor
    bad, _ = calibration_error(CHANCE, LABEL, np.arange(500))
    assert bad.low > floor


def test_means_over_studies_are_those_of_drawing_them_one_by_one():
    values, groups = np.array([1.0, 0.0, 1.0, 0.5, 0.0]), np.array(["a", "a", "b", "c", "c"])
    found = mean_over_studies(values, groups, draws=200, seed=5)
    of = {g: values[groups == g] for g in "abc"}
    picked = np.random.default_rng(5).integers(3, size=(200, 3))
    means = [np.concatenate([of["abc"[i]] for i in row]).mean() for row in picked]
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(means, [0.05, 0.95])))
    assert (found.value, found.n, found.studies) == (0.5, 5, 3)


def test_draws_take_as_many_studies_as_there_are():
    assert (study_draws(7, 50, 0).sum(axis=1) == 7).all()


def test_a_difference_of_two_sets_uses_the_same_draws():
    same = difference_over_studies([1.0, 0.0], ["a", "b"], [1.0, 0.0], ["a", "b"])
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)
    assert difference_over_studies([1.0], ["a"], [0.25], ["a"]).value == 0.75


def test_nothing_gives_nothing():
    assert np.isnan(mean_over_studies([], []).value)
