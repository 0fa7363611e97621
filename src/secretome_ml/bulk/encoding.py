"""Batches of a table to encoded columns, without a loop over samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from secretome_ml.bulk.cells import Codes, FactorCells, Floats, Words
from secretome_ml.bulk.context import Combinations, Known
from secretome_ml.bulk.domain import DomainWords
from secretome_ml.bulk.header import Header
from secretome_ml.bulk.names import sample_names, unknown_names
from secretome_ml.features.knowledge import FactorSums
from secretome_ml.model import Model
from secretome_ml.vocabulary import FactorVocabulary


@dataclass(frozen=True)
class Encoded:
    """The profiles of a batch.

    Parameters
    ----------
    samples : pyarrow.Array
        Names.
    known : Known
        What stands about them beside the factors, per combination.
    combination : array of int, rows
        Each row's combination.
    factors : dict of int to array
        Position of an encoded column to its values; the same for every effect.
    sums : dict of str to dict of int to array
        Per effect, position of an encoded column to its values: sums of known roles.
    used : array of int, rows
        How many factors were measured.
    unknown : pyarrow.Array
        Names that did not resolve, joined.
    outside : tuple of (array of int, list of str)
        Code of each row's reason to lie outside the domain, and the reasons.
    """

    samples: pa.Array
    known: Known
    combination: Codes
    factors: dict[int, Floats]
    sums: dict[str, dict[int, Floats]]
    used: Codes
    unknown: pa.Array
    outside: tuple[Codes, list[str]]

    def __len__(self) -> int:
        return len(self.combination)

    def column(self, effect: str, place: int) -> Floats:
        """Return one encoded column, NaN where nothing is stated or measured."""
        found = self.sums[effect].get(place, self.factors.get(place))
        return found if found is not None else self.known.values[effect][self.combination, place]

    def matrix(self, effect: str) -> Floats:
        """Return columns by rows, as the encoder orders the columns."""
        found: Floats = np.ascontiguousarray(self.known.values[effect].T[:, self.combination])
        for place, values in {**self.factors, **self.sums[effect]}.items():
            found[place] = values
        return found


class BatchEncoder:
    """Encodes the batches of one file.

    Parameters
    ----------
    header : Header
        The columns of the file.
    model : Model
        Whose encoder and domain.
    text : bool
        Whether the file is text, where an empty cell is never written as NaN.
    """

    def __init__(self, header: Header, model: Model, text: bool) -> None:
        self.header = header
        self.effects = model.effects
        self.text = text
        self.combinations = Combinations(header, model.encoder, model.domain)
        words: Words = {}
        self.cells = [FactorCells(header.file, column, words) for column in header.factors]
        # An unknown factor has no level, whatever its cell says: nothing that is learned here is shared.
        self.others = [FactorCells(header.file, column, {}) for column in header.unknown]
        names = [str(column.factor) for column in header.factors]
        self.words = DomainWords(model.domain, names)
        place = {c.name: i for i, c in enumerate(model.encoder.columns)}
        self._single = [(i, place[f"factor={n}"]) for i, n in enumerate(names) if f"factor={n}" in place]
        self._families = _families(names, place)
        self._sums = (
            FactorSums(names, model.effects, model.encoder.roles_) if model.encoder.knowledge else None
        )
        self._place = place

    def encode(self, batch: pa.RecordBatch, start: int) -> Encoded:
        """Return the profiles of a batch whose first row stands in line `start`.

        Raises
        ------
        InputRefused
            With the offending rows.
        """
        lines = range(start, start + batch.num_rows)
        samples = sample_names(batch.column(self.header.context["sample"]), self.header.file, lines)
        known, combination = self.combinations.read(batch, lines)
        source = known.source[combination]
        levels = np.empty((len(self.cells), batch.num_rows))
        for row, cells in zip(levels, self.cells, strict=True):
            column = batch.column(cells.column.column)
            row[:] = cells.levels(column, source, known.sources, lines, self.text)
        for cells in self.others:  # nobody knows their factor; what cannot be read is refused all the same
            column = batch.column(cells.column.column)
            cells.levels(column, source, known.sources, lines, self.text)
        measured = ~np.isnan(levels)
        used = measured.sum(axis=0)
        common = measured[self.words.common].sum(axis=0)
        factors = {at: levels[i] for i, at in self._single}
        for at, members in self._families.items():
            factors[at] = _mean(levels[members], measured[members])
        return Encoded(
            samples=samples,
            known=known,
            combination=combination,
            factors=factors,
            sums=self._known_sums(levels),
            used=used,
            unknown=unknown_names(batch, self.header.unknown),
            outside=self.words.reasons(known.outside, combination, common, used),
        )

    def _known_sums(self, levels: Floats) -> dict[str, dict[int, Floats]]:
        if self._sums is None:
            return {effect: {} for effect in self.effects}
        found = self._sums.columns(levels)
        return {e: {self._place[n]: values for n, values in part.items()} for e, part in found.items()}


def _families(names: list[str], place: dict[str, int]) -> dict[int, list[int]]:
    """Return the position of a family's column to the rows of its members."""
    vocabulary = FactorVocabulary.load()
    found: dict[int, list[int]] = {}
    for i, name in enumerate(names):
        at = place.get(f"family={vocabulary.family(name)}")
        if at is not None:
            found.setdefault(at, []).append(i)
    return found


def _mean(levels: Floats, measured: np.ndarray) -> Floats:
    """Return the mean over measured rows; NaN where there is none."""
    count = measured.sum(axis=0)
    total = np.where(measured, levels, 0.0).sum(axis=0)
    mean: Floats = np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)
    return mean
