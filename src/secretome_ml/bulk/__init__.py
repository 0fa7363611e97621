"""Files of any length: scored and explained in batches, memory bounded, one core or all."""

from secretome_ml.bulk.explain import explain_file
from secretome_ml.bulk.score import Scored, score_file

__all__ = ["Scored", "explain_file", "score_file"]
