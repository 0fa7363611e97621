"""Distinct combinations of context and preconditioning, each encoded once, by the ordinary encoder."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

import numpy as np
import pandas as pd
import pyarrow as pa

from secretome_ml.bulk.cells import Codes, Floats, as_codes, codes_of
from secretome_ml.bulk.domain import outside
from secretome_ml.bulk.header import CONTEXT, Header
from secretome_ml.features.encoder import Encoder
from secretome_ml.readers.assemble import assemble
from secretome_ml.readers.formats.canonical_wide import read_table
from secretome_ml.readers.tables import Table
from secretome_ml.trust.domain import Domain

_MOST_KEPT = 20_000
Combination = tuple[str | None, ...]


@dataclass(frozen=True)
class Known:
    """Combinations that were met, in columns that only grow.

    Parameters
    ----------
    values : dict of str to array, combinations by columns
        Per effect, the encoded columns; those of factors are NaN.
    source : array of int, combinations
        Position of the cell source in `sources`.
    sources : list of str or None
        Every cell source that was met; None = not stated.
    outside : dict of str to list of str
        Why a preparation lies outside the domain, by what was measured (`PANELS`); empty when inside.
    """

    values: dict[str, Floats]
    source: Codes
    sources: list[str | None]
    outside: dict[str, list[str]]

    def __len__(self) -> int:
        return len(self.source)


class Combinations:
    """Encodes what stands about each preparation beside its factors.

    Parameters
    ----------
    header : Header
        The columns of the file.
    encoder : Encoder
        The model's encoder.
    domain : Domain
        The model's domain.
    """

    def __init__(self, header: Header, encoder: Encoder, domain: Domain) -> None:
        self.header = header
        self.encoder = encoder
        self.domain = domain
        self._columns = [c for c in CONTEXT if c in header.context]
        self._lock = Lock()
        self._place: dict[Combination, int] = {}
        self._known: Known | None = None

    def read(self, batch: pa.RecordBatch, lines: range) -> tuple[Known, Codes]:
        """Return the combinations met so far, and the position of each row's.

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
            known = self._learn(found, [lines[i] for i in first.tolist()])
            place = np.array([self._place[combination] for combination in found], dtype=np.int64)
        return known, place[row]

    def _learn(self, found: list[Combination], lines: list[int]) -> Known:
        if len(self._place) > _MOST_KEPT:
            self._place, self._known = {}, None
        fresh = [i for i, combination in enumerate(found) if combination not in self._place]
        if fresh:
            new = self._encode([found[i] for i in fresh], [lines[i] for i in fresh])
            start = len(self._place)
            self._place.update({found[i]: start + n for n, i in enumerate(fresh)})
            self._known = new if self._known is None else _joined(self._known, new)
        if self._known is None:
            raise RuntimeError("A batch without rows has no combination.")
        return self._known

    def _encode(self, found: list[Combination], lines: list[int]) -> Known:
        frame = pd.DataFrame(found, columns=self._columns, index=range(len(found)), dtype="object")
        names = [str(i) for i in range(len(found))]
        # One empty column of a factor: without any, the table would be a sample sheet.
        empty = {"sample": names, self.header.factors[0].column: ""}
        table = Table(self.header.file, frame.where(frame.notna(), "").assign(**empty), lines)
        profiles = assemble(read_table(table), self.header.file, relative=False)
        features = self.encoder.transform(profiles)
        values = {e: features.for_effect(e).to_numpy(dtype=float) for e in self.encoder.effects}
        stated = [None if pd.isna(s) else str(s) for s in profiles.context["cell_source"]]
        sources = list(dict.fromkeys(stated))
        source = np.array([sources.index(s) for s in stated], dtype=np.int64)
        return Known(values, source, sources, outside(self.domain, profiles))


def _joined(old: Known, new: Known) -> Known:
    sources = list(dict.fromkeys([*old.sources, *new.sources]))
    place = np.array([sources.index(s) for s in new.sources], dtype=np.int64)
    return Known(
        {e: np.concatenate([part, new.values[e]]) for e, part in old.values.items()},
        np.concatenate([old.source, place[new.source]]),
        sources,
        {panel: [*texts, *new.outside[panel]] for panel, texts in old.outside.items()},
    )
