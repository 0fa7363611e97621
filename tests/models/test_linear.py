"""Penalised logistic regression against finite differences and against scikit-learn."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import check_grad, minimize
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from conftest import features_of, frame_of
from secretome_ml.core.errors import NotConverged
from secretome_ml.features.columns import FeatureColumn
from secretome_ml.models import Targets
from secretome_ml.models.design import fill_typical, joint_design, typical_values
from secretome_ml.models.informed import InformedLogistic
from secretome_ml.models.linear import PenalisedLogistic, _Loss, _scale, _standardise

NO_PAIRS = pd.DataFrame(columns=["effect", "arm", "than", "study", "direction", "weight"]).astype(
    {"direction": float, "weight": float}
)


def made(rows: int = 80, columns: int = 5, effects: tuple[str, ...] = ("x",), seed: int = 0):
    """Made-up features and outcomes; some cells missing."""
    generator = np.random.default_rng(seed)
    index = pd.Index([f"s{i}/a" for i in range(rows)])
    names = [f"c{i}" for i in range(columns)]
    values = generator.normal(size=(rows, columns)) * np.linspace(0.1, 4, columns)
    truth = generator.normal(size=columns) / np.linspace(0.1, 4, columns)
    values[generator.random(values.shape) < 0.15] = np.nan
    common = pd.DataFrame(values, index=index, columns=names)
    features = features_of(
        common,
        {e: pd.DataFrame(index=index) for e in effects},
        tuple(FeatureColumn(n, "context") for n in names),
    )
    chance = expit(np.nan_to_num(values) @ truth)
    outcomes = pd.DataFrame(
        {e: (generator.random(rows) < chance).astype(float) for e in effects}, index=index
    )
    weights = pd.Series(generator.uniform(0.3, 1.0, rows), index=index)
    return features, Targets(outcomes, weights, NO_PAIRS)


def with_pairs(targets: Targets, count: int = 30, seed: int = 1) -> Targets:
    generator = np.random.default_rng(seed)
    samples = targets.outcomes.index.to_numpy()
    rows = [
        (
            e,
            *generator.choice(samples, 2, replace=False),
            "s",
            generator.choice([1.0, 0.0, -1.0, 0.5]),
            generator.uniform(0.5, 1),
        )
        for e in targets.effects
        for _ in range(count)
    ]
    return Targets(targets.outcomes, targets.weights, pd.DataFrame(rows, columns=list(NO_PAIRS.columns)))


def penalised_loss(theta, values, design, prior, model: PenalisedLogistic) -> float:
    """The penalised loss, written out again."""
    effects, columns = design.effect.max() + 1, values.shape[1]
    base, shared = theta[:effects], theta[effects : effects + columns]
    own = theta[effects + columns :].reshape(effects, columns)
    margin = base[design.effect] + (values * (shared + own)[design.effect]).sum(axis=1)
    gap, wins = margin[design.first] - margin[design.second], (design.direction + 1) / 2
    found = np.sum(design.outcome_weight * (np.logaddexp(0, margin) - design.outcome * margin))
    found += model.comparison_weight * np.sum(design.pair_weight * (np.logaddexp(0, gap) - wins * gap))
    found += model.penalty / 2 * np.sum((shared - prior) ** 2) + model.deviation / 2 * np.sum(own**2)
    return found + 0.005 * np.sum(base**2)


def loss_of(model: PenalisedLogistic, values, design, prior) -> _Loss:
    effects = design.effect.max() + 1
    return _Loss(design, values, effects, prior, model.penalty, model.deviation, model.comparison_weight)


def test_the_gradient_by_finite_differences(few_features, few_targets):
    model = PenalisedLogistic(penalty=3.0, deviation=20.0, comparison_weight=0.7)
    design = joint_design(few_features, few_targets)
    stacked = _standardise(design.values, _scale(design.values))
    prior = np.linspace(-1, 1, stacked.shape[1])
    found = loss_of(model, stacked, design, prior)
    generator = np.random.default_rng(0)
    for _ in range(2):
        theta = generator.normal(size=3 + 4 * stacked.shape[1]) / 4
        direction = generator.normal(size=len(theta))
        direction /= np.linalg.norm(direction)
        step = 1e-5
        ahead, behind = (
            penalised_loss(theta + s * direction, stacked, design, prior, model) for s in (step, -step)
        )
        assert found.slope(theta) @ direction == pytest.approx(
            (ahead - behind) / (2 * step), rel=1e-5, abs=1e-6
        )


def test_the_gradient_in_every_coordinate():
    features, targets = made(rows=25, columns=3, effects=("x", "y"))
    model = PenalisedLogistic(penalty=2.0, deviation=5.0, comparison_weight=0.5)
    design = joint_design(features, with_pairs(targets, 12))
    stacked, prior = np.nan_to_num(design.values), np.array([0.5, 0.0, -1.0])
    found = loss_of(model, stacked, design, prior)
    theta = np.random.default_rng(3).normal(size=2 + 3 + 6)
    assert check_grad(lambda t: penalised_loss(t, stacked, design, prior, model), found.slope, theta) < 1e-4


def test_the_inverse_curvature_is_that_of_one_column():
    """With a single column and no base in play, dividing by the curvature solves the whole system."""
    features, targets = made(rows=25, columns=1, effects=("x", "y"))
    design = joint_design(features, targets)
    values = np.nan_to_num(design.values)
    found = loss_of(PenalisedLogistic(2.0, 5.0), values, design, np.zeros(1))
    bend = [0.25 * np.sum(design.outcome_weight * values[:, 0] ** 2 * (design.effect == i)) for i in (0, 1)]
    curve = np.array(
        [[2 + sum(bend), bend[0], bend[1]], [bend[0], 5 + bend[0], 0], [bend[1], 0, 5 + bend[1]]]
    )
    gradient = np.array([0.0, 0.0, 1.0, -2.0, 0.5])
    assert found.flatten(gradient)[2:] == pytest.approx(np.linalg.solve(curve, gradient[2:]))


@pytest.mark.parametrize("kind", [PenalisedLogistic, InformedLogistic])
def test_a_fit_ends_where_a_general_solver_ends(kind):
    """To the digits that it keeps."""
    features, targets = made(rows=60, columns=4, effects=("x", "y"))
    targets = with_pairs(targets)
    model = kind(2.0, 5.0, 0.5).fit(features, targets)
    design = joint_design(features, targets)
    values = np.nan_to_num(design.values) / model.scale_

    def loss(theta):
        return penalised_loss(theta, values, design, np.zeros(4), model)

    best = minimize(loss, np.zeros(2 + 4 + 8), method="BFGS", options={"gtol": 1e-7}).x
    own = best[6:].reshape(2, 4)
    for i, effect in enumerate(("x", "y")):
        assert model.base_[effect] == pytest.approx(best[i], abs=2e-5)
        assert model.weights_[effect] == pytest.approx(best[2:6] + own[i], abs=2e-5)


def test_a_fit_that_cannot_settle_says_so(few_features, few_targets):
    heavy = Targets(few_targets.outcomes, few_targets.weights * 1e200, few_targets.comparisons)
    with pytest.raises(NotConverged, match="did not settle"), np.errstate(all="ignore"):
        PenalisedLogistic().fit(few_features, heavy)


@pytest.mark.parametrize(("penalty", "deviation"), [(1.0, 300.0), (3.0, 6.0), (30.0, 30.0), (30.0, 1000.0)])
def test_outcomes_only_of_one_effect_equal_scikit_learn(penalty: float, deviation: float):
    """Shared and own weights add up; together they meet the penalty 1 / (1/p + 1/d). The base meets 0.01."""
    features, targets = made()
    model = PenalisedLogistic(penalty, deviation).fit(features, targets)
    both = 1.0 / (1.0 / penalty + 1.0 / deviation)
    values = np.nan_to_num(features.common.T)
    scale = np.maximum(np.sqrt((values**2).mean(axis=0)), 0.25)
    constant = np.full((len(values), 1), np.sqrt(both / 0.01))
    other = LogisticRegression(C=1.0 / both, fit_intercept=False, solver="newton-cholesky", tol=1e-10)
    matrix = np.column_stack([values / scale, constant])
    other.fit(matrix, targets.outcomes["x"], sample_weight=targets.weights)
    margin = model.margin(features)["x"].to_numpy()
    assert np.abs(margin - matrix @ other.coef_[0]).max() < 2e-5
    assert np.ptp(margin) > 0.5


def test_comparisons_only_equal_bradley_terry_by_scikit_learn():
    """A comparison is a logistic regression on the difference of the features, without an intercept."""
    features, targets = made(rows=60)
    generator = np.random.default_rng(5)
    values = np.nan_to_num(features.common.T)
    samples = features.samples.to_numpy()
    rows = [(*generator.choice(60, 2, replace=False), generator.choice([1.0, -1.0])) for _ in range(90)]
    pairs = pd.DataFrame(
        [("x", samples[i], samples[j], "s", d, 1.0) for i, j, d in rows], columns=list(NO_PAIRS.columns)
    )
    model = PenalisedLogistic(4.0, 1e9).fit(
        features, Targets(targets.outcomes * np.nan, targets.weights, pairs)
    )
    named = sorted({i for i, _, _ in rows} | {j for _, j, _ in rows})
    scale = np.maximum(np.sqrt((values[named] ** 2).mean(axis=0)), 0.25)
    gaps = np.array([(values[i] - values[j]) / scale for i, j, _ in rows])
    other = LogisticRegression(C=1 / 4.0, fit_intercept=False, solver="newton-cholesky", tol=1e-10).fit(
        gaps, [d > 0 for *_, d in rows]
    )
    margin = model.margin(features)["x"].to_numpy()
    expected = (values / scale) @ other.coef_[0]
    assert np.abs((margin - margin.mean()) - (expected - expected.mean())).max() < 2e-5


def test_equal_is_half_a_win_each_way():
    features, targets = made(rows=20)
    samples = features.samples
    columns = list(NO_PAIRS.columns)
    equal = pd.DataFrame([("x", samples[0], samples[1], "s", 0.0, 1.0)], columns=columns)
    both = pd.DataFrame([("x", samples[0], samples[1], "s", d, 0.5) for d in (1.0, -1.0)], columns=columns)
    one, other = (
        PenalisedLogistic().fit(features, Targets(targets.outcomes, targets.weights, p)).margin(features)
        for p in (equal, both)
    )
    assert np.allclose(one, other, atol=1e-4)


def test_a_disagreeing_readout_is_shared():
    """An arm with one good and one bad readout counts as one half of each."""
    features, targets = made(rows=30)
    half = targets.outcomes.copy()
    half.iloc[0] = 0.5
    design = joint_design(features, Targets(half, targets.weights, NO_PAIRS))
    assert design.outcome[0] == 0.5
    assert design.outcome_weight[0] == targets.weights.iloc[0]


def test_the_design_masks_what_was_not_tested():
    features, targets = made(rows=10, effects=("x", "y"))
    outcomes = targets.outcomes.copy()
    outcomes.iloc[:6, 0] = np.nan
    pairs = pd.DataFrame([("x", "s0/a", "s9/a", "s", -1.0, 1.0)], columns=list(NO_PAIRS.columns))
    design = joint_design(features, Targets(outcomes, targets.weights, pairs))
    assert (design.effect == 0).sum() == 5, "s6..s9 were tested, s0 was compared"
    assert (design.effect == 1).sum() == 10
    assert design.outcome_weight[0] == 0
    assert np.isfinite(design.values[design.first[0]]).any()
    for row, sample in ((design.first[0], "s0/a"), (design.second[0], "s9/a")):
        np.testing.assert_array_equal(design.values[row], frame_of(features).loc[sample].astype(np.float32))


def test_effects_pool_partially():
    """The heavier the penalty on deviations, the more alike the effects become."""
    features, targets = made(rows=60, effects=("x", "y"))
    spread = []
    for deviation in (1.0, 100.0, 1e6):
        model = PenalisedLogistic(1.0, deviation).fit(features, targets)
        spread.append(np.abs(model.weights_["x"] - model.weights_["y"]).max())
    assert spread[0] > spread[1] > spread[2]
    assert spread[2] < 1e-3


def test_a_heavy_penalty_leaves_the_prior(few_features, few_targets):
    """Without data, `informed` says what is known and `logistic` says nothing."""
    plain = PenalisedLogistic(1e9, 1e9).fit(few_features, few_targets).margin(few_features)
    assert np.ptp(plain["angiogenic"]) < 1e-3
    informed = InformedLogistic(1e9, 1e9).fit(few_features, few_targets).margin(few_features)
    model = InformedLogistic()
    model._remember(few_features, few_targets)
    prior = model._prior()
    values = few_features.for_effect("angiogenic")
    filled = fill_typical(
        values, typical_values(joint_design(few_features, few_targets).values, few_features.columns)
    )
    gap = informed["angiogenic"] - np.nan_to_num(filled) @ prior
    assert prior.max() > 0.1
    assert np.ptp(gap) < 1e-2


def test_more_of_a_good_thing_scores_higher(few_features, few_targets):
    """Raise a known-good sum: the informed model follows."""
    model = InformedLogistic().fit(few_features, few_targets)
    place = [c.name for c in few_features.columns if c.effect is not None].index("known_factors")
    better = {e: values.copy() for e, values in few_features.by_effect.items()}
    for values in better.values():
        values[place] = np.nan_to_num(values[place]) + 1
    raised = replace(few_features, by_effect=better)
    assert (model.margin(raised) > model.margin(few_features)).all(axis=None)
