"""`secretome-ml nearest`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from secretome_ml.cli.options import (
    EvidenceFolder,
    Json,
    ModelAddress,
    Quiet,
    WorkbookSheet,
    known_effect,
    print_json,
    speaker,
    stdout,
)

_DIFFER = (
    ("both", "shared"),
    ("only here", "only_here"),
    ("only there", "only_there"),
    ("opposite", "factors_apart"),
)


def nearest(
    inputs: Annotated[list[Path], typer.Argument(help="Profiles of any supported format.")],
    effect: Annotated[
        list[str] | None,
        typer.Option("--effect", "-e", help="Only outcomes of this effect; may be repeated."),
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, max=50, help="Preparations per sample.")] = 5,
    out: Annotated[Path | None, typer.Option("--out", help="Write this .csv, .parquet or .json.")] = None,
    model: ModelAddress = None,
    evidence: EvidenceFolder = None,
    sheet: WorkbookSheet = None,
    metadata: Annotated[Path | None, typer.Option("--metadata", help="Sample sheet.")] = None,
    control: Annotated[str | None, typer.Option("--control", help="Levels relative to this sample.")] = None,
    format_name: Annotated[str | None, typer.Option("--format", help="Format of the input.")] = None,
    json_output: Json = False,
    quiet: Quiet = False,
) -> None:
    """Name the published preparations most like yours: what they did, and what differs.

    \b
    For example:
      secretome-ml nearest data/examples/adipose_hypoxia.csv
      secretome-ml nearest profiles.csv --effect angiogenic --most 10 --out nearest.csv
    """
    from secretome_ml.core.files import check_suffix, write_table
    from secretome_ml.explanation.nearest import nearest as run
    from secretome_ml.workflows.score import read_inputs
    from secretome_ml.workflows.sources import local_store, open_evidence, open_model

    console = speaker(quiet)
    if out is not None:
        check_suffix(out)
    effects = [known_effect(e) for e in effect] if effect else list(open_model(model, local_store()).effects)
    profiles = read_inputs(inputs, format_name, metadata, control, lenient=True, sheet=sheet)
    found = run(profiles, open_evidence(evidence), effects, most)
    if out is not None:
        write_table(found, out)
        console.print(f"Wrote {len(found)} rows to {out}.", highlight=False, markup=False)
    if json_output:
        print_json(json.loads(found.to_json(orient="records")))
        return
    for sample, rows in found.groupby("sample", sort=False):
        stdout().print(f"\n{sample}", style="bold", highlight=False, markup=False)
        for row in rows.to_dict("records"):
            stdout().print(_told(row), highlight=False, markup=False)


def _told(row: dict[str, object]) -> str:
    year = f" ({row['year']})" if isinstance(row["year"], int) else ""
    named = f"{row['author'] or row['title'] or row['study']}{year}"
    place = f"doi:{row['doi']}" if row["doi"] else str(row["locator"])
    parts = [
        f"{row['rank']}. {named}, {str(row['arm']).replace('_', ' ')}; {place}",
        f"   found: {row['outcomes']}",
    ]
    for name, words in _DIFFER:
        if row[words]:
            parts.append(f"   {name}: {row[words]}")
    if row["itself"]:
        parts.append("   The model was trained on this preparation.")
    return "\n".join(parts)
