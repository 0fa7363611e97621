"""Long tables, streamed, with a bar where their length is known."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from secretome_ml.model import Model, Scored
    from secretome_ml.stream import LongFormat, LongTable


def contributions_beside(out: Path) -> Path:
    """Return where `score --explain` writes the contributions."""
    return out.with_name(f"{out.stem}.contributions{out.suffix}")


def score_long(
    model: Model,
    paths: list[Path],
    out: str | None,
    explain: bool,
    strict: bool,
    threads: int | None,
    console: Console,
) -> bool:
    """Score one long table batch by batch; False where the input is no such table."""
    from secretome_ml.core.files import csv_text, tables_aside
    from secretome_ml.workflows.score import require_strict

    table = _only_long(paths)
    if table is None:
        return False
    samples = rows = outside = 0
    with ExitStack() as stack:
        writer = beside = None
        if out is not None:
            paths = [Path(out), contributions_beside(Path(out))][: 1 + explain]
            writer, beside = [*stack.enter_context(tables_aside(*paths)), None][:2]
        for batch in _scored(model, table, threads, console, explain):
            scores = batch.scores()
            if strict:
                require_strict(scores)
            if writer is not None:
                writer.write(scores)
            else:
                text = csv_text(scores)
                sys.stdout.write(text if rows == 0 else text.partition("\n")[2])
            if beside is not None:
                beside.write(batch.terms())
            samples, rows = samples + len(batch), rows + len(scores)
            outside += int((~batch.shared["in_domain"]).sum())
    if out is not None:
        console.print(f"Wrote {rows} rows of {samples} samples to {out}.", highlight=False, markup=False)
    if outside:
        words = f"{outside} samples lie outside the domain of the model; see domain_reason."
        console.print(words, style="yellow")
    return True


def explain_long(model: Model, paths: list[Path], out: Path, threads: int | None, console: Console) -> bool:
    """Write the contributions of one long table batch by batch; False where the input is no such table."""
    from secretome_ml.core.files import write_table

    table = _only_long(paths)
    if table is None:
        return False
    write_table((batch.terms() for batch in _scored(model, table, threads, console, True)), out)
    console.print(f"Wrote the contributions to {out}.", highlight=False, markup=False)
    return True


def refuse_long(paths: list[Path]) -> None:
    """Refuse a long table where a page and figures were asked for."""
    if _only_long(paths) is not None:
        what = "The table is too long for a page; name a table as --out, such as contributions.parquet."
        raise typer.BadParameter(what, param_hint="--out")


def _only_long(paths: list[Path]) -> LongTable | LongFormat | None:
    from secretome_ml.stream import open_long

    return open_long(paths[0]) if len(paths) == 1 else None


def _scored(
    model: Model, table: LongTable | LongFormat, threads: int | None, console: Console, terms: bool
) -> Iterator[Scored]:
    from rich.progress import Progress

    from secretome_ml.workflows.score import scored_batches

    with Progress(console=console, disable=console.quiet or not console.is_terminal) as bar:
        task = bar.add_task("samples", total=table.rows)
        for batch in scored_batches(model, table, threads, terms):
            yield batch
            bar.advance(task, len(batch))
