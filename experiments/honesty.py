"""Are probabilities, intervals and sets what they say? Calibration error, coverage, conformal sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from secretome_ml.models.targets import Targets
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.trust.resampling import Estimate, study_draws

Array = NDArray[np.float64]


def reliability_bins(probability: ArrayLike, label: ArrayLike, bins: int = 10) -> pd.DataFrame:
    """Return equal-mass bins: `arms`, mean `predicted`, `observed` share.

    Examples
    --------
    >>> reliability_bins([0.2, 0.4, 0.8, 0.6], [0, 0, 1, 1], bins=2)["observed"].tolist()
    [0.0, 1.0]
    """
    chance, truth = np.asarray(probability, dtype=float), np.asarray(label, dtype=float)
    parts = np.array_split(np.argsort(chance, kind="stable"), bins)
    rows = [(len(p), float(chance[p].mean()), float(truth[p].mean())) for p in parts if len(p)]
    return pd.DataFrame(rows, columns=["arms", "predicted", "observed"])


def expected_calibration_error(
    probability: ArrayLike, label: ArrayLike, weight: ArrayLike | None = None, bins: int = 10
) -> float:
    """Return the mean distance between predicted and observed, over bins of equal mass.

    Examples
    --------
    >>> round(expected_calibration_error([0.2, 0.4, 0.8, 0.6], [0, 0, 1, 1], bins=2), 3)
    0.3
    """
    chance, truth = np.asarray(probability, dtype=float), np.asarray(label, dtype=float)
    mass = np.ones(len(chance)) if weight is None else np.asarray(weight, dtype=float)
    order = np.argsort(chance, kind="stable")
    before = np.cumsum(mass[order]) - mass[order]
    bin_of = np.minimum((before * bins / mass.sum()).astype(int), bins - 1)
    gap = np.bincount(bin_of, mass[order] * (chance[order] - truth[order]), bins)
    return float(np.abs(gap).sum() / mass.sum())


def calibration_error(
    probability: ArrayLike, label: ArrayLike, groups: ArrayLike, bins: int = 10, level: float = 0.9,
    draws: int = 300, seed: int = 0,
) -> tuple[Estimate, float]:  # fmt: skip
    """Return the expected calibration error with its interval over studies, and its floor.

    The floor is what a perfectly calibrated model would show with this many outcomes: the mean error
    when the labels are drawn from the probabilities themselves. The error is never negative, so the
    interval of the resampled error lies high; it is shifted by the mean excess of the draws.
    """
    chance, truth = np.asarray(probability, dtype=float), np.asarray(label, dtype=float)
    names, member = np.unique(np.asarray(groups).astype(str), return_inverse=True)
    value = expected_calibration_error(chance, truth, bins=bins)
    taken = study_draws(len(names), draws, seed)
    found = np.array([expected_calibration_error(chance, truth, w[member], bins) for w in taken])
    tail = (1.0 - level) / 2.0
    low, high = np.maximum(np.quantile(found, [tail, 1.0 - tail]) - (found.mean() - value), 0.0)
    generator = np.random.default_rng(seed)
    dealt = [generator.random(len(chance)) < chance for _ in range(draws)]
    perfect = [expected_calibration_error(chance, labels, bins=bins) for labels in dealt]
    return Estimate(value, float(low), float(high), len(chance), len(names)), float(np.mean(perfect))


def group_coverage(
    spread: Array, label: ArrayLike, size: int = 20, level: float = 0.9, seed: int = 0, repeats: int = 20
) -> pd.DataFrame:
    """Return, per group of arms with similar probability, whether the interval foretold its frequency.

    A probability cannot be seen, a frequency can. Arms are sorted by their mean probability and cut
    into groups. Under each bootstrap draw the group's labels are drawn from the probabilities of that
    draw: this gives the frequencies that the interval, with the chance of so few arms, foretells. The
    group is covered when the observed frequency lies within the central `level` of them (mid-rank, as
    frequencies are discrete).

    Parameters
    ----------
    spread : array, draws by arms
        Probability of each arm under each bootstrap draw of studies, from `Intervals.spread`.
    label : array, arms
        1 beneficial, 0 not.
    size : int
        Arms in a group.
    level : float
        Level that the interval claims.
    seed, repeats : int
        Seed, and label draws per bootstrap draw.

    Returns
    -------
    pandas.DataFrame
        `group, arms, predicted, low, high, observed, rank, covered`.
    """
    middle = spread.mean(axis=0)
    parts = np.array_split(np.argsort(middle, kind="stable"), max(spread.shape[1] // size, 1))
    return _judge(spread, np.asarray(label, dtype=float), dict(enumerate(parts)), level, seed, repeats)


def kind_coverage(
    spread: Array, label: ArrayLike, kinds: dict[str, NDArray[np.int64]], level: float = 0.9, seed: int = 0,
    repeats: int = 20,
) -> pd.DataFrame:  # fmt: skip
    """Return the same for named groups of arms, e.g. of one rare tissue; `kinds` gives their positions."""
    return _judge(spread, np.asarray(label, dtype=float), kinds, level, seed, repeats)


def _judge(
    spread: Array, truth: Array, parts: Mapping[Any, NDArray[np.int64]], level: float, seed: int, repeats: int
) -> pd.DataFrame:
    tail = (1.0 - level) / 2.0
    generator = np.random.default_rng(seed)
    rows = []
    for name, part in parts.items():
        chance, observed = spread[:, part], truth[part].mean()
        foretold = (generator.random((repeats, *chance.shape)) < chance).mean(axis=2)
        rank = float(np.mean(foretold < observed - 1e-9) + 0.5 * np.mean(np.abs(foretold - observed) <= 1e-9))
        low, high = np.quantile(chance.mean(axis=1), [tail, 1.0 - tail])
        covered = bool(tail <= rank <= 1.0 - tail)
        rows.append((name, len(part), chance.mean(), low, high, observed, rank, covered))
    return pd.DataFrame(
        rows, columns=["group", "arms", "predicted", "low", "high", "observed", "rank", "covered"]
    )


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
