import pandas as pd

from secretome_ml.evaluation.groups import study_groups


def table(**columns):
    rows = len(next(iter(columns.values())))
    return pd.DataFrame({"study": [f"s{i}" for i in range(rows)], **columns})


def together(groups, one, two):
    return groups[one] == groups[two]


def test_version_supplement_and_capitals_of_a_doi_are_one_article():
    groups = study_groups(table(doi=["10.1/Abc", "10.1/abc.v2", "10.1/abc.s001", "10.1/abd"]))
    assert groups.tolist() == ["s0", "s0", "s0", "s3"]


def test_a_pubmed_number_in_an_address_joins_the_study_that_states_it():
    groups = study_groups(
        table(pmid=["12345678", None], url=[None, "https://www.ncbi.nlm.nih.gov/pubmed/12345678"])
    )
    assert together(groups, "s0", "s1")


def test_pmc_figures_of_one_article_are_one_group():
    urls = [
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC8922475/figure/F3",
        "https://x.org/PMC8922475",
        "https://x.org/PMC1",
    ]
    assert study_groups(table(url=urls)).tolist() == ["s0", "s0", "s2"]


def test_titles_mirror_each_other_through_case_and_points_but_short_ones_do_not():
    long = "Exosomes of hypoxic stem cells mend the heart of the rat"
    assert together(study_groups(table(title=[long, long.upper() + "."])), "s0", "s1")
    assert not together(study_groups(table(title=["Exosomes", "exosomes"])), "s0", "s1")


def test_author_and_year_join_only_in_one_journal_or_where_it_is_not_stated():
    groups = study_groups(
        table(
            first_author=["Li", "li", "Li", "Li"],
            year=[2020, 2020, 2020, 2021],
            journal=["Cells", "cells", "PLoS One", "Cells"],
        )
    )
    assert groups.tolist() == ["s0", "s0", "s2", "s3"]


def test_joins_chain():
    groups = study_groups(table(doi=["10.1/a", "10.1/a", None], pmid=[None, "11111111", "11111111"]))
    assert groups.nunique() == 1


def test_corpus_groups_hold_every_study_once(corpus):
    groups = study_groups(corpus.studies)
    assert sorted(groups.index) == sorted(corpus.studies["study"])
    assert 0.95 * len(groups) < groups.nunique() < len(groups)
