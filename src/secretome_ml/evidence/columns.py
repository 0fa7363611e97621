"""Columns and tables described by objects, from which schemas, checks and forms derive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from secretome_ml.vocabulary import Terms

Kind = Literal["string", "integer", "number", "boolean"]


@dataclass(frozen=True)
class Column:
    """One column of a table: what it holds, in which unit, and which values it accepts.

    Parameters
    ----------
    name : str
        Column name in the CSV file.
    meaning : str
        What a value states, in words.
    kind : {"string", "integer", "number", "boolean"}
        Type of the values; an empty cell is always "not stated".
    required : bool
        Whether a row without a value is an error.
    values : tuple of str
        The accepted values; empty when any value is.
    open_values : bool
        Whether `other:<words>` is accepted beside `values`.
    minimum, maximum : float or None
        Inclusive range of a number.
    pattern : str or None
        Regular expression that a whole string must match.
    unit : str or None
        Unit of a number.
    vocabulary : str or None
        Vocabulary that the words come from. With `values`, any of its words is read as the identifier;
        without, words are kept as they are written.
    may_be_missing : bool
        Whether a table may lack the column, as one does that was written before there was such a column: it
        is then stated of nothing.
    """

    name: str
    meaning: str
    kind: Kind = "string"
    required: bool = False
    values: tuple[str, ...] = ()
    open_values: bool = False
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    unit: str | None = None
    vocabulary: str | None = None
    may_be_missing: bool = False

    @property
    def dtype(self) -> str:
        """Pandas extension dtype: nullable, so that "not stated" is never a zero."""
        return {"string": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean"}[self.kind]

    def read(self, text: str) -> str:
        """Return the identifier of a word of the column's vocabulary; any other text as it is."""
        if self.vocabulary is None or not self.values or text.startswith("other:"):
            return text
        return Terms().resolve(self.vocabulary, text) or text

    def accepts(self, value: str) -> bool:
        """Return whether a text value belongs to the vocabulary of this column."""
        if self.vocabulary is not None and not self.values:
            return Terms().resolve(self.vocabulary, value) is not None
        if not self.values or value in self.values:
            return True
        return self.open_values and value.startswith("other:") and len(value) > len("other:")


@dataclass(frozen=True)
class ForeignKey:
    """Columns of a table whose values must stand in another table."""

    columns: tuple[str, ...]
    table: str
    target: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One tidy table: its columns, its key, and the tables its rows refer to."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    references: tuple[ForeignKey, ...] = ()

    @property
    def names(self) -> list[str]:
        """Column names, in file order."""
        return [c.name for c in self.columns]

    @property
    def dtypes(self) -> dict[str, str]:
        """Column name to pandas dtype."""
        return {c.name: c.dtype for c in self.columns}

    def column(self, name: str) -> Column:
        """Return the column called `name`."""
        return next(c for c in self.columns if c.name == name)
