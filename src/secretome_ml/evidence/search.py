"""Find studies, and show one whole."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from secretome_ml.core.errors import UnknownName
from secretome_ml.evidence.corpus import Evidence
from secretome_ml.evidence.tables import EFFECTS, RESULTS
from secretome_ml.vocabulary import FactorVocabulary, Terms, targets_in


def search_studies(
    evidence: Evidence,
    text: str | None = None,
    factor: str | None = None,
    source: str | None = None,
    preconditioning: str | None = None,
    effect: str | None = None,
    result: str | None = None,
) -> pd.DataFrame:
    """Return the studies that meet every condition given, as rows of the studies table.

    Parameters
    ----------
    evidence : Evidence
        Where to search.
    text : str, optional
        Words that all stand somewhere in the study, in any table.
    factor : str, optional
        A factor by any name that resolves: measured in the product or the recipient, or given to the cells.
    source : str, optional
        A cell source by any name; where a study leaves the source open, one that the donor's words name.
    preconditioning : str, optional
        A kind, or a word of an agent.
    effect, result : str, optional
        Given together, one outcome must have both.

    Raises
    ------
    UnknownName
        If the factor or cell source is not known.
    """
    wanted = set(evidence.studies["study"])
    if text:
        wanted &= _with_words(evidence, text)
    if factor:
        wanted &= _with_factor(evidence, factor)
    if source:
        term = Terms().resolve("cell_source", source)
        if term is None:
            raise UnknownName(f"'{source}' is no known cell source; see `vocabulary list cell_sources`.")
        wanted &= _with_source(evidence, term)
    if preconditioning:
        kind = Terms().resolve("preconditioning", preconditioning)
        table = evidence.preconditioning
        hit = (table["kind"] == kind) | table["agent"].str.contains(preconditioning, case=False, regex=False)
        wanted &= set(table.loc[hit.fillna(False).astype(bool), "study"])
    for given, known, what in ((effect, EFFECTS, "effect"), (result, RESULTS, "result")):
        if given and given not in known and not given.startswith("other:"):
            raise UnknownName(f"'{given}' is no {what}; use one of {', '.join(known)}.")
    if effect or result:
        table = evidence.outcomes
        hit = pd.Series(True, index=table.index)
        if effect:
            hit &= table["effect"] == effect
        if result:
            hit &= table["result"] == result
        wanted &= set(table.loc[hit.fillna(False).astype(bool), "study"])
    return evidence.studies[evidence.studies["study"].isin(wanted)].reset_index(drop=True)


def find_study(evidence: Evidence, key: str) -> Evidence:
    """Return the evidence of one study, named by identifier, DOI or PMID.

    Raises
    ------
    UnknownName
        If there is none.
    """
    studies = evidence.studies
    hit = (studies["study"] == key) | (studies["doi"] == key.lower()) | (studies["pmid"] == key)
    found = studies.loc[hit.fillna(False).astype(bool), "study"]
    if found.empty:
        raise UnknownName(f"No study '{key}' in the corpus; try `evidence search`.")
    return evidence.subset(found)


def _with_words(evidence: Evidence, text: str) -> set[str]:
    words = text.casefold().split()
    whole: dict[str, list[str]] = {}
    for frame in evidence.tables.values():
        columns = frame.select_dtypes("string").columns.drop("study")
        for study, *cells in frame[["study", *columns]].fillna("").itertuples(index=False):
            whole.setdefault(study, []).append(" ".join(cells).casefold())
    return {study for study, cells in whole.items() if all(any(w in c for c in cells) for w in words)}


def _with_factor(evidence: Evidence, name: str) -> set[str]:
    vocabulary = FactorVocabulary.load()
    wanted: Any = vocabulary.resolve(name)
    if wanted.factor is None:
        raise UnknownName(f"'{name}' is no known factor: {wanted.reason}; try `vocabulary find`.")
    found: set[str] = set()
    for table, column in (("factors", "name"), ("mediators", "name"), ("preconditioning", "agent")):
        rows = evidence.tables[table][["study", column]].dropna()
        same = {
            n for n in rows[column].unique() if wanted.factor in _named_factors(vocabulary, str(n), column)
        }
        found |= set(rows.loc[rows[column].isin(same), "study"])
    return found


def _named_factors(vocabulary: FactorVocabulary, name: str, column: str) -> tuple[str | None, ...]:
    """Return the factors that a name stands for: `IL6ST/STAT3` names two; an agent may be a gene's."""
    resolved = vocabulary.resolve(name)
    several = resolved.candidates if resolved.reason and "names" in resolved.reason else ()
    return (resolved.factor, *several, *(targets_in(name) if column == "agent" else ()))


def _with_source(evidence: Evidence, term: str) -> set[str]:
    terms = Terms()
    arms = evidence.arms
    found = set(arms.loc[arms["cell_source"] == term, "study"])
    unstated = arms.loc[arms["cell_source"].isna() & arms["donor"].notna(), ["study", "donor"]]
    for study, donor in unstated.itertuples(index=False):
        parts = re.split(r"[/,;]| and | or ", str(donor))
        if any(terms.resolve("cell_source", part.strip()) == term for part in parts):
            found.add(study)
    return found
