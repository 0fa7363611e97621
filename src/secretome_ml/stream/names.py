"""Names in a batch: of samples, each there once, and of columns that are no known factor."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.stream.cells import as_codes
from secretome_ml.stream.header import FactorColumn

_MOST_LISTED = 50


def sample_names(cells: pa.Array, file: str, lines: range) -> pa.Array:
    """Return the names of the samples as text.

    That no name stands in two batches is not checked, for this would need all names of the file.

    Raises
    ------
    InputRefused
        With every sample without a name or with another one's.
    """
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    names = pc.utf8_trim_whitespace(pc.cast(cells, pa.string()))
    names = pc.fill_null(names, "")
    distinct = pc.count_distinct(names).as_py()
    if distinct == len(names) and not pc.any(pc.equal(names, "")).as_py():
        return names
    first: dict[str, int] = {}
    problems = []
    for line, name in zip(lines, names.to_pylist(), strict=True):
        if not name:
            problems.append(Problem(file, line, "sample", "The sample has no name.", "Name it."))
        elif first.setdefault(name, line) != line:
            what = f"'{name[:60]}' is the name of row {first[name]} too."
            problems.append(Problem(file, line, "sample", what, "Rename one."))
    raise InputRefused(problems[:_MOST_LISTED])


def unknown_names(batch: pa.RecordBatch, columns: tuple[FactorColumn, ...]) -> NDArray[np.object_]:
    """Return, per row, the names of unknown factors with a value, joined by `; `."""
    if not columns:
        return np.full(batch.num_rows, "", dtype=object)
    filled = np.stack([_filled(batch.column(c.column)) for c in columns], axis=1)
    packed = np.packbits(filled, axis=1)
    _, first, code = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    shown = ["; ".join(dict.fromkeys(columns[i].name for i in np.flatnonzero(filled[at]))) for at in first]
    return np.array(shown, dtype=object)[code.ravel()]


def _filled(cells: pa.Array) -> np.ndarray:
    if pa.types.is_integer(cells.type) or pa.types.is_floating(cells.type):
        values = cells.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        there: np.ndarray = ~np.isnan(values)
        return there
    coded = as_codes(cells)
    words = np.array([bool(str(w).strip()) for w in coded.dictionary.to_pylist()] + [False])
    code = coded.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)
    filled: np.ndarray = words[code]
    return filled
