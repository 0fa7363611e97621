"""Importance, families and pathways: sums kept, groups checked against the Gene Ontology."""

import gzip
from collections import Counter

import numpy as np
import pytest

from secretome_ml.explanation.contributions import BASE_TERM
from secretome_ml.explanation.importance import by_family, family_importance
from secretome_ml.vocabulary import FactorVocabulary, frame
from secretome_ml.vocabulary.tables import rows


def test_every_family_of_the_vocabulary_has_one_group():
    table = [r for r in rows("groups", "vocabulary/families") if r["term_kind"] == "factor_family"]
    listed = [r["term"] for r in table]
    assert len(listed) == len(set(listed))
    families = set(frame("factors")["family"]) - {""}
    rna = {f for f in families if f.startswith(("miR-", "let-7"))}
    assert families - rna == set(listed)


def test_every_class_of_agents_has_one_group():
    listed = [r["term"] for r in rows("groups", "vocabulary/families") if r["term_kind"] == "agent_class"]
    assert len(listed) == len(set(listed))
    assert {r["class"] for r in rows("agents")} - {"", "none", "vehicle"} <= set(listed) | {"class"}


def test_sums_are_kept(fitted):
    """Per sample and effect the families add up to the score without its base."""
    terms = fitted.terms()
    summed = by_family(terms).groupby(["effect", "sample"])["contribution"].sum()
    own = terms[terms["term"] != BASE_TERM].groupby(["effect", "sample"])["contribution"].sum()
    assert np.abs(summed - own.reindex(summed.index)).max() < 1e-9


def test_opposing_members_cancel_before_magnitudes_are_taken(fitted):
    """By loops over the group with the most terms."""
    terms = fitted.terms()
    own = terms[terms["effect"] == "anti_fibrotic"]
    own = own[own["term"] != BASE_TERM]
    groups = Counter(g for _, g in set(zip(own["term"], own["group"], strict=True)))
    (largest, members), *_ = groups.most_common()
    assert members > 2
    sums: dict[str, float] = {}
    for r in own.itertuples():
        if r.group == largest:
            sums[r.sample] = sums.get(r.sample, 0.0) + r.contribution
    table = family_importance(terms).set_index(["effect", "group"])
    row = table.loc[("anti_fibrotic", largest)]
    samples = own["sample"].nunique()
    assert row["mean_magnitude"] == pytest.approx(sum(map(abs, sums.values())) / samples)
    assert row["mean"] == pytest.approx(sum(sums.values()) / len(sums))


@pytest.fixture(scope="module")
def ontology(shared_folder):
    path = shared_folder / "knowledge" / "GO_Biological_Process_2021.fixed.gmt.gz"
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        found = {}
        for line in stream:
            name, _, *genes = line.rstrip("\n").split("\t")
            found[name[name.rindex("(") + 1 : -1]] = {g for g in genes if g}
    return found


@pytest.mark.parametrize("group", ["TGF-beta axis", "chemokines", "interleukins", "extracellular matrix"])
def test_groups_agree_with_the_gene_ontology(group: str, ontology):
    """Members of a group are in the group's GO term several times as often as other secreted factors."""
    table = [r for r in rows("groups", "vocabulary/families") if r["group"] == group]
    term = {r["ontology"] for r in table}.pop()
    families = {r["term"] for r in table}
    factors = frame("factors")
    genes = factors[(factors["kind"] == "protein") & factors["id"].isin(set().union(*ontology.values()))]
    inside = genes["family"].isin(families)
    annotated = genes["id"].isin(ontology[term])
    assert inside.sum() >= 15
    assert annotated[inside].mean() > 4 * annotated[~inside].mean()


def test_every_term_of_the_corpus_finds_a_group(fitted):
    vocabulary = FactorVocabulary.load()
    for term, kind, family, group in fitted.maps["angiogenic"].named().itertuples(index=False):
        assert family
        assert group
        if kind == "factor" and vocabulary.family(term):
            assert group != "other factors"
