"""Options that several commands share, and how they speak to the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

WorkbookSheet = Annotated[
    str | None, typer.Option("--sheet", help="Sheet of a workbook; default: the only one that can be read.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print results only.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Tell what was decided and why.")]
EvidenceFolder = Annotated[
    Path | None,
    typer.Option(
        "--evidence", help="Evidence: a folder of tables or a .jsonl of records. Default: the shipped corpus."
    ),
]
ModelAddress = Annotated[
    str | None,
    typer.Option(
        "--model", help="A bundle folder, models:/name@alias or runs:/id/model. Default: the released bundle."
    ),
]


def speaker(quiet: bool) -> Console:
    """Return the console for progress and remarks: stderr, silent when quiet."""
    from secretome_ml.cli.console import plain_console

    return plain_console(stderr=True, quiet=quiet)


def stdout() -> Console:
    """Return the console for results."""
    from secretome_ml.cli.console import plain_console

    return plain_console()


def print_json(values: Any) -> None:
    """Print plain values as JSON on stdout; hidden characters are escaped, as JSON does it."""
    import json
    import re

    from secretome_ml.core.logs import HIDDEN

    def escaped(found: re.Match[str]) -> str:
        return found[0] if found[0] == "\n" else f"\\u{ord(found[0]):04x}"

    typer.echo(HIDDEN.sub(escaped, json.dumps(values, indent=1, ensure_ascii=False, default=str)))


@contextmanager
def steps(console: Console) -> Iterator[Callable[[str, int], None]]:
    """Show a progress bar on stderr when it is a terminal; yields `advance(what, total)`."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=console.quiet or not console.is_terminal) as bar:
        tasks: dict[str, Any] = {}

        def advance(what: str, total: int) -> None:
            if total:
                tasks[what] = bar.add_task(what, total=total)
            else:
                bar.advance(tasks[what])

        yield advance


def known_effect(text: str) -> str:
    """Return the effect that a word names; wrong usage when it names none."""
    from secretome_ml.vocabulary import Terms

    found = Terms().resolve("effect", text)
    if found is None:
        raise typer.BadParameter(f"'{text}' is no effect; use {', '.join(Terms().ids('effect'))}.")
    return found
