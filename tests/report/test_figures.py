"""What stands in the figures, read from their SVG."""

import re
import xml.etree.ElementTree as ElementTree

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from secretome_ml.explanation.importance import global_importance
from secretome_ml.report.figures import (
    beeswarm,
    dependence,
    importance_bar,
    metrics_forest,
    reliability,
    reliability_bins,
    waterfall,
    waterfall_steps,
)
from secretome_ml.report.figures.swarm import swarm_offsets
from secretome_ml.report.style import COLUMN_MM, PAGE_MM, figure_files, pdf_bytes, png_bytes, svg_text


def texts(figure):
    root = ElementTree.fromstring(svg_text(figure))
    return [t.text for t in root.iter("{http://www.w3.org/2000/svg}text")]


def one(terms, sample, effect="angiogenic"):
    return terms[(terms["sample"] == sample) & (terms["effect"] == effect)]


def test_steps_add_up_to_the_score(terms, sample, effect):
    part = one(terms, sample, effect)
    steps = waterfall_steps(part, most=4)
    score = part["contribution"].sum()
    assert steps["contribution"].iloc[:-1].sum() == pytest.approx(score, abs=1e-5)
    assert steps["end"].iloc[-1] == pytest.approx(score, abs=1e-5)
    assert steps["start"].iloc[1:-1].tolist() == steps["end"].iloc[:-2].tolist()
    assert list(steps["term"].iloc[[0, -2, -1]]) == ["base value", "what was not stated", "score"]
    assert len(steps) == 1 + 4 + 3


def test_numbers_shown_in_the_waterfall_add_up(terms, samples):
    part = one(terms, samples[0])
    found = [t.replace("−", "-") for t in texts(waterfall(part)) if t]
    first = found.index("1.10")
    shown = [float(t) for t in found[first:] if re.fullmatch(r"[+-]?[0-9]+\.[0-9]{2}", t)]
    base, *given, score = shown
    assert len(given) == 12
    assert base + sum(given) == pytest.approx(score, abs=0.005 * len(shown))
    assert score == pytest.approx(part["contribution"].sum(), abs=0.005)


def test_waterfall_names_term_value_sample_and_effect(terms, samples):
    part = one(terms, samples[0]).copy()
    part.loc[part["term"] == "VEGFA", ["value", "contribution"]] = [2.0, 3.0]
    part.loc[part["term"] == "HGF", ["value", "contribution"]] = [0.0, -2.5]
    part.loc[part["term"] == "VEGFA", "state"] = "elevated"
    found = texts(waterfall(part))
    assert {"Angiogenic", samples[0], "VEGFA", "elevated", "HGF", "base value", "score"} <= {*found}
    assert {"what was not stated", "and what this one does not have", "4 weaker terms"} <= {*found}


def test_waterfall_without_any_term(terms, samples):
    part = one(terms, samples[0])
    steps = waterfall_steps(part[part["term"] == "base value"])
    assert steps["end"].tolist() == [1.1, 1.1]
    assert "1.10" in texts(waterfall(part[part["term"] == "base value"]))


def test_names_are_text_and_never_markup_or_mathematics(terms, sample):
    figure = waterfall(one(terms, sample))
    ElementTree.fromstring(svg_text(figure))
    assert png_bytes(figure, dpi=50).startswith(b"\x89PNG")
    assert "<script" not in svg_text(figure)
    assert "<img" not in svg_text(figure)


def test_beeswarm_shows_the_strongest_terms_that_are_stated(corpus_terms):
    figure = beeswarm(corpus_terms, "anti_fibrotic", most=5)
    found = texts(figure)
    size = global_importance(corpus_terms).query("effect == 'anti_fibrotic'")["term"]
    stated = [t for t in size if t != "what was not stated"][:5]
    assert [t for t in found if t in set(corpus_terms["term"])] == stated
    assert "How samples move the anti-fibrotic score" in found
    assert {"decreased", "detected", "elevated", "level of a factor", "n", "60"} <= {*found}


def test_beeswarm_draws_every_sample(corpus_terms):
    figure = beeswarm(corpus_terms, "angiogenic", most=1)
    dots = [p for p in figure.axes[0].patches if p.get_capstyle() == "round"]
    assert sum(len(p.get_path().vertices) // 2 for p in dots) == 60


def test_importance_bar_draws_mean_spread_and_magnitude(corpus_terms):
    importance = global_importance(corpus_terms)
    figure = importance_bar(importance, "angiogenic", most=6)
    own = importance[(importance["effect"] == "angiogenic") & (importance["kind"] != "unstated")].head(6)
    adds, size = figure.axes
    dots = [line.get_xdata()[0] for line in adds.lines if line.get_marker() == "o"]
    spans = [list(line.get_xdata()) for line in adds.lines if line.get_marker() != "o"][1:]
    assert dots == pytest.approx(own["mean"].tolist())
    assert spans == [pytest.approx(pair) for pair in own[["low", "high"]].to_numpy().tolist()]
    assert [bar.get_width() for bar in size.patches] == pytest.approx(own["mean_magnitude"].tolist())
    assert "what was not stated" not in texts(figure)


def test_dependence_counts_every_state(corpus_terms):
    own = corpus_terms.query("effect == 'angiogenic' and term == 'VEGFA'")["value"]
    found = " ".join(t or "" for t in texts(dependence(corpus_terms, "angiogenic", "VEGFA")))
    assert "elevated" in found
    assert f"n = {int((own == 2).sum())}" in found
    assert f"n = {len(own)} samples that measured it; bars: medians" in found
    assert "VEGFA in the angiogenic score" in found


@pytest.mark.parametrize("rows", [5, 25, 60])
@pytest.mark.parametrize("width", [COLUMN_MM, PAGE_MM])
def test_no_label_overlaps_another_and_the_page_is_not_left(rows: int, width: float, make_terms):
    """Boxes of all texts as they are drawn, at one and at two columns of a journal."""
    one_effect = make_terms(("a", "b", "c")).query("effect == 'angiogenic'")
    more = [one_effect.assign(term=f"long-winded factor {i}", kind="factor") for i in range(rows)]
    terms = pd.concat(
        [m.drop_duplicates("sample").assign(contribution=0.5 + i / 100) for i, m in enumerate(more)]
    )
    importance = global_importance(terms)
    for figure in (
        beeswarm(terms, "angiogenic", rows, width),
        importance_bar(importance, "angiogenic", most=rows, width_mm=width),
    ):
        assert figure.get_size_inches()[1] * 25.4 <= 241
        figure.canvas.draw()
        drawn = [t for t in figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
        boxes = [t.get_window_extent() for t in drawn]
        assert all(b.x0 >= -1 and b.x1 <= figure.bbox.x1 + 1 for b in boxes)
        for i, one in enumerate(boxes):
            for k in range(i + 1, len(boxes)):
                apart = one.x1 < boxes[k].x0 + 1 or boxes[k].x1 < one.x0 + 1
                apart |= one.y1 < boxes[k].y0 + 1.5 or boxes[k].y1 < one.y0 + 1.5
                assert apart, (drawn[i].get_text(), drawn[k].get_text())


def test_a_pdf_holds_its_fonts(corpus_terms):
    found = pdf_bytes(beeswarm(corpus_terms, "angiogenic", most=3))
    assert b"/FontFile2" in found
    assert b"/Subtype /Type3" not in found
    assert found == pdf_bytes(beeswarm(corpus_terms, "angiogenic", most=3))


def test_dependence_of_a_scale(corpus_terms):
    generator = np.random.default_rng(5)
    scaled = corpus_terms.assign(value=generator.uniform(0, 72, len(corpus_terms)))
    assert "VEGFA in the angiogenic score" in texts(dependence(scaled, "angiogenic", "VEGFA"))


def test_reliability_bins_bound_the_observed_share():
    generator = np.random.default_rng(0)
    chance = generator.uniform(0.2, 1.0, 200)
    label = (generator.uniform(size=200) < chance).astype(float)
    label[:20] = np.nan
    bins = reliability_bins(chance, label)
    assert bins["n"].sum() == 180
    assert ((bins["low"] <= bins["observed"]) & (bins["observed"] <= bins["high"])).all()
    assert bins["predicted"].is_monotonic_increasing
    assert "Calibration: anti-fibrotic (n = 180)" in texts(reliability(chance, label, "anti_fibrotic"))


def test_metrics_forest_names_models_effects_and_metrics(metrics):
    found = texts(metrics_forest(metrics))
    assert {
        "AUROC",
        "log loss",
        "XGBoost",
        "known factor list",
        "anti-inflammatory",
        "better to the left",
    } <= {*found}


def test_empty_inputs_still_draw(terms, metrics):
    nothing = terms[terms["effect"] == "none"]
    for figure in (
        beeswarm(nothing, "angiogenic"),
        importance_bar(global_importance(terms), "none"),
        dependence(terms, "angiogenic", "no such term"),
        metrics_forest(metrics[metrics["metric"] == "none"]),
        reliability([], []),
    ):
        assert svg_text(figure).startswith("<?xml")


def test_same_bytes_twice(corpus_terms, terms, samples, metrics):
    def drawn():
        files = figure_files(beeswarm(corpus_terms, "angiogenic"), "bee")
        files |= figure_files(metrics_forest(metrics), "forest")
        return files | figure_files(waterfall(one(terms, samples[1])), "fall")

    found = drawn()
    assert found == drawn()
    assert b"<dc:date>" not in found["bee.svg"]


def test_matplotlib_settings_are_left_as_they_were(terms, samples):
    mpl.rcParams["font.size"] = 13.0
    try:
        before = svg_text(waterfall(one(terms, samples[0])))
        assert mpl.rcParams["font.size"] == 13.0
        mpl.rcParams["axes.facecolor"] = "red"
        assert svg_text(waterfall(one(terms, samples[0]))) == before
    finally:
        mpl.rcdefaults()


def test_swarm_stays_within_its_height():
    offsets = swarm_offsets(np.zeros(500), 1.0, 0.1, 0.3)
    assert np.abs(offsets).max() <= 0.3 + 1e-12
    assert len(np.unique(offsets)) == 500
