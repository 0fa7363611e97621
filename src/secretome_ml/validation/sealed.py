"""The sealed set: studies that no training, no choice and no leaderboard may use."""

from __future__ import annotations

import logging

from secretome_ml.core.paths import data_dir
from secretome_ml.evidence import Evidence, load_evidence
from secretome_ml.evidence.merge import seen_studies

log = logging.getLogger(__name__)


def sealed_studies() -> frozenset[str]:
    """Return the ids that `data/sealed.txt` lists; the file also states the rule by which they were chosen.

    Examples
    --------
    >>> len(sealed_studies()) >= 60
    True
    """
    lines = (data_dir() / "sealed.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in map(str.strip, lines) if line and not line.startswith("#"))


def without_sealed(evidence: Evidence) -> Evidence:
    """Return the evidence without the sealed studies, under whatever id they stand there.

    A study is known by its id, DOI, PubMed number, address, place in a review, or title.

    Examples
    --------
    >>> from secretome_ml import load_evidence
    >>> bool(set(without_sealed(load_evidence()).studies["study"]) & sealed_studies())
    False
    """
    shipped = load_evidence().studies
    sealed = shipped[shipped["study"].isin(sealed_studies())]
    out = set(seen_studies(sealed, evidence.studies)) | (sealed_studies() & set(evidence.studies["study"]))
    if not out:
        return evidence
    log.info("%d sealed studies are left out (data/sealed.txt).", len(out))
    return evidence.subset(set(evidence.studies["study"]) - out)
