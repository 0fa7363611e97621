"""Against the usual: whether a preparation is expected to do more than published ones mostly do."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Verdict = Literal["more than usual", "usual", "less than usual", "not judged"]
VERDICTS: tuple[str, ...] = get_args(Verdict)
MORE, USUAL, LESS, NOT_JUDGED = VERDICTS


def verdicts(
    low: NDArray[np.float64], high: NDArray[np.float64], usual: float, judged: NDArray[np.bool_]
) -> NDArray[np.object_]:
    """Return a verdict per sample, from its interval.

    Parameters
    ----------
    low, high : array, samples
        Interval of the probability that the effect is beneficial when tested.
    usual : float
        Share of published preparations that showed the effect when it was tested.
    judged : array of bool, samples
        Whether the model may be asked about the sample at all.

    Examples
    --------
    >>> low, high = np.array([0.9, 0.7, 0.2, 0.9]), np.array([0.99, 0.95, 0.6, 0.99])
    >>> verdicts(low, high, 0.84, np.array([True, True, True, False])).tolist()
    ['more than usual', 'usual', 'less than usual', 'not judged']
    """
    found: NDArray[np.object_] = np.select(
        [~judged, low > usual, high < usual], [NOT_JUDGED, MORE, LESS], default=USUAL
    ).astype(object)
    return found
