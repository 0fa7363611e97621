"""Which sheet of a workbook is meant: the one that was named, else the only one that can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.readers.source import Source


def take_sheet(source: Source, title: str) -> None:
    """Read the sheet of that title, hidden or not.

    Raises
    ------
    InputRefused
        If there is none, or the file is no workbook.
    """
    if title in source.sheets:
        source.take(title)
        return
    what, remedy = "The file has no sheets.", "Leave out --sheet."
    if source.sheets:
        what = f"No sheet that holds something is called '{title[:60]}'."
        remedy = f"The sheets are {_listed(source.sheets)}."
    raise InputRefused([Problem(source.name, None, None, what, remedy)])


def choose_sheet(
    source: Source,
    recognised: Callable[[Source], str | None],
    remedy: str = "Name the one that you mean with --sheet; on the page under Sheet of the workbook.",
) -> None:
    """Take the only sheet of a workbook that is shown and recognised; ask where there are several.

    A sheet that a person hid is not meant. Where none is recognised the first stays, for a message about it.

    Raises
    ------
    InputRefused
        If several sheets could be meant.
    """
    if source.title is not None or len(source.sheets) < 2:
        return
    first = source.sheet.name
    formats: dict[str, str] = {}
    refused: dict[str, InputRefused] = {}
    for title, sheet in source.sheets.items():
        if sheet.hidden:
            continue
        source.take(title)
        try:
            found = recognised(source)
        except InputRefused as error:
            refused[title] = error
            continue
        if found is not None:
            formats[title] = found
    if len(formats) > 1:
        what = f"Several sheets hold a table that can be read: {_listed(formats)}."
        raise InputRefused([Problem(source.name, None, None, what, remedy)])
    source.take(next(iter(formats or refused), first))


def _listed(titles: Iterable[str]) -> str:
    return ", ".join(f"'{title[:60]}'" for title in titles)[:300]
