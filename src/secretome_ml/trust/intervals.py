"""How sure a probability is: the same calibration over resampled studies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from secretome_ml.models.targets import Targets
from secretome_ml.trust.calibration import Calibrator, fit_calibrator


@dataclass(frozen=True)
class Intervals:
    """Calibrators of bootstrap draws of studies, and the level of the interval they give."""

    level: float
    draws: tuple[Calibrator, ...]

    def bounds(self, margin: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return low and high probability, samples by effects."""
        stack = np.stack([draw.probability(margin).to_numpy() for draw in self.draws])
        tail = (1.0 - self.level) / 2.0
        low, high = np.quantile(stack, [tail, 1.0 - tail], axis=0)
        return tuple(pd.DataFrame(b, index=margin.index, columns=margin.columns) for b in (low, high))

    def state(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"level": self.level, "draws": [d.state() for d in self.draws]}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Intervals:
        """Rebuild the intervals."""
        return cls(float(state["level"]), tuple(Calibrator.from_state(d) for d in state["draws"]))


def fit_intervals(margin: pd.DataFrame, targets: Targets, level: float, draws: int, seed: int) -> Intervals:
    """Resample studies and calibrate each time (Efron, doi:10.1214/aos/1176344552).

    Parameters
    ----------
    margin : pandas.DataFrame
        Out-of-fold margins, samples by effects.
    targets : Targets
        Labels of the same samples.
    level : float
        Level of the interval, e.g. 0.9.
    draws : int
        Number of bootstrap draws.
    seed : int
        Seed of the draws.
    """
    studies = pd.unique(pd.Series(targets.studies))
    generator = np.random.default_rng(seed)
    fitted = []
    for _ in range(draws):
        counts = np.bincount(generator.integers(len(studies), size=len(studies)), minlength=len(studies))
        fitted.append(fit_calibrator(margin, targets, pd.Series(counts.astype(float), index=studies)))
    return Intervals(level, tuple(fitted))
