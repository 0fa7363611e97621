"""Penalised logistic regression against finite differences and against scikit-learn."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import check_grad
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from secretome_ml.features.columns import FeatureColumn, Features
from secretome_ml.models import Targets
from secretome_ml.models.design import fill_typical, joint_design, typical_values
from secretome_ml.models.informed import InformedLogistic
from secretome_ml.models.linear import PenalisedLogistic, _parts, _scale, _standardise

NO_PAIRS = pd.DataFrame(columns=["effect", "arm", "than", "study", "direction", "weight"]).astype(
    {"direction": float, "weight": float}
)


def by_effect(values, design):
    """Return the rows of each effect."""
    return [values[design.effect == i] for i in range(design.effect.max() + 1)]


def made(rows: int = 80, columns: int = 5, effects: tuple[str, ...] = ("x",), seed: int = 0):
    """Made-up features and outcomes; some cells missing."""
    generator = np.random.default_rng(seed)
    index = pd.Index([f"s{i}/a" for i in range(rows)])
    names = [f"c{i}" for i in range(columns)]
    values = generator.normal(size=(rows, columns)) * np.linspace(0.1, 4, columns)
    truth = generator.normal(size=columns) / np.linspace(0.1, 4, columns)
    values[generator.random(values.shape) < 0.15] = np.nan
    common = pd.DataFrame(values, index=index, columns=names)
    features = Features(
        common,
        {e: pd.DataFrame(index=index) for e in effects},
        tuple(FeatureColumn(n, n, "context") for n in names),
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


@pytest.mark.parametrize("kind", [PenalisedLogistic, InformedLogistic])
def test_the_gradient_by_finite_differences(few_features, few_targets, kind):
    model = kind(penalty=3.0, deviation=20.0, comparison_weight=0.7)
    model._remember(few_features, few_targets)
    design = joint_design(few_features, few_targets)
    stacked = _standardise(design.values, _scale(design.values))
    columns, effects = stacked.shape[1], 3
    blocks = by_effect(stacked, design)
    prior = np.linspace(-1, 1, columns)
    generator = np.random.default_rng(0)
    for _ in range(2):
        theta = generator.normal(size=effects + columns + effects * columns) / 4
        value, gradient = model._loss(theta, stacked, blocks, design, prior)
        direction = generator.normal(size=len(theta))
        direction /= np.linalg.norm(direction)
        step = 1e-5
        ahead, behind = (
            model._loss(theta + s * direction, stacked, blocks, design, prior)[0] for s in (step, -step)
        )
        assert np.isfinite(value)
        assert gradient @ direction == pytest.approx((ahead - behind) / (2 * step), rel=1e-5, abs=1e-6)


def test_the_gradient_in_every_coordinate():
    features, targets = made(rows=25, columns=3, effects=("x", "y"))
    targets = with_pairs(targets, 12)
    model = PenalisedLogistic(penalty=2.0, deviation=5.0, comparison_weight=0.5)
    design = joint_design(features, targets)
    stacked, prior = np.nan_to_num(design.values), np.array([0.5, 0.0, -1.0])
    blocks = by_effect(stacked, design)

    def loss(theta):
        return model._loss(theta, stacked, blocks, design, prior)

    theta = np.random.default_rng(3).normal(size=2 + 3 + 6)
    assert check_grad(lambda t: loss(t)[0], lambda t: loss(t)[1], theta) < 1e-4


def test_the_loss_by_hand():
    """One arm tested, one pair compared; everything written out."""
    index = pd.Index(["s/a", "s/b"])
    features = Features(
        pd.DataFrame({"c": [2.0, 1.0]}, index=index),
        {"x": pd.DataFrame(index=index)},
        (FeatureColumn("c", "c", "context"),),
    )
    pairs = pd.DataFrame([("x", "s/a", "s/b", "s", 1.0, 0.5)], columns=list(NO_PAIRS.columns))
    targets = Targets(
        pd.DataFrame({"x": [1.0, np.nan]}, index=index), pd.Series([0.8, 0.8], index=index), pairs
    )
    design = joint_design(features, targets)
    base, shared, own = 0.3, 0.4, 0.1
    loss, _ = PenalisedLogistic(2.0, 5.0, 3.0)._loss(
        np.array([base, shared, own]), design.values, [design.values], design, np.zeros(1)
    )
    first, second = base + 2 * (shared + own), base + (shared + own)
    expected = 0.8 * np.log1p(np.exp(-first)) + 3.0 * 0.5 * np.log1p(np.exp(-(first - second)))
    expected += 0.5 * 2.0 * shared**2 + 0.5 * 5.0 * own**2 + 0.005 * base**2
    assert loss == pytest.approx(expected)


@pytest.mark.parametrize(("penalty", "deviation"), [(1.0, 300.0), (3.0, 6.0), (30.0, 30.0), (30.0, 1000.0)])
def test_outcomes_only_of_one_effect_equal_scikit_learn(penalty: float, deviation: float):
    """Shared and own weights add up; together they meet the penalty 1 / (1/p + 1/d). The base meets 0.01."""
    features, targets = made()
    model = PenalisedLogistic(penalty, deviation).fit(features, targets)
    both = 1.0 / (1.0 / penalty + 1.0 / deviation)
    values = np.nan_to_num(features.common.to_numpy())
    scale = np.maximum(np.sqrt((values**2).mean(axis=0)), 0.25)
    constant = np.full((len(values), 1), np.sqrt(both / 0.01))
    other = LogisticRegression(C=1.0 / both, fit_intercept=False, tol=1e-10, max_iter=5000)
    matrix = np.column_stack([values / scale, constant])
    other.fit(matrix, targets.outcomes["x"], sample_weight=targets.weights)
    margin = model.margin(features)["x"].to_numpy()
    assert np.abs(margin - matrix @ other.coef_[0]).max() < 2e-3
    assert np.ptp(margin) > 0.5


def test_comparisons_only_equal_bradley_terry_by_scikit_learn():
    """A comparison is a logistic regression on the difference of the features, without an intercept."""
    features, targets = made(rows=60)
    generator = np.random.default_rng(5)
    values = np.nan_to_num(features.common.to_numpy())
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
    other = LogisticRegression(C=1 / 4.0, fit_intercept=False, tol=1e-10, max_iter=5000).fit(
        gaps, [d > 0 for *_, d in rows]
    )
    margin = model.margin(features)["x"].to_numpy()
    expected = (values / scale) @ other.coef_[0]
    assert np.abs((margin - margin.mean()) - (expected - expected.mean())).max() < 2e-3


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
    assert (design.values[design.first[0]] == features.common.loc["s0/a"]).sum() > 0
    assert np.array_equal(design.values[design.second[0]], features.common.loc["s9/a"], equal_nan=True)


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
    values = few_features.for_effect("angiogenic").to_numpy(dtype=float)
    filled = fill_typical(
        values, typical_values(joint_design(few_features, few_targets).values, few_features.columns)
    )
    gap = informed["angiogenic"] - np.nan_to_num(filled) @ prior
    assert prior.max() > 0.1
    assert np.ptp(gap) < 1e-2


def test_more_of_a_good_thing_scores_higher(few_features, few_targets):
    """Raise a known-good sum: the informed model follows."""
    model = InformedLogistic().fit(few_features, few_targets)
    better = {
        e: f.assign(known_factors=f["known_factors"].fillna(0) + 1) for e, f in few_features.by_effect.items()
    }
    raised = Features(few_features.common, better, few_features.columns)
    assert (model.margin(raised) > model.margin(few_features)).all(axis=None)


def test_the_parameters_are_laid_out_as_stated():
    base, shared, own = _parts(np.arange(2 + 3 + 6.0), 2, 3)
    assert base.tolist() == [0, 1]
    assert shared.tolist() == [2, 3, 4]
    assert own.tolist() == [[5, 6, 7], [8, 9, 10]]
