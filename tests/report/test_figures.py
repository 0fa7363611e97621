"""What stands in the figures, read from their SVG."""

import re
import xml.etree.ElementTree as ElementTree

import matplotlib as mpl
import numpy as np
import pytest

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
from secretome_ml.report.style import NOT_MEASURED, png_bytes, save, svg_text


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
    assert list(steps["term"].iloc[[0, -2, -1]]) == ["base value", "all others", "score"]
    assert len(steps) == 1 + 4 + 2


def test_numbers_shown_in_the_waterfall_add_up(terms, samples):
    part = one(terms, samples[0])
    found = [t.replace("−", "-") for t in texts(waterfall(part)) if t]
    first = found.index("1.10")
    shown = [float(t) for t in found[first:] if re.fullmatch(r"[+-]?[0-9]+\.[0-9]{2}", t)]
    base, *given, score = shown
    assert len(given) == 11
    assert base + sum(given) == pytest.approx(score, abs=0.005 * len(shown))
    assert score == pytest.approx(part["contribution"].sum(), abs=0.005)


def test_waterfall_names_term_value_sample_and_effect(terms, samples):
    part = one(terms, samples[0]).copy()
    part.loc[part["term"] == "VEGFA", ["value", "contribution"]] = [2.0, 3.0]
    part.loc[part["term"] == "HGF", ["value", "contribution"]] = [np.nan, -2.5]
    found = texts(waterfall(part))
    assert {"Angiogenic", samples[0], "VEGFA", "elevated", "HGF", "not measured", "base value", "score"} <= {
        *found
    }
    assert "5 weaker terms" in found


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


def test_beeswarm_shows_the_strongest_terms_and_the_absent_apart(corpus_terms):
    figure = beeswarm(corpus_terms, "anti_fibrotic", most=5)
    found = texts(figure)
    size = global_importance(corpus_terms).query("effect == 'anti_fibrotic'")["term"].head(5)
    assert [t for t in found if t in set(corpus_terms["term"])] == list(size)
    assert "What drives the anti-fibrotic score" in found
    assert "not measured or not stated" in found
    assert NOT_MEASURED in svg_text(figure)


def test_beeswarm_draws_every_sample(corpus_terms):
    figure = beeswarm(corpus_terms, "angiogenic", most=1)
    dots = [p for p in figure.axes[0].patches if p.get_capstyle() == "round"]
    assert sum(len(p.get_path().vertices) // 2 for p in dots) == 60


def test_importance_bar_has_the_sum_before_the_magnitude(corpus_terms):
    importance = global_importance(corpus_terms)
    figure = importance_bar(importance, "angiogenic", most=6)
    found = texts(figure)
    assert found.index("signed sum") < found.index("mean magnitude")
    top = importance[importance["effect"] == "angiogenic"].iloc[0]
    assert f"{top['signed_sum']:+.2f}".replace("-", "−") in found
    assert f"{top['mean_magnitude']:.2f}" in found


def test_dependence_counts_values_and_keeps_the_absent_apart(corpus_terms):
    own = corpus_terms.query("effect == 'angiogenic' and term == 'VEGFA'")["value"]
    found = " ".join(t or "" for t in texts(dependence(corpus_terms, "angiogenic", "VEGFA")))
    assert "elevated" in found
    assert f"n = {int((own == 2).sum())}" in found
    assert f"n = {int(own.isna().sum())}" in found
    assert "VEGFA in the angiogenic score" in found


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


def test_same_bytes_twice(corpus_terms, terms, samples, metrics, tmp_path):
    def drawn(folder):
        paths = save(beeswarm(corpus_terms, "angiogenic"), folder, "bee")
        paths += save(metrics_forest(metrics), folder, "forest")
        paths += save(waterfall(one(terms, samples[1])), folder, "fall")
        return [p.read_bytes() for p in paths]

    assert drawn(tmp_path / "a") == drawn(tmp_path / "b")
    assert b"<dc:date>" not in (tmp_path / "a" / "bee.svg").read_bytes()


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
