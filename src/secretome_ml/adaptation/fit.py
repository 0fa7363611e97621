"""From the model's score to a laboratory's outcome: level, scale, and a few weights drawn to the model.

The outcome of a lot is level + scale * score + the sum of weight * factor + noise. Scale and weights have
normal priors around what the model says by itself (no scale below nothing, no weight beside it); how wide
the priors are, and whether no factor, one of them or all have a weight, is averaged over by how likely each
makes the lots (MacKay, doi:10.1162/neco.1992.4.3.415), not chosen. Numbers have normal noise; yes and no are
logistic, by Laplace's approximation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from secretome_ml.adaptation.lots import NUMBER
from secretome_ml.models.exact import expit

Array = NDArray[np.float64]

# Prior variances of the scale and of each weight, in units of the noise, and how much each is believed.
_SCALES = (0.0, 0.03, 0.1, 0.3, 1.0, 3.0)
_WEIGHTS = (0.1, 0.3, 1.0, 3.0)
# How much it is believed beforehand that no factor, one of them, or all have a weight beside the score.
_NONE, _ONE, _ALL = 0.4, 0.4, 0.2
# A level is hardly drawn to anything.
_LEVEL = 1e-4
_STEPS, _SETTLED = 50, 1e-9
# Columns that vary less than so over the lots say nothing.
FLAT = 1e-9


@dataclass(frozen=True)
class Fit:
    """What was learnt of some lots.

    Parameters
    ----------
    kind : str
        `number` or `yes/no`.
    centre, spread : array, columns
        Mean and standard deviation of each column over the lots; the first is the score.
    weights : array, columns + 1
        Level, scale, then the weights, on standardised columns; for yes/no in log odds.
    covariance : array, columns + 1 by columns + 1
        How unsure they are.
    noise : float
        Variance of a lot around its expectation; 0 for yes/no, where it follows from the chance.
    freedom : int
        Lots less one.
    """

    kind: str
    centre: Array
    spread: Array
    weights: Array
    covariance: Array
    noise: float
    freedom: int

    def expected(self, columns: Array, level: float) -> tuple[Array, Array, Array]:
        """Return what to expect of lots, with the interval of a new lot (yes/no: of the chance).

        Parameters
        ----------
        columns : array, lots by columns
            Score, then factors; NaN = not measured: the mean of the lots stands in, and the interval widens.
        level : float
            Level of the interval.
        """
        z = standardised(columns, self.centre, self.spread)
        unknown = np.isnan(z)
        design = np.column_stack([np.ones(len(z)), np.where(unknown, 0.0, z)])
        middle = design @ self.weights
        variance = np.einsum("ij,jk,ik->i", design, self.covariance, design)
        per_column = self.weights[1:] ** 2 + np.diag(self.covariance)[1:]
        variance = np.maximum(variance + unknown @ per_column, 0.0) + self.noise
        from scipy.stats import t as student  # heavy, and only adapted models need it

        half = student.ppf(0.5 + level / 2.0, self.freedom) * np.sqrt(variance)
        low, high = middle - half, middle + half
        if self.kind == NUMBER:
            return middle, low, high
        return expit(middle), expit(low), expit(high)

    def state(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "kind": self.kind, "centre": self.centre.tolist(), "spread": self.spread.tolist(),
            "weights": self.weights.tolist(), "covariance": self.covariance.tolist(),
            "noise": self.noise, "freedom": self.freedom,
        }  # fmt: skip

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Fit:
        """Rebuild the fit."""
        arrays = {n: np.array(state[n], dtype=float) for n in ("centre", "spread", "weights", "covariance")}
        return cls(state["kind"], noise=float(state["noise"]), freedom=int(state["freedom"]), **arrays)


def standardised(columns: Array, centre: Array, spread: Array) -> Array:
    """Return columns around their centre, in units of their spread; a flat column is nothing throughout."""
    return (columns - centre) / np.where(spread > FLAT, spread, np.inf)


def fit(columns: Array, outcome: Array, kind: str, free: bool = True) -> Fit:
    """Learn level, scale and weights of some lots.

    A scale below nothing, lots that go against the score, is no use of the model: it is then left out.

    Parameters
    ----------
    columns : array, lots by columns
        The model's score, then the factors that may have a weight; NaN = not measured.
    outcome : array, lots
        Numbers, or the share of yes.
    kind : {"number", "yes/no"}
        What was measured.
    free : bool
        Whether factors have weights beside the score.

    Examples
    --------
    >>> score = np.arange(8.0)
    >>> found = fit(score[:, None], 10.0 + 2.0 * score, "number")
    >>> middle, low, high = found.expected(np.array([[3.5]]), 0.9)
    >>> bool(abs(middle[0] - 17.0) < 0.1), bool(low[0] < middle[0] < high[0])
    (True, True)
    """
    centre = np.nan_to_num(_mean(columns))
    spread = np.sqrt(_mean((columns - centre) ** 2))
    spread = np.nan_to_num(spread)
    z = np.nan_to_num(standardised(columns, centre, spread))
    design = np.column_stack([np.ones(len(z)), z])
    shift, unit = (float(outcome.mean()), float(outcome.std()) or 1.0) if kind == NUMBER else (0.0, 1.0)
    target = (outcome - shift) / unit
    weights, covariance, noise = _averaged(design, target, kind, _SCALES, free)
    if weights[1] < 0.0:
        weights, covariance, noise = _averaged(design, target, kind, (0.0,), free)
    weights, covariance = weights * unit, covariance * unit**2
    weights[0] += shift
    return Fit(kind, centre, spread, weights, covariance, noise * unit**2, len(outcome) - 1)


def _averaged(
    design: Array, target: Array, kind: str, scales: Sequence[float], free: bool
) -> tuple[Array, Array, float]:
    """Return mean and covariance of the coefficients over priors, each by how likely it makes the lots."""
    grid = list(product(scales, _supports(design.shape[1] - 2, free)))
    prior = np.array([[1.0 / _LEVEL, scale, *weights] for scale, (weights, _) in grid])
    believed = np.log([belief for _, (_, belief) in grid])
    solve = _normal if kind == NUMBER else _logistic
    means, covariances, noises, evidence = solve(design, target, prior)
    share = np.exp(evidence + believed - (evidence + believed).max())
    share /= share.sum()
    mean = share @ means
    away = means - mean
    covariance = np.einsum("g,gij->ij", share, covariances) + np.einsum("g,gi,gj->ij", share, away, away)
    return mean, covariance, float(share @ noises)


def _supports(factors: int, free: bool) -> list[tuple[list[float], float]]:
    """Return the prior variances of the weights and how much each set of them is believed."""
    if not free or factors == 0:
        return [([0.0] * factors, 1.0)]
    alone = [[float(i == j) for j in range(factors)] for i in range(factors)] if factors > 1 else []
    shares = [([1.0] * factors, _ALL if alone else _ALL + _ONE), *((one, _ONE / factors) for one in alone)]
    found = [([w * m for m in mask], share / len(_WEIGHTS)) for mask, share in shares for w in _WEIGHTS]
    return [([0.0] * factors, _NONE), *found]


def _normal(design: Array, target: Array, prior: Array) -> tuple[Array, Array, Array, Array]:
    """Return, per prior, mean, covariance, noise and log evidence; the noise is integrated out."""
    root = np.sqrt(prior)
    scaled = design[None] * root[:, None, :]
    inner = np.swapaxes(scaled, 1, 2) @ scaled + np.eye(design.shape[1])
    right = np.swapaxes(scaled, 1, 2) @ target
    inverse = np.linalg.inv(inner)
    solved = np.einsum("gij,gj->gi", inverse, right)
    rest = np.maximum(target @ target - np.einsum("gi,gi->g", solved, right), 1e-6 * len(target))
    noise = rest / (len(target) - 1)
    evidence = -0.5 * np.linalg.slogdet(inner)[1] - 0.5 * (len(target) - 1) * np.log(rest)
    covariance = inverse * root[:, :, None] * root[:, None, :] * noise[:, None, None]
    return solved * root, covariance, noise, evidence


def _logistic(design: Array, target: Array, prior: Array) -> tuple[Array, Array, Array, Array]:
    """Return, per prior, mode, covariance there, no noise, and Laplace's log evidence."""
    # A log odds has about four times the variance of a unit of noise.
    root = 2.0 * np.sqrt(prior)
    root[:, 0] = 4.0
    scaled = design[None] * root[:, None, :]
    eye = np.eye(design.shape[1])
    found = np.zeros((len(prior), design.shape[1]))
    inner = np.broadcast_to(eye, (len(prior), *eye.shape))
    for _ in range(_STEPS):
        chance = expit(np.einsum("gni,gi->gn", scaled, found))
        slope = np.einsum("gni,gn->gi", scaled, target - chance) - found
        inner = np.einsum("gni,gn,gnj->gij", scaled, chance * (1.0 - chance), scaled) + eye
        step = np.linalg.solve(inner, slope[..., None])[..., 0]
        found = found + step / np.maximum(1.0, np.abs(step).max(axis=1, keepdims=True))
        if np.abs(step).max() < _SETTLED:
            break
    chance = np.clip(expit(np.einsum("gni,gi->gn", scaled, found)), 1e-12, 1.0 - 1e-12)
    likely = (target * np.log(chance) + (1.0 - target) * np.log(1.0 - chance)).sum(axis=1)
    evidence = likely - 0.5 * (found**2).sum(axis=1) - 0.5 * np.linalg.slogdet(inner)[1]
    covariance = np.linalg.inv(inner) * root[:, :, None] * root[:, None, :]
    return found * root, covariance, np.zeros(len(prior)), evidence


def _mean(columns: Array) -> Array:
    """Return the mean of each column over what was measured; NaN where nothing was."""
    count = (~np.isnan(columns)).sum(axis=0)
    total = np.nansum(columns, axis=0)
    mean: Array = np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)
    return mean
