"""Prediction sets that hold the true result at a stated rate, for beneficial and for failing arms alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.models.targets import Targets, study_of

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ConformalSets:
    """Per effect, the margin from which a benefit, and up to which a failure, cannot be excluded.

    Parameters
    ----------
    level : float
        Rate at which the set holds the truth, within each kind of result.
    least : dict of str to float
        `beneficial` is in the set of an arm with at least this margin.
    most : dict of str to float
        `not beneficial` is in the set of an arm with at most this margin.
    refused : dict of str to str
        Effects with too few studies of a kind of result: that result is never excluded.
    """

    level: float
    least: dict[str, float]
    most: dict[str, float]
    refused: dict[str, str]

    def sets(self, margin: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return samples by effects: may it be beneficial, may it be not."""
        may = pd.DataFrame({e: margin[e] >= self.least[e] for e in margin.columns}, index=margin.index)
        fail = pd.DataFrame({e: margin[e] <= self.most[e] for e in margin.columns}, index=margin.index)
        return may, fail


def fit_conformal(margin: pd.DataFrame, targets: Targets, level: float) -> ConformalSets:
    """Find the thresholds on out-of-fold margins, within each kind of result.

    See Vovk, doi:10.1007/s10994-013-5355-6. Arms of one study are not independent, so each study counts
    once: its arms share its weight.
    """
    least: dict[str, float] = {}
    most: dict[str, float] = {}
    refused: dict[str, str] = {}
    for effect in targets.effects:
        label = targets.binary(effect)
        score = margin.loc[label.index, effect].to_numpy(dtype=float)
        for kind, thresholds, sign in ((1, least, -1.0), (0, most, 1.0)):
            of_kind = (label == kind).to_numpy()
            bound, studies = _bound(sign * score[of_kind], study_of(label.index[of_kind]), level)
            thresholds[effect] = sign * bound
            if np.isinf(bound):
                refused[effect] = f"{studies} studies with {'a beneficial' if kind else 'a failing'} arm"
    return ConformalSets(level, least, most, refused)


def _bound(score: Array, study: NDArray[np.object_], level: float) -> tuple[float, int]:
    """Return the score that a new study's arm stays under at the level, and the number of studies."""
    names, member, sizes = np.unique(study.astype(str), return_inverse=True, return_counts=True)
    order = np.argsort(score, kind="stable")
    weight = (1.0 / sizes)[member][order] / (len(names) + 1.0)
    reached = np.flatnonzero(np.cumsum(weight) >= level - 1e-12)
    return (float(score[order][reached[0]]) if len(reached) else np.inf), len(names)
