"""Ratios against a reference: both are timed in turn, so that what else the machine does meets both alike."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """One figure of the results.

    Parameters
    ----------
    what : str
        What was done.
    reference : str
        What it is held against.
    aim : str
        The ratio that was wanted; empty where none was set.
    ratio, low, high : float
        Median and range of the ratios of all rounds: ours over the reference's, or the reverse where the aim
        says `x faster`.
    ours, theirs : str
        Median of each, with its unit.
    reached : bool or None
        Whether the median keeps the aim; None without one.
    """

    what: str
    reference: str
    aim: str
    ratio: float
    low: float
    high: float
    ours: str
    theirs: str
    reached: bool | None = None


def seconds(work: Callable[[], object]) -> float:
    """Return how long something takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def compare(
    what: str,
    reference: str,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    rounds: int,
    most: float | None = None,
    least: float | None = None,
    per: tuple[int, int, str] = (1, 1, "s"),
) -> Figure:
    """Time both in turn and return their ratio.

    Parameters
    ----------
    ours, theirs : callable
        The work.
    rounds : int
        How often.
    most : float, optional
        Aim: our time over theirs, at most.
    least : float, optional
        Aim: how many times faster, at least; the ratio is then theirs over ours.
    per : tuple of (int, int, str)
        How many units of work each does, and the word for a unit; times are per unit.
    """
    pairs = [(seconds(ours) / per[0], seconds(theirs) / per[1]) for _ in range(rounds)]
    ratios = [b / a if least is not None else a / b for a, b in pairs]
    middle = median(ratios)
    aim = (
        ""
        if most is None and least is None
        else f"at most {most:g}"
        if least is None
        else f"{least:g} x faster"
    )
    reached = (
        None if not aim else middle <= most if least is None and most is not None else middle >= (least or 0)
    )
    shown = [
        f"{_short(median(t))}{'' if per[2] == 's' else ' a ' + per[2]}" for t in zip(*pairs, strict=True)
    ]
    return Figure(what, reference, aim, middle, min(ratios), max(ratios), shown[0], shown[1], reached)


def _short(value: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"


def in_child(program: str, *words: str) -> dict[str, float]:
    """Run a program in a new process, which prints one line of JSON last, and return that."""
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def machine() -> str:
    """Return what the figures were measured on."""
    import numpy
    import pyarrow
    import xgboost

    model = "a CPU"
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor() or model
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return (
        f"{model}, {cores} cores, Python {platform.python_version()}, NumPy {numpy.__version__}, "
        f"pyarrow {pyarrow.__version__}, XGBoost {xgboost.__version__}; load before the run {load}"
    )
