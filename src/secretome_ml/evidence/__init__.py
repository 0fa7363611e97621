"""The corpus: what published studies report, as tidy tables."""

from secretome_ml.evidence.agreement import reading_agreement
from secretome_ml.evidence.cargo import cargo
from secretome_ml.evidence.corpus import Evidence, load_evidence
from secretome_ml.evidence.merge import Merged, merge_evidence, refused_studies, seen_studies
from secretome_ml.evidence.quality import study_quality
from secretome_ml.evidence.records import read_records, write_records
from secretome_ml.evidence.search import find_study, search_studies
from secretome_ml.evidence.stats import evidence_stats
from secretome_ml.evidence.tables import EFFECTS, HEADLINE_EFFECTS
from secretome_ml.evidence.validate import validate_evidence

__all__ = [
    "EFFECTS",
    "HEADLINE_EFFECTS",
    "Evidence",
    "Merged",
    "cargo",
    "evidence_stats",
    "find_study",
    "load_evidence",
    "merge_evidence",
    "read_records",
    "reading_agreement",
    "refused_studies",
    "search_studies",
    "seen_studies",
    "study_quality",
    "validate_evidence",
    "write_records",
]
