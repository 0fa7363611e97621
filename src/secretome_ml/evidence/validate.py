"""Every rule of the corpus, checked at once; every offending row is returned."""

from __future__ import annotations

import pandas as pd

from secretome_ml.core.errors import Problem
from secretome_ml.evidence.columns import ForeignKey, Table
from secretome_ml.evidence.consistency import contradictions
from secretome_ml.evidence.corpus import Evidence
from secretome_ml.evidence.doubles import find_doubles
from secretome_ml.evidence.tables import TABLES


def validate_evidence(evidence: Evidence) -> list[Problem]:
    """Return every row that breaks a rule; an empty list means that the corpus holds together.

    Checked are types, ranges and vocabularies of each table; its key; references between tables;
    that each study can be found and no other has its DOI or PMID; that comparisons join two different
    arms of one study; that no row contradicts another.

    Examples
    --------
    >>> from secretome_ml import load_evidence
    >>> from secretome_ml.evidence import validate_evidence
    >>> validate_evidence(load_evidence())
    []
    """
    # Pandera takes a second to import, and scoring a profile needs no evidence.
    from secretome_ml.evidence.schema import schema_problems

    problems: list[Problem] = []
    for table in TABLES:
        problems += schema_problems(evidence.tables[table.name], table)
        for reference in table.references:
            problems += _dangling(evidence, table, reference)
    problems += _locators(evidence.studies)
    # An import skips a title or an address that it brings twice; a DOI or PMID must be one study's.
    problems += [p for p in double_problems(evidence) if p.column in ("doi", "pmid")]
    problems += _armless(evidence)
    problems += _comparisons(evidence.comparisons)
    problems += contradictions(evidence)
    return problems


def _keys(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    texts = (frame[column].astype("string").fillna("") for column in columns)
    return pd.Series(
        ["\x1f".join(cells) for cells in zip(*texts, strict=True)], index=frame.index, dtype=object
    )


def _dangling(evidence: Evidence, table: Table, reference: ForeignKey) -> list[Problem]:
    frame = evidence.tables[table.name]
    if frame.empty:
        return []
    known = set(_keys(evidence.tables[reference.table], reference.target))
    lost = frame[~_keys(frame, reference.columns).isin(known)]
    name = " + ".join(reference.columns)
    return [
        Problem(
            f"{table.name}.csv",
            int(row) + 2,
            name,
            " / ".join(str(frame.at[row, c]) for c in reference.columns)
            + f" is not in {reference.table}.csv.",
            "Name an existing one, or add it there.",
        )
        for row in lost.index
    ]


def _locators(studies: pd.DataFrame) -> list[Problem]:
    nowhere = studies[studies[["doi", "pmid", "url", "locator"]].isna().all(axis=1)]
    return [
        Problem(
            "studies.csv",
            int(row) + 2,
            "doi",
            "The study has no DOI, PMID, address or seed locator.",
            "State one.",
        )
        for row in nowhere.index
    ]


def double_problems(evidence: Evidence) -> list[Problem]:
    """Return the studies that stand twice by DOI, PMID, address, seed locator or title."""
    row_of = {study: row for row, study in enumerate(evidence.studies["study"], start=2)}
    return [
        Problem(
            "studies.csv",
            row_of[double.other],
            double.reason,
            f"{double.other} has the same {double.reason} as {double.study}.",
            "Join the two studies.",
        )
        for double in find_doubles(evidence)
        if double.certain
    ]


def _armless(evidence: Evidence) -> list[Problem]:
    studies = evidence.studies
    empty = studies[~studies["study"].isin(evidence.arms["study"])]
    return [
        Problem("studies.csv", int(row) + 2, "study", "The study has no arm.", "Add its arms or remove it.")
        for row in empty.index
    ]


def _comparisons(comparisons: pd.DataFrame) -> list[Problem]:
    problems = []
    for row in comparisons.index[(comparisons["arm"] == comparisons["than"]).fillna(False).astype(bool)]:
        problems.append(
            Problem(
                "comparisons.csv",
                int(row) + 2,
                "than",
                "The arm is compared with itself.",
                "Name the other arm.",
            )
        )
    pairs = pd.Series(
        [
            (r["study"], r["effect"], str(r["assay"]), *sorted((str(r["arm"]), str(r["than"]))))
            for r in comparisons.to_dict("records")
        ],
        index=comparisons.index,
        dtype=object,
    )
    for row in comparisons.index[pairs.duplicated()]:
        problems.append(
            Problem(
                "comparisons.csv",
                int(row) + 2,
                "direction",
                "The same pair of arms is compared on the same effect and readout in another row.",
                "Keep one of the rows.",
            )
        )
    return problems
