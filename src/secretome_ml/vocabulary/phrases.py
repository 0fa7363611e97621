"""The phrase book: every term of an explanation, what a sample states of it, and the sentences about it.

A term is one thing that a preparation states: a factor, an agent, a gene, the source of its cells. Files,
terminal, page and report spell it as it is spelled here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from secretome_ml.vocabulary.agents import find_agent
from secretome_ml.vocabulary.columns import context_column, context_columns
from secretome_ml.vocabulary.factors import FactorVocabulary
from secretome_ml.vocabulary.mirna import parse_mirna
from secretome_ml.vocabulary.tables import rows
from secretome_ml.vocabulary.terms import Terms

FACTOR, GENE, AGENT, DONE, MANIPULATED = "factor", "gene", "agent", "done", "manipulation"

_PRECONDITIONING, _PRODUCT = "preconditioning", "product"
# A level is a number; these are the words for it, from the first bound that it reaches.
LEVELS = (
    (1.5, "elevated"), (0.5, "detected"), (1e-9, "low"),
    (-1e-9, "not detected"), (-math.inf, "decreased"),
)  # fmt: skip
_DIRECTIONS = {
    GENE: {1.0: "over-expressed", -1.0: "silenced"},
    AGENT: {-1.0: "blocked"},
    DONE: {-1.0: "blocked"},
}
# How an agent of a class was used; any other is a treatment.
_USED = {"cells": "co-culture with {}", "culture_form": "{} culture", "vesicles": "{}", "medium": "{}"}


class Term(NamedTuple):
    """One thing that a preparation states.

    Parameters
    ----------
    about : str
        `factor`, `gene`, `agent`, `done` (a kind of preconditioning without an agent), `manipulation`, or the
        name of a context column.
    word : str
        Which one.
    target : str
        The factor that a manipulation of the product was aimed at, if any.
    """

    about: str
    word: str
    target: str = ""


BASE = Term("base", "")
UNSTATED = Term("unstated", "")
NO_PRECONDITIONING = Term(DONE, "none")


@cache
def label(term: Term) -> str:
    """Return a term as it is spelled everywhere.

    Examples
    --------
    >>> [label(Term(*t)) for t in (("factor", "VEGFA"), ("agent", "TNF"), ("agent", "PBMC"))]
    ['VEGFA', 'TNF treatment', 'co-culture with PBMC']
    >>> label(Term("cell_source", "adipose")), label(Term("manipulation", "neutralised", "TGFB1"))
    ('cell source: adipose tissue', 'TGFB1 neutralised')
    """
    about, word, target = term
    if term == BASE:
        return "base value"
    if term == UNSTATED:
        return "what was not stated"
    if about == FACTOR:
        return word
    if about == GENE:
        return f"{word} gene"
    if about == AGENT:
        agent = find_agent(word, factors=False)
        return _USED.get(agent.agent_class or "" if agent else "", "{} treatment").format(word)
    if about == DONE:
        if term == NO_PRECONDITIONING:
            return "preconditioning: none"
        return "another preconditioning" if word == "other" else Terms().label(_PRECONDITIONING, word)
    if about == MANIPULATED:
        done = Terms().label("manipulation", word)
        return f"{target} {done}" if target else f"product {done}"
    return f"{context_column(about).label}: {_word(about, word)}"


@cache
def kind(term: Term) -> str:
    """Return what kind of thing a term is: factor, preconditioning, product, cell source or context.

    Examples
    --------
    >>> kind(Term("gene", "VEGFA")), kind(Term("stage", "adult")), kind(UNSTATED)
    ('preconditioning', 'cell_source', 'unstated')
    """
    if term in (BASE, UNSTATED):
        return term.about
    if term.about == FACTOR:
        return FACTOR
    if term.about in (GENE, AGENT, DONE):
        return _PRECONDITIONING
    return _PRODUCT if term.about == MANIPULATED else context_column(term.about).term


@cache
def family(term: Term) -> tuple[str, str]:
    """Return the family that a term is summed to, and the group of that family.

    Examples
    --------
    >>> family(Term("factor", "CXCL8")), family(Term("factor", "VEGF family"))
    (('chemokine CXC', 'chemokines'), ('VEGF family', 'angiogenic growth factors'))
    >>> family(Term("agent", "TNF")), family(Term("cell_source", "adipose"))
    (('cytokines and growth factors', 'preconditioning'), ('tissue', 'cells'))
    """
    about, word, _ = term
    if term in (BASE, UNSTATED):
        return label(term), label(term)
    if about == FACTOR:
        return _factor_family(word)
    if about == GENE:
        return "engineered genes", _PRECONDITIONING
    if about == AGENT:
        agent = find_agent(word)
        groups = _groups("agent_class")
        found = groups.get(agent.agent_class or "", "") if agent is not None else ""
        return found or "other preconditioning", _PRECONDITIONING
    if about == DONE:
        return _groups("preconditioning_kind").get(word, "other preconditioning"), _PRECONDITIONING
    if about == MANIPULATED:
        return "blocked, depleted or added", _PRODUCT
    column = context_column(about)
    return column.family, column.group


def state(term: Term, value: float) -> str:
    """Return what is stated of a term; nothing where its name says it all.

    Parameters
    ----------
    term : Term
        The term.
    value : float
        The level of a factor (2 elevated, 1 detected, 0 not detected, -1 decreased), or 1 for what was done
        and -1 for what was blocked.

    Examples
    --------
    >>> state(Term("factor", "LEP"), 0.0), state(Term("factor", "LEP"), 1.62)
    ('not detected', 'elevated')
    >>> state(Term("gene", "VEGFA"), -1.0), state(Term("cell_source", "adipose"), 1.0)
    ('silenced', '')
    """
    if term.about == FACTOR:
        return level_words(value)
    return _DIRECTIONS.get(term.about, {}).get(value, "")


def level_words(level: float) -> str:
    """Return a factor's level as words; a factor without one was not measured.

    Examples
    --------
    >>> [level_words(v) for v in (2.0, 1.0, 0.3, 0.0, -0.4, float("nan"))]
    ['elevated', 'detected', 'low', 'not detected', 'decreased', 'not measured']
    """
    if math.isnan(level):
        return "not measured"
    return next(word for bound, word in LEVELS if level >= bound)


def phrase(name: str, stated: str = "", amount: str = "") -> str:
    """Return a term with what is stated of it and how much was measured.

    Examples
    --------
    >>> phrase("LEP", "not detected"), phrase("VEGFA", "elevated", "850 pg/mL"), phrase("hypoxia")
    ('LEP (not detected)', 'VEGFA (elevated, 850 pg/mL)', 'hypoxia')
    """
    told = ", ".join(filter(None, (stated, amount)))
    return f"{name} ({told})" if told else name


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence lists them.

    Examples
    --------
    >>> listed(["HGF"]), listed(["HGF", "IL6"]), listed(["HGF", "IL6", "hypoxia"])
    ('HGF', 'HGF and IL6', 'HGF, IL6 and hypoxia')
    """
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def counted(number: int, one: str, several: str = "") -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "sample"), counted(50, "sample"), counted(2, "study", "studies")
    ('1 sample', '50 samples', '2 studies')
    """
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def drivers_sentence(raises: Sequence[str], lowers: Sequence[str]) -> str:
    """Return what moves a score most, as sentences; nothing moves it where both are empty.

    Examples
    --------
    >>> drivers_sentence(["VEGFA (elevated)"], ["TIMP1 (detected)", "cell source: adipose tissue"])
    'Raised most by VEGFA (elevated). Lowered most by TIMP1 (detected) and cell source: adipose tissue.'
    """
    parts = [
        f"{how} most by {listed(names)}." for how, names in (("Raised", raises), ("Lowered", lowers)) if names
    ]
    return " ".join(parts) or "Nothing that is stated moves the score."


def _word(column: str, word: str) -> str:
    """Return a word of a context column; the cell type is told by its class."""
    if column == "donor":
        return next((r["label"] for r in rows("donor_states") if r["id"] == word), word)
    shown = Terms().label(column, word)
    return shown.replace("_", " ") if shown == word else shown


def _factor_family(factor: str) -> tuple[str, str]:
    found = FactorVocabulary.load().family(factor) or factor
    groups = _groups("factor_family")
    if found in groups:
        return found, groups[found]
    rna = parse_mirna(found) or found.startswith(("miR-", "let-7"))
    return found, "microRNAs" if rna else "other factors"


@cache
def _groups(term_kind: str) -> dict[str, str]:
    return {
        r["term"]: r["group"] for r in rows("groups", "vocabulary/families") if r["term_kind"] == term_kind
    }


STATED_COLUMNS = tuple(c.name for c in context_columns() if c.is_term)
"""Context columns whose words are terms."""
