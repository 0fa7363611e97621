"""Search finds what a plain walk over the records finds."""

import json

import pytest

from conftest import make_arm, make_evidence, make_record
from secretome_ml.core.errors import UnknownName
from secretome_ml.evidence import find_study, search_studies, write_records


@pytest.fixture(scope="module")
def records(corpus):
    return [json.loads(line) for line in write_records(corpus).splitlines()]


def walk(records, holds) -> set[str]:
    return {r["study"]["id"] for r in records if holds(r)}


def names(found) -> set[str]:
    return set(found["study"])


def test_without_a_condition_everything_is_found(corpus):
    assert len(search_studies(corpus)) == len(corpus.studies)


def test_effect_and_result_must_meet_in_one_outcome(corpus, records):
    def holds(r):
        return any(
            o["effect"] == "anti_fibrotic" and o["result"] == "null" for a in r["arms"] for o in a["outcomes"]
        )

    expected = walk(records, holds)
    assert expected
    assert names(search_studies(corpus, effect="anti_fibrotic", result="null")) == expected


def test_a_source_by_another_name(corpus, records):
    expected = walk(records, lambda r: any(a["cell_source"] == "adipose" for a in r["arms"]))
    assert names(search_studies(corpus, source="adipose tissue")) == expected
    assert names(search_studies(corpus, source="Adipose")) == expected


@pytest.mark.parametrize("alias", ["VEGF-A", "VEGFA", "vegf-a", "VEGF165"])
def test_a_factor_by_any_name(corpus, alias: str):
    assert names(search_studies(corpus, factor=alias)) == names(search_studies(corpus, factor="VEGFA"))
    assert len(search_studies(corpus, factor=alias)) > 10


def test_a_factor_by_name_does_not_find_its_neighbours():
    made = make_evidence(
        make_record(1, make_arm(factors=[{"name": "IL-1", "state": "detected"}])),
        make_record(2, make_arm(factors=[{"name": "IL-10", "state": "detected"}])),
    )
    assert names(search_studies(made, factor="IL10")) == {"s-00000002"}


def test_preconditioning_by_kind_or_agent(corpus, records):
    hypoxia = walk(
        records, lambda r: any(p["kind"] == "hypoxia" for a in r["arms"] for p in a["preconditioning"])
    )
    assert hypoxia <= names(search_studies(corpus, preconditioning="hypoxia"))
    melatonin = walk(
        records,
        lambda r: any(
            "melatonin" in (p["agent"] or "").lower() for a in r["arms"] for p in a["preconditioning"]
        ),
    )
    assert names(search_studies(corpus, preconditioning="Melatonin")) == melatonin


def test_words_anywhere(corpus, records):
    expected = walk(
        records,
        lambda r: all(w in json.dumps(r, ensure_ascii=False).casefold() for w in ("huvec", "hypoxia")),
    )
    found = names(search_studies(corpus, text="HUVEC hypoxia"))
    assert found
    assert found <= expected


def test_words_are_words_not_patterns(corpus):
    assert search_studies(corpus, text=".*").empty or len(search_studies(corpus, text=".*")) < 5
    assert search_studies(corpus, text="(").shape[0] < len(corpus.studies)


def test_conditions_narrow_each_other(corpus):
    both = names(search_studies(corpus, factor="HGF", effect="angiogenic"))
    assert both == names(search_studies(corpus, factor="HGF")) & names(
        search_studies(corpus, effect="angiogenic")
    )
    assert both


def test_a_corpus_with_empty_tables_can_be_searched():
    made = make_evidence({**make_record(1), "note": "a needle"}, make_record(2))
    assert names(search_studies(made, text="needle")) == {"s-00000001"}


def test_unknown_names_are_said_to_be_unknown(corpus):
    with pytest.raises(UnknownName, match="xyzzy"):
        search_studies(corpus, factor="xyzzy-17")
    with pytest.raises(UnknownName, match="moon"):
        search_studies(corpus, source="moon dust")
    with pytest.raises(UnknownName):
        find_study(corpus, "s-nowhere")


@pytest.mark.parametrize(("option", "value"), [("effect", "angiogenesis_typo"), ("result", "benefical")])
def test_an_unknown_effect_or_result_is_not_answered_with_nothing(corpus, option: str, value: str):
    with pytest.raises(UnknownName, match=value):
        search_studies(corpus, **{option: value})


def test_one_study_by_identifier_doi_or_pmid(corpus):
    row = corpus.studies[corpus.studies["doi"].notna()].iloc[5]
    for key in (row["study"], row["doi"], row["doi"].upper()):
        found = find_study(corpus, key)
        assert found.studies["study"].tolist() == [row["study"]]
        assert set(found.arms["study"]) == {row["study"]}


# The key studies of the three reviews that the corpus began with, by what the reviews say of them.
SEEDS = [
    ({"source": "placenta", "factor": "IL6ST"}, "s-a18e063f"),
    ({"source": "placenta", "factor": "STAT3", "effect": "anti_apoptotic"}, "s-a18e063f"),
    ({"source": "placenta", "factor": "superoxide dismutase 2"}, "s-a18e063f"),
    ({"source": "amnion", "factor": "TGF-β"}, "s-fe546de9"),
    ({"source": "amniotic membrane", "factor": "MMP-9", "effect": "neuroprotective"}, "s-fe546de9"),
    ({"source": "cord blood", "factor": "FGF7"}, "s-3ccb3e4d"),
    ({"text": "keratinocyte", "factor": "keratinocyte growth factor"}, "s-3ccb3e4d"),
    ({"source": "amniotic fluid", "factor": "thymosin beta 4", "effect": "cardioprotective"}, "s-fa361f14"),
    ({"source": "amniotic fluid", "factor": "FGF7", "effect": "hepatoprotective"}, "s-4bc8595d"),
    ({"source": "umbilical cord", "factor": "GDNF", "effect": "neuroprotective"}, "s-e985599e"),
    ({"source": "Wharton's jelly", "text": "HUCPVC"}, "s-e985599e"),
]


@pytest.mark.parametrize(("asked", "study"), SEEDS, ids=lambda v: v if isinstance(v, str) else "")
def test_the_key_studies_of_the_reviews_are_found(corpus, asked: dict[str, str], study: str):
    found = search_studies(corpus, **asked)
    assert study in names(found)
    assert len(found) <= 12, "found, not listed among everything"


def test_a_factor_is_found_in_product_recipient_and_agent():
    made = make_evidence(
        make_record(1, make_arm(factors=[{"name": "IL-6", "state": "detected"}])),
        make_record(2, make_arm(recipient_mediators=[{"name": "IL-6/STAT3", "state": "elevated"}])),
        make_record(
            3, make_arm(preconditioning=[{"kind": "genetic_modification", "agent": "IL-6 over-expression"}])
        ),
        make_record(4, make_arm(factors=[{"name": "IL-16", "state": "detected"}])),
    )
    assert names(search_studies(made, factor="IL6")) == {"s-00000001", "s-00000002", "s-00000003"}
    assert names(search_studies(made, factor="STAT3")) == {"s-00000002"}
