"""What stands about each preparation beside its factors: each distinct combination is read once."""

from __future__ import annotations

from threading import Lock

import numpy as np
import pandas as pd
import pyarrow as pa

from secretome_ml.features.batch import Descriptions, Integers
from secretome_ml.readers.assemble import assemble
from secretome_ml.readers.formats.canonical_wide import read_table
from secretome_ml.readers.tables import Table
from secretome_ml.stream.cells import as_codes, codes_of
from secretome_ml.stream.header import CONTEXT, Header

_MOST_KEPT = 4096
Combination = tuple[str | None, ...]


class DescriptionReader:
    """Reads the context and preconditioning of batch after batch, by the ordinary reader.

    Parameters
    ----------
    header : Header
        The columns of the file.
    """

    def __init__(self, header: Header) -> None:
        self.header = header
        self._columns = [c for c in CONTEXT if c in header.context]
        self._lock = Lock()
        self._lines: dict[Combination, int] = {}
        self._known: Descriptions | None = None

    def read(self, batch: pa.RecordBatch, lines: range) -> tuple[Descriptions, Integers]:
        """Return the descriptions met so far, and the position of each row's.

        Raises
        ------
        InputRefused
            With every combination that holds a word which is not in the vocabulary, at its first line.
        """
        codes, words = [], []
        for name in self._columns:
            coded = as_codes(batch.column(self.header.context[name]))
            words.append([*coded.dictionary.to_pylist(), None])
            codes.append(codes_of(coded))
        joint = np.zeros(batch.num_rows, dtype=np.int64)
        for code, own in zip(codes, words, strict=True):
            _, joint = np.unique(joint * len(own) + code, return_inverse=True)
        _, first, row = np.unique(joint, return_index=True, return_inverse=True)
        found = [tuple(own[code[i]] for code, own in zip(codes, words, strict=True)) for i in first.tolist()]
        with self._lock:
            known = self._learn(dict(zip(found, (lines[i] for i in first.tolist()), strict=True)))
            order = {combination: i for i, combination in enumerate(self._lines)}
            place = np.array([order[combination] for combination in found], dtype=np.int64)
        return known, place[row]

    def _learn(self, found: dict[Combination, int]) -> Descriptions:
        known, fresh = self._known, found.keys() - self._lines.keys()
        if known is None or fresh:
            whole = {**self._lines, **{c: line for c, line in found.items() if c in fresh}}
            lines = whole if len(whole) <= _MOST_KEPT else found
            known = self._read(lines)
            self._lines, self._known = lines, known
        return known

    def _read(self, lines: dict[Combination, int]) -> Descriptions:
        frame = pd.DataFrame(list(lines), columns=self._columns, index=range(len(lines)), dtype="object")
        # One empty column of a factor: without any, the table would be a sample sheet.
        empty = {"sample": [str(i) for i in range(len(lines))], self.header.factors[0].column: ""}
        table = Table(self.header.file, frame.where(frame.notna(), "").assign(**empty), list(lines.values()))
        return Descriptions(assemble(read_table(table), self.header.file, relative=False))
