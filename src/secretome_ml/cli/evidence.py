"""`secretome-ml evidence ...`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from secretome_ml.cli.options import EvidenceFolder, Json, Quiet, print_json, speaker, stdout

if TYPE_CHECKING:
    from secretome_ml.evidence import Evidence

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
Format = Annotated[str, typer.Option("--format", help="jsonl or parquet.")]


@app.command()
def validate(evidence: EvidenceFolder = None, json_output: Json = False, quiet: Quiet = False) -> None:
    """List every row that breaks a rule; exit code 3 when there is one."""
    from secretome_ml.core.errors import InputRefused
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
    from secretome_ml.core.errors import InputRefused
    from secretome_ml.core.files import only_one
    from secretome_ml.core.paths import data_dir
    from secretome_ml.evidence import load_evidence, merge_evidence, read_records, refused_studies

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
def propose(
    paper: Annotated[Path, typer.Argument(help="JATS XML, HTML, the text of a PDF, or plain text.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write the candidates: .csv, a table to fill in, or .jsonl."),
    ] = None,
    reader: Annotated[
        str | None,
        typer.Option(
            "--reader", help="A further reader that is installed here, module:function. Default: none."
        ),
    ] = None,
    json_output: Json = False,
    quiet: Quiet = False,
) -> None:
    """Read a paper into candidate facts, each with its sentence; nothing is imported.

    \b
    For example:
      secretome-ml evidence propose paper.xml --out candidates.csv
      secretome-ml evidence accept candidates.csv --evidence my_evidence
      secretome-ml train --evidence my_evidence
    """
    import json

    import pandas as pd

    from secretome_ml.cli.listing import plain_table
    from secretome_ml.core.files import write_file
    from secretome_ml.papers import propose as read_out
    from secretome_ml.papers import read_paper
    from secretome_ml.papers.candidates import fact_words, load_reader, write_candidates
    from secretome_ml.papers.confirming import candidate_csv

    if out is not None and out.suffix not in (".csv", ".jsonl"):
        raise typer.BadParameter(f"'{out.suffix}' is no format of candidates; use .csv or .jsonl.")
    found = read_out(read_paper(paper), load_reader(reader) if reader else None)
    if out is not None:
        write_file(out, candidate_csv(found) if out.suffix == ".csv" else write_candidates(found))
        speaker(quiet).print(f"Wrote {len(found)} candidates to {out}.", highlight=False, markup=False)
    if json_output:
        print_json([json.loads(line) for line in write_candidates(found).splitlines()])
    elif out is None:
        rows = [(c.number, c.table, c.arm, fact_words(c.fact), c.sentence, c.place) for c in found]
        names = ["number", "table", "arm", "fact", "sentence", "place"]
        stdout().print(plain_table(pd.DataFrame(rows, columns=names)))


@app.command()
def accept(
    candidates: Annotated[
        Path, typer.Argument(help="Candidates with yes in the column accept (.csv, .jsonl).")
    ],
    evidence: Annotated[
        Path,
        typer.Option("--evidence", help="Folder of your own corpus; it starts as a copy of the shipped one."),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; write nothing.")
    ] = False,
    json_output: Json = False,
    quiet: Quiet = False,
) -> None:
    """Add the accepted candidates of a paper to a corpus of your own, all or nothing."""
    from dataclasses import asdict

    from secretome_ml.papers.confirming import accepted_study, add_study, read_candidates

    read = read_candidates(candidates)
    done = add_study(accepted_study(read, candidates.name), evidence, read, dry_run)
    if json_output:
        print_json({**asdict(done), "written": bool(done.added) and not dry_run})
        return
    console = speaker(quiet)
    would = "Would add" if dry_run else "Added"
    console.print(
        f"{would} {len(done.added)} studies of {done.accepted} accepted candidates.", highlight=False
    )
    for study, own in done.known.items():
        console.print(f"Known already: {study} (as {own})", highlight=False)


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="A .jsonl file, or a folder for Parquet.")],
    evidence: EvidenceFolder = None,
    format_name: Format = "jsonl",
    quiet: Quiet = False,
) -> None:
    """Write the corpus as evidence records or as Parquet tables."""
    import io

    from secretome_ml.core.files import refuse_foreign, replace_folder, write_file
    from secretome_ml.evidence import write_records
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
    about: Annotated[
        str,
        typer.Argument(
            help="A study (identifier, DOI, PMID), or a factor, agent, preconditioning, source, product."
        ),
    ],
    strengths: Annotated[
        bool, typer.Option("--strengths/--no-strengths", help="Whether to add the strengths of the league.")
    ] = True,
    evidence: EvidenceFolder = None,
    json_output: Json = False,
) -> None:
    """Print one study whole, or what is known about a factor, agent, source: effect by effect, with the gaps.

    \b
    For example:
      secretome-ml evidence show 10.1186/s13287-017-0562-x
      secretome-ml evidence show VEGFA
      secretome-ml evidence show hypoxia --no-strengths
      secretome-ml evidence show "umbilical cord"
    """
    import json

    from secretome_ml.cli.listing import plain_table
    from secretome_ml.core.errors import UnknownName
    from secretome_ml.evidence import find_study, write_records
    from secretome_ml.workflows.sources import open_evidence

    corpus = open_evidence(evidence)
    try:
        found = find_study(corpus, about)
    except UnknownName:
        _show_known(corpus, about, strengths, json_output)
        return
    if json_output:
        print_json(json.loads(write_records(found)))
        return
    for name, table in found.tables.items():
        stated = table.drop(columns="study" if name != "studies" else []).dropna(axis=1, how="all")
        if len(stated):
            stdout().print(plain_table(stated, title=name))


def _show_known(corpus: Evidence, about: str, strengths: bool, json_output: bool) -> None:
    import json

    from secretome_ml.cli.listing import plain_table
    from secretome_ml.explanation.known import known

    told = known(corpus, about, strengths)
    if json_output:
        print_json(
            {
                "subject": told.subject,
                "kind": told.kind,
                "effects": json.loads(told.effects.to_json(orient="records")),
                "gaps": told.gaps,
                "found": json.loads(told.found.to_json(orient="records")),
            }
        )
        return
    console = stdout()
    rows = told.effects.assign(
        beneficial=[_share(r) for r in told.effects.to_dict("records")],
        compared=[
            f"{r['more']} more, {r['equal']} equal, {r['less']} less"
            if r["more"] + r["equal"] + r["less"]
            else ""
            for r in told.effects.to_dict("records")
        ],
        strength=[
            f"{r['strength']:+.2f} ({r['strength_low']:+.2f} to {r['strength_high']:+.2f})"
            if r["strength"] == r["strength"] and r["strength"] is not None
            else ""
            for r in told.effects.to_dict("records")
        ],
        remark=told.effects["disagree"].map({True: "studies disagree", False: ""}),
    )
    columns = ["effect", "studies", "beneficial", "compared", "strength", "remark"]
    console.print(plain_table(rows[columns], f"{told.label} ({told.kind.replace('_', ' ')})"))
    console.print(
        f"Nobody tested it for: {', '.join(told.gaps) or 'nothing; every effect was'}.", highlight=False
    )
    if len(told.found):
        names = ["carrier", "cell_source", "molecule", "found", "not_found", "methods"]
        console.print(plain_table(told.found[names], "Where it was found"))


def _share(row: dict[str, Any]) -> str:
    tested = row["beneficial"] + row["null"] + row["adverse"]
    if not tested:
        return ""
    return f"{row['beneficial']} of {tested}: {row['share']:.0%} ({row['low']:.0%} to {row['high']:.0%})"


@app.command()
def cargo(
    factor: Annotated[list[str] | None, typer.Argument(help="Only these factors, by any name.")] = None,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", help="Tell apart by carrier, cell_source, preparation; may be given again."),
    ] = None,
    carrier: Annotated[
        str | None, typer.Option("--carrier", help="vesicles, medium, cells or other.")
    ] = None,
    source: Annotated[str | None, typer.Option("--source", help="A cell source, by any name.")] = None,
    molecule: Annotated[
        str | None, typer.Option("--molecule", help="protein, RNA, lipid, metabolite or group.")
    ] = None,
    least_studies: Annotated[
        int, typer.Option("--least-studies", min=0, help="Leave out what fewer studies found.")
    ] = 0,
    own_list: Annotated[
        Path | None,
        typer.Option("--list", help="Set a list of your own against it: one name a line, or a CSV."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the table: .csv, .parquet or .json.")
    ] = None,
    evidence: EvidenceFolder = None,
    json_output: Json = False,
    quiet: Quiet = False,
) -> None:
    """List what vesicles, media and cells were reported to carry, and what was looked for and not found.

    \b
    For example:
      secretome-ml evidence cargo --carrier vesicles --molecule RNA
      secretome-ml evidence cargo VEGF HGF --by carrier --by preparation
      secretome-ml evidence cargo --carrier vesicles --list mine.csv
    """
    import json

    from secretome_ml.cli.listing import plain_table
    from secretome_ml.core.files import check_suffix, write_table
    from secretome_ml.evidence.cargo import CARRIERS, MOLECULES, read_list, set_against
    from secretome_ml.evidence.cargo import cargo as catalogue
    from secretome_ml.vocabulary import FactorVocabulary, Terms
    from secretome_ml.workflows.sources import open_evidence

    if out is not None:
        check_suffix(out)
    for given, allowed, what in ((carrier, CARRIERS, "carrier"), (molecule, MOLECULES, "molecule")):
        if given is not None and given not in allowed:
            raise typer.BadParameter(f"'{given}' is no {what}; use {', '.join(allowed)}.")
    told = tuple(by or ("carrier", "cell_source"))
    needed = ("carrier",) * (carrier is not None) + ("cell_source",) * (source is not None)
    table = catalogue(open_evidence(evidence), tuple(dict.fromkeys((*told, *needed))))
    if carrier is not None:
        table = table[table["carrier"] == carrier]
    if source is not None:
        term = Terms().resolve("cell_source", source)
        if term is None:
            raise typer.BadParameter(f"'{source}' is no cell source; see `vocabulary list cell_sources`.")
        table = table[table["cell_source"] == term]
    if molecule is not None:
        table = table[table["molecule"] == molecule]
    if factor:
        names = {FactorVocabulary.load().resolve(f).factor for f in factor}
        table = table[table["factor"].isin(names)]
    table = table[table["found"] >= least_studies].reset_index(drop=True)
    if own_list is not None:
        table = set_against(table, read_list(own_list))
    if out is not None:
        write_table(table, out)
        speaker(quiet).print(f"Wrote {len(table)} rows to {out}.", highlight=False, markup=False)
    if json_output:
        print_json(json.loads(table.to_json(orient="records")))
    elif out is None:
        shown = table.drop(columns=[c for c in ("studies", "studies_not_found", "label") if c in table])
        stdout().print(plain_table(shown.dropna(axis=1, how="all")))


@app.command()
def quality(
    source: Annotated[
        Path | None,
        typer.Argument(metavar="[INPUT]", help="Profiles of your own. Default: the studies of the corpus."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the table: .csv, .parquet or .json.")
    ] = None,
    evidence: EvidenceFolder = None,
    json_output: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say how completely each study, or each preparation of your own, is described, and what to state."""
    import json

    from secretome_ml.cli.listing import plain_table
    from secretome_ml.core.files import check_suffix, write_table
    from secretome_ml.evidence.quality import ITEMS, study_quality
    from secretome_ml.workflows.sources import open_evidence

    if out is not None:
        check_suffix(out)
    if source is not None:
        from secretome_ml.workflows.completeness import completeness_of

        table = completeness_of(source)
    else:
        table = study_quality(open_evidence(evidence))
    if out is not None:
        write_table(table, out)
        speaker(quiet).print(f"Wrote {len(table)} rows to {out}.", highlight=False, markup=False)
    if json_output:
        print_json(json.loads(table.to_json(orient="records")))
    elif out is None and source is not None:
        stdout().print(plain_table(table[["sample", "stated", "applicable", "to_state"]]))
    elif out is None:
        import pandas as pd

        rows = [(ITEMS[i], int(table[i].sum()), f"{table[i].sum() / len(table):.0%}") for i in ITEMS]
        stdout().print(plain_table(pd.DataFrame(rows, columns=["stated is", "studies", "share"])))
        stdout().print(
            f"On average {table['completeness'].mean():.0%} of what applies is stated in what was read. "
            "What is not stated is unknown, not absent; --out writes every study.",
            highlight=False,
        )


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
    from secretome_ml.core.paths import data_dir
    from secretome_ml.evidence import read_records, reading_agreement
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
