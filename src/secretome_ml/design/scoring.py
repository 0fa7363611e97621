"""All candidates scored at once, by the model and by every refit on resampled studies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.design.change import Preparation, preparations_as_profiles
from secretome_ml.explanation.compare import with_interval
from secretome_ml.features.columns import Features
from secretome_ml.features.encoder import Encoder
from secretome_ml.model import Model
from secretome_ml.profiles import Profiles

START = "start"
_OF_FACTORS = ("known_factors", "known_factors_measured")


@dataclass(frozen=True)
class Scored:
    """Scores of the start and of what becomes of it.

    Parameters
    ----------
    margin : pandas.DataFrame
        Start first, then one row per preparation; one column per effect.
    refits : array, refits by preparations by effects
        Gain over the start under each refit.
    inside : pandas.DataFrame
        `in_domain`, `domain_reason` per preparation.
    """

    model: Model
    margin: pd.DataFrame
    refits: NDArray[np.float64]
    inside: pd.DataFrame

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
    features = encode_with_factors_of(model.encoder, profiles, start)
    margin = model.estimator.margin(features)
    found = [refit.margin(features).to_numpy(dtype=float) for refit in model.resampled]
    moved = (
        np.stack([m[1:] - m[0] for m in found])
        if found
        else np.zeros((0, len(preparations), margin.shape[1]))
    )
    inside = model.domain.judge(profiles)
    return Scored(model, margin, moved, inside)


def encode_with_factors_of(encoder: Encoder, profiles: Profiles, start: Profiles) -> Features:
    """Encode preparations that share the factors of the start: they are encoded once, not once each.

    It gives what encoding every preparation with a copy of the start's factors would give.
    """
    features, own = encoder.transform(profiles), encoder.transform(start)
    measured = [c.name for c in encoder.columns if c.kind == "factor" and c.effect is None]
    known = [c.name for c in encoder.columns if c.name in _OF_FACTORS]
    common = features.common.assign(**own.common[measured].iloc[0].to_dict())
    by_effect = {
        effect: frame.assign(**own.by_effect[effect][known].iloc[0].to_dict())
        for effect, frame in features.by_effect.items()
    }
    return replace(features, common=common, by_effect=by_effect)
