"""Bring new studies into a corpus: all or nothing, known studies recognised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from secretome_ml.errors import InputRefused, Problem
from secretome_ml.evidence.corpus import Evidence
from secretome_ml.evidence.tables import TABLES
from secretome_ml.evidence.validate import validate_evidence


@dataclass(frozen=True)
class Merged:
    """What an import would make: the new corpus, the studies added, and those known already.

    Parameters
    ----------
    evidence : Evidence
        The corpus with the new studies.
    added : list of str
        Identifiers of the studies that are new.
    known : dict of str to str
        Identifier of each study that was left out, to the study of the corpus that it repeats.
    """

    evidence: Evidence
    added: list[str]
    known: dict[str, str]


def merge_evidence(corpus: Evidence, incoming: Evidence) -> Merged:
    """Return the corpus with the studies of `incoming` that it does not hold yet.

    A study is known when its identifier, DOI, PMID, address or title stands in the corpus.

    Raises
    ------
    InputRefused
        If the incoming studies break a rule of the corpus; every row is listed.
    """
    problems = validate_evidence(incoming)
    if problems:
        raise InputRefused(problems)
    held = {key: study for study, key in _study_keys(corpus.studies)}
    known: dict[str, str] = {}
    added: list[str] = []
    for study, keys in _grouped(incoming.studies).items():
        repeated = next((held[k] for k in keys if k in held), None)
        if repeated is None:
            added.append(study)
            held |= dict.fromkeys(keys, study)
        else:
            known[study] = repeated
    new = incoming.subset(added)
    tables = {
        t.name: pd.concat([corpus.tables[t.name], new.tables[t.name]], ignore_index=True).astype(t.dtypes)
        for t in TABLES
    }
    return Merged(Evidence(tables), added, known)


def refused_studies(incoming: Evidence, file: str) -> dict[str, list[Problem]]:
    """Return the studies of a record file that break a rule, with their problems by record and field.

    Parameters
    ----------
    incoming : Evidence
        As `read_records` gives it: studies in the order of the file.
    file : str
        Name of the file, for messages; the row is the number of the record, blank lines not counted.
    """
    line_of = {str(s): i for i, s in enumerate(incoming.studies["study"], start=1)}
    refused: dict[str, list[Problem]] = {}
    for problem in validate_evidence(incoming):
        table = problem.file.removesuffix(".csv")
        place = int(str(problem.row)) - 2 if problem.row is not None else 0
        study = str(incoming.tables[table]["study"].iloc[place])
        field = f"{table}.{problem.column}"
        placed = Problem(file, line_of.get(study, 0), field, problem.what, problem.remedy)
        refused.setdefault(study, []).append(placed)
    return refused


def seen_studies(corpus: pd.DataFrame, incoming: pd.DataFrame) -> dict[str, str]:
    """Return which studies of `incoming` stand in `corpus` (both `studies` tables), and as which."""
    held = {key: study for study, key in _study_keys(corpus)}
    return {s: held[k] for s, keys in _grouped(incoming).items() for k in keys if k in held}


def _grouped(studies: pd.DataFrame) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {str(s): [] for s in studies["study"]}
    for study, key in _study_keys(studies):
        grouped[study].append(key)
    return grouped


def _study_keys(studies: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield (study, key) for every key by which a study can be recognised."""
    for row in studies.to_dict("records"):
        study = str(row["study"])
        yield study, f"id:{study}"
        for name in ("doi", "pmid", "url", "locator", "title"):
            value = row.get(name)
            if isinstance(value, str) and value:
                yield study, f"{name}:{_plain(name, value)}"


def _plain(name: str, value: str) -> str:
    if name == "title":
        return re.sub(r"[^a-z0-9]+", " ", value.lower()).strip()
    if name == "url":
        # A query tells studies apart; the search words that PubMed Central appends do not.
        bare = re.sub(r"#.*$|[?&]term=.*$", "", value.strip())
        return re.sub(r"^https?://(www\.)?|/+$", "", bare.lower())
    return value.lower()
