"""All candidates scored at once, by the model and by every refit on resampled studies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.design.change import Preparation, preparations_as_profiles
from secretome_ml.explanation.compare import with_interval
from secretome_ml.features.batch import batch_of
from secretome_ml.model import Model
from secretome_ml.profiles import Profiles

START = "start"


@dataclass(frozen=True)
class Scored:
    """Scores of the start and of what becomes of it.

    Parameters
    ----------
    margin : pandas.DataFrame
        Start first, then one row per preparation; one column per effect.
    refits : array, refits by preparations by effects
        Gain over the start under each refit.
    reasons : array of str
        Why each preparation lies outside the domain, start first; empty text where it does not.
    """

    model: Model
    margin: pd.DataFrame
    refits: NDArray[np.float64]
    reasons: NDArray[np.object_]

    def gains(self, effect: str) -> pd.DataFrame:
        """Return, per preparation, its gain over the start for one effect.

        Returns
        -------
        pandas.DataFrame
            `gain, low, high` of the score, logit scale; `probability`, and `probability_gain` with
            `probability_gain_low`, `probability_gain_high`; `helps`, the share of refits with a gain.
        """
        own = self.margin[effect]
        start = float(own.iloc[0])
        gain = own.iloc[1:] - start
        over = self.refits[:, :, self.margin.columns.get_loc(effect)]
        bounds = with_interval(gain, pd.DataFrame(over.T, index=gain.index), self.model.intervals.level)
        chance = {n: self._chance(effect, start + v) for n, v in (("gain", gain), *bounds.items())}
        base = float(self._chance(effect, pd.Series([start])).iloc[0])
        return pd.DataFrame(
            {
                "gain": gain,
                **bounds,
                "probability": chance["gain"],
                "probability_gain": chance["gain"] - base,
                "probability_gain_low": chance["low"] - base,
                "probability_gain_high": chance["high"] - base,
                "helps": (over > 0).mean(axis=0) if len(over) else np.nan,
            }
        )

    def _chance(self, effect: str, margin: pd.Series) -> pd.Series:
        return self.model.calibrator.probability(margin.to_frame(effect))[effect]


def score_preparations(model: Model, start: Profiles, preparations: Sequence[Preparation]) -> Scored:
    """Score the start and preparations made from it; the factors stay as the start states them.

    Parameters
    ----------
    model : Model
        A trained model.
    start : Profiles
        The starting preparation, one sample.
    preparations : sequence of Preparation
        What becomes of it.
    """
    names = [START, *(f"change {i}" for i in range(len(preparations)))]
    profiles = preparations_as_profiles([Preparation.of(start), *preparations], names)
    own, count = batch_of(start), len(profiles)
    # The factors are those of the start: encoded once, and looked at by every preparation.
    batch = replace(
        batch_of(profiles),
        factors=own.factors,
        levels=np.repeat(own.levels, count, axis=1),
        unknown=np.repeat(own.unknown, count),
    )
    features = model.encoder.encode(batch)
    margin = model.estimator.margin(features)
    found = [refit.margins(features).T for refit in model.resampled]
    moved = np.stack([m[1:] - m[0] for m in found]) if found else np.zeros((0, count - 1, margin.shape[1]))
    return Scored(model, margin, moved, model.domain.reasons(batch))
