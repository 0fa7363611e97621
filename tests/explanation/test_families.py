"""Families and pathways: every term once, sums kept, groups checked against the Gene Ontology."""

import gzip
from collections import Counter

import numpy as np
import pytest

from secretome_ml.explanation.contributions import BASE_TERM
from secretome_ml.explanation.families import by_family, family_importance, term_family
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
    groups = Counter(term_family(t, k)[1] for t, k in set(zip(own["term"], own["kind"], strict=True)))
    del groups[term_family(BASE_TERM, "context")[1]]
    (largest, members), *_ = groups.most_common()
    assert members > 2
    sums: dict[str, float] = {}
    for r in own.itertuples():
        if r.term != BASE_TERM and term_family(r.term, r.kind)[1] == largest:
            sums[r.sample] = sums.get(r.sample, 0.0) + r.contribution
    table = family_importance(terms).set_index(["effect", "group"])
    row = table.loc[("anti_fibrotic", largest)]
    samples = own["sample"].nunique()
    assert row["mean_magnitude"] == pytest.approx(sum(map(abs, sums.values())) / samples)
    assert row["signed_sum"] == pytest.approx(sum(sums.values()))


@pytest.mark.parametrize(
    ("term", "kind", "family", "group"),
    [
        ("VEGFA", "factor", "VEGF family", "angiogenic growth factors"),
        ("TGFB1", "factor", "TGFB family", "TGF-beta axis"),
        ("miR-126-3p", "factor", "miR-126", "microRNAs"),
        ("miR-9999-5p", "factor", "miR-9999", "microRNAs"),
        ("chemokine CC", "factor", "chemokine CC", "chemokines"),
        ("angiogenic factors", "factor", "collective", "named only together"),
        ("hypoxia", "preconditioning", "hypoxia and its mimetics", "preconditioning"),
        ("DFO treatment", "preconditioning", "hypoxia and its mimetics", "preconditioning"),
        ("LPS treatment", "preconditioning", "toll-like receptor ligands", "preconditioning"),
        ("AKT1 gene", "preconditioning", "engineered genes", "preconditioning"),
        ("HGF neutralised", "product", "blocked, depleted or added", "product"),
        ("product=exosome", "product", "product", "product"),
        ("species=rat", "context", "species", "cells"),
        ("never heard of", "factor", "never heard of", "other factors"),
    ],
)
def test_terms_by_hand(term: str, kind: str, family: str, group: str):
    assert term_family(term, kind) == (family, group)


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
    terms = fitted.terms()[["term", "kind"]].drop_duplicates()
    for term, kind in terms.itertuples(index=False):
        family, group = term_family(term, kind)
        assert family
        assert group
        if kind == "factor" and vocabulary.family(term):
            assert group != "other factors"
