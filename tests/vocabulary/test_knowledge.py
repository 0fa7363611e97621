from __future__ import annotations

from collections import Counter

from secretome_ml.vocabulary import FactorVocabulary, Terms, donor_state
from secretome_ml.vocabulary.agents import find_agent
from secretome_ml.vocabulary.index import factor_index
from secretome_ml.vocabulary.tables import rows

ROLES = rows("roles", "knowledge")
CONDITIONS = rows("conditions", "knowledge")
SOURCES = {"GO Biological Process 2021", "seed review", "expert prior of the project"}
MANIPULATIONS = {"depleted", "neutralised", "inhibited", "heat_inactivated", "nuclease", "protease", "added"}


def test_there_are_enough_roles_on_the_headline_effects() -> None:
    headline = [row for row in ROLES if row["effect"] in Terms().headline_effects()]
    assert len(headline) >= 400


def test_every_role_belongs_to_a_known_factor_and_effect() -> None:
    vocabulary, effects = FactorVocabulary.load(), Terms().ids("effect")
    known = {name: name in factor_index().factors or vocabulary.resolve(name).factor == name
             for name in {row["factor"] for row in ROLES}}  # fmt: skip
    assert [row for row in ROLES if not known[row["factor"]] or row["effect"] not in effects] == []


def test_roles_are_signed_graded_and_sourced() -> None:
    for row in (*ROLES, *CONDITIONS):
        assert row["role"] in {"promotes", "inhibits"}
        assert row["strength"] in {"1", "2", "3"}
        assert row["source"] in SOURCES
        assert row["evidence"].startswith(("GO:", "seed:", "design"))


def test_one_role_for_each_factor_and_effect() -> None:
    counts = Counter((row["factor"], row["effect"]) for row in ROLES)
    assert [key for key, count in counts.items() if count > 1] == []
    terms = Counter((row["term_kind"], row["term"], row["effect"]) for row in CONDITIONS)
    assert [key for key, count in terms.items() if count > 1] == []


def test_pleiotropic_factors_have_the_role_of_a_secretome() -> None:
    role = {(row["factor"], row["effect"]): row["role"] for row in ROLES}
    promotes = [
        ("VEGFA", "angiogenic"),
        ("HGF", "angiogenic"),
        ("FGF2", "angiogenic"),
        ("ANGPT1", "angiogenic"),
        ("miR-126", "angiogenic"),
        ("IL10", "anti_inflammatory"),
        ("IL1RN", "anti_inflammatory"),
        ("TNFAIP6", "anti_inflammatory"),
        ("PGE2", "anti_inflammatory"),
        ("PTGS2", "anti_inflammatory"),
        ("IDO1", "immunomodulatory"),
        ("HGF", "anti_fibrotic"),
        ("BMP7", "anti_fibrotic"),
        ("DCN", "anti_fibrotic"),
        ("MFGE8", "anti_fibrotic"),
        ("MMP1", "anti_fibrotic"),
        ("STC1", "antioxidant"),
        ("SFRP2", "cardioprotective"),
    ]
    inhibits = [
        ("SERPINF1", "angiogenic"),
        ("THBS1", "angiogenic"),
        ("FLT1", "angiogenic"),
        ("TIMP1", "angiogenic"),
        ("TNF", "anti_inflammatory"),
        ("IL1B", "anti_inflammatory"),
        ("CCN2", "anti_fibrotic"),
        ("TGFB1", "anti_fibrotic"),
    ]
    assert [key for key in promotes if role.get(key) != "promotes"] == []
    assert [key for key in inhibits if role.get(key) != "inhibits"] == []


def test_conditions_name_terms_that_exist() -> None:
    terms = Terms()
    classes = {row["class"] for row in rows("agents")}
    known = {
        "preconditioning_kind": set(terms.ids("preconditioning")),
        "agent_class": classes,
        "cell_type_class": {row["class"] for row in rows("cell_types")},
        "donor_state": {row["id"] for row in rows("donor_states")},
        "product": set(terms.ids("product")),
        "manipulation": MANIPULATIONS,
        "culture": set(terms.ids("culture")),
    }
    for row in CONDITIONS:
        kind, term = row["term_kind"], row["term"]
        if kind == "agent":
            assert term in factor_index().factors or find_agent(term) is not None, term
        elif kind == "donor_state" and term.startswith("selected_"):
            marker = term.removeprefix("selected_").replace("_", " ")
            text = (
                marker
                if "population" in marker
                else f"CD14-{marker}"
                if marker == "negative"
                else f"{marker}+"
            )
            assert term in donor_state(text), term
        else:
            assert term in known[kind], (kind, term)
