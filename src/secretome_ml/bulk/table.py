"""The score table of a batch, as Arrow columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from secretome_ml.bulk.bounds import BulkIntervals
from secretome_ml.bulk.cells import Codes, Floats
from secretome_ml.bulk.encoding import Encoded
from secretome_ml.bulk.margins import bulk_model
from secretome_ml.model import Model

_VERDICTS = ("uncertain", "likely", "unlikely")
_WORDS = pa.dictionary(pa.int32(), pa.string())
LONG = pa.schema(
    [
        ("sample", pa.string()),
        ("effect", _WORDS),
        ("score", pa.float64()),
        ("probability", pa.float64()),
        ("probability_low", pa.float64()),
        ("probability_high", pa.float64()),
        ("verdict", _WORDS),
        ("percentile", pa.float64()),
        ("in_domain", pa.bool_()),
        ("domain_reason", _WORDS),
        ("factors_used", pa.int64()),
        ("factors_unknown", _WORDS),
    ]
)
PER_EFFECT = ("score", "probability", "probability_low", "probability_high", "verdict", "percentile")
_PER_SAMPLE = ("in_domain", "domain_reason", "factors_used", "factors_unknown")


class ScoreTable:
    """Scores encoded batches.

    Parameters
    ----------
    model : Model
        Whose scores.
    wide : bool
        Whether one row holds all effects of a sample, in columns `<effect>_<column>`.
    """

    def __init__(self, model: Model, wide: bool = False) -> None:
        self.model = model
        self.wide = wide
        self.effects = model.effects
        self._estimator = bulk_model(model.estimator)
        self._intervals = BulkIntervals(model.intervals, model.effects)
        self._percentiles = {e: _percentiles(len(model.reference[e])) for e in model.effects}

    @property
    def schema(self) -> pa.Schema:
        """Columns of the table."""
        if not self.wide:
            return LONG
        own = [(f"{effect}_{name}", LONG.field(name).type) for effect in self.effects for name in PER_EFFECT]
        return pa.schema([LONG.field("sample"), *own, *(LONG.field(n) for n in _PER_SAMPLE)])

    def score(self, encoded: Encoded) -> pa.RecordBatch:
        """Return the rows of a batch."""
        margins = self._estimator.margins(encoded)
        judged = [self._judged(i, row) for i, row in enumerate(self._chances(margins))]
        shared = _shared(encoded)
        if self.wide:
            own = [_column(values) for columns in judged for values in columns]
            return pa.record_batch([encoded.samples, *own, *shared], schema=self.schema)
        # A sample's effects stand under one another, as in every score table.
        count, effects = len(encoded), len(self.effects)
        turn = np.arange(count * effects).reshape(effects, count).T.ravel()
        each = pa.array(np.repeat(np.arange(count), effects))
        names = pa.DictionaryArray.from_arrays(
            pa.array(np.tile(np.arange(effects, dtype=np.int32), count)), pa.array(self.effects)
        )
        own = [_stacked(list(columns), turn) for columns in zip(*judged, strict=True)]
        samples, *others = (column.take(each) for column in (encoded.samples, *shared))
        return pa.record_batch([samples, names, *own, *others], schema=LONG)

    def _chances(self, margins: Floats) -> list[tuple[Floats, Floats, Floats, Floats]]:
        shown = pd.DataFrame(margins.T, columns=list(self.effects))
        chance = self.model.calibrator.probability(shown).to_numpy(dtype=float).T
        low, high = self._intervals.bounds(margins)
        return list(zip(margins, chance, np.minimum(low, chance), np.maximum(high, chance), strict=True))

    def _judged(self, effect: int, found: tuple[Floats, Floats, Floats, Floats]) -> list[np.ndarray]:
        """Return the columns `PER_EFFECT` of one effect; the verdict as a code."""
        margin, chance, low, high = found
        verdict = np.where(low > 0.5, 1, np.where(high < 0.5, 2, 0)).astype(np.int32)
        name = self.effects[effect]
        reference = self.model.reference[name]
        below = np.searchsorted(reference, margin - 1e-6)
        upto = np.searchsorted(reference, margin + 1e-6, side="right")
        return [margin, chance, low, high, verdict, self._percentiles[name][below + upto]]


def _stacked(columns: list[np.ndarray], turn: Codes) -> pa.Array:
    return _column(np.concatenate(columns)[turn])


def _column(values: np.ndarray) -> pa.Array:
    if values.dtype == np.int32:
        return pa.DictionaryArray.from_arrays(pa.array(values), pa.array(_VERDICTS))
    return pa.array(values)


def _shared(encoded: Encoded) -> list[pa.Array]:
    """Return the columns `_PER_SAMPLE`."""
    code, reasons = encoded.outside
    inside = np.array([not reason for reason in reasons])[code]
    return [
        pa.array(inside),
        pa.DictionaryArray.from_arrays(pa.array(code.astype(np.int32)), pa.array(reasons, pa.string())),
        pa.array(encoded.used.astype(np.int64)),
        encoded.unknown,
    ]


def _percentiles(size: int) -> Floats:
    """Return the percentile of every place among `size` scores, counted from both sides."""
    return np.array([round(50.0 * float(place) / size, 1) for place in range(2 * size + 1)])
