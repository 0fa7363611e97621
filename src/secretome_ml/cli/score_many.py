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

    from secretome_ml.core.parallel import Spread
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
    targets = targets_of(sources, out, f".{table}")
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
