"""Results that a page comes back to: kept in memory, under unguessable names, for a bounded time."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class _Kept(Generic[T]):
    value: T
    weight: int
    seen: float


class Results(Generic[T]):
    """Values by unguessable id. The one that was longest not asked for goes first when space ends.

    Parameters
    ----------
    most : int
        Largest sum of weights that is kept.
    seconds : float
        How long a value is kept after it was last asked for.
    clock : callable
        Seconds that only grow.

    Examples
    --------
    >>> results = Results(most=2, seconds=60.0)
    >>> first = results.put("scores")
    >>> results.get(first), results.get("guessed") is None
    ('scores', True)
    """

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._kept: OrderedDict[str, _Kept[T]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, value: T, weight: int = 1) -> str:
        """Keep a value and return its id; `weight` says how much room it takes, such as its samples."""
        name = secrets.token_urlsafe(16)
        with self._lock:
            self._kept[name] = _Kept(value, max(weight, 1), self._clock())
            self._make_room()
        return name

    def get(self, name: str) -> T | None:
        """Return a value, or None when there is none (any more)."""
        with self._lock:
            self._make_room()
            kept = self._kept.get(name)
            if kept is None:
                return None
            kept.seen = self._clock()
            self._kept.move_to_end(name)
            return kept.value

    def __len__(self) -> int:
        return len(self._kept)

    def _make_room(self) -> None:
        oldest = self._clock() - self._seconds
        for name in [n for n, kept in self._kept.items() if kept.seen < oldest]:
            del self._kept[name]
        weight = sum(kept.weight for kept in self._kept.values())
        while weight > self._most and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            weight -= gone.weight
