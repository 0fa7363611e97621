"""The phrase book over everything that it can say: grammar, one spelling for one thing, families."""

import re
from collections import Counter
from itertools import product

import pytest

from secretome_ml.vocabulary import FactorVocabulary, Terms, frame
from secretome_ml.vocabulary.phrases import (
    BASE,
    NO_PRECONDITIONING,
    STATED_COLUMNS,
    UNSTATED,
    Term,
    counted,
    drivers_sentence,
    family,
    kind,
    label,
    level_words,
    listed,
    phrase,
    state,
)
from secretome_ml.vocabulary.tables import rows

AGENTS = sorted({r["id"] for r in rows("agents") if r["class"] not in ("", "none", "vehicle")})
FACTORS = sorted(frame("factors")["id"])
MANIPULATIONS = Terms().ids("manipulation")


def everything() -> list[Term]:
    """Return every term that a sample could state, with all factors as factors, and some as targets."""
    terms = [Term("factor", f) for f in FACTORS] + [Term("gene", f) for f in FACTORS[:400]]
    terms += [Term("agent", a) for a in AGENTS] + [Term("agent", f) for f in FACTORS[:400] if f not in AGENTS]
    terms += [Term("done", k) for k in (*Terms().ids("preconditioning"), "other")]
    terms += [Term("manipulation", m, t) for m, t in product(MANIPULATIONS, ("", *FACTORS[:200]))]
    words = {c: Terms().ids(c) for c in STATED_COLUMNS if c != "cell_type"}
    words["cell_type"] = tuple({r["class"] for r in rows("cell_types")} - {""})
    words["donor"] = tuple(r["id"] for r in rows("donor_states"))
    terms += [Term(c, w) for c, own in words.items() for w in own]
    return [*terms, BASE, UNSTATED]


TERMS = everything()
VALUES = (2.0, 1.7, 1.0, 0.3, 0.0, -0.4, -1.0)


def states(term: Term) -> set[str]:
    return {state(term, v) for v in (VALUES if term.about == "factor" else (1.0, -1.0))}


def test_there_is_much_to_say():
    assert len(TERMS) > 3000
    assert {t.about for t in TERMS} >= {"factor", "gene", "agent", "done", "manipulation", "donor", "product"}


def test_a_name_is_spelled_once_and_for_one_thing():
    """Two things with one name could not be told apart in a table."""
    spelled = Counter(map(label, TERMS))
    assert [name for name, times in spelled.items() if times > 1] == []


def test_every_name_reads_as_words():
    for term in TERMS:
        name = label(term)
        assert name == " ".join(name.split()), term
        assert "_" not in name, term
        assert not re.search(r"\b(together|any|number of|known|None|nan)\b", name) or term.word == name, term
        assert name.count("(") == name.count(")"), term
        assert not name.endswith((".", ",", ":", ";", "treatment treatment", "culture culture")), term
        assert "; " not in name, "drivers are parted by it"


def test_every_phrase_says_its_state_in_brackets_or_nothing():
    for term in TERMS:
        for stated in states(term):
            said = phrase(label(term), stated)
            assert said == (f"{label(term)} ({stated})" if stated else label(term))
            assert "()" not in said
            assert "not stated" not in said or term == UNSTATED


def test_a_factor_always_has_a_state():
    assert all("" not in states(t) for t in TERMS if t.about == "factor")


@pytest.mark.parametrize("about", ["agent", "done"])
def test_blocking_is_said(about: str):
    own = [t for t in TERMS if t.about == about and t != NO_PRECONDITIONING]
    assert all(state(t, -1.0) == "blocked" and state(t, 1.0) == "" for t in own)


def test_sentences_end_and_list_as_sentences_do():
    names = [phrase(label(t), next(iter(states(t)))) for t in TERMS[::40]]
    for count in range(1, 5):
        said = drivers_sentence(names[:count], names[count : 2 * count])
        assert said.count(" and ") - sum(n.count(" and ") for n in names[: 2 * count]) == 2 * (count > 1)
        assert said.startswith("Raised most by ")
        assert said.endswith(".")
        assert ".." not in said
        assert " ." not in said
        assert ", and" not in said
    assert drivers_sentence([], names[:1]).startswith("Lowered most by ")
    assert drivers_sentence([], []) == "Nothing that is stated moves the score."
    assert listed([]) == ""


@pytest.mark.parametrize("number", [0, 1, 2, 1000])
def test_numbers_agree_with_their_noun(number: int):
    assert counted(number, "level") == (f"{number:,} level" if number == 1 else f"{number:,} levels")


def test_words_of_levels_follow_the_level():
    order = ["decreased", "not detected", "low", "detected", "elevated"]
    said = [order.index(level_words(v / 100)) for v in range(-100, 201)]
    assert said == sorted(said)
    assert set(said) == set(range(5))


def test_every_term_has_a_kind_a_family_and_a_group():
    kinds = {"factor", "preconditioning", "cell_source", "product", "context", "base", "unstated"}
    groups: dict[str, set[str]] = {}
    for term in TERMS:
        assert kind(term) in kinds
        name, group = family(term)
        assert name
        assert group
        groups.setdefault(name, set()).add(group)
    assert {f: g for f, g in groups.items() if len(g) > 1} == {}, "a family belongs to one group"


def test_a_factor_and_its_family_are_of_one_group():
    vocabulary = FactorVocabulary.load()
    for factor in FACTORS:
        own = vocabulary.family(factor)
        if own:
            assert family(Term("factor", factor)) == family(Term("factor", own)), factor


@pytest.mark.parametrize(
    ("term", "name", "family_", "group"),
    [
        (Term("factor", "VEGFA"), "VEGFA", "VEGF family", "angiogenic growth factors"),
        (Term("factor", "TGFB1"), "TGFB1", "TGFB family", "TGF-beta axis"),
        (Term("factor", "miR-126-3p"), "miR-126-3p", "miR-126", "microRNAs"),
        (Term("factor", "angiogenic factors"), "angiogenic factors", "collective", "named only together"),
        (Term("factor", "never heard of"), "never heard of", "never heard of", "other factors"),
        (Term("done", "hypoxia"), "hypoxia", "hypoxia and its mimetics", "preconditioning"),
        (Term("done", "other"), "another preconditioning", "other preconditioning", "preconditioning"),
        (Term("agent", "DFO"), "DFO treatment", "hypoxia and its mimetics", "preconditioning"),
        (Term("agent", "LPS"), "LPS treatment", "toll-like receptor ligands", "preconditioning"),
        (Term("agent", "spheroid"), "spheroid culture", None, "preconditioning"),
        (Term("agent", "PBMC"), "co-culture with PBMC", None, "preconditioning"),
        (Term("gene", "AKT1"), "AKT1 gene", "engineered genes", "preconditioning"),
        (
            Term("manipulation", "neutralised", "HGF"),
            "HGF neutralised",
            "blocked, depleted or added",
            "product",
        ),
        (Term("product", "ev"), None, "product", "product"),
        (Term("species", "rat"), "species: rat", "species", "cells"),
    ],
)
def test_by_hand(term: Term, name: str | None, family_: str | None, group: str):
    assert name is None or label(term) == name
    assert family_ is None or family(term)[0] == family_
    assert family(term)[1] == group
