"""Matrix and stability figures: what is drawn is what the table says, at a legible size."""

import re

import numpy as np
import pandas as pd
import pytest

from secretome_ml.report.behind import behind_views
from secretome_ml.report.figures import effect_matrix, matrix_figure, stability_figure, stability_rows
from secretome_ml.report.style import COLUMN_MM, svg_text

EFFECTS = ("angiogenic", "anti_fibrotic")


@pytest.fixture
def stability() -> pd.DataFrame:
    rows = [
        ("angiogenic", "VEGFA", "factor", 1.0, 0.8, 1.2, 1.0, True, 90, 60),
        ("angiogenic", "TGFB1", "factor", -0.3, -0.6, 0.1, 0.7, False, 30, 20),
        ("angiogenic", "rare", "factor", 3.0, 2.0, 4.0, 1.0, True, 1, 1),
        ("anti_fibrotic", "TGFB1", "factor", -1.0, -1.1, -0.9, 1.0, True, 30, 20),
    ]
    columns = ["effect", "term", "kind", "adds", "low", "high", "same_sign", "stable", "samples", "studies"]
    return pd.DataFrame(rows, columns=columns)


def texts(svg: str) -> list[str]:
    return re.findall(r">([^<>]+)</text>", svg)


def sizes(svg: str) -> list[float]:
    return [float(s) for s in re.findall(r"font(?:-size)?: (?:[a-z0-9]+ )*([\d.]+)px", svg)]


def test_rare_terms_are_not_drawn(stability):
    assert stability_rows(stability, "angiogenic")["term"].tolist() == ["VEGFA", "TGFB1"]


def test_the_share_of_refits_is_written(stability):
    svg = svg_text(stability_figure(stability, "angiogenic", 20))
    assert {"20/20", "14/20", "VEGFA", "TGFB1"} <= set(texts(svg))
    assert min(sizes(svg)) >= 6.0


def test_a_sign_that_is_not_stable_is_drawn_open(stability):
    figure = stability_figure(stability, "angiogenic", 20)
    marks = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert [m.get_markerfacecolor() == "none" for m in marks] == [False, True]


def test_a_matrix_holds_the_tables_numbers(stability):
    values, sure = effect_matrix(stability, "adds", "stable", EFFECTS)
    assert values.loc["TGFB1"].tolist() == [-0.3, -1.0]
    assert np.isnan(values.loc["VEGFA", "anti_fibrotic"])
    assert sure.loc["TGFB1"].tolist() == [False, True]
    svg = svg_text(matrix_figure(values, sure, "Title", "below", "note"))
    assert {"+1.00", "−0.30", "−1.00"} <= set(texts(svg))
    assert min(sizes(svg)) >= 6.0
    width = float(re.search(r'width="([\d.]+)pt"', svg)[1])
    assert width / 72 * 25.4 == pytest.approx(COLUMN_MM, abs=0.1)


def test_cells_too_narrow_for_digits_keep_their_colour():
    values = pd.DataFrame(np.eye(3, 20), index=list("abc"), columns=[f"c{i}" for i in range(20)])
    figure = matrix_figure(values, values > 0, "t", "b", "n")
    assert len(figure.axes[0].patches) == 60
    assert not figure.axes[0].texts


def test_studies_are_shown_with_their_side_and_escaped_later():
    rows = pd.DataFrame(
        {
            "sample": ["s", "s"],
            "effect": ["angiogenic"] * 2,
            "study": ["s-1", "s-2"],
            "arm": ["hypoxia_cm", "own"],
            "title": ["A title", ""],
            "doi": ["10.1000/x", ""],
            "locator": ["", "seed:x#1"],
            "year": pd.array([2019, pd.NA], dtype="Int64"),
            "shared": [0.75, np.nan],
            "shared_facts": ["MSC, hypoxia", ""],
            "result": ["beneficial", "null"],
            "side": ["supports", "against"],
            "itself": [False, True],
        }
    )
    (effect,) = behind_views(rows)
    assert effect["counts"] == "1 support a benefit, 0 speak against", "its own study is not counted"
    first, own = effect["rows"]
    assert (first["arm"], first["shared"], first["year"], first["supports"]) == (
        "hypoxia cm",
        "75 %",
        "2019",
        True,
    )
    assert (own["title"], own["shared"], own["itself"]) == ("s-2", "–", True)
    assert own["place"] == "seed:x#1", "without a DOI the place is named"
