"""The interval of many margins: which draws bound it changes only where two draws cross.

On either side of its knot every draw is a line in log odds. Between two crossings the order of the lines
stays, so that the quantile of a margin is that of two known lines, and nothing is sorted per margin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from secretome_ml.models.exact import expit
from secretome_ml.trust.calibration import Array as Floats
from secretome_ml.trust.calibration import Calibrator

_FARTHEST = 1e3  # further from the knot no two lines are followed
_BEYOND = 1e-12


@dataclass(frozen=True)
class _Rank:
    """The line that holds one rank, by distance from the knot.

    Parameters
    ----------
    starts : array, segments
        Where each segment begins, in increasing order.
    offset, slope : array, segments
        Its line.
    """

    starts: Floats
    offset: Floats
    slope: Floats

    def at(self, distance: Floats) -> Floats:
        """Return the probability of the rank's line."""
        segment = np.searchsorted(self.starts, distance, side="right") - 1
        found: Floats = expit(self.offset[segment] + self.slope[segment] * distance)
        return found


class Bounds:
    """Quantiles of the probability over draws of calibrators, for one effect and any number of margins.

    Parameters
    ----------
    draws : sequence of Calibrator
        The draws; all have the knot of the effect in common.
    effect : str
        The effect.
    quantiles : pair of float
        The lower and the upper quantile.
    """

    def __init__(self, draws: Sequence[Calibrator], effect: str, quantiles: tuple[float, float]) -> None:
        knots = {draw.knots[effect] for draw in draws}
        if len(knots) != 1:
            raise ValueError(f"The draws of {effect} have several knots.")
        self._knot = knots.pop()
        self._ranks = [_quantile(len(draws), q) for q in quantiles]
        offset = np.array([draw.offsets[effect] for draw in draws])
        slopes = np.array([-draw.below for draw in draws]), np.array([draw.above for draw in draws])
        wanted = sorted({rank for rank, _ in self._ranks} | {rank + 1 for rank, _ in self._ranks})
        wanted = [rank for rank in wanted if rank < len(offset)]
        self._lines = [_follow(offset, slope, wanted) for slope in slopes]

    def of(self, margins: Floats) -> tuple[Floats, Floats]:
        """Return the lower and the upper quantile of the probability at each margin."""
        low, high = np.empty_like(margins), np.empty_like(margins)
        away = margins - self._knot
        for side, lines in zip((away < 0.0, away >= 0.0), self._lines, strict=True):
            distance = np.abs(away[side])
            low[side], high[side] = (self._at(lines, distance, *rank) for rank in self._ranks)
        return low, high

    def _at(self, lines: dict[int, _Rank], distance: Floats, rank: int, share: float) -> Floats:
        found = lines[rank].at(distance)
        if share > 0.0:
            found = found + share * (lines[rank + 1].at(distance) - found)
        return found


def _quantile(count: int, q: float) -> tuple[int, float]:
    """Return the rank under a quantile, and how far it lies towards the next, as NumPy interpolates."""
    place = q * (count - 1)
    rank = int(np.floor(place))
    return rank, place - rank


def _follow(offset: Floats, slope: Floats, ranks: list[int]) -> dict[int, _Rank]:
    """Return, per rank, the lines `offset + slope * distance` that hold it from distance 0 on.

    All ranks are walked at once: a line holds its rank up to the next line that it crosses, which holds it
    from there.
    """
    order = np.lexsort((slope, offset))
    line, start = order[ranks], np.zeros(len(ranks))
    starts, lines = [start], [line]
    while True:
        with np.errstate(divide="ignore", invalid="ignore"):
            crossing = (offset[line, None] - offset) / (slope - slope[line, None])
        crossing[~(crossing > start[:, None])] = np.inf
        start = crossing.min(axis=1)
        if not (start < _FARTHEST).any():
            break
        # Where several lines meet, the one that has the rank beyond holds it.
        beyond = np.where(np.isfinite(start), np.nextafter(start, np.inf) * (1.0 + _BEYOND), 0.0)
        height = offset + slope * beyond[:, None]
        after = np.argpartition(height, ranks, axis=1)[np.arange(len(ranks)), ranks]
        line = np.where(start < _FARTHEST, after, line)
        starts.append(start)
        lines.append(line)
    every, held = np.array(starts), np.array(lines)
    found = {}
    for i, rank in enumerate(ranks):
        new = np.concatenate([[True], (held[1:, i] != held[:-1, i]) & (every[1:, i] < _FARTHEST)])
        found[rank] = _Rank(every[new, i], offset[held[new, i]], slope[held[new, i]])
    return found
