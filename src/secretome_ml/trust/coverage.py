"""Do the intervals hold what they say? Groups of arms that score alike, judged out of fold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


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
