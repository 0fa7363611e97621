"""The report: what it tells, in which order, and that the reader can check it."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from secretome_ml.report.assemble import IN_FULL, report_page
from secretome_ml.report.overall import overall_words
from secretome_ml.report.summary import citation, library_versions
from secretome_ml.report.words import percent
from secretome_ml.workflows.panel import ASKED_COLUMNS, RESULT_COLUMNS

from .reader import Reader

ROOT = Path(__file__).resolve().parents[2]
ORDER = ("domain", "summary", "predictions", "drivers", "panel", "read", "methods", "versions", "cite")


@pytest.fixture
def page(report):
    return report_page(report)


def text_of(page):
    return " ".join("".join(Reader(page).text).split())


def test_sections_stand_in_order_and_in_the_contents(page):
    places = [page.index(f'id="{anchor}"') for anchor in ORDER]
    assert places == sorted(places)
    assert re.findall(r'<li><a href="#([a-z]+)"', page) == list(ORDER)


def test_input_is_shown_and_never_executed(page, samples):
    reader = Reader(page)
    assert not {tag for tag, _ in reader.elements} & {"script", "img", "i", "b", "form"}
    assert not [a for _, attrs in reader.elements for a in attrs if a.startswith("on")]
    text = "".join(reader.text)
    told = ("Four <i>preparations</i>.csv", "relative to <b>CTRL</b>", "WharTon-Factor<b>", "A <i>title</i>")
    for name in (*samples, *told, "own <b>arm</b>"):
        assert name in text


def test_a_link_that_is_no_address_is_no_link(make_report, terms, report):
    for locator, linked in (("javascript:alert(1)", False), ("https://example.org/x", True)):
        studies = report.studies.assign(doi="", locator=locator)
        page = report_page(make_report(terms, studies=studies))
        assert (f'href="{locator}"' in page) is linked


def test_domain_warning_groups_samples_by_reason(page):
    warning = page[page.index('id="domain"') : page.index('id="summary"')]
    assert "menstrual_blood&#39; stands in 1 of the training studies" in warning
    assert "1 of 4 samples is unlike" in warning
    assert page.count('title="outside the domain"') == 1


def test_no_warning_when_all_are_inside(make_report, terms, report):
    page = report_page(make_report(terms, scores=report.scores.assign(in_domain=True)))
    assert "Read this first" not in page
    assert 'href="#domain"' not in page


def test_predictions_have_interval_percentile_and_prevalence(page, report):
    row = report.scores.iloc[0]
    chance = [percent(row[name]) for name in ("probability", "probability_low", "probability_high")]
    told = (chance[0], f"{chance[1]} to {chance[2]}")
    for words in (
        *told,
        "VEGFA (elevated) +0.41; cell source: adipose tissue −0.10",
        "84\u00a0% (81\u00a0% to 87\u00a0%)",
    ):
        assert words in page
    assert page.count('class="usual" x1="84.00%"') == len(report.scores)


def test_a_sign_that_is_not_stable_is_said(page):
    drivers = page[page.index('id="drivers"') : page.index('id="panel"')]
    assert "sign not stable" in drivers
    cells = re.findall(r'<th scope="row">HGF<span class="sub">([^<]+)</span>', drivers)
    assert cells
    assert all(cell.endswith("sign not stable") for cell in cells)
    assert drivers.count(' open" x=') >= len(cells), "and drawn open"
    assert not re.findall(r'<th scope="row">VEGFA<span class="sub">[^<]*not stable', drivers)


def test_numbers_of_a_waterfall_add_up(page, report):
    body = page[page.index('id="drivers"') :]
    table = body[body.index("<tbody>") : body.index("</tbody>")]
    cells = re.findall(r'<td class="number[^"]*">([^<]+)<', table)
    base, *given, score = (float(c.replace("−", "-")) for c in cells)
    assert score == pytest.approx(report.scores["score"].iloc[0], abs=0.005)
    assert base + sum(given) == pytest.approx(score, abs=0.005 * len(cells))


def test_studies_have_their_doi_as_text_and_link(page):
    assert page.count('<a href="https://doi.org/10.1000/x">doi:10.1000/x</a>') == 4 * 3


def test_what_was_read_is_told(page):
    text = text_of(page)
    told = ("read as canonical wide", "sample sheet sheet.csv", "control CTRL", "4 as the file states them")
    for words in told:
        assert words in text


def test_panel_shows_what_stands_out(make_report, terms, samples):
    asked = [(samples[0], "elevated", 4, 30, 40, 5, 0.001, "")]
    results = [
        (
            samples[0],
            "elevated",
            4,
            30,
            "VEGF <b>family",
            5,
            4,
            0.7,
            60.0,
            5.0,
            700.0,
            1e-3,
            0.005,
            "VEGFA; PGF",
        ),
        (samples[0], "elevated", 4, 30, "dull", 5, 1, 0.7, 1.5, 0.2, 9.0, 0.5, 0.6, "HGF"),
    ]
    tables = {
        "asked": pd.DataFrame(asked, columns=list(ASKED_COLUMNS)),
        "panel": pd.DataFrame(results, columns=list(RESULT_COLUMNS)),
    }
    text = text_of(report_page(make_report(terms, **tables)))
    assert "VEGF <b>family" in text
    assert "60 (5 to 700)" in text
    assert "dull" not in text
    assert "No panel is large enough" in text_of(report_page(make_report(terms)))


def test_same_input_same_bytes_and_the_date_is_the_callers(report):
    first = report_page(report)
    assert first == report_page(report)
    assert "Date of the input" not in first
    dated = report_page(replace(report, date="2026-03-04"))
    assert "2026-03-04" in dated


def test_fifty_samples_are_cut_said_and_small(make_terms, make_report):
    terms = make_terms(tuple(f"sample {i}" for i in range(50)))
    page = report_page(make_report(terms))
    assert len(page.encode()) < 3_000_000
    assert f"{IN_FULL} of 50 samples are told" in page
    assert len(Reader(page).named("figure")) == 1 + 3 * 2 + 2
    for i in range(50):
        assert f"<bdi>sample {i}</bdi>" in page


def test_overall_words_name_highest_and_lowest():
    rows = [
        ("a", "more than usual", 3.0, 90.0, True),
        ("b", "usual", 1.0, 20.0, True),
        ("c", "more than usual", 9.0, 99.0, False),
    ]
    scores = pd.DataFrame(rows, columns=["sample", "verdict", "score", "percentile", "in_domain"])
    words = overall_words(scores.assign(effect="angiogenic"))[0]["words"]
    assert words.startswith("more than usual for 2, usual for 1 of 3 samples.")
    assert "inside the domain: a (percentile 90); lowest: b (percentile 20)" in words


def test_citation_says_what_the_citation_file_says():
    import yaml

    told = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    for words in (told["title"], str(told["version"]), told["license"], told["authors"][0]["name"]):
        assert words in citation()


def test_versions_are_those_installed():
    assert library_versions()["numpy"] == np.__version__
    assert library_versions()["pandas"] == pd.__version__
