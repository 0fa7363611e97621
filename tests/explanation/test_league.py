"""The league: strengths by another library and by simulation, components by hand, planted disagreement."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from conftest import make_arm, make_evidence, make_record
from secretome_ml.core.errors import NotEnoughEvidence
from secretome_ml.explanation.league import components, fit_strengths, league
from secretome_ml.profiles import profiles_from_evidence


def compared(study: int, better: dict, worse: dict, **kept) -> dict:
    """Return a study in which the first arm did more than the second."""
    arms = (
        make_arm("a", relative=[{"effect": "angiogenic", "than": "b", "direction": "higher"}], **better),
        make_arm("b", **worse),
    )
    return make_record(study, *arms)


def done(kind: str, agent: str | None = None) -> dict:
    return {"preconditioning": [{"kind": kind, "agent": agent}]}


def test_strengths_are_those_of_penalised_logistic_regression():
    rng = np.random.default_rng(1)
    differences = rng.integers(-1, 2, (300, 5)).astype(float)
    wins = (rng.random(300) < expit(differences @ np.array([1.0, -0.5, 0.0, 0.3, 2.0]))).astype(float)
    weights = rng.uniform(0.5, 2.0, 300)
    other = LogisticRegression(C=1.0, fit_intercept=False, tol=1e-10, max_iter=1000)
    other.fit(differences, wins, sample_weight=weights)
    np.testing.assert_allclose(fit_strengths(differences, wins, weights), other.coef_[0], atol=1e-5)


def test_turning_every_pair_round_changes_nothing():
    rng = np.random.default_rng(2)
    differences, wins = rng.integers(-1, 2, (80, 4)).astype(float), rng.random(80)
    one, other = (
        fit_strengths(differences, wins, np.ones(80)),
        fit_strengths(-differences, 1 - wins, np.ones(80)),
    )
    np.testing.assert_allclose(one, other, atol=1e-8)


def test_components_are_what_is_stated():
    arms = (
        make_arm("a", donor="aged", **done("genetic_modification", "VEGF siRNA")),
        make_arm("b", product="exosome", **done("genetic_modification", "scrambled siRNA")),
    )
    own = components(profiles_from_evidence(make_evidence(make_record(1, *arms))))
    one, two = own["s-00000001/a"], own["s-00000001/b"]
    assert one - two == {
        ("VEGFA silenced", "preconditioning"), ("aged", "donor"), ("conditioned_medium", "product")
    }  # fmt: skip
    assert two - one == {("exosome", "product")}


def test_what_always_wins_comes_first_and_a_silenced_gene_is_another_thing():
    records = [compared(i, done("hypoxia"), {}) for i in range(1, 7)]
    records += [compared(i, {}, done("genetic_modification", "HGF siRNA")) for i in range(7, 13)]
    table = league(make_evidence(*records), "angiogenic", draws=30).set_index("component")
    assert table.index[0] == "hypoxia"
    assert table.index[-1] == "HGF silenced"
    assert table.loc["hypoxia", "direct_share"] == 1.0
    assert table.loc["HGF silenced", "direct_share"] == 0.0
    assert table["studies"].tolist() == [6, 6]
    assert (table["low"] <= table["strength"]).all()
    assert not table["disagree"].any(), "nothing indirect is known"


def test_direct_and_indirect_evidence_that_disagree_are_found():
    """Hypoxia loses alone, in nine studies; beside IFN-gamma, which is worth nothing, it wins in thirty."""
    both = {
        "preconditioning": [{"kind": "hypoxia", "agent": None}, {"kind": "cytokine", "agent": "IFN-gamma"}]
    }
    records = [compared(i, {}, done("hypoxia")) for i in range(1, 10)]
    records += [compared(i, both, {}) for i in range(10, 40)]
    half = [compared(i, done("cytokine", "IFN-gamma"), {}) for i in range(40, 60)]
    half += [compared(i, {}, done("cytokine", "IFN-gamma")) for i in range(60, 80)]
    table = league(make_evidence(*records, *half), "angiogenic", draws=10).set_index("component")
    assert bool(table.loc["hypoxia", "disagree"])
    assert table.loc["hypoxia", "direct_share"] == 0.0
    assert table.loc["hypoxia", "indirect_share"] > 0.6


def test_too_few_pairs_are_refused():
    with pytest.raises(NotEnoughEvidence, match="1 compared pairs"):
        league(make_evidence(compared(1, done("hypoxia"), {})), "angiogenic")
