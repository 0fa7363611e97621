"""How far a predicted difference can be trusted: how often held-out comparisons like it came out so."""

from __future__ import annotations

import numpy as np
import pandas as pd

from secretome_ml.trust.resampling import Estimate, mean_over_studies

# Comparisons of the nearest predicted difference that are looked at: enough for an interval, few enough
# to be about differences of that size.
NEAREST = 60


def ordered_rightly(
    held_out: pd.DataFrame, difference: float, nearest: int = NEAREST, level: float = 0.9
) -> Estimate:
    """Return how often held-out comparisons with such a predicted difference were ordered rightly.

    Of the decided comparisons given, those whose predicted difference is nearest in size are taken;
    every one was scored by a model that had not seen its study. A tie counts one half.

    Parameters
    ----------
    held_out : pandas.DataFrame
        Comparisons of one effect, or of one kind: `study`, and `gap`, how much higher the arm scored that
        the study found better, logit scale.
    difference : float
        Predicted difference, logit scale; its sign does not matter.
    nearest : int
        Comparisons to take; all of them where there are fewer.
    level : float
        Level of the interval over resampled studies.

    Returns
    -------
    Estimate
        Share ordered rightly, with its interval and the number of comparisons and studies.

    Examples
    --------
    >>> pairs = pd.DataFrame({"study": ["a", "b", "c"], "gap": [0.9, 1.1, -0.1]})
    >>> ordered_rightly(pairs, -1.0, nearest=2).value
    1.0
    """
    gap = held_out["gap"].to_numpy(dtype=float)
    order = np.argsort(np.abs(np.abs(gap) - abs(difference)), kind="stable")[:nearest]
    hits = hits_of(gap[order])
    return mean_over_studies(hits, held_out["study"].to_numpy(dtype=object)[order], level)


def hits_of(gap: np.ndarray) -> np.ndarray:
    """Return 1 where the better arm scored higher, 0.5 at a tie, 0 where it scored lower."""
    return np.asarray((np.sign(gap) + 1.0) / 2.0, dtype=float)
