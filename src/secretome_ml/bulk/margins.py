"""Margins and contributions of encoded batches, by arrays alone."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from secretome_ml.bulk.cells import Floats
from secretome_ml.bulk.encoding import Encoded
from secretome_ml.errors import SecretomeError
from secretome_ml.models import EffectModel
from secretome_ml.models.blend import Blend
from secretome_ml.models.boosted import BoostedTrees
from secretome_ml.models.linear import PenalisedLogistic
from secretome_ml.trees import MarginTables, TreesRefused


class BulkModel:
    """A fitted model that reads encoded batches."""

    effects: tuple[str, ...]

    @abstractmethod
    def margins(self, encoded: Encoded) -> Floats:
        """Return effects by rows."""

    @abstractmethod
    def contributions(self, encoded: Encoded, effect: str) -> Floats:
        """Return rows by (columns + 1), the base value last."""


def bulk_model(model: EffectModel) -> BulkModel:
    """Return the form of a model that reads encoded batches.

    Raises
    ------
    SecretomeError
        If the model has no such form.
    """
    if isinstance(model, Blend):
        return _Blended(model)
    if isinstance(model, BoostedTrees):
        return _Trees(model)
    if isinstance(model, PenalisedLogistic):
        return _Linear(model)
    raise SecretomeError(f"A model '{model.name}' does not score in bulk; score the file without --bulk.")


class _Linear(BulkModel):
    def __init__(self, model: PenalisedLogistic) -> None:
        self.model = model
        self.effects = model.effects_
        # Whatever is not stated stands at its typical value, and at zero where nothing may stand in.
        self._typical = np.nan_to_num(model.typical_)
        self._weights = {e: model.weights_[e] / model.scale_ for e in self.effects}

    def margins(self, encoded: Encoded) -> Floats:
        found = np.empty((len(self.effects), len(encoded)))
        for row, effect in zip(found, self.effects, strict=True):
            weights, own = self._weights[effect], {**encoded.factors, **encoded.sums[effect]}
            context = encoded.known.values[effect]
            stated = np.where(np.isnan(context), self._typical, context)
            stated[:, list(own)] = 0.0  # these differ from row to row
            row[:] = (stated @ weights)[encoded.combination] + self.model.base_[effect]
            for place, values in own.items():
                if weights[place]:
                    row += weights[place] * np.where(np.isnan(values), self._typical[place], values)
        return found

    def contributions(self, encoded: Encoded, effect: str) -> Floats:
        values = encoded.matrix(effect)
        weights, mean = self.model.weights_[effect], self.model.means_[effect]
        filled = np.where(np.isnan(values), self._typical[:, None], values) / self.model.scale_[:, None]
        found = np.empty((len(encoded), len(weights) + 1))
        found[:, :-1] = ((filled - mean[:, None]) * weights[:, None]).T
        found[:, -1] = self.model.base_[effect] + float(mean @ weights)
        return found


class _Trees(BulkModel):
    def __init__(self, model: BoostedTrees) -> None:
        self.model = model
        self.effects = model.effects_
        try:
            self._tables: MarginTables | None = MarginTables(model.forest, threads=1)
        except TreesRefused:
            self._tables = None

    def margins(self, encoded: Encoded) -> Floats:
        if self._tables is None:
            rows = [self.model.margin_of(self._rows(encoded, e), e) for e in self.effects]
            return np.array(rows)
        base = np.array([self.model.base_[e] for e in self.effects])[:, None]
        columns = self._columns(encoded, self.effects[0])
        own = len(self.model.columns_)
        variants = []
        for i, effect in enumerate(self.effects):
            indicators = {own + j: np.full(len(encoded), float(i == j), np.float32) for j in range(len(base))}
            varying = [j for j, c in enumerate(self.model.columns_) if c.effect is not None]
            values = {j: self._filled(encoded, effect, j) for j in varying}
            variants.append({**values, **indicators})
        found: Floats = self._tables.margins_of(columns, variants) + base
        return found

    def contributions(self, encoded: Encoded, effect: str) -> Floats:
        return self.model.contributions_of(self._rows(encoded, effect), effect)

    def _columns(self, encoded: Encoded, effect: str) -> np.ndarray:
        typical = self.model.typical_.astype(np.float32)[:, None]
        own = len(self.model.columns_)
        found = np.zeros((own + len(self.effects), len(encoded)), dtype=np.float32)
        context = encoded.known.values[effect].astype(np.float32).T
        found[:own] = np.where(np.isnan(context), typical, context)[:, encoded.combination]
        for place in (*encoded.factors, *encoded.sums[effect]):
            found[place] = self._filled(encoded, effect, place)
        return found

    def _filled(self, encoded: Encoded, effect: str, place: int) -> np.ndarray:
        values = encoded.column(effect, place)
        filled: np.ndarray = np.where(np.isnan(values), self.model.typical_[place], values).astype(np.float32)
        return filled

    def _rows(self, encoded: Encoded, effect: str) -> np.ndarray:
        columns = self._columns(encoded, effect)
        columns[len(self.model.columns_) + self.effects.index(effect)] = 1.0
        return np.ascontiguousarray(columns.T)


class _Blended(BulkModel):
    def __init__(self, model: Blend) -> None:
        self.effects = model.effects_
        self.share = model.tree_share
        self.linear, self.trees = _Linear(model.linear_), _Trees(model.trees_)

    def margins(self, encoded: Encoded) -> Floats:
        linear, trees = self.linear.margins(encoded), self.trees.margins(encoded)
        return (1.0 - self.share) * linear + self.share * trees

    def contributions(self, encoded: Encoded, effect: str) -> Floats:
        linear = self.linear.contributions(encoded, effect)
        return (1.0 - self.share) * linear + self.share * self.trees.contributions(encoded, effect)
