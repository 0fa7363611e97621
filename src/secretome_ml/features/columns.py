"""Encoded columns as objects: each knows the biological thing that it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
import pandas as pd

from secretome_ml.vocabulary.columns import behind

TermKind = Literal["factor", "preconditioning", "cell_source", "product", "context", "knowledge"]


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
    parent : str
        The biological thing behind it, e.g. `VEGFA`, `hypoxia`, `cell_source=adipose`.
    kind : str
        What kind of thing that is; the `kind` of an explanation.
    effect : str or None
        The effect that the column is about; None when it serves every effect.
    """

    name: str
    parent: str
    kind: TermKind
    effect: str | None = None


@dataclass(frozen=True)
class Features:
    """Encoded profiles.

    Parameters
    ----------
    common : pandas.DataFrame
        Samples by columns that serve every effect; NaN = not stated or not measured.
    by_effect : dict of str to pandas.DataFrame
        Per effect, samples by columns about that effect; the same names for each effect.
    columns : tuple of FeatureColumn
        The columns of `for_effect`, in order.
    """

    common: pd.DataFrame
    by_effect: dict[str, pd.DataFrame]
    columns: tuple[FeatureColumn, ...]

    @property
    def samples(self) -> pd.Index:
        """Sample names, in order."""
        return self.common.index

    @property
    def effects(self) -> tuple[str, ...]:
        """Effects that the features were encoded for."""
        return tuple(self.by_effect)

    def for_effect(self, effect: str) -> pd.DataFrame:
        """Return samples by columns for one effect, in the order of `columns`."""
        return pd.concat([self.common, self.by_effect[effect]], axis=1)

    def supported_by(self, samples: pd.Index, min_studies: int) -> Features:
        """Return only the columns that enough of the named (training) samples' studies state.

        It gives what an encoder fitted on those samples alone would give.
        """
        own = [c for c in self.columns if c.effect is None]
        kept = supported(self.common.loc[samples], own, min_studies)
        others = tuple(c for c in self.columns if c.effect is not None)
        return Features(self.common[[c.name for c in kept]], self.by_effect, (*kept, *others))

    def take(self, rows: pd.Index) -> Features:
        """Return the named samples."""
        return Features(
            self.common.loc[rows], {e: frame.loc[rows] for e, frame in self.by_effect.items()}, self.columns
        )


def supported(
    encoded: pd.DataFrame, columns: Sequence[FeatureColumn], min_studies: int
) -> tuple[FeatureColumn, ...]:
    """Return the columns that at least `min_studies` studies state: a factor measured, a fact not zero."""
    if encoded.empty:
        return ()
    values = encoded[[c.name for c in columns]].to_numpy(dtype=float)
    measured = np.array([c.kind == "factor" for c in columns])
    stated = np.where(measured, ~np.isnan(values), np.nan_to_num(values) != 0)
    study = np.array([str(sample).split("/", 1)[0] for sample in encoded.index])
    order = np.argsort(study, kind="stable")
    starts = np.flatnonzero(np.r_[True, study[order][1:] != study[order][:-1]])
    studies = np.logical_or.reduceat(stated[order], starts).sum(axis=0)
    return tuple(c for c, n in zip(columns, studies, strict=True) if n >= min_studies)
