"""The command line: thin commands; help imports nothing heavy."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from secretome_ml.cli import (
    adapt,
    compare,
    design,
    evidence,
    explain,
    measure,
    models,
    nearest,
    panel,
    score,
    template,
    train,
    ui,
    vocabulary,
)  # fmt: skip
from secretome_ml.cli.guard import run_guarded
from secretome_ml.cli.voice import give_voice
from secretome_ml.core.version import __version__

app = typer.Typer(
    name="secretome-ml",
    help=(
        "Learn from published studies which therapeutic effects a stem-cell secretome has, "
        "score new profiles, and see why.\n\nResearch software, not a clinical device."
    ),
    no_args_is_help=True,
    rich_markup_mode=None,  # rich help costs more than the help itself
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("train")(train.train)
app.command("score")(score.score)
app.command("explain")(explain.explain)
app.command("compare")(compare.compare)
app.command("design")(design.design)
app.command("nearest")(nearest.nearest)
app.command("measure")(measure.measure)
app.command("adapt")(adapt.adapt)
app.command("panel")(panel.panel)
app.command("template")(template.template)
app.command("evaluate")(score.evaluate)
app.command("ui")(ui.ui)
app.add_typer(evidence.app, name="evidence", help="The corpus: validate, count, import, export.")
app.add_typer(vocabulary.app, name="vocabulary", help="What a name resolves to, and why.")
app.add_typer(models.app, name="models", help="Bundles: list, show the card, verify the checksums.")
give_voice(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of every command."""


def main() -> None:
    """Run the command line; named errors become one clear message and their exit code."""
    sys.exit(run_guarded(app))
