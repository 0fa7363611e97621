"""The studies behind a driver: every arm that states the factor or condition, and what it found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from secretome_ml.evidence import Evidence
from secretome_ml.explanation.citations import cited_studies
from secretome_ml.explanation.findings import arm_findings
from secretome_ml.features.batch import Batch, batch_of
from secretome_ml.features.columns import Features
from secretome_ml.features.encoder import Encoder
from secretome_ml.features.knowledge import Parts
from secretome_ml.profiles import profiles_from_evidence

TERM_STUDY_COLUMNS = (
    "term", "effect", "study", "arm", "title", "doi", "locator", "year", "value", "result", "side", "readout",
)  # fmt: skip


def studies_of_term(term: str, evidence: Evidence, effects: Sequence[str]) -> pd.DataFrame:
    """Return the arms that state a factor or condition and tested an effect, with what they found.

    Parameters
    ----------
    term : str
        A term as explanations name it: `VEGFA`, `hypoxia`, `TNF treatment`, `cell_source=adipose`.
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
        # Every column, however few studies state it: the encoder says what each stands for.
        encoder = Encoder(tuple(effects), min_studies=1).fit(profiles)
        batch = batch_of(profiles)
        features, known = encoder.encode(batch), encoder.knowledge
        parts = [known.parts(batch, effect) for effect in effects] if known else []
        named = pd.concat([_of_columns(features), *(_of_parts(p, batch) for p in parts)])
        stated = named.drop_duplicates(["sample", "term"]).reset_index(drop=True)
        return cls(stated, arm_findings(evidence, effects), cited_studies(evidence.studies))

    def studies(self, term: str) -> pd.DataFrame:
        """Return the arms that state a term; see `studies_of_term`."""
        own = self.stated[self.stated["term"] == term].merge(self.findings, on="sample")
        named = own["sample"].str.split("/", n=1, expand=True).reindex(columns=[0, 1])
        own = own.assign(study=named[0], arm=named[1]).join(self.cited, on="study")
        own = own.sort_values(
            ["effect", "readout", "year", "study"], ascending=[True, False, False, True], kind="stable"
        )
        return own[list(TERM_STUDY_COLUMNS)].reset_index(drop=True)


def _of_columns(features: Features) -> pd.DataFrame:
    """Return `sample, term, value` of the encoded columns; of columns with one term the first."""
    columns, values = [c for c in features.columns if c.effect is None], features.common.T
    measured = np.array([c.measured for c in columns])
    row, place = np.nonzero(np.where(measured, ~np.isnan(values), np.nan_to_num(values) != 0))
    return pd.DataFrame(
        {
            "sample": features.samples.to_numpy()[row],
            "term": np.array([c.term for c in columns], dtype=object)[place],
            "value": values[row, place],
        }
    )


def _of_parts(parts: Parts, batch: Batch) -> pd.DataFrame:
    factors = parts.factors
    place, row = np.nonzero(~np.isnan(factors.levels))
    samples = batch.samples.to_numpy()
    told = [(samples[p.row], p.term, p.value) for p in parts.described]
    measured = zip(
        samples[row], np.array(factors.factors, dtype=object)[place], factors.levels[place, row], strict=True
    )
    return pd.DataFrame([*told, *measured], columns=["sample", "term", "value"])
