"""How completely one's own preparations are described, from a file of any supported format."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from secretome_ml.evidence import read_records
from secretome_ml.evidence.quality import own_quality
from secretome_ml.workflows.score import read_inputs

_COLLECTED = ["collection_medium", "collection_hours", "isolation"]


def completeness_of(source: Path) -> pd.DataFrame:
    """Return the completeness of every sample of a file, and what to state.

    Raises
    ------
    InputRefused
        If the file cannot be read.
    """
    profiles = read_inputs([source], None, None, None, lenient=True)
    collected = None
    if source.suffix == ".jsonl":
        arms = read_records(source).arms
        collected = arms.set_index(arms["study"].astype(str) + "/" + arms["arm"].astype(str))[_COLLECTED]
    return own_quality(profiles.context, profiles.preconditioning, collected)
