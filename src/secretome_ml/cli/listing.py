"""Plain tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from rich import box
from rich.table import Table
from rich.text import Text

# A terminal of 80 columns; what is left to a column of sentences.
_NARROW, _LEAST = 80, 16


def plain_table(rows: pd.DataFrame, title: str | None = None) -> Table:
    """Return a frame as a table; missing cells are empty, nothing in a cell is read as markup."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, show_edge=False)
    whole = _whole(rows)
    for place, name in enumerate(rows.columns):
        table.add_column(Text(str(name)), overflow="fold", no_wrap=place in whole)
    for row in rows.itertuples(index=False):
        table.add_row(*(Text(_cell(value)) for value in row))
    return table


def _whole(rows: pd.DataFrame) -> set[int]:
    """Return the columns of words without blanks: names are never broken where the room allows."""
    width: dict[int, int] = {}
    for place, name in enumerate(rows.columns):
        texts = [str(name), *(_cell(value) for value in rows.iloc[:, place])]
        if all(" " not in text for text in texts):
            width[place] = max(map(len, texts))
    taken = 3 * len(rows.columns) + _LEAST * (len(rows.columns) - len(width))
    while width and taken + sum(width.values()) > _NARROW:
        del width[max(width, key=lambda place: width[place])]
        taken += _LEAST
    return set(width)


def gathered(rows: pd.DataFrame) -> pd.DataFrame:
    """Return wide rows as two columns: the first cell, and all others with their names."""
    names = [str(c) for c in rows.columns[1:]]
    texts = [
        "\n".join(f"{n}: {_cell(v)}" for n, v in zip(names, row[1:], strict=True) if _cell(v))
        for row in rows.itertuples(index=False)
    ]
    return pd.DataFrame({str(rows.columns[0]): rows.iloc[:, 0], "what was read": texts})


def pairs_table(values: Mapping[str, Any], title: str) -> Table:
    """Return names and values, nested ones indented under theirs."""
    return plain_table(pd.DataFrame([(n, _cell(v)) for n, v in _flat(values)], columns=["", "value"]), title)


def stats_tables(counts: Mapping[str, Any]) -> Iterator[Table]:
    """Yield the counts of a corpus: totals first, then each breakdown."""
    totals = {k.replace("_", " "): v for k, v in counts.items() if not isinstance(v, dict)}
    yield pairs_table(totals, "The corpus")
    by_effect = pd.DataFrame(counts["by_effect"]).T.fillna(0).astype(int)
    yield plain_table(by_effect.rename_axis("effect").reset_index(), "By effect")
    for name in ("identified", "by_basis", "by_product", "by_preconditioning", "by_cell_source", "by_year"):
        yield pairs_table(counts[name], name.replace("_", " ").capitalize())
    thin = {effect: ", ".join(sources) for effect, sources in counts["thin"].items()}
    yield pairs_table(thin, "Thin: cell sources with fewer than five tested arms")


def _cell(value: object) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return "" if value is None or value is pd.NA or value != value else str(value)


def _flat(values: Mapping[str, Any], depth: int = 0) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        shown = "  " * depth + str(name).replace("_", " ")
        if isinstance(value, Mapping):
            yield shown, None
            yield from _flat(value, depth + 1)
        else:
            yield shown, value
