import json

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from secretome_ml.models.targets import Targets
from secretome_ml.trust.intervals import Intervals, fit_intervals


def made(seed, studies=150):
    generator = np.random.default_rng(seed)
    samples = pd.Index([f"s{i:04d}/{a}" for i in range(studies) for a in (0, 1)])
    margin = pd.DataFrame({"angiogenic": generator.normal(size=len(samples))}, index=samples)
    truth = expit(1.5 + 0.8 * margin)
    outcomes = (generator.random(truth.shape) < truth).astype(float)
    return margin, truth, Targets(outcomes, pd.Series(1.0, index=samples), pd.DataFrame())


def test_the_interval_holds_the_true_probability_as_often_as_it_says():
    """The law is known here: 90 % intervals must hold it in about 90 of 100 corpora."""
    points = pd.DataFrame({"angiogenic": [-1.5, -0.5, 0.5, 1.5]})
    truth = expit(1.5 + 0.8 * points["angiogenic"])
    held = []
    for seed in range(100):
        margin, _, targets = made(seed)
        low, high = fit_intervals(margin, targets, 0.9, 200, 0, model_spread=0.0).bounds(points)
        held.append(((low["angiogenic"] <= truth) & (truth <= high["angiogenic"])).to_numpy())
    assert 0.84 <= np.mean(held) <= 0.97


def test_few_studies_are_refused_with_a_reason_and_an_interval_that_says_nothing():
    margin, _, targets = made(0, studies=8)
    found = fit_intervals(margin, targets, 0.9, 20, 0)
    assert "8 studies tested it" in found.refused["angiogenic"]
    low, high = found.bounds(margin)
    assert (low == 0.0).all(axis=None)
    assert (high == 1.0).all(axis=None)


def test_more_studies_give_a_narrower_interval():
    widths = []
    for studies in (60, 600):
        margin, _, targets = made(1, studies)
        low, high = fit_intervals(margin, targets, 0.9, 100, 0, model_spread=0.0).bounds(margin)
        widths.append(float((high - low).mean().iloc[0]))
    assert widths[1] < 0.6 * widths[0]


def test_a_model_that_moves_gives_a_wider_interval_of_the_size_it_says():
    margin, _, targets = made(3, studies=2000)
    still, moving = (
        fit_intervals(margin, targets, 0.9, 400, 0, model_spread=s).bounds(margin) for s in (0.0, 0.5)
    )
    assert ((moving[1] - moving[0]) > (still[1] - still[0])).all(axis=None)
    width = (logit(moving[1]) - logit(moving[0])).to_numpy().mean() / (2 * 1.645)
    assert width == pytest.approx(0.5, rel=0.2)


def test_state_is_small_plain_json_and_gives_the_same_bounds():
    margin, _, targets = made(2)
    found = fit_intervals(margin, targets, 0.9, 200, 0)
    text = json.dumps(found.state())
    assert len(text) < 60_000
    again = Intervals.from_state(json.loads(text))
    for one, two in zip(found.bounds(margin), again.bounds(margin), strict=True):
        pd.testing.assert_frame_equal(one, two)
