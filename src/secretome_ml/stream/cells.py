"""Cells of one factor to levels: numbers at once, each distinct text only once, by the ordinary reader."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.profiles.levels import stated
from secretome_ml.profiles.levels.reference import Range, against, known_range
from secretome_ml.profiles.levels.setting import Setting
from secretome_ml.profiles.units import molecular_weights
from secretome_ml.readers.assemble import assemble
from secretome_ml.readers.formats.canonical_wide import read_table
from secretome_ml.readers.tables import Table
from secretome_ml.stream.header import FactorColumn

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Place = tuple[str | None, str | None]  # cell source and product, by which amounts are published
Words = dict[str | None, dict[tuple[str, Place], float]]
_ANYWHERE: Place = (None, None)

_COMMA = re.compile(r"\d,\d")
_AGAINST = ("concentration", "per_cells")
_FOLDS = ("fold_change", "log2_fold_change")
_MOST_KEPT = 100_000
_MOST_LISTED = 50


class FactorCells:
    """Reads the cells of one factor's column, batch after batch.

    Parameters
    ----------
    file : str
        Name for messages.
    column : FactorColumn
        Whose cells.
    words : dict
        What texts without a published amount beside them are worth, by unit; the columns share it.
    """

    def __init__(self, file: str, column: FactorColumn, words: Words) -> None:
        self.file = file
        self.column = column
        unit = column.unit
        self._quantity: str | None = unit.quantity if unit else None
        self._scale = unit.factor if unit else 1.0
        if unit is not None and unit.molar:
            weight = molecular_weights().get(str(column.factor))
            self._quantity = "concentration" if weight is not None else None
            self._scale = unit.factor * weight if weight is not None else 1.0
        self._compared = self._quantity in _AGAINST and column.factor is not None
        # Without published amounts a text means the same for every factor.
        own = {} if self._compared else words.setdefault(unit.text if unit else None, {})
        self._known: dict[tuple[str, Place], float] = own
        self._ranges: dict[Place, Range | None] = {}

    def levels(
        self, cells: pa.Array, place: Codes, places: list[Place], lines: range, text: bool = False
    ) -> Floats:
        """Return the level of every cell; NaN = not measured.

        Parameters
        ----------
        cells : pyarrow.Array
            Numbers or text.
        place : array of int, rows
            Position of each row's cell source and product in `places`.
        places : list of pairs of str or None
            Cell sources and products; None = not stated.
        lines : range
            Line of every row, for messages.
        text : bool
            Whether NaN stands for a text: in a CSV nobody writes it for an empty cell.

        Raises
        ------
        InputRefused
            With every offending cell.
        """
        if pa.types.is_integer(cells.type) or pa.types.is_floating(cells.type):
            return self._numbers(cells, place, places, lines, text)
        return self._texts(cells, place, places, lines)

    def _numbers(
        self, cells: pa.Array, place: Codes, places: list[Place], lines: range, text: bool
    ) -> Floats:
        value: Floats = cells.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        missing = np.isnan(value)
        signed = self._quantity == "log2_fold_change"
        wrong = np.isinf(value) if signed else np.isinf(value) | (value < 0.0)
        if text and missing.any():
            wrong |= missing & cells.is_valid().to_numpy(zero_copy_only=False)
        if wrong.any():
            self._again(wrong, cells, lines)
        if self._quantity in _FOLDS:
            return self._folds(value, missing, signed)
        level = np.where(missing, np.nan, 1.0)
        if self._compared:
            self._hold_against(level, value * self._scale, place, places)
        level[value == 0.0] = 0.0
        return level

    def _hold_against(self, level: Floats, amount: Floats, place: Codes, places: list[Place]) -> None:
        """Set the level of amounts for which something is published."""
        for pair in places:
            if pair not in self._ranges:
                found = known_range(str(self.column.factor), str(self._quantity), *pair)
                self._ranges[pair] = found
        ranges = [self._ranges[pair] for pair in places]
        has = np.array([r is not None for r in ranges])
        if not has.any():
            return
        low, high = (np.array([getattr(r, side) if r else 1.0 for r in ranges]) for side in ("low", "high"))
        rows = has[place] & (amount > 0.0)
        at = place[rows]
        level[rows] = against(amount[rows], low[at], high[at])

    def _folds(self, value: Floats, missing: NDArray[np.bool_], signed: bool) -> Floats:
        zero = (value == 0.0) & (not signed)
        log2 = value if signed else np.log2(np.where(missing | zero, 1.0, value))
        values = pd.DataFrame({"state": None, "quantity": self._quantity, "log2": log2}).astype(
            {"state": object}
        )
        found = stated.find_levels(values[~missing & ~zero], Setting(pd.DataFrame()))
        level = np.where(missing, np.nan, 0.0)
        if found is not None:
            level[found.rows.to_numpy()] = found.level
        return level

    def _again(self, wrong: NDArray[np.bool_], cells: pa.Array, lines: range) -> None:
        """Have the ordinary reader say what is wrong with some cells."""
        rows = np.flatnonzero(wrong)[:_MOST_LISTED]
        texts = ["nan" if v != v else repr(v) for v in cells.take(pa.array(rows)).to_pylist()]
        self._read([(t, _ANYWHERE) for t in texts], [lines[int(i)] for i in rows])

    def _texts(self, cells: pa.Array, place: Codes, places: list[Place], lines: range) -> Floats:
        coded = as_codes(cells)
        words: list[str | None] = [*coded.dictionary.to_pylist(), None]
        code = codes_of(coded)
        if not self._compared:
            place, places = np.zeros(len(code), dtype=np.int64), [_ANYWHERE]
        both = code * len(places) + place
        met = np.flatnonzero(np.bincount(both, minlength=len(words) * len(places)))
        asked = [(words[pair // len(places)], places[pair % len(places)]) for pair in met.tolist()]
        fresh = [i for i, (word, pair) in enumerate(asked) if word and (word, pair) not in self._known]
        if fresh:
            if len(self._known) + len(fresh) > _MOST_KEPT:
                self._known.clear()
                fresh = [i for i, (word, _) in enumerate(asked) if word]
            pairs = [(str(asked[i][0]), asked[i][1]) for i in fresh]
            read = self._read(pairs, [lines[int(np.argmax(both == met[i]))] for i in fresh])
            self._known.update(zip(pairs, read, strict=True))
        level = np.array([self._known[str(w), s] if w else np.nan for w, s in asked])
        table = np.full(len(words) * len(places), np.nan)
        table[met] = level
        return np.take(table, both)

    def _read(self, pairs: list[tuple[str, Place]], lines: list[int]) -> list[float]:
        """Read texts as rows of a small table; nothing in it is compared with another row."""
        commas = [i for i, (text, _) in enumerate(pairs) if _COMMA.search(text)]
        if commas:
            remedy = "Write decimals with a point and no thousands marks."
            raise InputRefused(
                [
                    Problem(
                        self.file,
                        lines[i],
                        self.column.column,
                        f"'{pairs[i][0][:60]}' holds a comma.",
                        remedy,
                    )
                    for i in commas[:_MOST_LISTED]
                ]
            )
        names = [f"row {i}" for i in range(len(pairs))]
        context = {}
        if self._compared:
            context = {c: [at[i] or "" for _, at in pairs] for i, c in enumerate(("cell_source", "product"))}
        texts = {self.column.column: [text for text, _ in pairs]}
        frame = pd.DataFrame({"sample": names, **context, **texts}, dtype="object")
        read = assemble(read_table(Table(self.file, frame, lines)), self.file, relative=False)
        found = read.factors.set_index("sample")["level"]
        levels: list[float] = found.reindex(names).astype(float).tolist()
        return levels


def as_codes(cells: pa.Array) -> pa.DictionaryArray:
    """Return text as codes and distinct words; what is no text is written as one first."""
    if pa.types.is_dictionary(cells.type):
        if pa.types.is_string(cells.type.value_type) or pa.types.is_large_string(cells.type.value_type):
            return cells
        cells = cells.dictionary_decode()
    if not (pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type)):
        cells = pc.cast(cells, pa.string())
    return cells.dictionary_encode()


def codes_of(coded: pa.DictionaryArray) -> Codes:
    """Return the codes of words; a missing cell has the code after the last word."""
    found: Codes = coded.indices.fill_null(len(coded.dictionary)).to_numpy(zero_copy_only=False)
    return found.astype(np.int64)
