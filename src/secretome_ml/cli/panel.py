"""`secretome-ml panel`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from secretome_ml.cli.options import Json, Quiet, WorkbookSheet, print_json, speaker, stdout

if TYPE_CHECKING:
    from secretome_ml.workflows.panel import PanelFunction

_SHOWN = 8
_BACKGROUNDS = ("measured", "reported", "vesicles", "medium")


def panel(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="Profiles of any supported format.")],
    gene_sets: Annotated[
        Path | None,
        typer.Option("--gene-sets", help="A GMT file, plain or .gz. Default: known roles."),
    ] = None,
    sample: Annotated[
        list[str] | None, typer.Option("--sample", help="Only this sample; may be given again.")
    ] = None,
    background: Annotated[
        str,
        typer.Option(
            "--background",
            help="measured; or reported, vesicles or medium: what published studies found, all or in these.",
        ),
    ] = "measured",
    out: Annotated[
        Path | None, typer.Option("--out", help="Write every tested set: .csv, .parquet or .json.")
    ] = None,
    sheet: WorkbookSheet = None,
    metadata: Annotated[Path | None, typer.Option("--metadata", help="Sample sheet.")] = None,
    control: Annotated[str | None, typer.Option("--control", help="Levels relative to this sample.")] = None,
    format_name: Annotated[str | None, typer.Option("--format", help="Format of the input.")] = None,
    json_output: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say what the elevated and the decreased factors stand for, against the panel that was measured.

    \b
    For example:
      secretome-ml panel proteinGroups.txt --control MSC_normoxia
      secretome-ml panel profiles.csv --gene-sets GO_Biological_Process.gmt.gz --out function.csv
      secretome-ml panel vesicles.csv --background vesicles
    """
    from secretome_ml.core.files import check_suffix, write_table
    from secretome_ml.explanation.panel_sets import read_gene_sets, shipped_sets
    from secretome_ml.workflows.panel import chosen_samples, panel_function
    from secretome_ml.workflows.score import read_inputs

    console = speaker(quiet)
    if out is not None:
        check_suffix(out)
    sets = read_gene_sets(gene_sets) if gene_sets is not None else shipped_sets()
    profiles = read_inputs([source], format_name, metadata, control, lenient=True, sheet=sheet)
    if background not in _BACKGROUNDS:
        raise typer.BadParameter(f"'{background}' is no background; use {', '.join(_BACKGROUNDS)}.")
    published = None
    if background != "measured":
        from secretome_ml.evidence import load_evidence
        from secretome_ml.evidence.cargo import reported

        published = reported(load_evidence(), None if background == "reported" else background)
    chosen = chosen_samples(profiles, sample, source.name)
    found = panel_function(profiles, sets, reported=published, samples=chosen)
    if out is not None:
        write_table(found.results, out)
        console.print(f"Wrote {len(found.results)} rows to {out}.", highlight=False, markup=False)
    if json_output:
        values = {
            name: json.loads(getattr(found, name).to_json(orient="records")) for name in ("asked", "results")
        }
        print_json({"sets": found.source, "level": found.level, **values})
    else:
        _show(found)


def _show(found: PanelFunction) -> None:
    """Print one table, what stands out first, and one line for every question that had no answer."""
    import pandas as pd

    from secretome_ml.cli.listing import plain_table
    from secretome_ml.explanation.panel import SIGNIFICANT
    from secretome_ml.report.words import between, plain
    from secretome_ml.vocabulary.phrases import counted

    hits = found.results[found.results["adjusted"] <= SIGNIFICANT].sort_values("adjusted", kind="stable")
    shown = hits.groupby(["sample", "direction"], sort=False).head(_SHOWN)
    rows = [
        (
            row["sample"],
            row["direction"],
            row["set"],
            f"{row['overlap']} of {row['size']}",
            between(row["odds_ratio"], row["odds_low"], row["odds_high"], plain),
            plain(row["adjusted"]),
            row["factors"].replace("; ", ", "),
        )
        for row in shown.to_dict("records")
    ]
    if rows:
        columns = ["sample", "direction", "set", "factors", "odds ratio", "adjusted p", "which"]
        title = f"{counted(len(hits), 'set')} over-represented against the measured panel"
        stdout().print(plain_table(pd.DataFrame(rows, columns=columns), title))
    answered = set(zip(hits["sample"], hits["direction"], strict=True))
    for asked in found.asked.to_dict("records"):
        if (asked["sample"], asked["direction"]) in answered:
            continue
        why = asked["refused"] or (
            f"{asked['changed']} of {asked['background']} factors; none of {asked['tested']} sets stands out"
        )
        told = f"{asked['sample']}, {asked['direction']}: {why}."
        stdout().print(told, highlight=False, markup=False)
