"""The page: nothing executed, nothing loaded, nothing lost."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pandas as pd
import pytest

from secretome_ml.reporting.page import explain_page

_VOID = {"meta", "br", "wbr", "img", "link", "hr", "input", "path", "circle", "use", "rect", "col"}


class Reader(HTMLParser):
    """Collects elements, text and badly nested tags."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.wrong, self.text = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag in _VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        self.text.append(data)

    def named(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


@pytest.fixture
def local(scores, terms, summary):
    notes = ["Levels are relative to <b>CTRL</b>."]
    return explain_page("Four <i>preparations</i>", scores, terms, model_summary=summary, notes=notes)


@pytest.fixture
def learned(corpus_terms, summary):
    return explain_page("What the model learned", None, corpus_terms, model_summary=summary)


@pytest.fixture(params=["local", "learned"])
def page(request):
    return request.getfixturevalue(request.param)


def test_elements_nest_and_identifiers_are_unique(page):
    reader = Reader(page)
    assert reader.wrong == []
    assert reader.open == []
    identifiers = [attrs["id"] for _, attrs in reader.elements if "id" in attrs]
    assert len(identifiers) == len(set(identifiers))
    targets = {a["href"].removeprefix("#") for a in reader.named("a") if a["href"].startswith("#")}
    assert targets <= set(identifiers)


def test_references_inside_figures_resolve(page):
    identifiers = set(re.findall(r' id="([^"]+)"', page))
    assert set(re.findall(r"(?:url\(#|xlink:href=\"#)([^\")]+)", page)) <= identifiers


def test_input_is_shown_and_never_executed(local, samples):
    reader = Reader(local)
    names = {tag for tag, _ in reader.elements}
    assert not names & {"script", "img", "iframe", "object", "embed", "form", "link", "i", "b"}
    assert not [a for _, attrs in reader.elements for a in attrs if a.startswith("on")]
    text = "".join(reader.text)
    for name in (
        *samples,
        "Four <i>preparations</i>",
        "Levels are relative to <b>CTRL</b>.",
        "WharTon-Factor<b>",
    ):
        assert name in text


def test_nothing_is_loaded(page):
    reader = Reader(page)
    loading = ("src", "srcset", "data", "poster", "action", "background", "ping")
    assert not [a for _, attrs in reader.elements for a in attrs if a in loading]
    for attrs in reader.named("a"):
        assert attrs["href"].startswith(("#", "https://doi.org/"))
    assert "@import" not in page
    assert not re.findall(r"url\((?!#)", page)
    assert "http://" not in page
    assert page.count("https://") == len([a for a in reader.named("a") if a["href"].startswith("https://")])
    policy = next(m["content"] for m in reader.named("meta") if "http-equiv" in m)
    assert "default-src 'none'" in policy


def test_figures_have_captions_and_names_and_tables_have_headers(page):
    reader = Reader(page)
    assert len(reader.named("figure")) == len(reader.named("figcaption")) > 0
    assert all(attrs.get("aria-label") for attrs in reader.named("svg"))
    assert all(attrs.get("scope") in ("col", "row", "rowgroup") for attrs in reader.named("th"))
    levels = [int(tag[1]) for tag, _ in reader.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_domain_warning_comes_first(local, samples):
    assert local.index("Read this first") < local.index('id="summary"')
    assert "menstrual_blood&#39; stands in 1 of the training studies" in local
    assert local.count("outside the domain</span>") == 1


def test_no_warning_when_all_are_inside(scores, terms):
    page = explain_page("x", scores.assign(in_domain=True), terms)
    assert "Read this first" not in page
    assert 'href="#domain"' not in page


def test_local_page_shows_predictions_and_the_model(local, scores):
    row = scores.iloc[0]
    assert f"{row['probability']:.2f}" in local
    assert "VEGFA +0.41; cell source: adipose −0.10" in local
    for words in ("XGBoost", "a5" * 32, "3f" * 32, "not a clinical device", "Shapley", "xgboost", "AUROC"):
        assert words in local
    assert Reader(local).named("figure").__len__() == 4 * 3 + 3


def test_numbers_in_the_table_behind_a_figure_add_up(local, scores):
    body = local[local.index('id="drivers"') :]
    table = body[body.index("<tbody>") : body.index("</tbody>")]
    cells = re.findall(r'<td class="number">([^<]+)</td>', table)
    given, sums = ([float(c.replace("−", "-")) for c in cells[i::2]] for i in (0, 1))
    assert sum(given) == pytest.approx(scores["score"].iloc[0], abs=0.0005 * len(given))
    assert sums[-1] == pytest.approx(scores["score"].iloc[0], abs=0.0005)


def test_learned_page_has_figures_per_effect_and_no_samples(learned):
    reader = Reader(learned)
    assert len(reader.named("figure")) == 3 * 4 + 3
    text = "".join(reader.text)
    assert "Predictions" not in text
    assert "What drives the anti-inflammatory score" in text


def test_same_text_twice(scores, terms, summary):
    first, second = (explain_page("x", scores, terms, model_summary=summary) for _ in range(2))
    assert first == second


def test_fifty_samples_are_cut_said_and_small(make_terms, make_scores, summary):
    terms = make_terms(tuple(f"sample {i}" for i in range(50)))
    page = explain_page("Fifty", make_scores(terms), terms, model_summary=summary)
    assert len(page.encode()) < 3_000_000
    assert "12 of 50 samples are told and drawn in full" in page
    assert len(Reader(page).named("figure")) == 12 * 3 + 3
    for i in range(50):
        assert f"<bdi>sample {i}</bdi>" in page


def test_page_without_a_model_summary_or_metrics(scores, terms, summary):
    assert 'id="model"' not in explain_page("x", scores, terms)
    bare = replace(summary, metrics=pd.DataFrame())
    assert "How good it is" not in explain_page("x", scores, terms, model_summary=bare)
