"""Both pages: nothing executed, nothing loaded, everything named; and the page about what was learned."""

import re
from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest

from secretome_ml.report.assemble import report_page
from secretome_ml.report.page import learned_page

from .reader import Reader


@pytest.fixture
def local(report):
    return report_page(report)


@pytest.fixture
def learned(corpus_terms, summary):
    return learned_page("What the model learned", corpus_terms, summary)


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


def test_nothing_is_loaded(page):
    reader = Reader(page)
    loading = ("src", "srcset", "data", "poster", "action", "background", "ping")
    assert not [a for _, attrs in reader.elements for a in attrs if a in loading]
    assert not {tag for tag, _ in reader.elements} & {"script", "img", "iframe", "object", "embed", "link"}
    for attrs in reader.named("a"):
        assert attrs["href"].startswith(("#", "https://"))
    assert "@import" not in page
    assert not re.findall(r"url\((?!#)", page)
    assert "http://" not in page
    policy = next(m["content"] for m in reader.named("meta") if "http-equiv" in m)
    assert "default-src 'none'" in policy


def test_figures_have_captions_and_names_and_tables_have_headers(page):
    reader = Reader(page)
    assert len(reader.named("figure")) == len(reader.named("figcaption")) > 0
    drawn = [a for a in reader.named("svg") if a.get("class") != "inner"]
    assert all(a.get("aria-label") or a.get("aria-hidden") == "true" for a in drawn)
    assert all(attrs.get("scope") in ("col", "row", "rowgroup") for attrs in reader.named("th"))
    assert len(reader.named("table")) == len(reader.named("caption"))
    levels = [int(tag[1]) for tag, _ in reader.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_learned_page_has_figures_per_effect_and_no_samples(learned):
    reader = Reader(learned)
    assert len(reader.named("figure")) == 3 * 4 + 2
    text = "".join(reader.text)
    assert "Predictions" not in text
    assert "How samples move the anti-inflammatory score" in text


def test_model_is_shown_beside_the_baselines(learned):
    for words in ("XGBoost", "a5" * 32, "3f" * 32, "not a clinical device", "Shapley", "AUROC", "prevalence"):
        assert words in learned
    table = learned[learned.index("The model beside the baselines:") :]
    head = "".join(Reader(table[: table.index("</thead>")]).text)
    assert "known factor list" in head
    assert "logistic" not in head


def test_page_without_metrics(corpus_terms, summary):
    page = learned_page("x", corpus_terms, replace(summary, metrics=pd.DataFrame()))
    assert "How good it is" not in page
