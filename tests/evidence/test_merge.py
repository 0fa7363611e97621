"""New studies join the corpus all or none; one that is held is recognised by any of its addresses."""

import pandas as pd
import pytest

from conftest import make_arm, make_evidence, make_record
from secretome_ml.core.errors import InputRefused
from secretome_ml.evidence import merge_evidence, seen_studies
from secretome_ml.evidence.tables import TABLES

HELD = make_record(
    1,
    doi="10.1000/Held.1",
    pmid="111",
    url="https://www.Example.org/papers/1/",
    title="Hypoxia: a (new) start!",
)


def held():
    return make_evidence(HELD)


@pytest.mark.parametrize(
    "study",
    [
        {"id": "s-00000001", "doi": "10.1000/other"},
        {"doi": "10.1000/HELD.1"},
        {"doi": None, "pmid": "111"},
        {"doi": None, "url": "http://example.org/papers/1"},
        {"doi": None, "url": "https://www.example.org/papers/1/#abstract"},
        {"doi": None, "url": "https://elsewhere.org/7", "title": "hypoxia - a new start"},
        {"doi": "10.1000/new", "title": "Hypoxia: A (New) Start"},
    ],
    ids=lambda s: ",".join(s),
)
def test_a_known_study_is_recognised(study: dict):
    merged = merge_evidence(held(), make_evidence(make_record(2, **study)))
    assert merged.added == []
    assert list(merged.known.values()) == ["s-00000001"]
    assert merged.evidence.digest == held().digest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "https://www.ijstemcell.com/journal/view.html?uid=594",
            "http://www.ijstemcell.com/journal/view.html?uid=221",
        ),
        (
            "https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0000001",
            "https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0000002",
        ),
    ],
)
def test_addresses_that_differ_in_their_query_are_different_studies(one: str, other: str):
    merged = merge_evidence(
        make_evidence(make_record(1, doi=None, url=one)), make_evidence(make_record(2, doi=None, url=other))
    )
    assert merged.added == ["s-00000002"]


def test_no_two_studies_of_the_corpus_would_be_taken_for_one(corpus):
    """Importing the corpus into nothing must give the corpus, and no study be seen as another."""
    nothing = corpus.subset([])
    merged = merge_evidence(nothing, corpus)
    assert merged.known == {}
    assert merged.evidence.digest == corpus.digest
    assert all(k == v for k, v in seen_studies(corpus.studies, corpus.studies).items())


def test_new_studies_come_in_whole(few):
    names = few.studies["study"].tolist()
    first, second = few.subset(names[:30]), few.subset(names[25:])
    merged = merge_evidence(first, second)
    assert merged.added == names[30:]
    assert set(merged.known) == set(names[25:30])
    assert merged.evidence.digest == few.digest
    for table in TABLES:
        assert merged.evidence.tables[table.name].dtypes.to_dict() == few.tables[table.name].dtypes.to_dict()


def test_one_bad_row_keeps_everything_out():
    bad = make_record(3, make_arm(factors=[{"name": "VEGF", "state": "risen"}], product="soup"))
    with pytest.raises(InputRefused) as refused:
        merge_evidence(held(), make_evidence(make_record(2), bad))
    assert {p.column for p in refused.value.problems} == {"state", "product"}


def test_twice_the_same_study_in_one_import():
    incoming = make_evidence(
        make_record(2, title="One and the same"), make_record(3, title="One and the same")
    )
    merged = merge_evidence(held(), incoming)
    assert merged.added == ["s-00000002"]
    assert merged.known == {"s-00000003": "s-00000002"}


def test_an_empty_address_is_no_address():
    """Two studies that both lack a DOI are not the same study."""
    one = make_evidence(make_record(1, doi=None, pmid="5"))
    merged = merge_evidence(one, make_evidence(make_record(2, doi=None, pmid="6")))
    assert merged.added == ["s-00000002"]


def test_seen_studies_reads_a_plain_table():
    trained = pd.DataFrame(
        [{"study": "s-00000009", "doi": None, "pmid": None, "url": "http://example.org/papers/1"}],
        dtype="string",
    )
    assert seen_studies(trained, held().studies) == {"s-00000001": "s-00000009"}
