"""`secretome-ml template`."""

from __future__ import annotations

from typing import Annotated

import typer


def template(
    format_name: Annotated[str, typer.Option("--format", help="wide, long or luminex-sheet.")] = "wide",
) -> None:
    """Print a table to fill in, with comments that the readers skip.

    \b
    For example:
      secretome-ml template --format wide > profiles.csv
    """
    from secretome_ml.profiles import template as text_of

    typer.echo(text_of(format_name), nl=False)
