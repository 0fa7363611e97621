"""Evidence records as profiles, one sample per arm."""

from __future__ import annotations

from dataclasses import replace

from secretome_ml.core.errors import InputRefused
from secretome_ml.core.files import scratch_folder
from secretome_ml.evidence import Evidence, read_records, validate_evidence
from secretome_ml.profiles.from_evidence import profiles_from_evidence
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.readers.source import Source

NAME = "evidence"

_SCORED = ("arms.csv", "preconditioning.csv", "manipulations.csv", "factors.csv")


def recognises(source: Source) -> bool:
    """Say whether the file starts with a JSON object that holds a study."""
    if source.kind != "text":
        return False
    start = source.text[:8000].lstrip("\ufeff \t\r\n")
    return start.startswith("{") and '"study"' in start


def read(source: Source) -> Profiles:
    """Read the states of every arm, and what the record says about it.

    Raises
    ------
    InputRefused
        If a record is not of the format, or a word of an arm, its preconditioning or its factors is not in
        the vocabulary. What is not stated, a missing DOI or a wrong outcome does not matter here.
    """
    evidence = evidence_of(source)
    problems = [
        replace(p, file=source.name, row=f"{p.row} of its {p.file.removesuffix('.csv')}")
        for p in validate_evidence(evidence)
        if p.file in _SCORED and not p.what.startswith("The cell is empty")
    ]
    if problems:
        raise InputRefused(problems)
    return profiles_from_evidence(evidence)


def evidence_of(source: Source) -> Evidence:
    """Return the records as evidence.

    Raises
    ------
    InputRefused
        If a record is not of the format.
    """
    with scratch_folder() as folder:
        path = folder / "records.jsonl"
        path.write_bytes(source.content)
        try:
            return read_records(path)
        except InputRefused as refused:
            raise InputRefused([replace(p, file=source.name) for p in refused.problems]) from None
