"""Terms add up to the score; a divided sum keeps its sum; importance by another road."""

import math

import numpy as np
import pandas as pd
import pytest

from conftest import HEADLINE, make_arm, make_evidence, make_record
from secretome_ml.explanation.contributions import (
    BASE_TERM,
    TERM_COLUMNS,
    driver_texts,
    explain_margin,
    term_maps,
)
from secretome_ml.explanation.importance import global_importance
from secretome_ml.explanation.term_map import SharedTerms, TermMap, term_map
from secretome_ml.features.batch import batch_of
from secretome_ml.features.columns import Features
from secretome_ml.features.encoder import Encoder
from secretome_ml.features.knowledge import FactorParts, KnowledgeBlock, Parts
from secretome_ml.models import MODELS
from secretome_ml.profiles import make_profiles, profiles_from_evidence

A = "angiogenic"
TOGETHER = "known factors, together"
KINDS = {"factor", "preconditioning", "cell_source", "product", "context", "knowledge"}


@pytest.fixture(scope="module")
def explained(few_profiles, few_targets):
    encoder = Encoder(HEADLINE).fit(few_profiles)
    features = encoder.transform(few_profiles)
    model = MODELS["blend"](rounds=30).fit(features, few_targets)
    return model, features, explain_margin(model, features, maps_of(encoder, few_profiles))


def maps_of(encoder: Encoder, profiles) -> dict[str, TermMap]:
    batch = batch_of(profiles)
    return term_maps(encoder, batch, encoder.encode(batch), {})


def whole_maps(features: Features, profiles) -> dict[str, TermMap]:
    """Return maps in which no sum is divided."""
    return {e: term_map(batch_of(profiles), features, e) for e in features.effects}


def test_the_terms_add_up_to_the_score(explained):
    model, features, terms = explained
    sums = terms.groupby(["sample", "effect"])["contribution"].sum()
    margin = model.margin(features)
    assert len(sums) == margin.size
    for (sample, effect), total in sums.items():
        assert abs(total - margin.at[sample, effect]) < 1e-5


@pytest.mark.parametrize("name", MODELS)
def test_so_they_do_for_every_model(few_profiles, few_targets, name: str):
    encoder = Encoder(HEADLINE).fit(few_profiles)
    features = encoder.transform(few_profiles)
    model = MODELS[name]().fit(features, few_targets)
    for maps in (maps_of(encoder, few_profiles), whole_maps(features, few_profiles)):
        terms = explain_margin(model, features, maps)
        wide = terms.pivot_table(index="sample", columns="effect", values="contribution", aggfunc="sum")
        assert np.abs((wide - model.margin(features)).to_numpy()).max() < 1e-5


def test_the_form_of_the_table(explained, few_profiles):
    _, _, terms = explained
    assert tuple(terms.columns) == TERM_COLUMNS
    assert set(terms["kind"]) <= KINDS
    assert terms["contribution"].notna().all()
    assert not terms.duplicated(["sample", "effect", "term"]).any()
    assert (terms[terms["term"] == BASE_TERM].groupby("sample").size() == len(HEADLINE)).all()
    for effect in HEADLINE:
        order = terms.loc[terms["effect"] == effect, "sample"].drop_duplicates()
        assert order.tolist() == few_profiles.samples.tolist()


def test_columns_of_one_term_are_summed(explained, few_profiles):
    """Before any division: the sum over the columns of a term, by a plain loop."""
    model, features, _ = explained
    terms = explain_margin(model, features, whole_maps(features, few_profiles))
    found = model.contributions(features, "angiogenic")
    for position in (0, 7, 40):
        sample = features.samples[position]
        sums: dict[str, float] = {}
        for column, value in zip(features.columns, found[position], strict=False):
            sums[column.term] = sums.get(column.term, 0.0) + value
        sums[BASE_TERM] = found[position, -1]
        shown = terms[(terms["sample"] == sample) & (terms["effect"] == "angiogenic")]
        assert dict(zip(shown["term"], shown["contribution"], strict=True)) == pytest.approx(sums)


def test_a_divided_sum_keeps_its_sum(explained, few_profiles):
    """What the knowledge columns contribute in all is what their parts and the rest contribute in all."""
    model, features, terms = explained
    whole = explain_margin(model, features, whole_maps(features, few_profiles))
    one = whole.groupby(["sample", "effect"])["contribution"].sum()
    other = terms.groupby(["sample", "effect"])["contribution"].sum()
    assert np.abs((one - other).to_numpy()).max() < 1e-9
    assert len(terms) > len(whole), "nothing was divided"


def divided(contribution: float, *amounts: tuple[str, float], usual=None) -> dict[str, float]:
    """Divide a contribution of `known_factors`, with a base value of 0.5 beside it."""
    named = {c.name: c for c in KnowledgeBlock().columns_}
    profiles = make_profiles(pd.DataFrame(index=["s"]))
    features = Features(profiles.samples, np.empty((0, 1)), {A: np.ones((1, 1))}, (named["known_factors"],))
    given = np.array([[amount] for _, amount in amounts]).reshape(-1, 1)
    factors = FactorParts(tuple(f for f, _ in amounts), np.full_like(given, 2.0), given)
    found = term_map(batch_of(profiles), features, A, Parts(factors, ()), usual or {})
    shares = found.contributions(np.array([[contribution, 0.5]]))
    assert shares.sum() == pytest.approx(contribution + 0.5)
    return found.table(shares, A).set_index("term")["contribution"].to_dict()


def test_parts_of_one_sign_share_in_proportion():
    assert divided(0.9, ("HGF", 1.0), ("VEGFA", 2.0)) == pytest.approx(
        {"HGF": 0.3, "VEGFA": 0.6, TOGETHER: 0.0, BASE_TERM: 0.5}
    )


def test_opposing_parts_keep_their_signs():
    """Net 1 of gross 3: VEGFA gives 2 parts, PEDF takes 1."""
    found = divided(0.6, ("VEGFA", 2.0), ("SERPINF1", -1.0))
    assert found == pytest.approx({"VEGFA": 1.2, "SERPINF1": -0.6, TOGETHER: 0.0, BASE_TERM: 0.5})


def test_a_negative_contribution_turns_all_signs():
    found = divided(-0.6, ("VEGFA", 2.0), ("SERPINF1", -1.0))
    assert found["VEGFA"] == pytest.approx(-1.2)
    assert found["SERPINF1"] == pytest.approx(0.6)


def test_what_is_usual_explains_nothing():
    """VEGFA is as high as ever: the whole contribution is HGF's, which is unusual."""
    found = divided(0.6, ("VEGFA", 2.0), ("HGF", 1.0), usual={("known_factors", "VEGFA"): 2.0})
    assert found == pytest.approx({"VEGFA": 0.0, "HGF": 0.6, TOGETHER: 0.0, BASE_TERM: 0.5})


def test_parts_that_nearly_cancel_are_not_blown_up():
    found = divided(0.1, ("VEGFA", 1.0), ("SERPINF1", -0.999))
    assert abs(found["VEGFA"]) <= 0.1 / 0.3 + 1e-9
    assert abs(found["SERPINF1"]) <= 0.1 / 0.3 + 1e-9


def test_parts_that_cancel_leave_the_sum_whole():
    found = divided(0.1, ("VEGFA", 1.0), ("SERPINF1", -1.0))
    assert found.get("VEGFA", 0.0) == 0.0
    assert found[TOGETHER] == pytest.approx(0.1)


def test_an_empty_sum_stands_under_its_own_name():
    assert divided(0.2) == pytest.approx({"no known factor measured": 0.2, BASE_TERM: 0.5})


def test_terms_are_named_in_plain_words(explained):
    _, _, terms = explained
    assert not terms["term"].str.startswith(("cell_type_class=", "donor_state=")).any()
    clumsy = {"known factors", "known factors measured", "known genes", "known agents", "gene direction"}
    assert not clumsy & set(terms["term"])


def test_a_value_is_shown_only_where_one_column_stands_behind_a_term():
    """The docstring's promise; a factor that was not measured must not be shown as measured 0."""
    arms = (
        make_arm("up", preconditioning=[{"kind": "genetic_modification", "agent": "VEGF overexpression"}]),
        make_arm("nm"),
        make_arm("m", factors=[{"name": "VEGF", "state": "elevated"}]),
    )
    profiles = profiles_from_evidence(make_evidence(make_record(1, *arms)))
    encoder = Encoder(("angiogenic",), min_studies=1).fit(profiles)
    features = encoder.transform(profiles)
    from secretome_ml.models import targets_from_evidence

    targets = targets_from_evidence(make_evidence(make_record(1, *arms)), ("angiogenic",))
    model = MODELS["known_factor_list"]().fit(features, targets)
    terms = explain_margin(model, features, maps_of(encoder, profiles)).set_index(["sample", "term"])
    assert math.isnan(terms.at[("s-00000001/nm", "VEGFA"), "value"])


def drivers(rows: list[tuple[str, str, float, float]], most: int = 5) -> str:
    """Return the drivers of one sample of these terms, kinds, values and contributions."""
    terms, kinds, values, given = zip(*[(BASE_TERM, "context", math.nan, 9.0), *rows], strict=True)
    none, count = np.zeros(0, dtype=int), len(terms)
    shared = SharedTerms((), (), none, np.zeros((0, 1)))
    found = TermMap(
        pd.Index(["s"]), terms, kinds, shared, np.arange(count), np.array([values]).T,
        np.ones((count, 1), bool), np.zeros(count, bool), np.arange(count), None, (), none, none, none,
        np.zeros(0),
    )  # fmt: skip
    return driver_texts(found, np.arange(count), np.array([given]).T, most)[0]


def test_drivers_are_the_strongest_signed_and_without_the_base():
    given = {"a": 0.1, "b": -0.5, "c": 0.3, "d": -0.2, "e": 0.05, "f": 0.02, "tiny": 0.001}
    rows = [(name, "factor", 2.0, value) for name, value in given.items()]
    assert drivers(rows) == "b -0.50; c +0.30; d -0.20; a +0.10; e +0.05"
    assert drivers(rows, most=2) == "b -0.50; c +0.30"
    assert drivers(rows[-1:]) == ""


@pytest.mark.parametrize("value", [0.125, -0.125, 0.375, 0.005, 1.005, -1.115, 0.285, 0.145, 2.675])
def test_half_a_cent_is_rounded_as_text_is(value: float):
    assert drivers([("IL6", "factor", 2.0, value)]) == f"IL6 {value:+.2f}"


def test_what_a_sample_does_not_have_is_no_driver():
    """A sample of medium gets a contribution of `product=exosome`; named as a driver it would mislead."""
    rows = [
        ("product=exosome", "product", 0.0, -0.5),
        ("hypoxia", "preconditioning", 1.0, 0.3),
        ("IL6", "factor", 0.0, -0.1),
        ("VEGFA", "factor", math.nan, 0.9),
    ]
    assert drivers(rows) == "hypoxia +0.30; IL6 -0.10"


def test_importance_by_another_road(explained):
    """By dictionaries: terms are signed sums within a sample; magnitudes are averaged over samples."""
    _, _, terms = explained
    signed: dict[tuple[str, str], float] = {}
    magnitude: dict[tuple[str, str], float] = {}
    active: dict[tuple[str, str], int] = {}
    samples: dict[str, set[str]] = {}
    for r in terms.itertuples():
        if r.term == BASE_TERM:
            continue
        key = r.effect, r.term
        signed[key] = signed.get(key, 0.0) + r.contribution
        magnitude[key] = magnitude.get(key, 0.0) + abs(r.contribution)
        active[key] = active.get(key, 0) + (abs(r.contribution) > 1e-9)
        samples.setdefault(r.effect, set()).add(r.sample)
    table = global_importance(terms)
    assert len(table) == len(signed)
    for r in table.itertuples():
        key = r.effect, r.term
        assert r.signed_sum == pytest.approx(signed[key], abs=1e-9)
        assert r.mean_magnitude == pytest.approx(magnitude[key] / len(samples[r.effect]), abs=1e-9)
        assert r.samples == active[key]
    for _, part in table.groupby("effect"):
        assert part["mean_magnitude"].is_monotonic_decreasing


def test_importance_of_opposing_contributions():
    """+1 in one sample and -1 in another: no signed sum, a full magnitude."""
    terms = pd.DataFrame(
        [
            ("a", "x", "t", "factor", 1.0, 1.0),
            ("b", "x", "t", "factor", 1.0, -1.0),
            ("c", "x", "u", "factor", 1.0, 0.0),
        ],
        columns=list(TERM_COLUMNS),
    )
    row = global_importance(terms).set_index("term").loc["t"]
    assert (row["signed_sum"], row["samples"]) == (0.0, 2)
    assert row["mean_magnitude"] == pytest.approx(2 / 3), "the third sample has a score too"
