"""`secretome-ml measure`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from secretome_ml.cli.design import chosen_preparation
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

if TYPE_CHECKING:
    from secretome_ml.design.measure import Measure

_ANY = "cell_type=MSC; product=conditioned_medium"


def measure(
    source: Annotated[
        Path | None, typer.Argument(metavar="[PROFILE]", help="A file with what is known already.")
    ] = None,
    effect: Annotated[str, typer.Option("--effect", "-e", help="Effect to know better.")] = "angiogenic",
    start: Annotated[
        str | None,
        typer.Option("--start", help=f"The same in words; without it and PROFILE '{_ANY}'."),
    ] = None,
    sample: Annotated[
        str | None, typer.Option("--sample", help="Sample, where PROFILE holds several.")
    ] = None,
    have: Annotated[str, typer.Option("--have", help="Factors that are measured anyway: VEGFA,HGF.")] = "",
    panel: Annotated[int, typer.Option("--panel", min=1, max=60, help="Number of factors to choose.")] = 12,
    cost: Annotated[
        Path | None, typer.Option("--cost", help="Table `factor,cost`; then what settles most per cost.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for both tables: factors.csv, panels.csv.")
    ] = None,
    model: ModelAddress = None,
    evidence: EvidenceFolder = None,
    sheet: WorkbookSheet = None,
    metadata: Annotated[Path | None, typer.Option("--metadata", help="Sample sheet.")] = None,
    control: Annotated[str | None, typer.Option("--control", help="Levels relative to this sample.")] = None,
    format_name: Annotated[str | None, typer.Option("--format", help="Format of the input.")] = None,
    json_output: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say which factors to measure next, and which panel on the market holds them.

    \b
    For example:
      secretome-ml measure --effect angiogenic
      secretome-ml measure profile.csv --effect anti_inflammatory --have VEGFA,HGF --panel 8
      secretome-ml measure --start 'cell_source=adipose; product=exosome' --cost prices.csv --json
    """
    from secretome_ml.core.errors import InputRefused, Problem
    from secretome_ml.core.files import write_table
    from secretome_ml.design.measure import named_factors, read_costs, what_to_measure
    from secretome_ml.workflows.sources import local_store, open_evidence, open_model

    console = speaker(quiet)
    if source is not None and start is not None:
        raise typer.BadParameter("give either a file or --start.")
    wanted, scorer = known_effect(effect), open_model(model, local_store())
    if wanted not in scorer.effects:
        what, remedy = f"The model does not predict '{wanted}'.", f"Use one of {', '.join(scorer.effects)}."
        raise InputRefused([Problem("--effect", None, None, what, remedy)])
    words = (start or _ANY) if source is None else None
    preparation = chosen_preparation(source, words, sample, (format_name, metadata, control), sheet)
    costs = read_costs(cost) if cost is not None else None
    measured = named_factors(have)
    found = what_to_measure(scorer, preparation, open_evidence(evidence), wanted, measured, panel, costs)
    if out is not None:
        write_table(found.factors, out / "factors.csv")
        write_table(found.panels, out / "panels.csv")
        console.print(f"Wrote 2 files to {out}.", highlight=False, markup=False)
    if json_output:
        print_json(
            {
                "effect": found.effect,
                "known": list(found.known),
                "spread": found.spread,
                "settled": found.settled,
                **{n: json.loads(getattr(found, n).to_json(orient="records")) for n in ("factors", "panels")},
            }
        )
    else:
        _show(found)


def _show(found: Measure) -> None:
    import pandas as pd

    from secretome_ml.cli.listing import plain_table
    from secretome_ml.report.words import effect_label, percent, signed

    priced = bool(found.factors["cost"].notna().any() or found.panels["cost"].notna().any())
    rows = [
        (
            str(r["rank"]), r["factor"], f"{percent(r['found'])} ({r['studies']})",
            percent(r["narrowing"]), percent(r["together"]), signed(r["expected_change"]),
            percent(r["verdict_changes"]), *([f"{r['cost']:g}"] if priced else []),
        )
        for r in found.factors.to_dict("records")
    ]  # fmt: skip
    columns = ["", "factor", "found (studies)", "narrower by", "together", "moves score", "other verdict"]
    title = f"What to measure next: {effect_label(found.effect)}"
    stdout().print(plain_table(pd.DataFrame(rows, columns=[*columns, *(["cost"] if priced else [])]), title))
    panels = [
        (
            r["panel"], f"{r['new']} of {r['factors']}", percent(r["narrowing"]),
            percent(r["verdict_changes"]), r["best"].replace("; ", " "),
            *([f"{r['cost']:g}"] if priced else []),
        )
        for r in found.panels.to_dict("records")
    ]  # fmt: skip
    columns = ["panel", "new", "narrower by", "other verdict", "most by"]
    whole = pd.DataFrame(panels, columns=[*columns, *(["cost"] if priced else [])])
    stdout().print(plain_table(whole, "Panels on the market"))
