"""The studies behind a driver: every arm that states the factor or condition, and what it found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from secretome_ml.evidence import Evidence
from secretome_ml.explanation.citations import cited_studies
from secretome_ml.explanation.findings import arm_findings
from secretome_ml.explanation.stated import stated_terms
from secretome_ml.features.batch import batch_of
from secretome_ml.features.columns import Features
from secretome_ml.profiles import profiles_from_evidence
from secretome_ml.vocabulary.phrases import label

TERM_STUDY_COLUMNS = (
    "term", "effect", "study", "arm", "title", "doi", "locator", "year", "value", "result", "side", "readout",
)  # fmt: skip


def studies_of_term(term: str, evidence: Evidence, effects: Sequence[str]) -> pd.DataFrame:
    """Return the arms that state a factor or condition and tested an effect, with what they found.

    Parameters
    ----------
    term : str
        A term as explanations name it: `VEGFA`, `hypoxia`, `TNF treatment`, `cell source: adipose tissue`.
    evidence : Evidence
        The corpus.
    effects : sequence of str
        Effects to look at.

    Returns
    -------
    pandas.DataFrame
        Columns `TERM_STUDY_COLUMNS`; `value` is what the arm states, as it is encoded (a factor's level from
        -1, decreased, to 2, elevated). Arms with a readout of their own come first, the newest first.

    Examples
    --------
    >>> from secretome_ml import load_evidence
    >>> found = studies_of_term("hypoxia", load_evidence(), ["angiogenic"])
    >>> found["study"].nunique() > 10
    True
    """
    return TermIndex.of(evidence, effects).studies(term)


@dataclass(frozen=True)
class TermIndex:
    """Which arms state which term, and what they found; worth keeping where many terms are asked for.

    Parameters
    ----------
    stated : pandas.DataFrame
        `sample, term, value` of everything that an arm states.
    findings : pandas.DataFrame
        As `arm_findings` gives them.
    cited : pandas.DataFrame
        As `cited_studies` gives them.
    """

    stated: pd.DataFrame
    findings: pd.DataFrame
    cited: pd.DataFrame

    @classmethod
    def of(cls, evidence: Evidence, effects: Sequence[str]) -> TermIndex:
        """Read the corpus once."""
        profiles = profiles_from_evidence(evidence)
        batch = batch_of(profiles)
        found = stated_terms(batch, Features(batch.samples, np.empty((0, len(batch))), {}, ()))
        row, place = np.nonzero(~np.isnan(found.values))
        named = pd.DataFrame(
            {
                "sample": batch.samples.to_numpy()[row],
                "term": np.array([label(t) for t in found.terms], dtype=object)[place],
                "value": found.values[row, place],
            }
        )
        return cls(named, arm_findings(evidence, effects), cited_studies(evidence.studies))

    def studies(self, term: str) -> pd.DataFrame:
        """Return the arms that state a term; see `studies_of_term`."""
        own = self.stated[self.stated["term"] == term].merge(self.findings, on="sample")
        named = own["sample"].str.split("/", n=1, expand=True).reindex(columns=[0, 1])
        own = own.assign(study=named[0], arm=named[1]).join(self.cited, on="study")
        own = own.sort_values(
            ["effect", "readout", "year", "study"], ascending=[True, False, False, True], kind="stable"
        )
        return own[list(TERM_STUDY_COLUMNS)].reset_index(drop=True)
