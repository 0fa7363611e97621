"""`secretome-ml evidence ...`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from secretome_ml.cli.options import EvidenceFolder, Json, Quiet, print_json, speaker, stdout

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
Format = Annotated[str, typer.Option("--format", help="jsonl or parquet.")]


@app.command()
def validate(evidence: EvidenceFolder = None, json_output: Json = False, quiet: Quiet = False) -> None:
    """List every row that breaks a rule; exit code 3 when there is one."""
    from secretome_ml.errors import InputRefused
    from secretome_ml.evidence import refused_studies, validate_evidence
    from secretome_ml.evidence.validate import double_problems
    from secretome_ml.workflows.sources import open_evidence

    corpus = open_evidence(evidence)
    if evidence is not None and evidence.is_file():
        problems = [p for found in refused_studies(corpus, evidence.name).values() for p in found]
    else:
        problems = list(dict.fromkeys([*validate_evidence(corpus), *double_problems(corpus)]))
    if json_output:
        print_json({"studies": len(corpus.studies), "problems": [p.as_dict() for p in problems]})
        raise typer.Exit(InputRefused.exit_code if problems else 0)
    if problems:
        raise InputRefused(problems)
    speaker(quiet).print(
        f"{len(corpus.studies)} studies, {len(corpus.arms)} arms: every rule holds.", highlight=False
    )


@app.command()
def stats(evidence: EvidenceFolder = None, json_output: Json = False) -> None:
    """Count studies, arms, outcomes and comparisons, and tell where the corpus is thin."""
    from secretome_ml.cli.listing import stats_tables
    from secretome_ml.evidence import evidence_stats
    from secretome_ml.workflows.sources import open_evidence

    counts = evidence_stats(open_evidence(evidence))
    if json_output:
        print_json(counts)
        return
    for table in stats_tables(counts):
        stdout().print(table)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Evidence records (.jsonl).")],
    evidence: Annotated[
        Path | None,
        typer.Option("--evidence", help="Folder of the corpus to add to. Default: the shipped one."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; write nothing.")
    ] = False,
    drop_refused: Annotated[
        bool, typer.Option("--drop-refused", help="Leave out the studies that break a rule; import the rest.")
    ] = False,
    json_output: Json = False,
    quiet: Quiet = False,
) -> None:
    """Add new studies, all or nothing; known ones are recognised by DOI, PMID, address or title."""
    from secretome_ml.errors import InputRefused
    from secretome_ml.evidence import load_evidence, merge_evidence, read_records, refused_studies
    from secretome_ml.files import only_one
    from secretome_ml.paths import data_dir

    folder = evidence or data_dir() / "evidence"
    incoming = read_records(file)
    refused = refused_studies(incoming, file.name)
    problems = [problem for found in refused.values() for problem in found]
    if problems and not drop_refused:
        raise InputRefused(problems)
    # Read, merge and write as one: of two imports at once, the second sees what the first has added.
    with only_one(folder):
        merged = merge_evidence(
            load_evidence(folder), incoming.subset(set(incoming.studies["study"]) - refused.keys())
        )
        if merged.added and not dry_run:
            merged.evidence.save(folder)
    if json_output:
        written = bool(merged.added) and not dry_run
        left_out = [problem.as_dict() for problem in problems]
        print_json({"added": merged.added, "known": merged.known, "refused": left_out, "written": written})
        return
    console = speaker(quiet)
    console.print(f"{'Would add' if dry_run else 'Added'} {len(merged.added)} studies.", highlight=False)
    for study, own in merged.known.items():
        console.print(f"Known already: {study} (as {own})", highlight=False)
    for problem in problems:
        console.print(f"Left out: {problem}", highlight=False, markup=False)


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="A .jsonl file, or a folder for Parquet.")],
    evidence: EvidenceFolder = None,
    format_name: Format = "jsonl",
    quiet: Quiet = False,
) -> None:
    """Write the corpus as evidence records or as Parquet tables."""
    import io

    from secretome_ml.evidence import write_records
    from secretome_ml.files import refuse_foreign, replace_folder, write_file
    from secretome_ml.workflows.sources import open_evidence

    corpus = open_evidence(evidence)
    if format_name == "jsonl":
        write_file(out, write_records(corpus))
    elif format_name == "parquet":
        refuse_foreign(out, ".parquet")
        files = {}
        for name, table in corpus.tables.items():
            buffer = io.BytesIO()
            table.to_parquet(buffer, index=False)
            files[f"{name}.parquet"] = buffer.getvalue()
        replace_folder(out, files)
    else:
        raise typer.BadParameter(f"'{format_name}' is no export format; use jsonl or parquet.")
    speaker(quiet).print(f"Wrote {len(corpus.studies)} studies to {out}.", highlight=False)


@app.command()
def search(
    text: Annotated[str | None, typer.Argument(help="Words anywhere in the study.")] = None,
    factor: Annotated[str | None, typer.Option("--factor", help="A factor, by any name.")] = None,
    source: Annotated[str | None, typer.Option("--source", help="A cell source.")] = None,
    preconditioning: Annotated[str | None, typer.Option("--preconditioning", help="A kind or agent.")] = None,
    effect: Annotated[str | None, typer.Option("--effect", help="An effect.")] = None,
    result: Annotated[str | None, typer.Option("--result", help="beneficial, null or adverse.")] = None,
    evidence: EvidenceFolder = None,
    json_output: Json = False,
) -> None:
    """Find studies by factor, source, preconditioning, effect, result or text."""
    import json

    from secretome_ml.cli.listing import plain_table
    from secretome_ml.evidence import search_studies
    from secretome_ml.workflows.sources import open_evidence

    found = search_studies(open_evidence(evidence), text, factor, source, preconditioning, effect, result)
    if json_output:
        print_json(json.loads(found.to_json(orient="records")))
        return
    stdout().print(plain_table(found[["study", "year", "first_author", "journal", "doi", "url", "basis"]]))
    stdout().print(f"{len(found)} studies", highlight=False)


@app.command()
def show(
    study: Annotated[str, typer.Argument(help="Identifier, DOI or PMID of a study.")],
    evidence: EvidenceFolder = None,
    json_output: Json = False,
) -> None:
    """Print one study with its arms, factors, outcomes and comparisons."""
    import json

    from secretome_ml.cli.listing import plain_table
    from secretome_ml.evidence import find_study, write_records
    from secretome_ml.workflows.sources import open_evidence

    found = find_study(open_evidence(evidence), study)
    if json_output:
        print_json(json.loads(write_records(found)))
        return
    for name, table in found.tables.items():
        stated = table.drop(columns="study" if name != "studies" else []).dropna(axis=1, how="all")
        if len(stated):
            stdout().print(plain_table(stated, title=name))


@app.command()
def agreement(
    second: Annotated[
        Path | None, typer.Argument(help="Second readings (.jsonl). Default: those shipped with the corpus.")
    ] = None,
    evidence: EvidenceFolder = None,
    json_output: Json = False,
) -> None:
    """Compare a second reading with the corpus: Cohen's kappa, agreement per field, what only one holds."""
    from secretome_ml.cli.listing import pairs_table
    from secretome_ml.evidence import read_records, reading_agreement
    from secretome_ml.paths import data_dir
    from secretome_ml.workflows.sources import open_evidence

    found = reading_agreement(
        open_evidence(evidence), read_records(second or data_dir() / "second_readings.jsonl")
    )
    if json_output:
        print_json(found)
    else:
        stdout().print(pairs_table(found, title="Agreement of two readings"))


@app.command()
def league(
    effect: Annotated[str, typer.Option("--effect", help="The effect to rank for.")],
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind", help="Only components of one kind: preconditioning, product, cell_source, donor ..."
        ),
    ] = None,
    least_studies: Annotated[
        int, typer.Option("--least-studies", min=1, help="Leave out components of fewer studies.")
    ] = 2,
    evidence: EvidenceFolder = None,
    json_output: Json = False,
) -> None:
    """Rank agents, genes, sources and products by what comparisons within studies say of them."""
    import json

    from secretome_ml.cli.listing import plain_table
    from secretome_ml.cli.options import known_effect
    from secretome_ml.explanation.league import league as rank
    from secretome_ml.workflows.sources import open_evidence

    corpus = open_evidence(evidence)
    table = rank(corpus, known_effect(effect))
    kinds = ", ".join(sorted(set(table["kind"])))
    if kind is not None and kind not in set(table["kind"]):
        raise typer.BadParameter(f"'{kind}' is no kind of component; use {kinds}.")
    shown = table[(table["studies"] >= least_studies) & (table["kind"].eq(kind) if kind else True)]
    if json_output:
        print_json(json.loads(shown.to_json(orient="records")))
        return
    words = shown.assign(
        strength=[
            f"{v:+.2f} ({a:+.2f} to {b:+.2f})" for v, a, b in shown[["strength", "low", "high"]].to_numpy()
        ],
        direct=[
            f"wins {s * n:g} of {n:g}" if n else ""
            for s, n in shown[["direct_share", "direct_pairs"]].to_numpy(dtype=float)
        ],
        remark=shown["disagree"].map({True: "direct and indirect disagree", False: ""}),
    )
    stdout().print(
        plain_table(words[["component", "kind", "strength", "studies", "pairs", "direct", "remark"]])
    )
    stdout().print(
        f"Strength in log odds of doing more, 90 % interval over resampled studies; "
        f"{len(table) - len(shown)} more components in fewer than {least_studies} studies or of other kinds.",
        highlight=False,
    )
