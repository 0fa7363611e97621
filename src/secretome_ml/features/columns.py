"""Encoded columns as objects: each knows the biological thing that it stands for and how it is treated."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self, TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.vocabulary.columns import behind

Array = NDArray[np.float64]
Made = TypeVar("Made")
TermKind = Literal["factor", "preconditioning", "cell_source", "product", "context", "knowledge"]
# What every preparation has, whether a source states it or not, stands at its average where it is not stated;
# nothing stands in for anything else.
Unstated = Literal["average", "missing"]


def kind_of(name: str) -> TermKind:
    """Return the kind of term of a column about the context; what was done to the product is `product`.

    Examples
    --------
    >>> kind_of("stage=fetal"), kind_of("culture=3d"), kind_of("manipulation=added")
    ('cell_source', 'context', 'product')
    """
    column = behind(name)
    return "product" if column is None else cast("TermKind", column.term)


@dataclass(frozen=True)
class FeatureColumn:
    """One encoded column.

    Parameters
    ----------
    name : str
        Column name, unique among the columns of one effect.
    kind : str
        What kind of thing it is about.
    effect : str or None
        The effect that the column is about; None when it serves every effect.
    unstated : str
        What a model takes where nothing is stated: the `average` of the training arms, or `missing`.
    prior : float
        Weight, in logits per unit, that an informed model holds before it has seen a study.
    """

    name: str
    kind: TermKind
    effect: str | None = None
    unstated: Unstated = field(default="missing", compare=False)
    prior: float = field(default=0.0, compare=False)

    @property
    def measured(self) -> bool:
        """Whether zero is a measurement, and only NaN says nothing."""
        return self.kind == "factor"

    def state(self) -> list[str | None]:
        """Return what tells the column from others, as plain JSON values."""
        return [self.name, self.kind, self.effect]

    @classmethod
    def from_state(cls, state: Sequence[Any]) -> Self:
        """Rebuild what tells the column from others; a fitted model needs no more."""
        return cls(*state)


@dataclass(frozen=True)
class Features:
    """Encoded preparations, column by column.

    Parameters
    ----------
    samples : pandas.Index
        Names of the preparations.
    common : array, columns by samples
        Columns that serve every effect; NaN = not stated or not measured.
    by_effect : dict of str to array, columns by samples
        Per effect, the columns about that effect; the same columns for each.
    columns : tuple of FeatureColumn
        The columns of `of_effect`, in order: the common ones first.
    """

    samples: pd.Index
    common: Array
    by_effect: dict[str, Array]
    columns: tuple[FeatureColumn, ...]
    _made: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def effects(self) -> tuple[str, ...]:
        """Effects that the features were encoded for."""
        return tuple(self.by_effect)

    def of_effect(self, effect: str) -> Array:
        """Return columns by samples for one effect; the array is made once and not to be changed."""
        return self.once(effect, lambda: np.concatenate([self.common, self.by_effect[effect]]))

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what was made of the features under a key, or make it now; it is not to be changed."""
        if key not in self._made:
            self._made[key] = make()
        return cast(Made, self._made[key])

    def for_effect(self, effect: str) -> Array:
        """Return samples by columns for one effect."""
        return np.ascontiguousarray(self.of_effect(effect).T)

    def places(self, samples: pd.Index) -> NDArray[np.intp]:
        """Return the positions of named samples.

        Raises
        ------
        KeyError
            If one of them is not there.
        """
        found: NDArray[np.intp] = self.samples.get_indexer(samples)
        if (found < 0).any():
            raise KeyError(str(samples[found < 0][0]))
        return found

    def supported_by(self, samples: pd.Index, min_studies: int) -> Features:
        """Return only the columns that enough of the named (training) samples' studies state.

        It gives what an encoder fitted on those samples alone would give.
        """
        own = [c for c in self.columns if c.effect is None]
        rows = self.places(samples)
        kept = supported(self.common[:, rows], own, samples, min_studies)
        others = tuple(c for c in self.columns if c.effect is not None)
        columns = (*(c for c, stays in zip(own, kept, strict=True) if stays), *others)
        return Features(self.samples, self.common[kept], self.by_effect, columns)

    def take(self, samples: pd.Index) -> Features:
        """Return the named samples."""
        rows = self.places(samples)
        by_effect = {effect: values[:, rows] for effect, values in self.by_effect.items()}
        return Features(self.samples[rows], self.common[:, rows], by_effect, self.columns)

    def without(self, column: FeatureColumn) -> Features:
        """Return the features without one of the columns about an effect."""
        shared = len(self.common)
        place = self.columns.index(column) - shared
        by_effect = {effect: np.delete(values, place, axis=0) for effect, values in self.by_effect.items()}
        kept = tuple(c for c in self.columns if c != column)
        return Features(self.samples, self.common, by_effect, kept)


def supported(
    values: Array, columns: Sequence[FeatureColumn], samples: pd.Index, min_studies: int
) -> NDArray[np.bool_]:
    """Return which columns at least `min_studies` studies state: a factor measured, a fact not zero.

    Parameters
    ----------
    values : array, columns by samples
        Encoded samples.
    columns : sequence of FeatureColumn
        Their columns.
    samples : pandas.Index
        Names, `<study>/<arm>`.
    min_studies : int
        Least number of studies.
    """
    if values.size == 0:
        return np.zeros(len(columns), dtype=bool)
    measured = np.array([c.measured for c in columns])
    stated = np.where(measured[:, None], ~np.isnan(values), np.nan_to_num(values) != 0)
    _, member = np.unique(samples.astype(str).str.split("/", n=1).str[0].to_numpy(str), return_inverse=True)
    order = np.argsort(member, kind="stable")
    starts = np.flatnonzero(np.diff(member[order], prepend=-1))
    studies = np.logical_or.reduceat(stated[:, order], starts, axis=1).sum(axis=1)
    found: NDArray[np.bool_] = studies >= min_studies
    return found
