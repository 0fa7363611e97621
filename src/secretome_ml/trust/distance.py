"""How far a preparation is from the studies: the share of its stated facts that no training arm shares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.profiles.facts import NEAR, fact_sets
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.profiles.profiles import Profiles

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Nearest:
    """Distinct training arms as sets of stated facts.

    Parameters
    ----------
    facts : tuple of str
        Every fact that a training arm states.
    arms : tuple of tuple of int
        Positions of an arm's facts, sorted; each distinct arm once.
    threshold : float
        Distance that few arms of an unseen study exceed.
    """

    facts: tuple[str, ...]
    arms: tuple[tuple[int, ...], ...]
    threshold: float

    def distances(self, profiles: Profiles) -> pd.Series:
        """Return, per sample, the least share of its stated facts that a training arm lacks."""
        stated = fact_sets(profiles, NEAR)
        which, distinct = pd.factorize(stated)
        own = _matrix(list(distinct), self.facts)
        sizes = np.array([len(s) for s in distinct], dtype=float)
        shared = (own @ self._known.T).max(axis=1) if len(self.arms) else np.zeros(len(own))
        away = 1.0 - np.where(sizes > 0, shared / np.maximum(sizes, 1.0), 1.0)
        return pd.Series(away[which], index=stated.index)

    @cached_property
    def _known(self) -> Array:
        return _matrix([[self.facts[i] for i in arm] for arm in self.arms], self.facts)

    def state(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"facts": list(self.facts), "arms": [list(a) for a in self.arms], "threshold": self.threshold}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Nearest:
        """Rebuild the training arms."""
        arms = tuple(tuple(int(i) for i in arm) for arm in state["arms"])
        return cls(tuple(str(f) for f in state["facts"]), arms, float(state["threshold"]))


def fit_nearest(profiles: Profiles, quantile: float = 0.95) -> Nearest:
    """Keep the training arms and learn the threshold by leaving each study out in turn.

    Parameters
    ----------
    profiles : Profiles
        Training arms.
    quantile : float
        Share of arms that, seen from the other studies alone, lie within the threshold.
    """
    stated = fact_sets(profiles, NEAR)
    facts = tuple(sorted(set().union(*stated)))
    matrix, study = _matrix(stated.to_list(), facts), study_of(profiles.samples)
    sizes = matrix.sum(axis=1)
    shared = np.where(study[:, None] == study[None, :], 0.0, matrix @ matrix.T).max(axis=1)
    away = 1.0 - shared[sizes > 0] / sizes[sizes > 0]
    place = {fact: i for i, fact in enumerate(facts)}
    arms = sorted({tuple(sorted(place[f] for f in arm)) for arm in stated})
    return Nearest(facts, tuple(arms), float(np.quantile(away, quantile)) if len(away) else 1.0)


def _matrix(arms: list[Any], facts: tuple[str, ...]) -> Array:
    """Return arms by facts, 1 where the arm states the fact; other facts are left out."""
    place = {fact: i for i, fact in enumerate(facts)}
    values = np.zeros((len(arms), len(facts)), dtype=np.float32)
    for row, arm in enumerate(arms):
        known: Iterable[int] = [place[f] for f in arm if f in place]
        values[row, list(known)] = 1.0
    return values.astype(float)
