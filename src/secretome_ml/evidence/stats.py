"""Counts that tell what a corpus holds and where it is thin."""

from __future__ import annotations

from typing import Any

import pandas as pd

from secretome_ml.evidence.corpus import Evidence
from secretome_ml.evidence.tables import HEADLINE_EFFECTS, RESULTS


def evidence_stats(evidence: Evidence) -> dict[str, Any]:
    """Return the counts of a corpus as plain numbers and dictionaries.

    Examples
    --------
    >>> from secretome_ml import load_evidence
    >>> from secretome_ml.evidence import evidence_stats
    >>> evidence_stats(load_evidence())["studies"] > 300
    True
    """
    outcomes, comparisons = evidence.outcomes, evidence.comparisons
    headline = outcomes[outcomes["effect"].isin(HEADLINE_EFFECTS)]
    headline_pairs = comparisons[comparisons["effect"].isin(HEADLINE_EFFECTS)]
    return {
        "studies": len(evidence.studies),
        "arms": len(evidence.arms),
        "studies_with_several_arms": int((evidence.arms.groupby("study").size() > 1).sum()),
        "factor_rows": len(evidence.factors),
        "factor_names": int(evidence.factors["name"].nunique()),
        "outcomes": len(outcomes),
        "comparisons": len(comparisons),
        "headline_comparisons": _distinct_pairs(headline_pairs),
        "headline_comparisons_decided": int((headline_pairs["direction"] != "equal").sum()),
        "headline_null_or_adverse": int((headline["result"] != "beneficial").sum()),
        "headline_beneficial_share": (
            round(float((headline["result"] == "beneficial").mean()), 4) if len(headline) else None
        ),
        "identified": _identified(evidence.studies),
        "identified_without_reviews": _identified(evidence.studies[evidence.studies["basis"] != "review"]),
        "by_basis": _counts(evidence.studies["basis"]),
        "by_year": _counts(evidence.studies["year"]),
        "by_cell_source": _counts(evidence.arms["cell_source"]),
        "by_product": _counts(evidence.arms["product"]),
        "by_preconditioning": _counts(evidence.preconditioning["kind"]),
        "by_effect": _by_effect(evidence),
        "thin": _thin(evidence),
        "digest": evidence.digest,
    }


def _identified(studies: pd.DataFrame) -> dict[str, int]:
    """Return the number of studies that state each column by which a publication is recognised."""
    named = {c: int(studies[c].notna().sum()) for c in ("title", "first_author", "year", "journal")}
    registered = studies["doi"].notna() | studies["pmid"].notna()
    central = studies["url"].str.contains(r"/articles/PMC\d+", case=False, na=False)
    numbered = {"doi_or_pmid": int(registered.sum()), "doi_pmid_or_pmc": int((registered | central).sum())}
    return {"studies": len(studies), **named, **numbered}


def _distinct_pairs(comparisons: pd.DataFrame) -> int:
    """Return the number of pairs of arms compared on an effect, however many readouts each has."""
    rows = comparisons.to_dict("records")
    return len({(r["study"], r["effect"], frozenset((r["arm"], r["than"]))) for r in rows})


def _counts(values: pd.Series) -> dict[str, int]:
    named = values.astype("string").fillna("not stated")
    return {str(k): int(v) for k, v in named.value_counts().items()}


def _by_effect(evidence: Evidence) -> dict[str, dict[str, int]]:
    """Return results and comparisons of every effect that has either."""
    results = evidence.outcomes.groupby(["effect", "result"]).size()
    pairs = evidence.comparisons["effect"].value_counts()
    effects = sorted({*evidence.outcomes["effect"], *evidence.comparisons["effect"]})
    return {
        str(effect): {
            **{result: int(results.get((effect, result), 0)) for result in RESULTS},
            "comparisons": int(pairs.get(effect, 0)),
        }
        for effect in effects
    }


def _thin(evidence: Evidence) -> dict[str, list[str]]:
    """Return, per headline effect, the cell sources of which fewer than five arms were tested."""
    tested = evidence.outcomes.drop_duplicates(["study", "arm", "effect"]).merge(
        evidence.arms, on=["study", "arm"]
    )
    sources = sorted(evidence.arms["cell_source"].dropna().unique())
    thin = {}
    for effect in HEADLINE_EFFECTS:
        counts = tested.loc[tested["effect"] == effect, "cell_source"].value_counts()
        thin[effect] = [str(s) for s in sources if counts.get(s, 0) < 5]
    return thin
