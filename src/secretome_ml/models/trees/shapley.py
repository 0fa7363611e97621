"""What one leaf contributes, for every pattern of features that agree with the way to it.

Path-dependent SHAP values are a sum over leaves (Lundberg and others 2020, doi:10.1038/s42256-019-0138-9).
For a leaf of value v whose way asks u features, with o_i = 1 where a row agrees with all that the way asks of
feature i and w_i the share of training cover that does,

    phi_i = v * integral over t from 0 to 1 of (o_i - w_i) * product over j != i of ((1 - t) w_j + t o_j),

because a coalition of s features weighs s! (u - 1 - s)! / u!, the integral of t^s (1 - t)^(u - 1 - s).
The integrand is a polynomial of degree u - 1 in t, which Gauss and Legendre's rule with ceil(u / 2) points
integrates exactly. Pairs work alike, with two factors taken out and one half in front.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from secretome_ml.models.trees.forest import Floats


def singles(value: Floats, share: Floats) -> Floats:
    """Return what every feature contributes through a leaf, for every pattern of agreement.

    Parameters
    ----------
    value : array, leaves
        Value of the leaf.
    share : array, leaves by features
        Share of cover that agrees with the way, per feature.

    Returns
    -------
    array, leaves by 2 ** features by features
        Bit i of the pattern says whether the row agrees in feature i.

    Examples
    --------
    >>> singles(np.array([1.0]), np.array([[0.25]])).tolist()
    [[[-0.25], [0.75]]]
    """
    width = share.shape[1]
    found = np.zeros((len(value), 2**width, width))
    for i in range(width):
        found[:, :, i] = _integral(value, share, (i,))
    return found


def pairs(value: Floats, share: Floats) -> Floats:
    """Return the interaction of every two features through a leaf, for every pattern of agreement.

    Returns
    -------
    array, leaves by 2 ** features by pairs
        Pairs in the order of `itertools.combinations`; half of the interaction, as either of the two
        features holds it.
    """
    chosen = list(combinations(range(share.shape[1]), 2))
    found = np.zeros((len(value), 2 ** share.shape[1], len(chosen)))
    for place, pair in enumerate(chosen):
        found[:, :, place] = 0.5 * _integral(value, share, pair)
    return found


def _integral(value: Floats, share: Floats, taken: tuple[int, ...]) -> Floats:
    """Return leaves by patterns: the integral with the factors of the taken features as differences."""
    leaves, width = share.shape
    points, weights = np.polynomial.legendre.leggauss(max(1, (width - len(taken)) // 2 + 1))
    total = np.zeros((leaves, 2**width))
    for point, weight in zip((points + 1.0) / 2.0, weights / 2.0, strict=True):
        product = (weight * value)[:, None]
        for j in range(width):
            if j in taken:
                disagree, agree = -share[:, j], 1.0 - share[:, j]
            else:
                disagree = (1.0 - point) * share[:, j]
                agree = disagree + point
            # Feature j is bit j: the patterns without it come first, then those with it.
            product = np.concatenate([product * disagree[:, None], product * agree[:, None]], axis=1)
        total += product
    return total
