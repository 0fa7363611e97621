"""`secretome-ml explain`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from secretome_ml.cli.options import ModelAddress, Quiet, speaker


def explain(
    inputs: Annotated[
        list[Path] | None, typer.Argument(help="Profiles; without them: what the model learned.")
    ] = None,
    model: ModelAddress = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for tables, figures and the page.")] = Path(
        "explanation"
    ),
    metadata: Annotated[Path | None, typer.Option("--metadata", help="Sample sheet.")] = None,
    control: Annotated[str | None, typer.Option("--control", help="Levels relative to this sample.")] = None,
    format_name: Annotated[str | None, typer.Option("--format", help="Format of the input.")] = None,
    log: Annotated[bool, typer.Option("--log", help="Also log to MLflow.")] = False,
    quiet: Quiet = False,
) -> None:
    """Show what drives the predictions: tables, figures and one HTML page.

    \b
    For example:
      secretome-ml explain
      secretome-ml explain profiles.csv --out explanation
    """
    from secretome_ml.workflows.explain import explain_corpus, explain_profiles
    from secretome_ml.workflows.score import read_inputs
    from secretome_ml.workflows.sources import local_store, open_model

    console = speaker(quiet)
    profiles = read_inputs(inputs, format_name, metadata, control) if inputs else None
    explained = open_model(model, local_store())
    files = explain_profiles(explained, profiles, out) if profiles else explain_corpus(explained, out)
    console.print(
        f"Wrote {len(files)} files to {out}; open {out / 'explanation.html'}.",
        highlight=False,
        soft_wrap=True,
    )
    if log:
        from secretome_ml.tracking import log_explanation

        run_id = log_explanation(files, explained.digest, local_store())
        console.print(f"Logged to MLflow as run {run_id}.", highlight=False)
