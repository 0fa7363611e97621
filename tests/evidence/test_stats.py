"""Counts of the corpus, counted again over the records with nothing but Python."""

import json
from collections import Counter

import pytest

from conftest import HEADLINE, make_arm, make_evidence, make_record
from secretome_ml.evidence import evidence_stats, write_records


@pytest.fixture(scope="module")
def records(corpus):
    return [json.loads(line) for line in write_records(corpus).splitlines()]


@pytest.fixture(scope="module")
def stats(corpus):
    return evidence_stats(corpus)


def arms(records):
    return [arm for r in records for arm in r["arms"]]


def test_totals(records, stats):
    every = arms(records)
    assert stats["studies"] == len(records)
    assert stats["arms"] == len(every)
    assert stats["studies_with_several_arms"] == sum(len(r["arms"]) > 1 for r in records)
    assert stats["factor_rows"] == sum(len(a["factors"]) for a in every)
    assert stats["factor_names"] == len({f["name"] for a in every for f in a["factors"]})
    assert stats["outcomes"] == sum(len(a["outcomes"]) for a in every)
    assert stats["comparisons"] == sum(len(a["relative"]) for a in every)


def test_headline(records, stats):
    results = [o["result"] for a in arms(records) for o in a["outcomes"] if o["effect"] in HEADLINE]
    pairs = [
        (r["study"]["id"], p["effect"], frozenset((a["arm"], p["than"])), p["direction"])
        for r in records
        for a in r["arms"]
        for p in a["relative"]
        if p["effect"] in HEADLINE
    ]
    assert stats["headline_null_or_adverse"] == sum(r != "beneficial" for r in results)
    assert stats["headline_beneficial_share"] == round(results.count("beneficial") / len(results), 4)
    assert stats["headline_comparisons"] == len({p[:3] for p in pairs})
    assert stats["headline_comparisons_decided"] == sum(p[3] != "equal" for p in pairs)


def test_breakdowns(records, stats):
    every = arms(records)
    assert stats["by_basis"] == Counter(r["basis"] for r in records)
    assert stats["by_year"] == Counter(str(r["study"]["year"] or "not stated") for r in records)
    assert stats["by_cell_source"] == Counter(a["cell_source"] or "not stated" for a in every)
    assert stats["by_product"] == Counter(a["product"] for a in every)
    assert stats["by_preconditioning"] == Counter(p["kind"] for a in every for p in a["preconditioning"])


def test_by_what_studies_are_recognised(records, stats):
    """Among all studies, and among those read themselves."""
    read = [r for r in records if r["basis"] != "review"]
    for found, group in ((stats["identified"], records), (stats["identified_without_reviews"], read)):
        heads = [r["study"] for r in group]
        numbers = [bool(h["doi"] or h["pmid"]) for h in heads]
        central = ["/articles/pmc" in (h["url"] or "").lower() for h in heads]
        assert found["studies"] == len(heads)
        for name in ("title", "first_author", "year", "journal"):
            assert found[name] == sum(h[name] is not None for h in heads)
        assert found["doi_or_pmid"] == sum(numbers)
        assert found["doi_pmid_or_pmc"] == sum(map(any, zip(numbers, central, strict=True)))
    assert stats["identified"]["title"] >= 500


def test_by_effect(records, stats):
    """Every effect that has an outcome or a comparison is shown, and the counts add up to the totals."""
    results = Counter((o["effect"], o["result"]) for a in arms(records) for o in a["outcomes"])
    pairs = Counter(p["effect"] for a in arms(records) for p in a["relative"])
    assert set(stats["by_effect"]) == {e for e, _ in results} | set(pairs)
    for effect, row in stats["by_effect"].items():
        assert row["comparisons"] == pairs[effect]
        assert all(row[r] == results[effect, r] for r in ("beneficial", "null", "adverse"))
    assert sum(r["comparisons"] for r in stats["by_effect"].values()) == stats["comparisons"]


def test_thin(records, stats):
    tested = Counter()
    for arm in arms(records):
        for effect in {o["effect"] for o in arm["outcomes"]}:
            tested[effect, arm["cell_source"]] += 1
    sources = {a["cell_source"] for a in arms(records)} - {None}
    for effect in HEADLINE:
        assert stats["thin"][effect] == sorted(s for s in sources if tested[effect, s] < 5)


def test_an_effect_that_was_only_compared_is_shown():
    arms = (
        make_arm("a", relative=[{"effect": "angiogenic", "than": "b", "direction": "higher"}]),
        make_arm("b"),
    )
    assert evidence_stats(make_evidence(make_record(1, *arms)))["by_effect"]["angiogenic"]["comparisons"] == 1


def test_stats_of_next_to_nothing_are_plain_json():
    text = json.dumps(evidence_stats(make_evidence(make_record(1))), allow_nan=False)
    assert json.loads(text)["outcomes"] == 0
