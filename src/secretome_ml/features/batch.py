"""Preparations as arrays: what is said of them, once per distinct description, and levels of factors."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import RLock
from typing import TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.features.columns import Array
from secretome_ml.profiles.levels.reading import readings
from secretome_ml.profiles.profiles import Profiles

Integers = NDArray[np.int64]
Made = TypeVar("Made")

# Samples that are worked at a time: arrays of them stay in a few hundred megabytes.
ROWS = 2048
_CELLS = 2**25


@dataclass(frozen=True)
class Descriptions:
    """What is said about preparations beside their factors; what is worked out of it is worked out once.

    Parameters
    ----------
    profiles : Profiles
        One row per description; factors are left out.
    """

    profiles: Profiles
    _made: dict[Hashable, object] = field(default_factory=dict, repr=False)
    _lock: RLock = field(default_factory=RLock, repr=False)

    def __len__(self) -> int:
        return len(self.profiles)

    def once(self, key: Hashable, make: Callable[[Profiles], Made]) -> Made:
        """Return what was made of the descriptions under a key, or make it now."""
        if key not in self._made:
            with self._lock:
                if key not in self._made:
                    self._made[key] = make(self.profiles)
        return cast(Made, self._made[key])


@dataclass(frozen=True)
class Batch:
    """Preparations that are encoded, scored and explained together.

    Parameters
    ----------
    samples : pandas.Index
        Their names.
    described : Descriptions
        Every description that one of them has.
    which : array of int, samples
        The description of each.
    factors : tuple of str
        Distinct factors, sorted.
    levels : array, factors by samples
        Levels; NaN = not measured. A factor that is named twice has the mean of its levels.
    unknown : array of str, samples
        Names that did not resolve, joined.
    reading : array of str, samples
        What was made of the amounts, in a few words; empty for long tables, where all are treated alike.
    """

    samples: pd.Index
    described: Descriptions
    which: Integers
    factors: tuple[str, ...]
    levels: Array
    unknown: NDArray[np.object_]
    reading: NDArray[np.object_]
    _made: dict[Hashable, object] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what was made of the preparations under a key, or make it now; it is not to be changed."""
        if key not in self._made:
            self._made[key] = make()
        return cast(Made, self._made[key])

    def __len__(self) -> int:
        return len(self.samples)

    @cached_property
    def used(self) -> Integers:
        """How many factors each sample measured."""
        found: Integers = (~np.isnan(self.levels)).sum(axis=0).astype(np.int64)
        return found


def batch_of(profiles: Profiles) -> Batch:
    """Return profiles as one batch.

    Examples
    --------
    >>> from secretome_ml import read_profiles
    >>> from secretome_ml.core.paths import data_dir
    >>> batch = batch_of(read_profiles(data_dir() / "examples" / "adipose_hypoxia.csv"))
    >>> batch.levels.shape == (len(batch.factors), len(batch))
    True
    """
    samples, count = profiles.samples, len(profiles)
    rows = profiles.factors[["sample", "factor", "level"]].dropna()
    code, names = pd.factorize(rows["factor"].to_numpy(dtype=object), sort=True)
    place = code.astype(np.int64) * count + samples.get_indexer(rows["sample"])
    size = len(names) * count
    total = np.bincount(place, rows["level"].to_numpy(dtype=float), minlength=size)
    times = np.bincount(place, minlength=size)
    levels = np.divide(total, times, out=np.full(size, np.nan), where=times > 0).reshape(len(names), count)
    return Batch(
        samples,
        Descriptions(profiles),
        np.arange(count, dtype=np.int64),
        tuple(map(str, names)),
        levels,
        _unknown(profiles),
        readings(profiles.factors).reindex(samples).fillna("").to_numpy(dtype=object),
    )


def batches_of(profiles: Profiles) -> Iterator[Batch]:
    """Yield profiles in batches whose arrays stay small, however many samples and factors there are."""
    factors = max(int(profiles.factors["factor"].nunique()), 1)
    size = max(1, min(ROWS, _CELLS // factors))
    if len(profiles) <= size:
        yield _told_once(batch_of(profiles))
        return
    for start in range(0, len(profiles), size):
        yield _told_once(batch_of(profiles.take(profiles.samples[start : start + size])))


def _told_once(batch: Batch) -> Batch:
    """Return a batch that keeps one description where several samples are described alike."""
    profiles = batch.described.profiles
    told: list[list[object]] = [list(row) for row in profiles.context.itertuples(index=False, name=None)]
    for frame in (profiles.preconditioning, profiles.manipulations):
        place = profiles.samples.get_indexer(frame["sample"]).tolist()
        rows = frame.drop(columns="sample").itertuples(index=False, name=None)
        for at, row in zip(place, rows, strict=True):
            told[at].append(row)
    # Missing cells are of several kinds that equal nothing; their text says the same.
    which, _ = pd.factorize(np.array([repr(row) for row in told], dtype=object))
    first = np.unique(which, return_index=True)[1]
    if len(first) == len(batch):
        return batch
    return replace(batch, described=Descriptions(profiles.take(profiles.samples[first])), which=which)


def _unknown(profiles: Profiles) -> NDArray[np.object_]:
    """Return, per sample, the names that did not resolve, each once, joined by `; `."""
    found = np.full(len(profiles), "", dtype=object)
    if len(profiles.unknown):
        rows = profiles.unknown[["sample", "name"]].dropna().drop_duplicates()
        joined = rows.groupby("sample", sort=False)["name"].agg("; ".join)
        at = profiles.samples.get_indexer(joined.index)
        found[at[at >= 0]] = joined.to_numpy(dtype=object)[at >= 0]
    return found
