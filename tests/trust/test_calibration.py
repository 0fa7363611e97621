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


def test_the_fit_is_the_optimum_that_a_general_solver_finds():
    margin, targets = made()
    found = fit_calibrator(margin, targets)

    def loss(theta):
        total = 2.0 * (theta[0] - 0.5) ** 2 + 2.0 * (theta[1] - 0.5) ** 2 + 0.025 * np.sum(theta[2:] ** 2)
        for place, effect in enumerate(targets.effects):
            away = margin[effect] - margin[effect].median()
            z = theta[2 + place] + theta[0] * np.minimum(away, 0) + theta[1] * np.maximum(away, 0)
            total += np.sum(np.logaddexp(0, z) - targets.outcomes[effect] * z)
        return total

    best = minimize(loss, np.zeros(4), tol=1e-10).x
    assert [found.below, found.above, *found.offsets.values()] == pytest.approx(best, abs=1e-3)


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
    again = Calibrator.from_state(found.state())
    pd.testing.assert_frame_equal(found.probability(margin), again.probability(margin))


def test_an_untested_effect_does_not_break_the_rest():
    margin, targets = made()
    outcomes = targets.outcomes.assign(anti_fibrotic=np.nan)
    found = fit_calibrator(margin, Targets(outcomes, targets.weights, targets.comparisons))
    assert np.isfinite(found.probability(margin).to_numpy()).all()
