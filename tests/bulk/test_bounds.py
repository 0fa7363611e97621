"""Intervals without sorting against the ordinary quantiles."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from secretome_ml.bulk.bounds import BulkIntervals

from secretome_ml import load_model
from secretome_ml.trust.calibration import Calibrator
from secretome_ml.trust.intervals import Intervals


def agree(intervals: Intervals, effects: tuple[str, ...], margins: np.ndarray) -> None:
    low, high = BulkIntervals(intervals, effects).bounds(margins)
    expected = intervals.bounds(pd.DataFrame(margins.T, columns=list(effects)))
    np.testing.assert_allclose(low, expected[0].to_numpy().T, rtol=0, atol=1e-9)
    np.testing.assert_allclose(high, expected[1].to_numpy().T, rtol=0, atol=1e-9)


def test_the_released_model_everywhere():
    model = load_model()
    knots = [model.intervals.draws[0].knots[e] for e in model.effects]
    margins = np.tile(np.linspace(-30.0, 30.0, 6001), (len(model.effects), 1)) + np.array(knots)[:, None]
    agree(model.intervals, model.effects, margins)


@settings(max_examples=40, deadline=None)
@given(
    draws=st.lists(
        st.tuples(st.sampled_from([0.0, 0.4, 0.5, 1.0]), st.sampled_from([0.0, 0.3, 2.0]), st.floats(-3, 3)),
        min_size=1,
        max_size=12,
    ),
    level=st.sampled_from([0.5, 0.8, 0.9]),
)
def test_any_draws(draws: list, level: float):
    """Equal slopes, equal offsets and crossings in one point are all there."""
    several = tuple(Calibrator(b, a, {"x": 0.5}, {"x": round(o, 1)}) for b, a, o in draws)
    agree(Intervals(level, several), ("x",), np.linspace(-6.0, 7.0, 401)[None, :])


def test_a_refused_interval_is_the_whole_range():
    draw = Calibrator(1.0, 1.0, {"x": 0.0}, {"x": 0.0})
    low, high = BulkIntervals(Intervals(0.9, (draw,), {"x": "few"}), ("x",)).bounds(np.zeros((1, 3)))
    assert low.tolist() == [[0.0] * 3]
    assert high.tolist() == [[1.0] * 3]
