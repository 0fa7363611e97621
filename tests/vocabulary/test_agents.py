from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretome_ml.vocabulary import agent_class, find_agent


@pytest.mark.parametrize(
    ("text", "identifier", "group"),
    [
        ("TNF-alpha", "TNF", "proinflammatory_cytokine"),
        ("interferon-gamma", "IFNG", "proinflammatory_cytokine"),
        ("LPS", "LPS", "tlr_ligand"),
        ("poly(I:C)", "poly(I:C)", "tlr_ligand"),
        ("DMOG", "DMOG", "hypoxia_mimetic"),
        ("dimethyloxalylglycine (DMOG)", "DMOG", "hypoxia_mimetic"),
        ("GW4869", "GW4869", "ev_release_inhibitor"),
        ("atorvastatin", "atorvastatin", "statin"),
        ("Cytomix (inflammatory mediators)", "Cytomix", "proinflammatory_cytokine"),
        ("calcium alginate gel", "alginate", "polysaccharide"),
        ("soft fibrin gel", "fibrin", "material"),
        ("human platelet lysate", "platelet lysate", "blood_product"),
        ("GCP-2", "CXCL6", "chemokine"),
        ("oncostatin M", "OSM", "cytokine_unspecified"),
        ("IFN-γ 10 ng/mL", "IFNG", "proinflammatory_cytokine"),
    ],
)
def test_agents_of_the_evidence(text: str, identifier: str, group: str) -> None:
    found = find_agent(text)
    assert found is not None
    assert (found.id, found.agent_class) == (identifier, group)
    assert agent_class(text) == group


def test_an_inhibitor_knows_its_target() -> None:
    found = find_agent("zinc protoporphyrin")
    assert found is not None
    assert found.inhibits == "HMOX1"


def test_unknown_agents() -> None:
    assert find_agent("moonlit water") is None
    assert agent_class(None) is None
    assert agent_class("") is None


@given(st.text(max_size=200))
def test_never_raises_on_text(text: str) -> None:
    find_agent(text)
