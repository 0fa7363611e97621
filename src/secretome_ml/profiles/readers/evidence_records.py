"""Evidence records as profiles, one sample per arm."""

from __future__ import annotations

import tempfile
from pathlib import Path

from secretome_ml.errors import InputRefused, Problem
from secretome_ml.evidence import read_records
from secretome_ml.profiles.from_evidence import profiles_from_evidence
from secretome_ml.profiles.profiles import STATE_LEVELS, Profiles
from secretome_ml.profiles.source import Source

NAME = "evidence"


def recognises(source: Source) -> bool:
    """Say whether the file starts with a JSON object that holds a study."""
    if source.kind != "text":
        return False
    start = source.text[:8000].lstrip("\ufeff \t\r\n")
    return start.startswith("{") and '"study"' in start


def read(source: Source) -> Profiles:
    """Read evidence records; see `secretome_ml.evidence.read_records`.

    Raises
    ------
    InputRefused
        If a record is not of the format, or states a factor in a word that is no state.
    """
    with tempfile.TemporaryDirectory(prefix="secretome-ml-") as folder:
        path = Path(folder) / (Path(source.name).name or "records.jsonl")
        path.write_bytes(source.content)
        evidence = read_records(path)
    factors = evidence.factors
    odd = factors[factors["state"].notna() & ~factors["state"].isin(STATE_LEVELS)]
    problems = [
        Problem(
            source.name,
            f"{r.study}/{r.arm}",
            "state",
            f"'{r.state}' is no state.",
            f"Use {', '.join(STATE_LEVELS)}.",
        )
        for r in odd.itertuples()
    ]
    if problems:
        raise InputRefused(problems)
    return profiles_from_evidence(evidence)
