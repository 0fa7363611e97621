"""Level, scale and weights: against least squares and logistic regression where the priors let go."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from secretome_ml.adaptation import fit as module
from secretome_ml.adaptation.fit import Fit, _logistic, _normal, fit
from secretome_ml.adaptation.judged import ADAPTED, FACTOR, MEAN, MODEL, _left_out_error, judge


@pytest.fixture
def lots():
    random = np.random.default_rng(3)
    columns = random.standard_normal((40, 3))
    outcome = 50.0 + 4.0 * columns[:, 0] + 2.0 * columns[:, 1] + random.standard_normal(40)
    return columns, outcome


def test_a_wide_prior_is_least_squares(lots):
    columns, outcome = lots
    design = np.column_stack([np.ones(40), columns])
    mean, covariance, noise, _ = _normal(design, outcome, np.full((1, 4), 1e9))
    found, rest, *_ = np.linalg.lstsq(design, outcome, rcond=None)
    assert mean[0] == pytest.approx(found, abs=1e-5)
    assert noise[0] == pytest.approx(rest[0] / 39, rel=1e-6)
    assert covariance[0] == pytest.approx(np.linalg.inv(design.T @ design) * noise[0], rel=1e-5)


def test_the_evidence_is_that_of_the_normal_distribution(lots):
    """Of two priors the ratio of evidences is that of the marginal densities, worked out the long way."""
    columns, outcome = lots
    design = np.column_stack([np.ones(40), columns])
    priors = np.array([[1e4, 1.0, 0.3, 0.0], [1e4, 0.1, 3.0, 1.0]])
    *_, evidence = _normal(design, outcome, priors)
    by_hand = []
    for prior in priors:
        whole = np.eye(40) + design @ np.diag(prior) @ design.T
        rest = outcome @ np.linalg.solve(whole, outcome)
        by_hand.append(-0.5 * np.linalg.slogdet(whole)[1] - 0.5 * 39 * np.log(rest))
    assert np.diff(evidence) == pytest.approx(np.diff(by_hand), abs=1e-6)


def test_the_mode_is_that_of_penalised_logistic_regression(lots):
    columns, outcome = lots
    label = (outcome > 50.0).astype(float)
    design = np.column_stack([np.ones(40), columns])
    mode, _, _, _ = _logistic(design, label, np.array([[1.0, 0.25, 0.25, 0.25]]))
    # The level meets a prior of variance 16; scikit-learn's column of ones the same.
    scaled = design * np.array([4.0, 1.0, 1.0, 1.0])
    other = LogisticRegression(C=1.0, fit_intercept=False, tol=1e-10).fit(scaled, label)
    assert mode[0] == pytest.approx(other.coef_[0] * np.array([4.0, 1.0, 1.0, 1.0]), abs=1e-4)


def test_what_is_measured_in_another_unit_is_the_same_fit(lots):
    columns, outcome = lots
    first, second = fit(columns, outcome, "number"), fit(columns, 1000.0 * outcome - 7.0, "number")
    for one, other in zip(first.expected(columns, 0.9), second.expected(columns, 0.9), strict=True):
        assert 1000.0 * one - 7.0 == pytest.approx(other, rel=1e-9)


def test_lots_against_the_score_get_no_scale():
    score = np.linspace(-1.0, 1.0, 12)
    found = fit(score[:, None], -score, "number")
    assert found.weights[1] == 0.0
    assert found.expected(score[:, None], 0.9)[0] == pytest.approx(np.zeros(12), abs=1e-9)


def test_a_factor_that_was_not_measured_widens_the_interval(lots):
    columns, outcome = lots
    found = fit(columns, outcome, "number")
    known, unknown = columns[:1].copy(), columns[:1].copy()
    unknown[0, 1] = np.nan
    (_, low, high), (_, lower, higher) = (found.expected(c, 0.9) for c in (known, unknown))
    assert higher - lower > 1.2 * (high - low)


def test_the_state_comes_back(lots):
    columns, outcome = lots
    found = fit(columns, outcome, "number")
    again = Fit.from_state(found.state())
    for one, other in zip(found.expected(columns, 0.9), again.expected(columns, 0.9), strict=True):
        assert np.array_equal(one, other)


def test_leverages_give_the_error_of_leaving_each_out(lots):
    columns, outcome = lots
    long_way = []
    for i in range(40):
        rest = np.arange(40) != i
        slope, level = np.polyfit(columns[rest, 1], outcome[rest], 1)
        long_way.append((outcome[i] - level - slope * columns[i, 1]) ** 2)
    assert _left_out_error(columns[:, 1], outcome, "number") == pytest.approx(np.mean(long_way))


def judged(columns, outcome, kind="number", groups=None):
    singles = {f"f{i}": columns[:, i] for i in range(1, columns.shape[1])}
    names = [f"lot {i}" for i in range(len(outcome))]
    return judge(names, columns, outcome, kind, singles, groups or {})


def test_a_model_that_is_right_is_told_so_and_noise_is_not(lots):
    columns, outcome = lots
    found = judged(columns, outcome)
    assert found.better(MEAN) == "yes"
    assert found.better(FACTOR) == "yes"
    assert set(found.predicted["factor"]) == {"f1"}
    noise = np.random.default_rng(0).standard_normal(40)
    assert judged(columns, noise).better(MEAN) != "yes"


def test_a_lot_has_no_part_in_its_own_prediction(lots):
    """However far its own outcome lies: what the others say of it stays."""
    columns, outcome = lots
    other = outcome.copy()
    other[7] += 1000.0
    first, second = judged(columns, outcome).predicted, judged(columns, other).predicted
    for rule in (MEAN, FACTOR, MODEL, ADAPTED):
        assert first.at[7, rule] == pytest.approx(second.at[7, rule], rel=1e-12)
        assert first.at[8, rule] != pytest.approx(second.at[8, rule], rel=1e-3)


def test_a_donor_is_left_out_whole(lots):
    columns, outcome = lots
    donors = np.repeat([f"d{i}" for i in range(8)], 5).astype(object)
    found = judged(columns, outcome, groups={"donor": donors}).compared
    mean = found[(found["left_out"] == "donor") & (found["rule"] == MEAN)].iloc[0]
    by_hand = [outcome[i] - outcome[donors != donors[i]].mean() for i in range(40)]
    assert mean["error"] == pytest.approx(np.sqrt(np.mean(np.square(by_hand))))


def test_yes_and_no_are_chances(lots):
    columns, outcome = lots
    found = judged(columns, (outcome > 50.0).astype(float), "yes/no")
    assert (
        found.predicted[[ADAPTED, "low", "high", FACTOR]].apply(lambda c: c.between(0.0, 1.0)).all(axis=None)
    )
    assert found.better(MEAN) == "yes"


def test_beliefs_add_up():
    assert sum(share for _, share in module._supports(5, True)) == pytest.approx(1.0)
    assert sum(share for _, share in module._supports(1, True)) == pytest.approx(1.0)
