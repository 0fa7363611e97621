"""From a published paper to candidate records, each fact with its sentence, for a person to confirm."""

from secretome_ml.papers.candidates import Candidate, propose
from secretome_ml.papers.paper import Paper, read_paper

__all__ = ["Candidate", "Paper", "propose", "read_paper"]
