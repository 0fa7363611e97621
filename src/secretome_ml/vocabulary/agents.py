"""The agents of preconditioning: drugs, ligands, materials, and cytokines seen as what was added."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from secretome_ml.vocabulary.factors import FactorVocabulary
from secretome_ml.vocabulary.normalise import normal_form
from secretome_ml.vocabulary.tables import rows, split_cell

_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_DOSE = re.compile(r"\b\d+(?:[.,]\d+)?\s*(?:%|[pnuµμm]?[gM](?:/m?[lL])?|U/ml|h|hours?|nm|J/cm2|mW/cm2)\b")
_WORD = re.compile(r"[\w()-]+")
_SEVERAL = re.compile(r"[+,;&]| and | or | plus ", re.IGNORECASE)
VEHICLE = "vehicle"
_MOST_WORDS, _LONGEST_PHRASE, _SHORTEST = 24, 4, 2
_KIND_CLASS = {"lipid": "lipid_mediator", "small_molecule": "metabolite", "mirna": "mirna", "rna": "rna"}
_FAMILY_CLASS = {
    "chemokine CC": "chemokine",
    "chemokine CXC": "chemokine",
    "chemokine other": "chemokine",
    "interleukin": "cytokine_unspecified",
    "IL1 family": "proinflammatory_cytokine",
    "IL6 family": "cytokine_unspecified",
    "interferon": "proinflammatory_cytokine",
    "TNF superfamily": "proinflammatory_cytokine",
    "hormone": "hormone",
}


@dataclass(frozen=True)
class Agent:
    """One agent: its identifier, its class, the factor that it is and the factor that it inhibits."""

    id: str
    agent_class: str
    factor: str | None = None
    inhibits: str | None = None


@cache
def _agents() -> dict[str, Agent]:
    named: dict[str, Agent] = {}
    for row in rows("agents"):
        agent = Agent(row["id"], row["class"], row["factor"] or None, row["inhibits"] or None)
        for name in (row["id"], row["label"], *split_cell(row["synonyms"])):
            named.setdefault(normal_form(name), agent)
    return named


def find_agent(text: str, factors: bool = True) -> Agent | None:
    """Return the agent that a text names, or None.

    Doses and remarks in brackets are passed over. With `factors`, a factor that is not in the table of agents
    counts as an agent too, and its class follows from its family. Last, the longest known agent that stands
    as a word in the text is taken, so that `calcium alginate gel` is alginate.

    Examples
    --------
    >>> find_agent("IFN-γ")
    Agent(id='IFNG', agent_class='proinflammatory_cytokine', factor='IFNG', inhibits=None)
    >>> find_agent("GW4869").agent_class, find_agent("moonlight")
    ('ev_release_inhibitor', None)
    """
    found = exact_agent(text, factors)
    return (
        found if found is not None else _inside(" ".join(_DOSE.sub(" ", _BRACKETED.sub(" ", text)).split()))
    )


def exact_agent(text: str, factors: bool = True) -> Agent | None:
    """Return the agent that a whole text names, remarks in brackets passed over, or None.

    Examples
    --------
    >>> exact_agent("calcium alginate gel"), exact_agent("DMSO").agent_class
    (None, 'vehicle')
    """
    bare = " ".join(_DOSE.sub(" ", _BRACKETED.sub(" ", text)).split())
    for name in (text, bare):
        found = _agents().get(normal_form(name))
        if found is not None and normal_form(name):
            return found
    return _as_factor(text, bare) if factors else None


def _as_factor(text: str, bare: str) -> Agent | None:
    vocabulary = FactorVocabulary.load()
    for name in (text, bare):
        resolved = vocabulary.resolve(name)
        if resolved.factor is not None:
            family = vocabulary.family(resolved.factor) or ""
            usual = _KIND_CLASS.get(resolved.kind or "", "growth_factor")
            return Agent(resolved.factor, _FAMILY_CLASS.get(family, usual), resolved.factor)
        if resolved.candidates:
            return None
    return None


def _inside(text: str) -> Agent | None:
    if _SEVERAL.search(text):
        return None
    words = _WORD.findall(text.casefold())[:_MOST_WORDS]
    for length in range(min(len(words), _LONGEST_PHRASE), 0, -1):
        for start in range(len(words) - length + 1):
            phrase = "".join(words[start : start + length])
            found = _agents().get(normal_form(phrase))
            if found is not None and len(phrase) > _SHORTEST and found.agent_class != VEHICLE:
                return found
    return None


def agent_class(text: str | None) -> str | None:
    """Return the class of an agent, or None when the agent is unknown.

    Examples
    --------
    >>> agent_class("atorvastatin"), agent_class(None)
    ('statin', None)
    """
    found = find_agent(text) if text else None
    return found.agent_class if found is not None else None
