"""One long table into Parquet, streamed, with a bar where its length is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from secretome_ml.cli.options import print_json

if TYPE_CHECKING:
    from rich.console import Console

    from secretome_ml.bulk.score import Scored
    from secretome_ml.model import Model


def stream(
    work: Callable[..., Scored],
    model: Model,
    inputs: list[str],
    out: str | None,
    threads: int,
    json_output: bool,
    console: Console,
) -> None:
    """Score or explain one table of any length; `work` is `bulk.score_file` or `bulk.explain_file`."""
    from rich.progress import Progress

    from secretome_ml.bulk.source import open_bulk
    from secretome_ml.cluster.places import local_copies

    if out is None or len(inputs) != 1 or not out.endswith(".parquet"):
        raise typer.BadParameter("--bulk takes one input and an --out that ends in .parquet.")
    with local_copies(inputs) as paths:
        total = open_bulk(paths[0]).rows
        silent = console.quiet or not console.is_terminal
        with Progress(console=console, disable=silent) as bar:
            task = bar.add_task("samples", total=total)
            done = work(
                model, paths[0], out, progress=lambda n: bar.update(task, completed=n), threads=threads
            )
    if json_output:
        print_json({"target": out, "samples": done.samples, "rows": done.rows})
    console.print(
        f"Wrote {done.rows} rows of {done.samples} samples to {out}.", highlight=False, markup=False
    )
