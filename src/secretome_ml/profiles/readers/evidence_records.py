"""Evidence records as profiles, one sample per arm."""

from __future__ import annotations

import tempfile
from pathlib import Path

from secretome_ml.evidence import read_records
from secretome_ml.profiles.from_evidence import profiles_from_evidence
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.profiles.source import Source

NAME = "evidence"


def recognises(source: Source) -> bool:
    """Say whether the file starts with a JSON object that holds a study."""
    if source.kind != "text":
        return False
    start = source.text[:8000].lstrip("\ufeff \t\r\n")
    return start.startswith("{") and '"study"' in start


def read(source: Source) -> Profiles:
    """Read evidence records; see `secretome_ml.evidence.read_records`."""
    with tempfile.TemporaryDirectory(prefix="secretome-ml-") as folder:
        path = Path(folder) / (Path(source.name).name or "records.jsonl")
        path.write_bytes(source.content)
        return profiles_from_evidence(read_records(path))
