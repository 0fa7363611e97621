import pandas as pd
import pytest

from secretome_ml.validation.splits import study_groups


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


@pytest.mark.parametrize("column", ["doi", "pmid"])
def test_author_and_year_never_join_what_two_identifiers_tell_apart(column: str):
    names = {"doi": ["10.1/a", "10.1/b", None], "pmid": ["11111111", "22222222", None]}[column]
    papers = table(first_author=["Li"] * 3, year=[2020] * 3, journal=["Cells"] * 3, **{column: names})
    groups = study_groups(papers)
    assert not together(groups, "s0", "s1")
    assert together(groups, "s0", "s2"), "without an identifier it may be either"
    assert not together(study_groups(papers.iloc[[2, 1, 0]]), "s0", "s1"), "whatever the order"


def test_a_planted_double_is_joined_though_another_paper_of_the_author_stands_between():
    groups = study_groups(
        table(
            doi=["10.1/a", "10.1/b", "10.1/A.v2"],
            first_author=["Li"] * 3,
            year=[2020] * 3,
            journal=["Cells"] * 3,
        )
    )
    assert groups.tolist() == ["s0", "s1", "s0"]


def test_joins_chain():
    groups = study_groups(table(doi=["10.1/a", "10.1/a", None], pmid=[None, "11111111", "11111111"]))
    assert groups.nunique() == 1


def test_corpus_groups_hold_every_study_once(corpus):
    groups = study_groups(corpus.studies)
    assert sorted(groups.index) == sorted(corpus.studies["study"])
    assert 0.95 * len(groups) < groups.nunique() < len(groups)


@pytest.mark.parametrize(
    "tail", [".v2", "/v1", ".s001", ".t001", ".g003", "-s1", "_v12", "/full", ".pdf", "/abstract", ".v2.full",
             ".supplement", "/suppl1"],
)  # fmt: skip
def test_every_tail_of_a_doi_is_left_out(tail: str):
    assert together(study_groups(table(doi=["10.1/x", f" 10.1/X{tail.upper()} "])), "s0", "s1")


@pytest.mark.parametrize("tail", [".s0001", ".x001", ".v", "v2", ".v2.y"])
def test_what_only_looks_like_a_tail_is_part_of_the_name(tail: str):
    assert not together(study_groups(table(doi=["10.1/x", f"10.1/x{tail}"])), "s0", "s1")


def test_a_number_is_one_however_it_is_written():
    assert together(study_groups(table(pmid=["12345678", " 12345678 "])), "s0", "s1")
    assert together(study_groups(table(pmid=[12345678, 12345678])), "s0", "s1")
    assert not together(study_groups(table(pmid=["12345678", "12345679"])), "s0", "s1")


@pytest.mark.parametrize(
    "url", ["https://pubmed.ncbi.nlm.nih.gov/12345678/", "HTTPS://PubMed/12345678",
            "https://www.ncbi.nlm.nih.gov/pubmed/12345678?dopt=abstract"],
)  # fmt: skip
def test_every_address_of_pubmed_holds_the_number(url: str):
    assert together(study_groups(table(pmid=["12345678", None], url=[None, url])), "s0", "s1")


def test_addresses_are_compared_without_what_varies():
    same = ["https://www.x.org/a", "http://x.org/a/", " HTTPS://X.ORG/A "]
    assert study_groups(table(url=same)).nunique() == 1
    assert study_groups(table(url=["https://x.org/a", "https://x.org/b"])).nunique() == 2
    for column in ("url", "doi", "pmid", "title"):
        assert study_groups(table(**{column: ["", ""]})).nunique() == 2, "an empty cell names nothing"


def test_cells_of_another_kind_do_not_name_the_same_article():
    """A title that reads like an address is no address; a missing cell names nothing."""
    groups = study_groups(table(doi=["11111111", None, None, None], pmid=[None, "11111111", None, None]))
    assert groups.nunique() == 4


def test_the_least_title_has_thirty_letters():
    long, short = "abcdefghij" * 3, "abcdefghij" * 2 + "abcdefghi"
    assert study_groups(table(title=[long, " - ".join(long)])).nunique() == 1
    assert study_groups(table(title=[short, short])).nunique() == 2
    assert study_groups(table(title=[long + "1", long + "2"])).nunique() == 2


def test_author_and_year_are_needed_both_and_an_unstated_journal_joins():
    groups = study_groups(
        table(
            first_author=["Li ", "lI", None, None, "Wu", "Wu", "Wu"],
            year=[2020, 2020, 2020, 2020, 2021, 2021, None],
            journal=["J. Cell", None, "J. Cell", "J. Cell", "J. Cell-A", "j cell a", "J. Cell-A"],
        )
    )
    assert groups.tolist() == ["s0", "s0", "s2", "s3", "s4", "s4", "s6"]


def test_two_named_journals_stay_apart_unless_a_third_study_names_none():
    named = table(first_author=["Li"] * 2, year=[2020] * 2, journal=["A", "B"])
    assert study_groups(named).nunique() == 2
    bridged = table(first_author=["Li"] * 3, year=[2020] * 3, journal=["A", "B", None])
    assert study_groups(bridged).nunique() == 1
    later = table(first_author=["Li"] * 4, year=[2020] * 4, journal=["A", "B", "C", "C"])
    assert study_groups(later).tolist() == ["s0", "s1", "s2", "s2"]


def test_without_the_columns_author_and_year_join_nothing():
    assert study_groups(table(first_author=["Li", "Li"], year=[2020, 2020])).nunique() == 2
    assert study_groups(table(journal=["A", "A"], year=[2020, 2020])).nunique() == 2


def test_a_group_is_named_after_its_first_study_and_says_what_it_is():
    groups = study_groups(table(doi=["10.1/b", "10.1/a", "10.1/a", "10.1/b"]))
    assert groups.to_dict() == {"s0": "s0", "s1": "s1", "s2": "s1", "s3": "s0"}
    assert groups.name == "group"
