import json

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from secretome_ml.models.targets import Targets
from secretome_ml.trust.calibration import Calibrator, fit_calibrator, fit_calibrators


def made(count=400, seed=0, slope=1.0, effects=("angiogenic", "anti_fibrotic")):
    """Return margins and targets with a known law: p = sigmoid(1 + slope * margin)."""
    generator = np.random.default_rng(seed)
    samples = pd.Index([f"s{i // 2:04d}/{i % 2}" for i in range(count)])
    margin = pd.DataFrame(generator.normal(size=(count, len(effects))), samples, list(effects))
    outcomes = (generator.random(margin.shape) < expit(1 + slope * margin)).astype(float)
    return margin, Targets(outcomes, pd.Series(1.0, index=samples), pd.DataFrame())


def weighed(margin, targets, seed=3):
    """Return the targets with unequal sample weights, half results and gaps, and unequal study weights."""
    generator = np.random.default_rng(seed)
    outcomes = targets.outcomes.mask(generator.random(margin.shape) < 0.2)
    outcomes = outcomes.mask((generator.random(margin.shape) < 0.1) & outcomes.notna(), 0.5)
    weights = pd.Series(generator.uniform(0.3, 1.0, len(margin)), index=margin.index)
    studies = pd.Index(sorted(set(targets.studies)))
    times = pd.Series(generator.integers(0, 4, len(studies)).astype(float), index=studies)
    return Targets(outcomes, weights, targets.comparisons), times


def optimum(margin, targets, times):
    """Return slopes and offsets by a general bounded solver, cell by cell."""
    knots = {e: margin.loc[targets.outcomes[e].notna(), e].median() for e in targets.effects}
    cells = [
        (place, margin.at[s, e] - knots[e], share, targets.weights[s] * times[s.split("/")[0]])
        for place, e in enumerate(targets.effects)
        for s, share in targets.outcomes[e].dropna().items()
    ]
    place, away, share, weight = (np.array(part) for part in zip(*cells, strict=True))

    def loss(theta):
        z = theta[2 + place] + theta[0] * np.minimum(away, 0) + theta[1] * np.maximum(away, 0)
        total = 2.0 * (theta[0] - 0.5) ** 2 + 2.0 * (theta[1] - 0.5) ** 2 + 0.025 * np.sum(theta[2:] ** 2)
        return total + np.sum(weight * (np.logaddexp(0, z) - share * z))

    bounds = [(0, None)] * 2 + [(None, None)] * len(targets.effects)
    options = {"ftol": 1e-14, "gtol": 1e-8, "maxfun": 100_000}
    found = minimize(loss, np.full(len(bounds), 0.2), bounds=bounds, options=options)
    return knots, found.x


@pytest.mark.parametrize("slope", [1.0, 0.0, -2.0])
def test_the_fit_is_the_optimum_that_a_general_solver_finds(slope: float):
    margin, targets = made(slope=slope)
    targets, times = weighed(margin, targets)
    found = fit_calibrator(margin, targets, times[::-1])
    knots, best = optimum(margin, targets, times)
    assert found.knots == pytest.approx(knots)
    assert list(found.offsets) == list(targets.effects)
    assert [found.below, found.above, *found.offsets.values()] == pytest.approx(best, abs=2e-4)


def test_effects_keep_their_own_order():
    margin, targets = made(effects=("migratory", "angiogenic", "anti_fibrotic"))
    margin += np.array([2.0, 0.0, -3.0])
    outcomes = targets.outcomes.assign(migratory=np.nan)
    some = Targets(outcomes, targets.weights, targets.comparisons)
    found = fit_calibrator(margin, some)
    own = margin[["anti_fibrotic", "angiogenic"]]
    turned = fit_calibrator(own, Targets(outcomes[list(own)], targets.weights, targets.comparisons))
    assert list(found.offsets) == ["migratory", "angiogenic", "anti_fibrotic"]
    for effect in own:
        assert found.knots[effect] == turned.knots[effect]
        assert found.offsets[effect] == pytest.approx(turned.offsets[effect])


def test_one_slope_may_be_held_at_zero_while_the_other_is_not():
    """Below the middle a higher margin is worse, above it is better."""
    margin, targets = made()
    chance = expit(1 + 2 * margin.abs())
    outcomes = (np.random.default_rng(1).random(margin.shape) < chance).astype(float)
    bent = Targets(outcomes, targets.weights, targets.comparisons)
    found = fit_calibrator(margin, bent)
    _, best = optimum(margin, bent, dict.fromkeys(targets.studies, 1.0))
    assert (found.below, best[0]) == (0.0, 0.0)
    assert [found.above, *found.offsets.values()] == pytest.approx(best[1:], abs=2e-4)


def test_steps_far_from_the_start_still_arrive():
    """Margins of another size: the slope is far from where the search begins."""
    margin, targets = made(slope=1.0)
    for size in (0.01, 100.0):
        found = fit_calibrator(margin * size, targets)
        _, best = optimum(margin * size, targets, dict.fromkeys(targets.studies, 1.0))
        assert [found.below, found.above, *found.offsets.values()] == pytest.approx(best, abs=2e-3)


def test_the_map_by_hand():
    found = Calibrator(0.5, 2.0, {"x": 1.0, "y": 0.0}, {"x": -0.3, "y": 0.4})
    margin = pd.DataFrame({"y": [0.0, 1.0, -2.0], "x": [0.0, 1.0, 3.0]}, index=["a", "b", "c"])
    chance = found.probability(margin)
    assert chance.index.tolist() == ["a", "b", "c"]
    assert chance.columns.tolist() == ["y", "x"]
    assert chance["x"].tolist() == pytest.approx([expit(-0.8), expit(-0.3), expit(3.7)])
    assert chance["y"].tolist() == pytest.approx([expit(0.4), expit(2.4), expit(-0.6)])


def test_draws_are_fitted_side_by_side_as_each_alone():
    margin, targets = made(80)
    studies = sorted(set(targets.studies))
    weights = np.random.default_rng(0).integers(0, 3, (3, len(studies))).astype(float)
    table = pd.DataFrame(weights, columns=studies)
    together = fit_calibrators(margin, targets, table)
    assert len(together) == 3
    for row, found in enumerate(together):
        alone = fit_calibrator(margin, targets, table.iloc[row])
        assert (found.below, found.above) == pytest.approx((alone.below, alone.above), abs=1e-7)
        assert found.offsets == pytest.approx(alone.offsets, abs=1e-7)
        assert found.knots == alone.knots
    assert together[0].below != pytest.approx(together[1].below, abs=1e-3)


def test_without_weights_every_study_counts_once():
    margin, targets = made(60)
    ones = pd.Series(1.0, index=sorted(set(targets.studies)))
    assert fit_calibrator(margin, targets) == fit_calibrator(margin, targets, ones)


def test_arms_may_have_a_slash_in_their_name():
    margin, targets = made(60)
    names = pd.Index([f"{s}/x" for s in margin.index])
    renamed = Targets(targets.outcomes.set_axis(names), targets.weights.set_axis(names), targets.comparisons)
    assert fit_calibrator(margin.set_axis(names), renamed) == fit_calibrator(margin, targets)


def test_rows_and_columns_are_found_by_name():
    margin, targets = made(60)
    other = margin[::-1][["anti_fibrotic", "angiogenic"]].assign(more=0.0)
    assert fit_calibrator(other, targets) == fit_calibrator(margin, targets)


def test_a_higher_margin_never_gives_a_lower_probability():
    margin, targets = made(slope=-2.0)
    found = fit_calibrator(margin, targets)
    assert (found.below, found.above) == (0.0, 0.0)
    line = pd.DataFrame({"angiogenic": np.linspace(-5, 5, 50)})
    assert (np.diff(found.probability(line)["angiogenic"]) >= 0).all()


def test_drawing_a_study_twice_is_as_writing_it_twice():
    margin, targets = made(100)
    studies = sorted(set(targets.studies))
    weights = pd.DataFrame([np.arange(len(studies)) % 3], columns=studies, dtype=float)
    kept = [s for s, n in zip(studies, weights.iloc[0], strict=True) for _ in range(int(n))]
    rows = [f"{s}/{i}" for s in kept for i in (0, 1)]
    again = pd.Index([f"t{k // 2:04d}/{k % 2}" for k in range(len(rows))])
    copy = Targets(targets.outcomes.loc[rows].set_axis(again), pd.Series(1.0, index=again), pd.DataFrame())
    drawn = fit_calibrators(margin, targets, weights)[0]
    written = fit_calibrator(margin.loc[rows].set_axis(again), copy)
    line = pd.DataFrame({"angiogenic": [-1.0, 0.0, 2.0]})
    gap = drawn.probability(line) - written.probability(line)
    assert np.abs(gap.to_numpy()).max() < 0.03, "only the knot may differ"


def test_state_is_plain_and_gives_the_same():
    margin, targets = made()
    found = fit_calibrator(margin, targets)
    told = {"below": found.below, "above": found.above, "knots": found.knots, "offsets": found.offsets}
    assert found.state() == told
    assert Calibrator.from_state(json.loads(json.dumps(found.state()))) == found


def test_numbers_of_a_state_are_read_as_numbers():
    state = {"below": 1, "above": "2", "knots": {"x": 3}, "offsets": {"x": "4"}}
    again = Calibrator.from_state(state)
    assert again == Calibrator(1.0, 2.0, {"x": 3.0}, {"x": 4.0})
    values = again.below, again.above, again.knots["x"], again.offsets["x"]
    assert {type(v) for v in values} == {float}


def test_an_untested_effect_does_not_break_the_rest():
    margin, targets = made()
    outcomes = targets.outcomes.assign(anti_fibrotic=np.nan)
    found = fit_calibrator(margin, Targets(outcomes, targets.weights, targets.comparisons))
    assert (found.knots["anti_fibrotic"], found.offsets["anti_fibrotic"]) == (0.0, 0.0)
    alone = fit_calibrator(margin, Targets(outcomes[["angiogenic"]], targets.weights, targets.comparisons))
    assert (found.below, found.above) == pytest.approx((alone.below, alone.above))
    assert found.offsets["angiogenic"] == pytest.approx(alone.offsets["angiogenic"])
