"""`secretome-ml explain`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from secretome_ml.cli.long_tables import explain_long, refuse_long
from secretome_ml.cli.options import ModelAddress, Quiet, WorkbookSheet, speaker
from secretome_ml.cli.spreading import Jobs, every_core

if TYPE_CHECKING:
    from secretome_ml.workflows.explain import Cohorts


def explain(
    inputs: Annotated[
        list[Path] | None, typer.Argument(help="Profiles; without them: what the model learned.")
    ] = None,
    model: ModelAddress = None,
    out: Annotated[
        Path,
        typer.Option("--out", help="Folder for tables, figures and page; or a table: contributions alone."),
    ] = Path("explanation"),
    sheet: WorkbookSheet = None,
    metadata: Annotated[Path | None, typer.Option("--metadata", help="Sample sheet.")] = None,
    control: Annotated[str | None, typer.Option("--control", help="Levels relative to this sample.")] = None,
    format_name: Annotated[str | None, typer.Option("--format", help="Format of the input.")] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            help="Set two cohorts against each other, grouped by cell_source, cell_type, species, stage, "
            "product, culture or preconditioning.",
        ),
    ] = None,
    between: Annotated[
        str | None,
        typer.Option("--between", help="The two cohorts, as adipose,bone_marrow; default: the largest."),
    ] = None,
    jobs: Jobs = None,
    log: Annotated[bool, typer.Option("--log", help="Also log to MLflow.")] = False,
    quiet: Quiet = False,
) -> None:
    """Show what drives the predictions: tables, figures and one HTML page.

    \b
    For example:
      secretome-ml explain
      secretome-ml explain profiles.csv --out explanation
      secretome-ml explain --by cell_source --between adipose,bone_marrow
      secretome-ml explain million.parquet --out contributions.parquet
    """
    from secretome_ml.core.files import write_table
    from secretome_ml.workflows.explain import explain_corpus, explain_profiles
    from secretome_ml.workflows.report import date_of
    from secretome_ml.workflows.score import read_inputs
    from secretome_ml.workflows.sources import local_store, open_model

    console = speaker(quiet)
    if inputs and out.suffix:
        if by or between or log:
            raise typer.BadParameter("Cohorts go into a folder; name one without an ending as --out.")
        explained, plain = open_model(model, local_store()), not (metadata or control or format_name or sheet)
        if plain and explain_long(explained, inputs, out, every_core(jobs), console):
            return
        how = format_name, metadata, control, False, explained.grades_among, sheet
        write_table(explained.explain(read_inputs(inputs, *how)), out)
        console.print(f"Wrote the contributions to {out}.", highlight=False)
        return
    if inputs:
        refuse_long(inputs)
    explained = open_model(model, local_store())
    how = format_name, metadata, control, False, explained.grades_among, sheet
    profiles = read_inputs(inputs, *how) if inputs else None
    cohorts = _cohorts(by, between)

    def tell(what: str) -> None:
        console.print(f"{what} ...", highlight=False)

    if profiles is not None:
        files = explain_profiles(explained, profiles, out, cohorts, tell, date_of(inputs or []))
    else:
        files = explain_corpus(explained, out, cohorts, tell)
    console.print(
        f"Wrote {len(files)} files to {out}; open {out / 'explanation.html'}.",
        highlight=False,
        soft_wrap=True,
    )
    if log:
        from secretome_ml.tracking import log_explanation

        run_id = log_explanation(files, explained.digest, local_store())
        console.print(f"Logged to MLflow as run {run_id}.", highlight=False)


def _cohorts(by: str | None, between: str | None) -> Cohorts | None:
    """Return what `--by` and `--between` ask for."""
    from secretome_ml.workflows.explain import Cohorts

    names = tuple(name.strip() for name in (between or "").split(",") if name.strip())
    if by is None and not names:
        return None
    if by is None:
        raise typer.BadParameter("Say with --by how the samples are grouped.", param_hint="--between")
    if len(names) not in (0, 2):
        raise typer.BadParameter("Name two cohorts, divided by a comma.", param_hint="--between")
    return Cohorts(by, names)
