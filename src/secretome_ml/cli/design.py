"""`secretome-ml design`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from secretome_ml.cli.options import (
    EvidenceFolder,
    Json,
    ModelAddress,
    Quiet,
    WorkbookSheet,
    print_json,
    speaker,
)

if TYPE_CHECKING:
    from secretome_ml.profiles import Profiles
    from secretome_ml.workflows.design import Designed


def design(
    source: Annotated[
        Path | None, typer.Argument(metavar="[INPUT]", help="A file with the preparation to change.")
    ] = None,
    effect: Annotated[
        list[str] | None, typer.Option("--effect", "-e", help="Effect to gain; several give a Pareto front.")
    ] = None,
    keep: Annotated[list[str] | None, typer.Option("--keep", help="Effect not to lose.")] = None,
    start: Annotated[
        str | None,
        typer.Option("--start", help="In words: 'cell_source=adipose; product=exosome; HGF=900 pg/mL'."),
    ] = None,
    sample: Annotated[str | None, typer.Option("--sample", help="Sample, where INPUT holds several.")] = None,
    most: Annotated[int, typer.Option("--most", min=1, max=6, help="Changes in a cocktail, at most.")] = 3,
    only: Annotated[
        str | None,
        typer.Option("--only", help="Change only these: preconditioning, product, source, factor."),
    ] = None,
    no_gene: Annotated[bool, typer.Option("--no-gene", help="No engineered cells.")] = False,
    held_out: Annotated[
        bool, typer.Option("--held-out", help="Instead: how often held-out comparisons of one change agreed.")
    ] = False,
    model: ModelAddress = None,
    evidence: EvidenceFolder = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the tables and figures.")] = None,
    sheet: WorkbookSheet = None,
    metadata: Annotated[Path | None, typer.Option("--metadata", help="Sample sheet.")] = None,
    control: Annotated[str | None, typer.Option("--control", help="Levels relative to this sample.")] = None,
    format_name: Annotated[str | None, typer.Option("--format", help="Format of the input.")] = None,
    json_output: Json = False,
    quiet: Quiet = False,
) -> None:
    """Rank changes of a preparation by what the model expects of them, with the studies that tried them.

    \b
    For example:
      secretome-ml design --effect angiogenic --start 'cell_source=adipose; product=conditioned_medium'
      secretome-ml design profiles.csv --sample asc --effect anti_inflammatory --keep angiogenic
      secretome-ml design lot.csv --effect angiogenic --only preconditioning,product --no-gene
      secretome-ml design --held-out
    """
    from secretome_ml.cli.design_tables import show_design, show_held_out
    from secretome_ml.workflows.design import design as run
    from secretome_ml.workflows.design import one_change_held_out
    from secretome_ml.workflows.sources import local_store, open_evidence, open_model

    console = speaker(quiet)
    if held_out:
        show_held_out(
            one_change_held_out(open_model(model, local_store()), open_evidence(evidence)), json_output
        )
        return
    if not effect:
        raise typer.BadParameter("name the effect to gain with --effect.")
    if (source is None) == (start is None):
        raise typer.BadParameter("give either a file or --start.")
    preparation = chosen_preparation(source, start, sample, (format_name, metadata, control), sheet)
    chosen = [name.strip() for name in (only or "").split(",") if name.strip()]
    corpus = open_evidence(evidence)
    scorer = open_model(model, local_store())
    found = run(scorer, preparation, corpus, effect, keep or [], most, chosen, not no_gene)
    for note in found.notes:
        console.print(note, style="yellow", highlight=False, markup=False)
    if out is not None:
        files = _write(found, out)
        console.print(f"Wrote {len(files)} files to {out}.", highlight=False, markup=False)
    if json_output:
        tables = ("start", "ranked", "cocktail", "trials", "nearest", "refused")
        values = {name: json.loads(getattr(found, name).to_json(orient="records")) for name in tables}
        print_json({"effects": found.effects, "level": found.level, "notes": list(found.notes), **values})
    else:
        show_design(found)


def chosen_preparation(
    source: Path | None,
    start: str | None,
    sample: str | None,
    how: tuple[str | None, Path | None, str | None],
    sheet: str | None = None,
) -> Profiles:
    """Return the preparation of a file or of words, one sample."""
    from secretome_ml.core.errors import InputRefused, Problem
    from secretome_ml.design.start import read_start
    from secretome_ml.workflows.score import read_inputs

    if source is None:
        return read_start(start or "")
    profiles = read_inputs([source], *how, lenient=True, sheet=sheet)
    named = sample if sample is not None else str(profiles.samples[0]) if len(profiles) == 1 else None
    if named is None or named not in profiles.samples:
        what = f"There is no sample '{sample}'." if sample else f"The file holds {len(profiles)} samples."
        listed = ", ".join(str(s) for s in profiles.samples[:6])
        raise InputRefused([Problem(source.name, None, None, what, f"Name one with --sample: {listed}.")])
    return profiles.take([named])


def _write(found: Designed, folder: Path) -> list[Path]:
    from secretome_ml.cli.folders import write_folder
    from secretome_ml.report.figures.gains import front_figure, gains_figure
    from secretome_ml.report.style import figure_files

    names = ("ranked", "cocktail", "trials", "nearest", "refused")
    figures: dict[str, bytes] = {}
    for effect in found.effects if len(found.ranked) else ():
        figures |= figure_files(gains_figure(found.ranked, effect), f"gains_{effect}")
    if len(found.ranked) and len(found.effects) > 1:
        figures |= figure_files(front_figure(found.ranked, found.effects[0], found.effects[1]), "front")
    return write_folder(folder, {f"{name}.csv": getattr(found, name) for name in names}, figures)
