"""`secretome-ml score` and `secretome-ml evaluate`."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from secretome_ml.cli.long_tables import contributions_beside, score_long
from secretome_ml.cli.options import (
    Json,
    ModelAddress,
    Quiet,
    Verbose,
    WorkbookSheet,
    print_json,
    speaker,
    stdout,
)
from secretome_ml.cli.score_many import Table, names_a_folder, score_many
from secretome_ml.cli.spreading import ComputeDevice, Device, Jobs, Scheduler, spread_over

if TYPE_CHECKING:
    from secretome_ml.model import Model

log = logging.getLogger(__name__)

Inputs = Annotated[
    list[str],
    typer.Argument(
        help="Profiles of any supported format: files, folders, s3:// or other URLs; - for stdin."
    ),
]


def score(
    inputs: Inputs,
    model: ModelAddress = None,
    out: Annotated[
        str | None,
        typer.Option(
            "--out",
            help="Write this .csv, .parquet or .json; or a folder, one output per input. Default: stdout.",
        ),
    ] = None,
    table: Annotated[
        Table, typer.Option("--table", help="Format of the outputs when --out is a folder.")
    ] = Table.csv,
    sheet: WorkbookSheet = None,
    metadata: Annotated[
        Path | None, typer.Option("--metadata", help="Sample sheet for formats that carry only intensities.")
    ] = None,
    control: Annotated[str | None, typer.Option("--control", help="Levels relative to this sample.")] = None,
    format_name: Annotated[
        str | None, typer.Option("--format", help="Format; default: recognised from the content.")
    ] = None,
    among: Annotated[
        str | None,
        typer.Option(
            "--among",
            help="Percentiles among the published arms that are so: tested, cell_source=adipose, "
            "product=exosome. Default: all.",
        ),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Also write the contributions, beside --out.")
    ] = False,
    report: Annotated[Path | None, typer.Option("--report", help="Also write a page: .html or .pdf.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Report what was read, before any score.")] = False,
    strict: Annotated[
        bool | None,
        typer.Option(
            "--strict/--lenient",
            help="Refuse unknown factors and samples outside the domain / accept samples not in the sheet.",
        ),
    ] = None,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    device: ComputeDevice = Device.cpu,
    json_output: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Score profiles: which effects to expect, how sure, and what drives it.

    \b
    For example:
      secretome-ml score profiles.csv
      secretome-ml score proteinGroups.txt --metadata samples.xlsx --control MSC_normoxia --out scores.csv
      secretome-ml score studies.jsonl --explain --report page.html --out scores.csv
      secretome-ml score runs/ --out scored/ --table parquet --scheduler local
      secretome-ml score million.parquet --out scores.parquet
    """
    from secretome_ml.cluster.places import local_copies
    from secretome_ml.core.files import check_suffix, csv_text, write_tables
    from secretome_ml.models.device import compute_on, usable_device
    from secretome_ml.report.tables import scores_table
    from secretome_ml.workflows.score import read_inputs, require_strict, seen_in_training
    from secretome_ml.workflows.score_files import Reading

    console = speaker(quiet)
    if explain and out is None:
        raise typer.BadParameter("--explain writes a second table beside --out; name --out too.")
    if out is not None and names_a_folder(out):
        if explain or report is not None or check:
            raise typer.BadParameter("--explain, --report and --check take one output; name a file as --out.")
        scorer = _opened(model, among)
        compute_on(scorer.estimator, usable_device(device))
        samples = str(metadata) if metadata else None
        reading = Reading(format_name, samples, control, strict is False, bool(strict), sheet)
        with spread_over(scheduler, jobs) as spread:
            score_many(scorer, inputs, out, table, reading, spread, json_output, console)
        return
    if scheduler is not None:
        raise typer.BadParameter("--scheduler writes one output per input; name a folder as --out.")
    if out is not None:
        check_suffix(Path(out))
    scorer = _opened(model, among)
    compute_on(scorer.estimator, usable_device(device))
    if check:
        report_inputs(inputs, scorer, format_name, metadata, control, strict is False, sheet, json_output)
        return
    with local_copies(inputs) as paths:
        if not (report or format_name or metadata or control or sheet or json_output):
            done = score_long(scorer, paths, out, explain, bool(strict), jobs, console)
            if done:
                return
        how = format_name, metadata, control, strict is False, scorer.grades_among, sheet
        profiles = read_inputs(paths, *how)
        for seen in seen_in_training(scorer, paths, profiles):
            log.warning("%s", seen)
    # The terms behind the scores take most of the time and memory.
    told = scorer.score_and_explain(profiles) if explain or report is not None else None
    scores = told[0] if told else scorer.score(profiles)
    if strict:
        require_strict(scores)
    if out is not None:
        beside = contributions_beside(Path(out))
        write_tables({Path(out): scores, **({beside: told[1]} if explain and told else {})})
        console.print(f"Wrote {len(scores)} rows to {out}.", highlight=False)
        if explain and told:
            console.print(f"Wrote the contributions to {beside}.", highlight=False)
    if report is not None:
        from secretome_ml.workflows.report import date_of, write_report

        dated = date_of([Path(name) for name in inputs])
        write_report(scorer, profiles, report, told, dated)
        console.print(f"Wrote the report to {report}.", highlight=False)
    if json_output:
        print_json(json.loads(scores.to_json(orient="records")))
    elif out is None and sys.stdout.isatty():
        stdout().print(scores_table(scores, scorer.recipe.level))
    elif out is None:
        typer.echo(csv_text(scores), nl=False)
    outside = scores.loc[scores["in_domain"].eq(False)].drop_duplicates("sample")["domain_reason"]
    if len(outside):
        reasons = outside.unique()
        why = str(reasons[0]) if len(reasons) == 1 else "see domain_reason"
        words = f"Not judged, outside the domain of the model: {len(outside)} of "
        words += f"{scores['sample'].nunique()} samples; {why}."
        console.print(words, style="yellow", highlight=False, markup=False)
    if verbose:
        console.print(f"Model {scorer.estimator.name}, digest {scorer.digest}", highlight=False)


def _opened(address: str | None, among: str | None) -> Model:
    """Return the model, with percentiles among the arms that were asked for."""
    from secretome_ml.workflows.sources import local_store, open_evidence, open_model

    model = open_model(address, local_store())
    if among is None:
        return model
    from secretome_ml.workflows.reference import with_reference

    return with_reference(model, open_evidence(None), among)


def report_inputs(
    inputs: list[str],
    scorer: Model,
    format_name: str | None,
    metadata: Path | None,
    control: str | None,
    lenient: bool,
    sheet: str | None,
    json_output: bool,
) -> None:
    """Print what each input holds; exit code 3 when one of them would be refused."""
    import pandas as pd

    from secretome_ml.cli.listing import gathered, plain_table
    from secretome_ml.cluster.places import local_copies
    from secretome_ml.core.errors import InputRefused
    from secretome_ml.readers import check_input

    with local_copies(inputs) as paths:
        reports = [
            check_input(
                p,
                format_name,
                metadata,
                control,
                lenient,
                scorer.important_factors,
                scorer.domain.judge,
                sheet,
            )
            for p in paths
        ]
    if json_output:
        print_json([json.loads(r.to_json()) for r in reports])
    else:
        for title, columns, rows in (section for r in reports for section in r.sections()):
            table = pd.DataFrame(rows, columns=list(columns))
            stdout().print(plain_table(gathered(table) if title.startswith("Samples") else table, title))
    if not all(r.ok for r in reports):
        raise typer.Exit(InputRefused.exit_code)


def evaluate(
    evidence: Annotated[
        Path, typer.Argument(help="Studies with known outcomes: .jsonl records or a folder of tables.")
    ],
    model: ModelAddress = None,
    drop_seen: Annotated[
        bool, typer.Option("--drop-seen", help="Leave out studies that the model was trained on.")
    ] = False,
    json_output: Json = False,
    quiet: Quiet = False,
) -> None:
    """Score studies with known outcomes that the model has not seen, and print the metrics.

    \b
    For example:
      secretome-ml evaluate new_studies.jsonl --drop-seen
    """
    from secretome_ml.report.tables import results_table
    from secretome_ml.workflows.score import evaluate as run
    from secretome_ml.workflows.sources import local_store, open_evidence, open_model

    console = speaker(quiet)
    scorer = open_model(model, local_store())
    found = run(scorer, open_evidence(evidence), drop_seen)
    if found.dropped:
        console.print(
            f"Left out {len(found.dropped)} studies that the model was trained on.", highlight=False
        )
    if json_output:
        values = {"metrics": json.loads(found.metrics.to_json(orient="records")), "dropped": found.dropped}
        values["pairs"] = json.loads(found.pairs.to_json(orient="records"))
        print_json(values)
    else:
        stdout().print(results_table({scorer.estimator.name: found.metrics}, scorer.recipe.level))
