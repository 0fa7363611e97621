"""Batches through the cores in order, a few ahead of the one that is written."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from secretome_ml.models.trees.blocks import available_threads

Given = TypeVar("Given")
Made = TypeVar("Made")


def in_order(
    work: Callable[[Given], Made], items: Iterable[Given], threads: int | None = None
) -> Iterator[Made]:
    """Yield what `work` makes of each item, in their order; memory holds a few items, however many come.

    Examples
    --------
    >>> list(in_order(lambda n: n * n, range(5), threads=2))
    [0, 1, 4, 9, 16]
    """
    count = threads or available_threads()
    waiting: deque[Future[Made]] = deque()
    with ThreadPoolExecutor(count) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > count + 1:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
