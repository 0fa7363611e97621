"""Doubles that were planted are found; joining two readings keeps what both say, once."""

import pandas as pd
import pytest

from conftest import make_arm, make_evidence, make_record
from secretome_ml.evidence import validate_evidence
from secretome_ml.evidence.doubles import find_doubles
from secretome_ml.evidence.merge import join_studies
from secretome_ml.evidence.validate import double_problems


@pytest.mark.parametrize(
    ("reason", "one", "other"),
    [
        ("doi", {"doi": "10.1000/a"}, {"doi": "10.1000/A"}),
        ("pmid", {"pmid": "77"}, {"pmid": "77"}),
        ("title", {"title": "MSC: a (new) hope"}, {"title": "MSC – A new hope."}),
        (
            "url",
            {"url": "https://pmc.ncbi.nlm.nih.gov/articles/PMC77/figure/F4"},
            {"url": "http://www.ncbi.nlm.nih.gov/pmc/articles/PMC77/?term=x"},
        ),
        (
            "author, year and facts",
            {"first_author": "Müller", "year": 2015, "doi": None, "url": "https://a.org/1"},
            {"first_author": "Muller", "year": 2015},
        ),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_planted_double_is_found_among_the_corpus(few, reason: str, one: dict, other: dict):
    planted = make_evidence(make_record(1, **one), make_record(2, **other))
    tables = {
        n: pd.concat([few.tables[n], f], ignore_index=True).astype(f.dtypes)
        for n, f in planted.tables.items()
    }
    before = {(d.study, d.other) for d in find_doubles(few)}
    found = [d for d in find_doubles(type(few)(tables)) if (d.study, d.other) not in before]
    assert [(d.study, d.other, d.reason) for d in found] == [("s-00000001", "s-00000002", reason)]
    reported = [p for p in double_problems(type(few)(tables)) if "s-00000002" in p.what]
    assert [p.column for p in reported] == ([reason] if found[0].certain else [])


@pytest.mark.parametrize(
    "other",
    [
        {"first_author": "Li", "year": 2016},
        {"first_author": "Wang", "year": 2015},
        {"first_author": "Li", "year": 2015, "doi": "10.1000/another"},
    ],
)
def test_like_is_not_the_same(other: dict):
    one = make_record(1, first_author="Li", year=2015)
    assert find_doubles(make_evidence(one, make_record(2, **other))) == []


def outcome(effect: str, assay: str, **more) -> dict:
    return {"effect": effect, "result": "beneficial", "vs": None, "assay": assay, **more}


def test_joining_keeps_both_readings_once():
    first = make_arm(arm="cm", factors=[], outcomes=[outcome("angiogenic", "tube formation")])
    again = make_arm(
        arm="medium",
        factors=[{"name": "VEGF", "state": "detected"}],
        outcomes=[outcome("angiogenic", "tube formation", n=6), outcome("wound_healing", "scratch")],
    )
    further = make_arm(arm="cm", product="exosome", factors=[], outcomes=[outcome("angiogenic", "CAM")])
    evidence = make_evidence(
        make_record(1, first, doi=None, pmid="5"), make_record(2, again, further, year=2014), make_record(3)
    )
    joined = join_studies(evidence, "s-00000001", "s-00000002")
    assert joined.studies["study"].tolist() == ["s-00000001", "s-00000003"]
    head = joined.studies.iloc[0]
    assert (head["doi"], head["pmid"], head["year"]) == ("10.1000/2", "5", 2014)
    assert "s-00000002" in head["note"]
    ours = joined.arms[joined.arms["study"] == "s-00000001"]
    assert list(zip(ours["arm"], ours["product"], strict=True)) == [
        ("cm", first["product"]),
        ("cm_b", "exosome"),
    ]
    rows = joined.outcomes[joined.outcomes["study"] == "s-00000001"]
    assert rows[["arm", "number", "assay"]].values.tolist() == [
        ["cm", 1, "tube formation"],
        ["cm", 2, "scratch"],
        ["cm_b", 1, "CAM"],
    ]
    assert rows["n"].iloc[0] == 6
    assert joined.factors.loc[joined.factors["study"] == "s-00000001", "arm"].tolist() == ["cm"]
    assert validate_evidence(joined) == []


def test_a_study_that_is_not_there_cannot_be_joined():
    with pytest.raises(KeyError, match="s-00000009"):
        join_studies(make_evidence(make_record(1)), "s-00000001", "s-00000009")
