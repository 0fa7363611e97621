"""`secretome-ml compare`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from secretome_ml.cli.options import Json, ModelAddress, Quiet, WorkbookSheet, print_json, speaker, stdout

if TYPE_CHECKING:
    from secretome_ml.workflows.compare import Compared

_SHOWN_TERMS = 8


def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="A file with sample a, or with both samples.")],
    second: Annotated[
        Path | None, typer.Argument(metavar="[B]", help="A file with sample b; left out: A holds both.")
    ] = None,
    sample_a: Annotated[
        str | None, typer.Option("--sample-a", help="Sample a, where A holds several.")
    ] = None,
    sample_b: Annotated[
        str | None, typer.Option("--sample-b", help="Sample b, where its file holds several.")
    ] = None,
    model: ModelAddress = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for both tables and a figure per effect.")
    ] = None,
    sheet: WorkbookSheet = None,
    metadata: Annotated[Path | None, typer.Option("--metadata", help="Sample sheet.")] = None,
    control: Annotated[str | None, typer.Option("--control", help="Levels relative to this sample.")] = None,
    format_name: Annotated[str | None, typer.Option("--format", help="Format of the input.")] = None,
    json_output: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compare two preparations: which differences move the prediction, and how much.

    \b
    Every difference is b minus a. For example:
      secretome-ml compare before.csv after.csv
      secretome-ml compare profiles.csv --sample-a normoxia --sample-b hypoxia --out comparison
    """
    from secretome_ml.workflows.compare import choose_pair
    from secretome_ml.workflows.compare import compare as run
    from secretome_ml.workflows.score import read_inputs
    from secretome_ml.workflows.sources import local_store, open_model

    console = speaker(quiet)
    one = read_inputs([first], format_name, metadata, control, lenient=True, sheet=sheet)
    two = read_inputs([second], format_name, metadata, control, lenient=True, sheet=sheet) if second else None
    pair = choose_pair(one, two, sample_a, sample_b)
    found = run(open_model(model, local_store()), *pair)
    for note in found.notes:
        console.print(note, style="yellow", highlight=False, markup=False)
    if out is not None:
        files = _write(found, out)
        console.print(f"Wrote {len(files)} files to {out}.", highlight=False, markup=False)
    if json_output:
        print_json(
            {
                "a": found.a,
                "b": found.b,
                "level": found.level,
                "notes": list(found.notes),
                "scores": json.loads(found.scores.to_json(orient="records")),
                "terms": json.loads(found.terms.to_json(orient="records")),
            }
        )
    else:
        _show(found)


def _write(found: Compared, folder: Path) -> list[Path]:
    from secretome_ml.cli.folders import write_folder
    from secretome_ml.report.figures.differences import difference_figure
    from secretome_ml.report.style import figure_files

    figures: dict[str, bytes] = {}
    for effect, terms in found.terms.groupby("effect", sort=False):
        figures |= figure_files(difference_figure(terms, found.a, found.b), f"difference_{effect}")
    return write_folder(folder, {"scores.csv": found.scores, "differences.csv": found.terms}, figures)


def _show(found: Compared) -> None:
    import pandas as pd

    from secretome_ml.cli.listing import plain_table
    from secretome_ml.report.figures.differences import difference_rows
    from secretome_ml.report.words import between, clean, effect_label, shorten, signed

    a, b = shorten(found.a, 24), shorten(found.b, 24)
    rows = []
    for row in found.scores.to_dict("records"):
        chances = [
            between(row[f"probability_{s}"], row[f"probability_low_{s}"], row[f"probability_high_{s}"])
            for s in "ab"
        ]
        change = between(row["difference"], row["difference_low"], row["difference_high"], signed)
        share = between(row["right"], row["right_low"], row["right_high"])
        effect = effect_label(row["effect"]).replace("-", "-\n", 1)
        rows.append((effect, *chances, change, f"{share} of {int(row['right_pairs'])}"))
    columns = ["", f"{a} (a)", f"{b} (b)", "score, b − a", "such pairs ordered rightly"]
    title = f"Probability and difference, with {found.level:.0%} intervals"
    stdout().print(plain_table(pd.DataFrame(rows, columns=columns), title))
    for effect, terms in found.terms.groupby("effect", sort=False):
        shown = difference_rows(terms, _SHOWN_TERMS)
        lines: list[tuple[str, str, str]] = []
        for part, own in shown.groupby("part", sort=False):
            lines += [(f"{part}:", "", "")] if part else []
            lines += [
                (clean(r["term"]), r["words"], between(r["difference"], r["low"], r["high"], signed))
                for r in own.to_dict("records")
            ]
        lines.append(("sum", "the difference of the scores", signed(float(terms["difference"].sum()))))
        table = pd.DataFrame(lines, columns=["term", "a → b", "moves the score by"])
        stdout().print(plain_table(table, effect_label(str(effect)).capitalize()))
