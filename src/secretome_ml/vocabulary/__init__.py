"""Words: factor names to identifiers, context words to terms, preconditioning to signed interventions."""

from __future__ import annotations

from secretome_ml.vocabulary.agents import Agent, agent_class, find_agent
from secretome_ml.vocabulary.donors import donor_state
from secretome_ml.vocabulary.factors import FactorVocabulary
from secretome_ml.vocabulary.interventions import Intervention, parse_intervention
from secretome_ml.vocabulary.manipulations import Manipulation, parse_manipulation
from secretome_ml.vocabulary.mirna import mirna_family, parse_mirna
from secretome_ml.vocabulary.normalise import normal_form
from secretome_ml.vocabulary.resolution import Resolution
from secretome_ml.vocabulary.tables import frame
from secretome_ml.vocabulary.targets import targets_in
from secretome_ml.vocabulary.terms import Terms

__all__ = [
    "Agent",
    "FactorVocabulary",
    "Intervention",
    "Manipulation",
    "Resolution",
    "Terms",
    "agent_class",
    "donor_state",
    "find_agent",
    "frame",
    "mirna_family",
    "normal_form",
    "parse_intervention",
    "parse_manipulation",
    "parse_mirna",
    "targets_in",
]
