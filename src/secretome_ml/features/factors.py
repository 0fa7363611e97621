"""What was found in the product: one column per factor and per family; NaN = not measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from secretome_ml.features.batch import Batch
from secretome_ml.features.block import Block, column_name, split_name
from secretome_ml.features.columns import Array, FeatureColumn
from secretome_ml.vocabulary import FactorVocabulary

_SINGLE, _FAMILY = "factor", "family"


class FactorBlock(Block):
    """Levels of the factors: 2 elevated, 1 present, 0 not detected, -1 decreased, NaN not measured.

    A factor that is named twice in a sample enters with the mean of its levels. A family column is the
    mean over its measured members.
    """

    name = "factors"

    @property
    def single(self) -> tuple[str, ...]:
        """Factors that enough studies measured to have a column of their own."""
        parts = (split_name(c.name) for c in self.columns_)
        return tuple(str(value) for group, value in parts if group == _SINGLE)

    def _candidates(self, batch: Batch) -> list[FeatureColumn]:
        vocabulary = FactorVocabulary.load()
        families = sorted({f for f in map(vocabulary.family, batch.factors) if f is not None})
        names = [column_name(_SINGLE, f) for f in batch.factors] + [column_name(_FAMILY, f) for f in families]
        return [self._column(name) for name in names]

    def _column(self, name: str) -> FeatureColumn:
        return FeatureColumn(name, "factor")

    def _encode(self, batch: Batch, columns: Sequence[FeatureColumn]) -> Array:
        vocabulary = FactorVocabulary.load()
        found = np.full((len(columns), len(batch)), np.nan)
        rows = {factor: i for i, factor in enumerate(batch.factors)}
        members: dict[str, list[int]] = {}
        for factor, i in rows.items():
            members.setdefault(str(vocabulary.family(factor)), []).append(i)
        for into, column in zip(found, columns, strict=True):
            group, value = split_name(column.name)
            if group == _SINGLE and value in rows:
                into[:] = batch.levels[rows[value]]
            elif group == _FAMILY and value in members:
                into[:] = _mean(batch.levels[members[value]])
        return found


def _mean(levels: Array) -> Array:
    """Return the mean over measured rows; NaN where none is."""
    measured = ~np.isnan(levels)
    count = measured.sum(axis=0)
    total = np.where(measured, levels, 0.0).sum(axis=0)
    mean: Array = np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)
    return mean
