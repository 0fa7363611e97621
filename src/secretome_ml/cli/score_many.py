"""What `secretome-ml score` does with many files, one output each, and with a long one."""

from __future__ import annotations

import logging
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from secretome_ml.cli.options import print_json, steps

if TYPE_CHECKING:
    from rich.console import Console

    from secretome_ml.evaluation.spread import Spread
    from secretome_ml.model import Model
    from secretome_ml.workflows.score_files import Reading


log = logging.getLogger(__name__)


class Table(StrEnum):
    """Format of a written table."""

    csv = "csv"
    parquet = "parquet"
    json = "json"


def names_a_folder(out: str) -> bool:
    """Return whether an output is a folder: there already, a URL, or a name without an ending.

    Examples
    --------
    >>> names_a_folder("scored/"), names_a_folder("s3://lab/scored"), names_a_folder("scores.csv")
    (True, True, False)
    """
    return "://" in out or out.endswith("/") or not Path(out).suffix or Path(out).is_dir()


def score_long(
    scorer: Model, inputs: list[str], out: str | None, threads: int, json_output: bool, console: Console
) -> None:
    """Stream one long table into Parquet, with a bar where its length is known."""
    from rich.progress import Progress

    from secretome_ml.bulk import score_file
    from secretome_ml.bulk.source import open_bulk
    from secretome_ml.cluster.places import local_copies

    if out is None or len(inputs) != 1 or not out.endswith(".parquet"):
        raise typer.BadParameter("--bulk takes one input and an --out that ends in .parquet, or a folder.")
    with local_copies(inputs) as paths:
        total = open_bulk(paths[0]).rows
        silent = console.quiet or not console.is_terminal
        with Progress(console=console, disable=silent) as bar:
            task = bar.add_task("samples", total=total)
            done = score_file(
                scorer, paths[0], out, progress=lambda n: bar.update(task, completed=n), threads=threads
            )
    if json_output:
        print_json({"target": out, "samples": done.samples, "rows": done.rows})
    console.print(
        f"Wrote {done.rows} rows of {done.samples} samples to {out}.", highlight=False, markup=False
    )


def score_many(
    scorer: Model,
    inputs: list[str],
    out: str,
    table: Table,
    reading: Reading,
    spread: Spread,
    json_output: bool,
    console: Console,
) -> None:
    """Score every input into its own output; exit code 3 when one was refused, 1 when one failed."""
    from dataclasses import asdict

    from secretome_ml.cluster.places import expand
    from secretome_ml.workflows.score_files import score_files, targets_of

    sources = expand(inputs)
    targets = targets_of(sources, out, ".parquet" if reading.bulk else f".{table}")
    with steps(console) as advance:
        advance("files", len(sources))
        found = score_files(scorer, sources, targets, reading, spread, lambda: advance("files", 0))
    counts = {
        state: sum(f.state == state for f in found) for state in ("scored", "kept", "refused", "failed")
    }
    for one in found:
        if one.problem:
            console.print(
                f"{one.source}: {one.state}. {one.problem}", highlight=False, markup=False, soft_wrap=True
            )
        for warning in one.warnings:
            log.warning("%s: %s", one.source, warning)
    if json_output:
        print_json([asdict(one) for one in found])
    console.print(
        f"{len(found)} files into {out}: {counts['scored']} scored, {counts['kept']} were finished before, "
        f"{counts['refused']} refused, {counts['failed']} failed; "
        f"{sum(one.outside for one in found)} samples outside the domain.",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    if counts["failed"] or counts["refused"]:
        raise typer.Exit(1 if counts["failed"] else 3)
