"""Plain tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from rich import box
from rich.table import Table
from rich.text import Text

from secretome_ml.cli.options import stdout


def plain_table(rows: pd.DataFrame, title: str | None = None) -> Table:
    """Return a frame as a table; missing cells are empty, nothing in a cell is read as markup."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, show_edge=False)
    words = [max((len(w) for c in (n, *rows[n]) for w in _cell(c).split()), default=0) for n in rows.columns]
    # No DOI and no name is broken where the terminal has the width for it.
    whole = sum(words) + 3 * len(words) <= stdout().width
    for name, longest in zip(rows.columns, words, strict=True):
        table.add_column(Text(str(name)), overflow="fold", min_width=longest if whole else None)
    for row in rows.itertuples(index=False):
        table.add_row(*(Text(_cell(value)) for value in row))
    return table


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
