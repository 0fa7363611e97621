"""Contributions of a table of any length, into a Parquet file, memory bounded."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa

from secretome_ml.bulk.encoding import Encoded
from secretome_ml.bulk.margins import bulk_model
from secretome_ml.bulk.score import Progress, Scored, write_batches
from secretome_ml.bulk.source import open_bulk
from secretome_ml.explanation.contributions import BASE_TERM
from secretome_ml.model import Model

By = Literal["parent", "column"]


def explain_file(
    model: Model,
    source: Path | str,
    target: Path | str,
    by: By = "parent",
    progress: Progress | None = None,
    threads: int | None = None,
) -> Scored:
    """Write what every column contributes to the scores of a table of any length.

    One row a sample and effect; one column of float32 per biological thing, the base value last. They add up
    to the score. Other than in `Model.explain` the sums of known roles stay whole, as terms of their own.

    Parameters
    ----------
    model, source, target, progress, threads
        As in `score_file`.
    by : {"parent", "column"}
        Contributions per biological thing, or per encoded column.

    Raises
    ------
    InputRefused, OSError
        As `score_file` does.

    Examples
    --------
    >>> import tempfile
    >>> import pyarrow.parquet as pq
    >>> from secretome_ml import load_model
    >>> from secretome_ml.paths import data_dir
    >>> path = data_dir() / "examples/adipose_hypoxia.csv"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = explain_file(load_model(), path, f"{folder}/terms.parquet")
    ...     names = pq.read_schema(f"{folder}/terms.parquet").names
    >>> names[:2], names[-1], "VEGFA" in names
    (['sample', 'effect'], 'base value', True)
    """
    table = ContributionTable(model, by)
    return write_batches(
        model, open_bulk(source), Path(target), table.schema, table.explain, progress, threads
    )


class ContributionTable:
    """Explains encoded batches.

    Parameters
    ----------
    model : Model
        The model.
    by : {"parent", "column"}
        What the columns of the table are.
    """

    def __init__(self, model: Model, by: By) -> None:
        self.effects = model.effects
        self._estimator = bulk_model(model.estimator)
        columns = model.encoder.columns
        own = [c.parent if by == "parent" else c.name for c in columns]
        self.names = [*dict.fromkeys(own), BASE_TERM]
        place = np.array([self.names.index(name) for name in [*own, BASE_TERM]])
        # Columns of one thing stand side by side, so that they are summed at one stroke.
        self._order = np.argsort(place, kind="stable")
        self._starts = np.flatnonzero(np.diff(place[self._order], prepend=-1))

    @property
    def schema(self) -> pa.Schema:
        """Columns of the table."""
        words = pa.dictionary(pa.int32(), pa.string())
        shares = [(name, pa.float32()) for name in self.names]
        return pa.schema([("sample", pa.string()), ("effect", words), *shares])

    def explain(self, encoded: Encoded) -> pa.RecordBatch:
        """Return the rows of a batch."""
        count = len(encoded)
        total = np.empty((len(self.names), count, len(self.effects)), dtype=np.float32)
        for i, effect in enumerate(self.effects):
            found = self._estimator.contributions(encoded, effect)[:, self._order]
            total[:, :, i] = np.add.reduceat(found, self._starts, axis=1).T
        each = pa.array(np.repeat(np.arange(count), len(self.effects)))
        code = np.tile(np.arange(len(self.effects), dtype=np.int32), count)
        effects = pa.DictionaryArray.from_arrays(pa.array(code), pa.array(self.effects))
        shares = [pa.array(row.ravel()) for row in total]
        return pa.record_batch([encoded.samples.take(each), effects, *shares], schema=self.schema)
