"""What every feature block shares: fit on preparations, encode them as columns, persist as plain JSON."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Any, Self

import numpy as np
import pandas as pd

from secretome_ml.features.batch import Batch
from secretome_ml.features.columns import Array, FeatureColumn, supported
from secretome_ml.features.roles import Known


class Block(ABC):
    """A feature block: one idea about a preparation, encoded as numeric columns.

    A subclass names the columns that preparations could fill (`_candidates`), describes one by its name
    (`_column`) and computes them (`_encode`). NaN means not stated or not measured and is never replaced by a
    zero here.

    Parameters
    ----------
    min_studies : int
        A column that fewer training studies state is left out.
    known : Known, optional
        What is known before any study is seen: roles and constants; default: the shipped ones.
    """

    name: str = ""
    # Whether the columns are about one effect each; they come after those that serve every effect.
    of_effects: bool = False

    def __init__(self, min_studies: int = 3, known: Known | None = None) -> None:
        self.min_studies = min_studies
        self.known = known or Known()
        self.columns_: tuple[FeatureColumn, ...] = ()

    def fit(self, batch: Batch) -> Self:
        """Choose the columns that enough studies among the preparations support."""
        columns = self._candidates(batch)
        kept = supported(self._encode(batch, columns), columns, batch.samples, self.min_studies)
        self.columns_ = tuple(compress(columns, kept))
        return self

    def transform(self, batch: Batch, effect: str | None = None) -> Array:
        """Return columns by samples, NaN where nothing is stated.

        Parameters
        ----------
        batch : Batch
            The preparations.
        effect : str, optional
            The effect, where the block is about effects.
        """
        return self._encode(batch, self.columns_)

    def state(self) -> dict[str, Any]:
        """Return the fitted block as plain JSON values."""
        return {"min_studies": self.min_studies, "columns": [c.name for c in self.columns_]}

    @classmethod
    def from_state(cls, state: Mapping[str, Any], known: Known | None = None) -> Self:
        """Rebuild a fitted block."""
        block = cls(int(state["min_studies"]), known)
        block.columns_ = tuple(block._column(str(name)) for name in state["columns"])
        return block

    @abstractmethod
    def _candidates(self, batch: Batch) -> list[FeatureColumn]:
        """Return every column that the preparations could fill, in order."""

    @abstractmethod
    def _column(self, name: str) -> FeatureColumn:
        """Return the column called `name`."""

    @abstractmethod
    def _encode(self, batch: Batch, columns: Sequence[FeatureColumn]) -> Array:
        """Return columns by samples; what a sample gets depends on that sample alone."""


def column_name(group: str, value: str) -> str:
    """Return the name of the column for one value of a group, such as `cell_source=adipose`."""
    return f"{group}={value}"


def split_name(name: str) -> tuple[str, str | None]:
    """Return the group and the value of a column's name; no value where the group is one number."""
    group, sign, value = name.partition("=")
    return group, value if sign else None


def indicators(words: pd.Series, values: Sequence[str]) -> Array:
    """Return values by rows: 1 where a word is the value, 0 where it is another, NaN where there is none.

    Examples
    --------
    >>> indicators(pd.Series(["x", None, "y"], dtype="string"), ["x", "z"]).tolist()
    [[1.0, nan, 0.0], [0.0, nan, 0.0]]
    """
    code, distinct = pd.factorize(words.to_numpy(dtype=object, na_value=None))
    place = {str(word): i for i, word in enumerate(distinct)}
    asked = np.array([place.get(value, -2) for value in values], dtype=np.int64)
    return np.where(code < 0, np.nan, (asked[:, None] == code[None, :]).astype(float))


def mapped(words: pd.Series, function: Any) -> pd.Series:
    """Return a function of each word as text; each distinct word is looked at once."""
    found = {word: function(word) for word in words.dropna().unique()}
    return words.map(found).astype("string")
