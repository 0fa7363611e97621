"""Terms summed to what a biologist groups them by: first families, then pathways and kinds of condition.

Every term belongs to one family and every family to one group, so that the sums stay additive.
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from secretome_ml.explanation.contributions import BASE_TERM
from secretome_ml.explanation.importance import global_importance
from secretome_ml.vocabulary import FactorVocabulary, find_agent, parse_mirna
from secretome_ml.vocabulary.columns import behind
from secretome_ml.vocabulary.tables import rows

GROUPED_COLUMNS = ("sample", "effect", "group", "family", "contribution")
_MIRNA = "microRNAs"
_OTHER_FACTORS = "other factors"
_GENES = "engineered genes"
_PRECONDITIONING = "preconditioning"
_MANIPULATION = ("blocked, depleted or added", "product")
_BY_NAME = {
    "known factors, together": ("known factors, together", "measured panel as a whole"),
    "number of known factors": ("size of the panel", "measured panel as a whole"),
    "no known factor measured": ("size of the panel", "measured panel as a whole"),
    "engineered genes, together": (_GENES, _PRECONDITIONING),
    "any engineered gene": (_GENES, _PRECONDITIONING),
    "no known engineered gene": (_GENES, _PRECONDITIONING),
    "preconditioning, together": ("preconditioning as a whole", _PRECONDITIONING),
    "any preconditioning": ("preconditioning as a whole", _PRECONDITIONING),
    "no known preconditioning": ("preconditioning as a whole", _PRECONDITIONING),
    "blocking, together": ("blocked, depleted or added", "product"),
    "no known blocking": ("blocked, depleted or added", "product"),
    "cells and donor, together": ("cells and donor, together", "cells"),
    "no known role of the cells": ("cells and donor, together", "cells"),
    "product, together": ("product", "product"),
    "no known role of product": ("product", "product"),
}


def term_family(term: str, kind: str) -> tuple[str, str]:
    """Return the family of a term and the group of that family.

    Parameters
    ----------
    term, kind : str
        As in the table of contributions.

    Examples
    --------
    >>> term_family("CXCL8", "factor"), term_family("VEGF family", "factor")
    (('chemokine CXC', 'chemokines'), ('VEGF family', 'angiogenic growth factors'))
    >>> term_family("TNF treatment", "preconditioning"), term_family("cell_source=adipose", "cell_source")
    (('cytokines and growth factors', 'preconditioning'), ('tissue', 'cells'))
    """
    if term in _BY_NAME:
        return _BY_NAME[term]
    column = behind(term)
    if column is not None:
        return column.family, column.group
    if kind == "factor":
        return _factor_family(term)
    if kind == "product":
        return _MANIPULATION
    return _condition_family(term), _PRECONDITIONING


def by_family(terms: pd.DataFrame) -> pd.DataFrame:
    """Return contributions summed, with their sign, to families; per sample and effect they still add up.

    Parameters
    ----------
    terms : pandas.DataFrame
        As `explain_margin` gives it; the base value is left out.

    Returns
    -------
    pandas.DataFrame
        Columns `GROUPED_COLUMNS`.
    """
    own = terms[terms["term"] != BASE_TERM]
    named = own[["term", "kind"]].drop_duplicates().reset_index(drop=True)
    families = [term_family(str(t), str(k)) for t, k in zip(named["term"], named["kind"], strict=True)]
    named = named.assign(family=[f for f, _ in families], group=[g for _, g in families])
    own = own.merge(named, on=["term", "kind"])
    grouped = own.groupby(["sample", "effect", "group", "family"], sort=False, observed=True)
    return grouped["contribution"].sum().reset_index()[list(GROUPED_COLUMNS)]


def family_importance(terms: pd.DataFrame, level: str = "group") -> pd.DataFrame:
    """Return, per effect and family or group, how it contributes over the samples.

    Contributions are first summed with their sign within a sample, so that members which oppose each
    other cancel; then magnitudes are averaged.

    Parameters
    ----------
    terms : pandas.DataFrame
        As `explain_margin` gives it.
    level : str
        `family` or `group`.

    Returns
    -------
    pandas.DataFrame
        `effect, <level>, signed_sum, mean_magnitude, samples`; strongest first.
    """
    summed = by_family(terms).groupby(["sample", "effect", level], sort=False)["contribution"].sum()
    named = summed.reset_index().rename(columns={level: "term"}).assign(kind=level)
    return global_importance(named).drop(columns="kind").rename(columns={"term": level})


def _factor_family(term: str) -> tuple[str, str]:
    family = FactorVocabulary.load().family(term) or term
    groups = _groups("factor_family")
    if family in groups:
        return family, groups[family]
    if parse_mirna(family) or family.startswith(("miR-", "let-7")):
        return family, _MIRNA
    return family, _OTHER_FACTORS


def _condition_family(term: str) -> str:
    """Return the kind of preconditioning of an agent, a class of agents, a gene or a kind."""
    for table in ("preconditioning_kind", "agent_class"):
        if term in _groups(table):
            return _groups(table)[term]
    if term.endswith(" gene"):
        return _GENES
    agent = find_agent(term.removesuffix(" treatment"), factors=False)
    if agent is not None:
        return _groups("agent_class").get(agent.agent_class, "other preconditioning")
    # A factor that is no known agent was put into the cells as a gene.
    known = FactorVocabulary.load().resolve(term.removesuffix(" treatment")).factor
    return _GENES if known else "other preconditioning"


@cache
def _groups(term_kind: str) -> dict[str, str]:
    return {
        r["term"]: r["group"] for r in rows("groups", "vocabulary/families") if r["term_kind"] == term_kind
    }
