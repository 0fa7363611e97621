"""Terms add up to the score; a divided sum keeps its sum; importance by another road."""

import math

import numpy as np
import pandas as pd
import pytest

from conftest import HEADLINE
from secretome_ml import load_model
from secretome_ml.explanation.contributions import (
    BASE_TERM,
    TERM_COLUMNS,
    UNSTATED_TERM,
    driver_texts,
    explain_margin,
    term_maps,
)
from secretome_ml.explanation.importance import global_importance
from secretome_ml.explanation.stated import Stated
from secretome_ml.explanation.term_map import TermMap, term_map
from secretome_ml.features.batch import batch_of
from secretome_ml.features.columns import Features
from secretome_ml.features.encoder import Encoder
from secretome_ml.features.knowledge import FactorParts, KnowledgeBlock, Parts
from secretome_ml.models import MODELS
from secretome_ml.profiles import make_profiles
from secretome_ml.vocabulary.phrases import BASE, UNSTATED, Term, label

A = "angiogenic"
KINDS = {"factor", "preconditioning", "cell_source", "product", "context", "base", "unstated"}


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
    """Before the sums of roles are divided: source, species and single factors, by a plain loop."""
    model, features, _ = explained
    terms = explain_margin(model, features, whole_maps(features, few_profiles))
    found = model.contributions(features, A)
    for position in (0, 7, 40):
        sample, context = features.samples[position], few_profiles.context.iloc[position]
        own = terms[(terms["sample"] == sample) & (terms["effect"] == A)].set_index("term")["contribution"]
        for about in ("cell_source", "species"):
            if isinstance(context[about], str):
                total = sum(
                    v
                    for c, v in zip(features.columns, found[position], strict=False)
                    if c.name.split("=")[0] in (about, f"{about}_group")
                )
                assert own[label(Term(about, context[about]))] == pytest.approx(total)


def test_a_divided_sum_keeps_its_sum(explained, few_profiles):
    """What the knowledge columns contribute in all is what their parts and the rest contribute in all."""
    model, features, terms = explained
    whole = explain_margin(model, features, whole_maps(features, few_profiles))
    one = whole.groupby(["sample", "effect"])["contribution"].sum()
    other = terms.groupby(["sample", "effect"])["contribution"].sum()
    assert np.abs((one - other).to_numpy()).max() < 1e-9
    known = terms[terms["term"] == UNSTATED_TERM]["contribution"].abs().sum()
    assert known < whole[whole["term"] == UNSTATED_TERM]["contribution"].abs().sum(), "nothing was divided"


def divided(contribution: float, *amounts: tuple[str, float], usual=None) -> dict[str, float]:
    """Divide a contribution of `known_factors`, with a base value of 0.5 beside it."""
    named = {c.name: c for c in KnowledgeBlock().columns_}
    rows = [{"sample": "s", "name": f, "factor": f, "state": "elevated"} for f, _ in amounts]
    profiles = make_profiles(pd.DataFrame(index=["s"]), factors=rows)
    features = Features(profiles.samples, np.empty((0, 1)), {A: np.ones((1, 1))}, (named["known_factors"],))
    given = np.array([[amount] for _, amount in amounts]).reshape(-1, 1)
    factors = FactorParts(tuple(f for f, _ in amounts), np.full_like(given, 2.0), given)
    found = term_map(batch_of(profiles), features, A, Parts(factors, ()), usual or {})
    shares = found.contributions(np.array([[contribution, 0.5]]))
    assert shares.sum() == pytest.approx(contribution + 0.5)
    return found.table(shares, A).set_index("term")["contribution"].to_dict()


def test_parts_of_one_sign_share_in_proportion():
    assert divided(0.9, ("HGF", 1.0), ("VEGFA", 2.0)) == pytest.approx(
        {"HGF": 0.3, "VEGFA": 0.6, UNSTATED_TERM: 0.0, BASE_TERM: 0.5}
    )


def test_opposing_parts_keep_their_signs():
    """Net 1 of gross 3: VEGFA gives 2 parts, PEDF takes 1."""
    found = divided(0.6, ("VEGFA", 2.0), ("SERPINF1", -1.0))
    assert found == pytest.approx({"VEGFA": 1.2, "SERPINF1": -0.6, UNSTATED_TERM: 0.0, BASE_TERM: 0.5})


def test_a_negative_contribution_turns_all_signs():
    found = divided(-0.6, ("VEGFA", 2.0), ("SERPINF1", -1.0))
    assert found["VEGFA"] == pytest.approx(-1.2)
    assert found["SERPINF1"] == pytest.approx(0.6)


def test_what_is_usual_explains_nothing():
    """VEGFA is as high as ever: the whole contribution is HGF's, which is unusual."""
    found = divided(0.6, ("VEGFA", 2.0), ("HGF", 1.0), usual={("known_factors", "VEGFA"): 2.0})
    assert found == pytest.approx({"VEGFA": 0.0, "HGF": 0.6, UNSTATED_TERM: 0.0, BASE_TERM: 0.5})


@pytest.mark.parametrize("balance", [-1.0, -0.999, -0.8])
def test_parts_that_nearly_cancel_are_not_blown_up_and_keep_their_signs(balance: float):
    found = divided(0.1, ("VEGFA", 1.0), ("SERPINF1", balance))
    assert 0.0 < found["VEGFA"] <= 0.1 / 0.3 + 1e-9
    assert -0.1 / 0.3 - 1e-9 <= found["SERPINF1"] < 0.0
    assert found[UNSTATED_TERM] == pytest.approx(0.0)


def test_what_is_usual_and_missing_was_not_stated():
    """The sum lies 1 above its average for HGF's sake and 2 below it for want of VEGFA."""
    found = divided(-0.3, ("HGF", 1.0), usual={("known_factors", "VEGFA"): 2.0})
    assert found[UNSTATED_TERM] == pytest.approx(-0.6)
    assert found["HGF"] == pytest.approx(0.3)


def test_an_empty_sum_is_what_was_not_stated():
    assert divided(0.2) == pytest.approx({UNSTATED_TERM: 0.2, BASE_TERM: 0.5})


def test_a_term_is_a_thing_that_the_sample_states(explained, few_profiles):
    """By another road: factors of the long table, words of the context, and what was done."""
    _, _, terms = explained
    own = terms[terms["effect"] == A]
    measured = set(zip(few_profiles.factors["sample"], few_profiles.factors["factor"], strict=True))
    factors = own[own["kind"] == "factor"]
    assert set(zip(factors["sample"], factors["term"], strict=True)) <= measured
    source = own[own["term"].str.startswith("cell source: ")]
    stated = few_profiles.context["cell_source"].dropna()
    assert set(source["sample"]) == set(stated.index)
    assert not source["sample"].duplicated().any()


def test_a_family_is_its_members(few_profiles):
    """No row for the family: its column is divided, so that it cannot contradict a member."""
    encoder = Encoder((A,)).fit(few_profiles)
    assert any(c.name.startswith("family=") for c in encoder.columns)
    batch = batch_of(few_profiles)
    found = term_maps(encoder, batch, encoder.encode(batch), {})[A]
    single = set(few_profiles.factors["factor"].dropna())
    assert {t.word for t in found.terms if t.about == "factor"} == single


def test_stated_standard_culture_is_a_term_of_its_own():
    """Two arms encoded alike: one states that nothing was done, the other states nothing."""
    context = pd.DataFrame({"cell_source": ["adipose"] * 3}, index=["told", "silent", "done"])
    done = [{"sample": "told", "kind": "none"}, {"sample": "done", "kind": "hypoxia"}]
    terms = load_model().explain(make_profiles(context, preconditioning=done))
    own = terms[terms["effect"] == A].set_index(["sample", "term"])["contribution"]
    assert own["told"].sum() == pytest.approx(own["silent"].sum(), abs=1e-9)
    assert "preconditioning: none" in own["told"].index
    assert not set(own["silent"].index) & {"preconditioning: none", "hypoxia"}
    assert own["told", "preconditioning: none"] == pytest.approx(
        own["silent", UNSTATED_TERM] - own["told", UNSTATED_TERM]
    )
    assert "hypoxia" in own["done"].index
    assert "preconditioning: none" not in own["done"].index


@pytest.mark.parametrize(
    ("kind", "agent", "term", "state"),
    [
        ("genetic_modification", "VEGF siRNA", "VEGFA gene", "silenced"),
        ("genetic_modification", "VEGF overexpression", "VEGFA gene", "over-expressed"),
        ("pharmacological", "anti-TNF antibody", "TNF treatment", "blocked"),
        ("cytokine", "TNF-alpha", "TNF treatment", ""),
        ("coculture", "PBMC", "co-culture with PBMC", ""),
    ],
)
def test_what_was_done_says_which_way(kind: str, agent: str, term: str, state: str):
    context = pd.DataFrame({"cell_source": ["adipose"]}, index=["s"])
    profiles = make_profiles(context, preconditioning=[{"sample": "s", "kind": kind, "agent": agent}])
    own = load_model().explain(profiles)
    assert set(own.loc[own["term"] == term, "state"]) == {state}


def drivers(levels: dict[str, tuple[float, float]], most: int = 5) -> str:
    """Return the drivers of one sample of these factors: level and contribution each."""
    terms = (*(Term("factor", f) for f in levels), BASE, UNSTATED)
    values = np.array([[*(level for level, _ in levels.values()), math.nan, math.nan]])
    none, count = np.zeros(0, dtype=int), len(terms)
    stated = Stated(terms, values, (), (), none, none, none, np.zeros(0))
    shares = tuple((i, np.array([i]), np.ones((1, 1))) for i in range(len(levels)))
    found = TermMap(pd.Index(["s"]), stated, np.ones(count, bool), shares, none, none, none, np.zeros(0))
    given = np.array([[given] for _, given in levels.values()])
    return driver_texts(found, np.arange(len(levels)), given, most)[0]


def test_drivers_are_the_strongest_signed_and_without_the_base():
    given = {"a": 0.1, "b": -0.5, "c": 0.3, "d": -0.2, "e": 0.05, "f": 0.02, "tiny": 0.001}
    rows = {name: (2.0, value) for name, value in given.items()}
    words = [f"{n} (elevated) {given[n]:+.2f}" for n in "bcdae"]
    assert drivers(rows) == "; ".join(words)
    assert drivers(rows, most=2) == "; ".join(words[:2])
    assert drivers({"tiny": (2.0, 0.001)}) == ""


def test_a_driver_says_its_state():
    assert drivers({"LEP": (0.0, -0.2)}) == "LEP (not detected) -0.20"


@pytest.mark.parametrize("value", [0.125, -0.125, 0.375, 0.005, 1.005, -1.115, 0.285, 0.145, 2.675])
def test_half_a_cent_is_rounded_as_text_is(value: float):
    assert drivers({"IL6": (2.0, value)}) == f"IL6 (elevated) {value:+.2f}"


def test_importance_by_another_road(explained):
    """By dictionaries: terms are signed sums within a sample; magnitudes are averaged over samples."""
    _, _, terms = explained
    signed: dict[tuple[str, str], float] = {}
    magnitude: dict[tuple[str, str], float] = {}
    samples: dict[str, set[str]] = {}
    rows: dict[tuple[str, str], int] = {}
    for r in terms.itertuples():
        if r.term == BASE_TERM:
            continue
        key = r.effect, r.term
        signed[key] = signed.get(key, 0.0) + r.contribution
        magnitude[key] = magnitude.get(key, 0.0) + abs(r.contribution)
        rows[key] = rows.get(key, 0) + 1
        samples.setdefault(r.effect, set()).add(r.sample)
    table = global_importance(terms)
    assert len(table) == len(signed)
    for r in table.itertuples():
        key = r.effect, r.term
        assert r.mean == pytest.approx(signed[key] / rows[key], abs=1e-9)
        assert r.mean_magnitude == pytest.approx(magnitude[key] / len(samples[r.effect]), abs=1e-9)
        assert r.samples == rows[key]
    for _, part in table.groupby("effect"):
        assert part["mean_magnitude"].is_monotonic_decreasing


def test_importance_of_opposing_contributions():
    """+1 in one sample and -1 in another: a mean of nothing, a full magnitude."""
    terms = pd.DataFrame(
        [
            ("a", "x", "t", "factor", 1.0),
            ("b", "x", "t", "factor", -1.0),
            ("c", "x", "u", "factor", 0.0),
        ],
        columns=["sample", "effect", "term", "kind", "contribution"],
    )
    row = global_importance(terms).set_index("term").loc["t"]
    assert (row["mean"], row["samples"]) == (0.0, 2)
    assert (row["low"], row["high"]) == pytest.approx((-0.8, 0.8))
    assert row["mean_magnitude"] == pytest.approx(2 / 3), "the third sample has a score too"


def test_the_drivers_of_a_score_are_its_strongest_terms(few_profiles):
    """Whether the table of terms was asked for or not; each number is that of the table."""
    model = load_model()
    plain = model.score(few_profiles)
    scores, terms = model.score_and_explain(few_profiles)
    assert plain["drivers"].tolist() == scores["drivers"].tolist()
    known = {(s, e): own for (s, e), own in terms.groupby(["sample", "effect"], sort=False, observed=True)}
    for row in plain.head(200).itertuples():
        own = known[row.sample, row.effect]
        given = {f"{value:+.2f}" for value in own["contribution"]}
        said = [piece.rsplit(" ", 1)[1] for piece in row.drivers.split("; ") if piece]
        assert set(said) <= given, row.drivers
