"""From candidates that a person has accepted or mended to studies of a corpus of their own."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.core.files import only_one, read_cell, safe_cell
from secretome_ml.evidence import Evidence, load_evidence, merge_evidence, refused_studies
from secretome_ml.evidence.columns import Column, Table
from secretome_ml.evidence.records import parse_records
from secretome_ml.evidence.tables import TABLES
from secretome_ml.papers.candidates import CANDIDATE_COLUMNS, Candidate, fact_words, lacking

YES, NO = ("yes", "y", "true", "1", "x", "accept"), ("no", "n", "false", "0", "", "drop")
_TABLES = {t.name: t for t in TABLES}
_LISTS = {"preconditioning": "preconditioning", "manipulations": "manipulations", "factors": "factors",
          "outcomes": "outcomes", "mediators": "recipient_mediators", "comparisons": "relative"}  # fmt: skip
_HEAD = ("doi", "pmid", "url", "locator", "year", "first_author", "journal", "title")
_FACT = re.compile(r"\s*(?P<column>\w+)\s*=\s*(?P<value>.*?)\s*", re.DOTALL)
_NOTE = "Proposed by rules from the text, confirmed by a person."


@dataclass(frozen=True)
class Confirmed:
    """What accepted candidates made.

    Parameters
    ----------
    added : list of str
        Identifiers of the studies that are new in the folder.
    known : dict of str to str
        Those that it held already, and as which.
    accepted, dropped : int
        Candidates accepted, and left out.
    """

    added: list[str]
    known: dict[str, str]
    accepted: int
    dropped: int


def candidate_csv(candidates: Iterable[Candidate]) -> str:
    """Return candidates as a table to fill in: `yes` in `accept`, and `fact` mended where it is wrong.

    Examples
    --------
    >>> fact = {"name": "VEGF", "state": "elevated"}
    >>> print(candidate_csv([Candidate(2, "factors", "a", fact, "VEGF rose.", "r")]))
    number,accept,table,arm,fact,sentence,place
    2,,factors,a,name=VEGF; state=elevated,VEGF rose.,r
    <BLANKLINE>
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(CANDIDATE_COLUMNS)
    for one in candidates:
        accept = {True: "yes", False: "no", None: ""}[one.accept]
        cells = (str(one.number), accept, one.table, one.arm, fact_words(one.fact), one.sentence, one.place)
        writer.writerow([safe_cell(c) for c in cells])
    return stream.getvalue()


def read_candidates(path: Path | str) -> list[Candidate]:
    """Read candidates that a person went through: the table (`.csv`) or the lines (`.jsonl`).

    Raises
    ------
    InputRefused
        If a row cannot be read: an unknown table or column, a number that is none, an `accept` that is
        neither yes nor no; each with its row.
    """
    source = Path(path)
    try:
        text = source.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputRefused(
            [
                Problem(
                    source.name,
                    None,
                    None,
                    f"The file cannot be read: {error}.",
                    "Give the file of candidates.",
                )
            ]
        ) from None
    rows = list(_lines(text, source.name) if source.suffix == ".jsonl" else _cells(text, source.name))
    return candidates_of(rows, source.name)


def candidates_of(rows: Iterable[tuple[int, dict[str, Any]]], file: str) -> list[Candidate]:
    """Return candidates from rows with their numbers in a file.

    Raises
    ------
    InputRefused
        As `read_candidates`.
    """
    problems: list[Problem] = []
    found = [one for number, row in rows if (one := _candidate(row, file, number, problems)) is not None]
    if problems:
        raise InputRefused(problems)
    return found


def _cells(text: str, file: str) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [c for c in CANDIDATE_COLUMNS if c not in (reader.fieldnames or ())]
    if missing:
        what = f"The table has no column {', '.join(missing)}."
        raise InputRefused([Problem(file, 1, None, what, "Give the table that `evidence propose` wrote.")])
    for number, row in enumerate(reader, start=2):
        yield number, {k: read_cell(v) if isinstance(v, str) else v for k, v in row.items()}


def _lines(text: str, file: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                raise InputRefused(
                    [
                        Problem(
                            file, number, None, f"The line is not JSON: {error}.", "Write one object a line."
                        )
                    ]
                ) from None
            yield number, row if isinstance(row, dict) else {}


def _candidate(row: dict[str, Any], file: str, number: int, problems: list[Problem]) -> Candidate | None:
    def refuse(column: str, what: str, remedy: str) -> None:
        problems.append(Problem(file, number, column, what, remedy))

    said = row.get("accept")
    accept = said if isinstance(said, bool) else str(said or "").strip().casefold()
    if accept not in (True, False, *YES, *NO):
        refuse("accept", f"'{said}' is neither yes nor no.", "Write yes, or leave the cell empty.")
        return None
    taken = accept is True or accept in YES
    table = _TABLES.get(str(row.get("table") or ""))
    if table is None:
        refuse("table", f"'{row.get('table')}' is no table.", f"Use one of {', '.join(_TABLES)}.")
        return None
    fact = row.get("fact")
    facts = (
        dict(fact) if isinstance(fact, dict) else _parsed(str(fact or ""), table, refuse if taken else _pass)
    )
    for column in facts:
        if taken and column not in table.names:
            refuse("fact", f"'{column}' is no column of {table.name}.", f"Use {', '.join(table.names)}.")
    arm, sentence = str(row.get("arm") or ""), str(row.get("sentence") or "")
    place = str(row.get("place") or "")
    told = str(row.get("number") or 0)
    return Candidate(int(told) if told.isdigit() else 0, table.name, arm, facts, sentence, place, taken)


def _pass(column: str, what: str, remedy: str) -> None:
    """Say nothing about a row that is left out."""


def _parsed(text: str, table: Table, refuse: Any) -> dict[str, Any]:
    """Return `kind=hypoxia; o2_percent=1` as values of the columns' types."""
    found: dict[str, Any] = {}
    for part in filter(str.strip, text.split(";")):
        matched = _FACT.fullmatch(part)
        column = next((c for c in table.columns if matched and c.name == matched["column"]), None)
        if matched is None or column is None:
            remedy = f"Write column=value, with the columns {', '.join(table.names)}."
            refuse("fact", f"'{part.strip()[:60]}' was not understood.", remedy)
            continue
        value = _typed(matched["value"], column)
        if value is None and matched["value"]:
            refuse(
                "fact",
                f"'{part.strip()[:60]}' is not a {column.kind}.",
                f"Give a {column.kind}, or leave it out.",
            )
        elif value is not None:
            found[column.name] = value
    return found


def _typed(text: str, column: Column) -> Any:
    if column.kind == "string":
        return text or None
    if column.kind == "boolean":
        return {"true": True, "false": False}.get(text.casefold())
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if column.kind == "integer" and number.is_integer() else number


def accepted_study(candidates: list[Candidate], file: str) -> Evidence:
    """Return the accepted candidates of one paper as a study.

    Raises
    ------
    InputRefused
        If nothing is accepted, a fact's sentence does not hold it, a fact is of an arm that was not
        accepted, the study has no DOI, PMID or address, or a rule of the corpus is broken.
    """
    taken = [c for c in candidates if c.accept and c.table != "studies"]
    if not taken:
        what = "No candidate is accepted."
        raise InputRefused(
            [Problem(file, None, "accept", what, "Write yes beside those that the paper states.")]
        )
    problems = [*_unheld(taken, file), *_armless(taken, file)]
    study = next((c.fact for c in candidates if c.table == "studies"), {})
    head = {k: study[k] for k in _HEAD if study.get(k) is not None}
    if not any(head.get(k) for k in ("doi", "pmid", "url", "locator")):
        what = "The study has no DOI, PMID or address, so that nobody could find it."
        problems.append(Problem(file, None, "fact", what, "Add doi=... to the row of the table 'studies'."))
    if problems:
        raise InputRefused(problems)
    record = {"study": head, "basis": study.get("basis", "abstract"), "note": study.get("note", _NOTE)}
    evidence = parse_records(json.dumps({**record, "arms": list(_arms(taken))}, ensure_ascii=False), file)
    broken = [p for found in refused_studies(evidence, file).values() for p in found]
    if broken:
        raise InputRefused(broken)
    return evidence


def _unheld(taken: list[Candidate], file: str) -> Iterator[Problem]:
    for one in taken:
        for what in lacking(one):
            yield Problem(
                file, one.number, "sentence", f"The sentence does not hold {what}: '{one.sentence[:80]}'.",
                "Give the sentence that does, mend the fact, or leave it out.",
            )  # fmt: skip


def _armless(taken: list[Candidate], file: str) -> Iterator[Problem]:
    arms = {c.arm for c in taken if c.table == "arms"}
    for one in taken:
        for arm in (one.arm, *([str(one.fact["than"])] if "than" in one.fact else [])):
            if arm not in arms:
                what = f"The preparation '{arm}' is not accepted, but a fact about it is."
                yield Problem(
                    file, one.number, "arm", what, "Accept its row of the table 'arms', or drop the fact."
                )


def _arms(taken: list[Candidate]) -> Iterator[dict[str, Any]]:
    for arm in (c for c in taken if c.table == "arms"):
        own: dict[str, Any] = {"arm": arm.arm, **arm.fact}
        for table, key in _LISTS.items():
            own[key] = [c.fact for c in taken if c.table == table and c.arm == arm.arm]
        yield own


def add_study(study: Evidence, folder: Path, candidates: list[Candidate], dry_run: bool = False) -> Confirmed:
    """Add an accepted study to a corpus of one's own; one that is not there yet starts as the shipped one.

    Parameters
    ----------
    study : Evidence
        As `accepted_study` gives it.
    folder : Path
        The corpus; `train --evidence` takes it as it is.
    candidates : list of Candidate
        All candidates, for the counts.
    dry_run : bool
        Whether to write nothing.

    Raises
    ------
    InputRefused
        If the folder holds something else.
    """
    # Read, merge and write as one: of two at once, the second sees what the first has added.
    with only_one(folder):
        begun = folder.is_dir() and any(folder.iterdir())
        merged = merge_evidence(load_evidence(folder if begun else None), study)
        if merged.added and not dry_run:
            merged.evidence.save(folder)
    taken = sum(bool(c.accept) for c in candidates)
    return Confirmed(merged.added, merged.known, taken, len(candidates) - taken)


def with_decisions(candidates: list[Candidate], accepted: dict[int, str], file: str) -> list[Candidate]:
    """Return candidates as a person decided on a page: accepted by number, each with its fact as text.

    Raises
    ------
    InputRefused
        If a mended fact cannot be read.
    """
    rows = [
        (
            one.number,
            {c: getattr(one, c) for c in CANDIDATE_COLUMNS}
            | {"accept": one.number in accepted or one.table == "studies"}
            | {"fact": accepted.get(one.number, one.fact)},
        )
        for one in candidates
    ]
    return [replace(c) for c in candidates_of(rows, file)]
