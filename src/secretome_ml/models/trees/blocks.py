"""Rows in blocks that fit a core's cache, on as many cores as there are."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

_FEWEST = 8192  # rows that are worth a thread


def available_threads() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_blocks(work: Callable[[int, int], None], count: int, most: int, threads: int) -> None:
    """Call `work(start, stop)` for blocks that cover all rows; NumPy lets threads run side by side.

    Parameters
    ----------
    work : callable
        Works the rows from `start` to before `stop`.
    count : int
        Number of rows.
    most : int
        Rows of a block, at most.
    threads : int
        Blocks worked at a time; they are of equal size, so that none is waited for.
    """
    parts = max(1, math.ceil(count / most))
    if threads > 1 and count >= threads * _FEWEST:
        parts = threads * math.ceil(parts / threads)
    size = max(8, 8 * math.ceil(count / parts / 8))
    blocks = [(start, min(start + size, count)) for start in range(0, count, size)]
    if threads == 1 or len(blocks) == 1:
        for block in blocks:
            work(*block)
        return
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work, *block) for block in blocks]:
            done.result()
