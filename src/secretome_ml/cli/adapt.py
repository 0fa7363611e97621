"""`secretome-ml adapt`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from secretome_ml.cli.options import Json, ModelAddress, Quiet, known_effect, print_json, speaker, stdout

if TYPE_CHECKING:
    from secretome_ml.workflows.adapt import Adapted


def adapt(
    measured: Annotated[
        Path, typer.Argument(metavar="MEASURED", help="A row a lot or replicate: profile and outcome.")
    ],
    effect: Annotated[str, typer.Option("--effect", help="The effect that the outcome is a measure of.")],
    outcome: Annotated[
        str, typer.Option("--outcome", help="Column of the outcome: numbers, or yes and no.")
    ] = "outcome",
    lower_is_better: Annotated[
        bool, typer.Option("--lower-is-better", help="A low outcome is what the effect is called.")
    ] = False,
    assay: Annotated[
        str | None, typer.Option("--assay", help="The assay to take, where the column names several.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder of the adapted bundle; tables and figure go into OUT.lots."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the draws of lots.")] = 0,
    model: ModelAddress = None,
    json_output: Json = False,
    quiet: Quiet = False,
) -> None:
    """Adapt the model to your own lots, and say whether it predicts them.

    \b
    Every lot is left out in turn (also every donor and batch, where the table names them). For example:
      secretome-ml adapt lots.csv --effect angiogenic --outcome migration
      secretome-ml adapt lots.csv --effect immunomodulatory --lower-is-better --out mine
      secretome-ml score new_lots.csv --model mine
    """
    from secretome_ml.adaptation.lots import read_lots
    from secretome_ml.core.errors import InputRefused, Problem
    from secretome_ml.workflows.adapt import adapt as run
    from secretome_ml.workflows.sources import local_store, open_model

    console = speaker(quiet)
    wanted, parent = known_effect(effect), open_model(model, local_store())
    if wanted not in parent.effects:
        what, remedy = f"The model does not predict '{wanted}'.", f"Use one of {', '.join(parent.effects)}."
        raise InputRefused([Problem("--effect", None, None, what, remedy)])
    lots = read_lots(measured, outcome, assay)
    for note in lots.notes:
        console.print(note, style="yellow", highlight=False, markup=False)
    found = run(parent, lots, wanted, lower_is_better, seed=seed)
    for note in found.notes:
        console.print(note, style="yellow", highlight=False, markup=False)
    if out is not None:
        folder = _write(found, out)
        console.print(
            f"Wrote the bundle to {out}, tables and figure to {folder}.", highlight=False, markup=False
        )
    if json_output:
        print_json(
            {
                "answer": found.answer(),
                "parent": parent.digest,
                "digest": found.model.digest,
                "notes": [*lots.notes, *found.notes],
                "compared": json.loads(found.judged.compared.to_json(orient="records")),
                "lots": json.loads(found.judged.predicted.to_json(orient="records")),
                "weights": dict(
                    zip(
                        ("level", "score", *found.adaptation.factors),
                        found.adaptation.fit.weights,
                        strict=True,
                    )
                ),
            }
        )
    else:
        _show(found)


def _write(found: Adapted, out: Path) -> Path:
    from secretome_ml.bundle import write_bundle
    from secretome_ml.cli.folders import write_folder
    from secretome_ml.report.figures.lots import lots_figure
    from secretome_ml.report.style import figure_files

    write_bundle(found.model.to_bundle(" ".join(["secretome-ml", *sys.argv[1:]])), out)
    folder = out.with_name(f"{out.name}.lots")
    drawn = lots_figure(found.judged.predicted, found.lots.name, found.judged.level, _below(found))
    tables = {"lots.csv": found.judged.predicted, "compared.csv": found.judged.compared}
    write_folder(folder, tables, figure_files(drawn, "lots"))
    return folder


def _below(found: Adapted) -> str:
    from secretome_ml.adaptation.judged import ADAPTED, LEFT_OUT
    from secretome_ml.report.words import between

    rows = found.judged.compared
    row = rows[(rows["rule"] == ADAPTED) & (rows["left_out"] == LEFT_OUT)].iloc[0]
    taken = between(row["skill"], row["skill_low"], row["skill_high"])
    return f"Of the squared error of the mean taken away: {taken}."


def _show(found: Adapted) -> None:
    import pandas as pd

    from secretome_ml.cli.listing import plain_table
    from secretome_ml.report.words import between, plain

    for left_out, rows in found.judged.compared.groupby("left_out", sort=False):
        shown = [
            (
                row["rule"],
                plain(row["error"]),
                between(row["skill"], row["skill_low"], row["skill_high"]),
                between(row["over_factor"], row["over_factor_low"], row["over_factor_high"]),
            )
            for row in rows.to_dict("records")
        ]
        columns = ["predicted by", "error", "better than the mean", "better than the best factor"]
        title = f"Each {left_out} left out in turn: share of the squared error taken away"
        stdout().print(plain_table(pd.DataFrame(shown, columns=columns), title))
    stdout().print(found.answer(), highlight=False, markup=False)
