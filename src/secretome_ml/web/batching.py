"""Requests that wait at the same time are scored as one table.

Scoring one sample costs nearly what scoring sixteen costs, and Python scores one table at a time anyway.
Numbers are those of a request alone up to rounding (1e-12): samples do not look at each other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from secretome_ml.model import Model
    from secretome_ml.profiles import Profiles

_MARK = ":"


@dataclass
class _Asked:
    """Profiles of one caller, and what became of them."""

    profiles: Profiles
    scored: pd.DataFrame | None = None
    error: Exception | None = None

    @property
    def answered(self) -> bool:
        return self.scored is not None or self.error is not None


class Batches:
    """Scores the profiles of several callers together; each caller gets its own.

    Parameters
    ----------
    most : int
        Samples in one table, unless one caller brings more.
    """

    def __init__(self, most: int = 256) -> None:
        self._most = most
        self._door, self._turn = Lock(), Lock()
        self._waiting: deque[_Asked] = deque()

    def score(self, model: Model, profiles: Profiles) -> pd.DataFrame:
        """Return what `model.score` returns. Blocking, for many threads at once."""
        asked = _Asked(profiles)
        with self._door:
            self._waiting.append(asked)
        with self._turn:  # whoever has the turn scores for all who came meanwhile
            while not asked.answered:
                _score(model, self._next())
        if asked.error is not None:
            raise asked.error
        if asked.scored is None:
            raise RuntimeError("answered without an answer")
        return asked.scored

    def _next(self) -> list[_Asked]:
        """Take the longest waiting callers, as many as fit into one table."""
        with self._door:
            taken = [self._waiting.popleft()]
            size = len(taken[0].profiles)
            while self._waiting and size + len(self._waiting[0].profiles) <= self._most:
                taken.append(self._waiting.popleft())
                size += len(taken[-1].profiles)
        return taken


def _score(model: Model, batch: Sequence[_Asked]) -> None:
    """Answer all of a batch; one that cannot be scored does not take the others with it."""
    if len(batch) > 1:
        try:
            parts = _together(model, [asked.profiles for asked in batch])
        except Exception:  # whose profiles they were is found out by scoring each alone
            parts = []
        for asked, scored in zip(batch, parts, strict=False):
            asked.scored = scored
    for asked in batch:
        if not asked.answered:
            try:
                asked.scored = model.score(asked.profiles)
            except Exception as error:  # raised again in its caller's thread
                asked.error = error


def _together(model: Model, parts: Sequence[Profiles]) -> list[pd.DataFrame]:
    from secretome_ml.profiles import join_profiles

    joined = join_profiles([_marked(part, f"{i}{_MARK}") for i, part in enumerate(parts)])
    scores = model.score(joined)
    names = scores["sample"].astype(str).str.split(_MARK, n=1, expand=True)
    owner = names[0].astype(int)
    named = scores.assign(sample=names[1])
    return [named[owner == i].reset_index(drop=True) for i in range(len(parts))]


def _marked(profiles: Profiles, mark: str) -> Profiles:
    """Return the profiles with a mark before each sample's name: two callers may use one name."""
    frames = {
        name: (frame := getattr(profiles, name)).assign(sample=mark + frame["sample"])
        for name in ("preconditioning", "manipulations", "factors", "unknown")
    }
    context = profiles.context.rename(index=lambda sample: f"{mark}{sample}")
    return replace(profiles, context=context, **frames)
