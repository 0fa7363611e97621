"""The columns that say what a preparation is: one row of `context_columns.csv` each, nothing listed twice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from secretome_ml.vocabulary.tables import rows, split_cell


@dataclass(frozen=True)
class ContextColumn:
    """One column of the context of a preparation.

    Parameters
    ----------
    name, label : str
        Name in tables, and as people read it.
    holds : str
        `terms` of a vocabulary, `text`, or `number`.
    vocabulary : str or None
        File of `data/vocabulary` with the words of the column, without `.csv`.
    unit : str or None
        Unit of a number.
    headers : tuple of str
        What else a table calls the column.
    block : str
        Feature block that encodes it.
    term, family, group : str
        Kind of its terms in an explanation, the family that they are summed to, and the family's group.
    unstated : str
        What an empty cell means; `unknown` is never a zero.
    domain : str
        `watched`: a value that no study states lies outside the domain; `needed`: besides, one of these must
        be stated; `distance`: the value only counts in the distance to the studies; empty: neither.
    compared : str
        Whether another value is a change of its own: `yes`, `class` (only another class of values), or `no`,
        where it follows from another column.
    changeable : bool
        Whether `design` may change it.
    aspect : str
        What two arms that differ in it differ in: source, donor or product.
    meaning : str
        What a value states.
    """

    name: str
    label: str
    holds: str
    vocabulary: str | None
    unit: str | None
    headers: tuple[str, ...]
    block: str
    term: str
    family: str
    group: str
    unstated: str
    domain: str
    compared: str
    changeable: bool
    aspect: str
    meaning: str

    @property
    def is_term(self) -> bool:
        """Whether its values are words of a vocabulary."""
        return self.holds == "terms"

    @property
    def watched(self) -> bool:
        """Whether a value that no study states lies outside the domain."""
        return self.domain in ("needed", "watched")


@cache
def context_columns() -> tuple[ContextColumn, ...]:
    """Return the context columns in the order of a profile table.

    Examples
    --------
    >>> [c.name for c in context_columns() if c.changeable]
    ['cell_source', 'product', 'culture']
    """
    return tuple(
        ContextColumn(
            row["name"],
            row["label"],
            row["holds"],
            row["vocabulary"] or None,
            row["unit"] or None,
            split_cell(row["headers"]),
            row["block"],
            row["term"],
            row["family"],
            row["group"],
            row["unstated"],
            row["domain"],
            row["compared"],
            row["changeable"] == "yes",
            row["aspect"],
            row["meaning"],
        )
        for row in rows("context_columns")
    )


def context_column(name: str) -> ContextColumn:
    """Return one context column by its name.

    Examples
    --------
    >>> context_column("culture").vocabulary
    'cultures'
    """
    return next(c for c in context_columns() if c.name == name)


def behind(term: str) -> ContextColumn | None:
    """Return the context column that a term such as `cell_source=adipose` or its group is about, or None.

    Examples
    --------
    >>> behind("cell_source_group=perinatal").family, behind("VEGFA")
    ('tissue', None)
    """
    name, found, _ = term.partition("=")
    name = name.removesuffix("_group")
    return next((c for c in context_columns() if found and c.name == name), None)


def names_where(**wanted: object) -> tuple[str, ...]:
    """Return the names of the context columns with these properties.

    Examples
    --------
    >>> names_where(aspect="product")
    ('product', 'culture', 'fraction')
    """
    return tuple(c.name for c in context_columns() if all(getattr(c, k) == v for k, v in wanted.items()))


def plain_header(header: str) -> str:
    """Return a header in lower case, with one underscore where it has anything but letters and digits.

    Examples
    --------
    >>> plain_header("Cell Source")
    'cell_source'
    """
    return re.sub(r"[\W_]+", "_", header.strip().casefold()).strip("_")
