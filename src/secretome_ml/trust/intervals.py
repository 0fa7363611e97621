"""How sure a probability is: calibration over resampled studies, and the spread of the model itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from secretome_ml.models.exact import expit
from secretome_ml.models.targets import Targets
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.trust.bounds import Bounds
from secretome_ml.trust.calibration import Array, Calibrator, fit_calibrators
from secretome_ml.trust.resampling import study_draws

# Fewer studies than these, and an interval would claim more than the evidence holds.
LEAST_STUDIES, LEAST_FAILING = 20, 5
# How far the log odds of an arm move when the model learns from other studies: about what the
# delete-a-fifth jackknife over repeated cross-validation gives (the leaderboard shows it anew).
MODEL_SPREAD = 0.3
_MANY = 300


@dataclass(frozen=True)
class Intervals:
    """Calibrators of bootstrap draws of studies, and the level of the interval they give.

    Parameters
    ----------
    level : float
        Level of the interval: it holds the frequency of benefit among preparations that score alike.
    draws : tuple of Calibrator
        One per draw of studies.
    refused : dict of str to str
        Effects for which no interval is given, with the reason; their bounds are 0 and 1.
    """

    level: float
    draws: tuple[Calibrator, ...]
    refused: dict[str, str] = field(default_factory=dict)

    def bounds(self, margin: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return low and high probability, samples by effects; 0 and 1 where the interval is refused."""
        found = [self.bounds_of(str(e), margin[e].to_numpy(dtype=float)) for e in margin.columns]
        low, high = (
            pd.DataFrame(dict(zip(margin.columns, side, strict=True)), index=margin.index)
            for side in zip(*found, strict=True)
        )
        return low, high

    def bounds_of(self, effect: str, margin: Array) -> tuple[Array, Array]:
        """Return low and high probability at margins of one effect; 0 and 1 where the interval is refused."""
        if effect in self.refused:
            return np.zeros_like(margin), np.ones_like(margin)
        if len(margin) < _MANY:  # following the draws would take longer than sorting them
            tail = (1.0 - self.level) / 2.0
            low, high = np.quantile(self.spread(effect, margin), [tail, 1.0 - tail], axis=0)
            return low, high
        return self._bounds[effect].of(margin)

    @cached_property
    def _bounds(self) -> dict[str, Bounds]:
        tail = (1.0 - self.level) / 2.0
        effects = self.draws[0].knots if self.draws else ()
        return {e: Bounds(self.draws, e, (tail, 1.0 - tail)) for e in effects}

    def spread(self, effect: str, margin: Array) -> Array:
        """Return draws by margins: the probability under each draw."""
        knots, offsets = (
            np.array([getattr(d, part)[effect] for d in self.draws])[:, None] for part in ("knots", "offsets")
        )
        below, above = (np.array([getattr(d, s) for d in self.draws])[:, None] for s in ("below", "above"))
        away = margin[None] - knots
        spread: Array = expit(offsets + below * np.minimum(away, 0.0) + above * np.maximum(away, 0.0))
        return spread

    def state(self) -> dict[str, Any]:
        """Return plain JSON values."""
        draws = [_rounded(d.state()) for d in self.draws]
        return {"level": self.level, "draws": draws, "refused": self.refused}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Intervals:
        """Rebuild the intervals."""
        draws = tuple(Calibrator.from_state(d) for d in state["draws"])
        refused = {str(e): str(r) for e, r in state["refused"].items()}
        return cls(float(state["level"]), draws, refused)


def fit_intervals(
    margin: pd.DataFrame,
    targets: Targets,
    level: float,
    draws: int,
    seed: int,
    model_spread: float = MODEL_SPREAD,
) -> Intervals:
    """Resample studies and calibrate each time; move each draw as far as other studies would move the model.

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
    model_spread : float
        Standard deviation, in log odds, by which the model itself would move.
    """
    studies = pd.unique(pd.Series(targets.studies))
    taken = pd.DataFrame(study_draws(len(studies), draws, seed), columns=studies)
    found = fit_calibrators(margin, targets, taken)
    moves = np.random.default_rng(seed + 1).standard_normal((draws, len(targets.effects)))
    moves = model_spread * (moves - moves.mean(axis=0))
    fitted = tuple(
        _moved(c, dict(zip(targets.effects, m, strict=True))) for c, m in zip(found, moves, strict=True)
    )
    reasons = {e: _too_few(targets, e) for e in targets.effects}
    return Intervals(level, fitted, {e: reason for e, reason in reasons.items() if reason})


def _too_few(targets: Targets, effect: str) -> str:
    """Return why the evidence cannot carry an interval; empty where it can."""
    label = targets.binary(effect)
    tested, failing = len(set(study_of(label.index))), len(set(study_of(label.index[label == 0])))
    if tested >= LEAST_STUDIES and failing >= LEAST_FAILING:
        return ""
    return (
        f"{tested} studies tested it, {failing} of them with a null or adverse arm; "
        f"{LEAST_STUDIES} and {LEAST_FAILING} are needed"
    )


def _moved(calibrator: Calibrator, by: dict[str, float]) -> Calibrator:
    offsets = {effect: offset + by[effect] for effect, offset in calibrator.offsets.items()}
    return Calibrator.from_state(_rounded({**calibrator.state(), "offsets": offsets}))


def _rounded(state: dict[str, Any]) -> dict[str, Any]:
    """Return a calibrator's state with six decimals, so that a bundle stays small and loads the same."""
    return {
        k: {n: round(float(x), 6) for n, x in v.items()} if isinstance(v, dict) else round(float(v), 6)
        for k, v in state.items()
    }
