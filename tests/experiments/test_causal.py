"""Signs of experiments, by made-up studies with a known answer; agreement by hand."""

import numpy as np
import pandas as pd
import pytest

from conftest import make_arm, make_evidence, make_record
from experiments.causal import (
    CHANGED,
    MEASURED,
    READOUT,
    agreement_row,
    causal_experiments,
    findings_of,
    permuted_agreement,
    terms_of,
)
from secretome_ml.profiles import profiles_from_evidence

A = "angiogenic"


def factor(name: str, state: str = "detected", causal: bool | None = None):
    return {"name": name, "state": state, **({} if causal is None else {"causal": causal})}


def beaten(than: str, direction: str = "higher"):
    return [{"than": than, "effect": A, "direction": direction}]


def experiments(*arms):
    evidence = make_evidence(make_record(1, *arms))
    return causal_experiments(evidence, profiles_from_evidence(evidence), [A])


@pytest.mark.parametrize(("direction", "sign"), [("higher", 1.0), ("lower", -1.0)])
def test_a_silenced_gene(direction: str, sign: float):
    """Wild type did more than the knockdown: the factor promotes."""
    down = [{"kind": "genetic_modification", "agent": "HGF shRNA knockdown"}]
    found = experiments(
        make_arm("wild", relative=beaten("silenced", direction)),
        make_arm("silenced", preconditioning=down, factors=[factor("HGF", "decreased", True)]),
    )
    assert found[["factor", "sign", "route"]].values.tolist() == [["HGF", sign, CHANGED]]
    assert found["first"].iloc[0].endswith("/wild")


def test_an_over_expressed_gene():
    up = [{"kind": "genetic_modification", "agent": "VEGF overexpression"}]
    found = experiments(
        make_arm(
            "up", preconditioning=up, factors=[factor("VEGF", "elevated", True)], relative=beaten("wild")
        ),
        make_arm("wild"),
    )
    assert found[["factor", "sign", "route"]].values.tolist() == [["VEGFA", 1.0, CHANGED]]


def test_what_else_was_changed_spoils_the_pair():
    """HGF against VEGF says nothing of either alone."""
    arms = [
        make_arm(
            name, preconditioning=[{"kind": "genetic_modification", "agent": f"{gene} overexpression"}],
            factors=[factor(gene, "elevated", True)],
        )
        for name, gene in (("v", "VEGF"), ("h", "HGF"))
    ]  # fmt: skip
    arms[0]["relative"] = beaten("h")
    assert experiments(*arms).empty


def test_measured_apart_is_the_weaker_route():
    found = experiments(
        make_arm("much", factors=[factor("VEGF", "elevated", True)], relative=beaten("little")),
        make_arm("little", factors=[factor("VEGF", "decreased")]),
    )
    assert found[["sign", "route"]].values.tolist() == [[1.0, MEASURED]]


@pytest.mark.parametrize(
    ("state", "result", "sign"),
    [
        ("elevated", "beneficial", 1.0),
        ("elevated", "adverse", -1.0),
        ("decreased", "null", 1.0),
        ("decreased", "beneficial", -1.0),
    ],
)
def test_a_readout_alone(state: str, result: str, sign: float):
    found = experiments(
        make_arm("x", factors=[factor("VEGF", state, True)], outcomes=[{"effect": A, "result": result}])
    )
    assert found[["sign", "route"]].values.tolist() == [[sign, READOUT]]


def test_what_changed_nothing_or_is_not_marked_does_not_count():
    for causal in (False, None):
        held = factor("VEGF", "elevated", causal)
        assert experiments(
            make_arm("x", factors=[held], outcomes=[{"effect": A, "result": "beneficial"}])
        ).empty


def test_known_experiments_of_the_corpus(corpus):
    """PEDF and sFLT-1 hold vessels back; depleting IL-6 or IL-8 took benefit away."""
    found = causal_experiments(corpus, profiles_from_evidence(corpus), [A])
    signs = found[found["route"] == CHANGED].groupby("factor")["sign"].agg(set)
    assert signs["SERPINF1"] == {-1.0}
    assert signs["FLT1"] == {-1.0}
    assert signs["IL6"] == signs["CXCL8"] == {1.0}


def test_terms_of_a_factor_hold_every_way_to_state_it():
    assert {"HGF", "HGF gene", "HGF treatment", "HGF neutralised"} <= set(terms_of("HGF"))


def test_findings_take_the_majority():
    rows = [("s", "HGF", A, "r", s, m) for s, m in ((1.0, 2.0), (1.0, 0.0), (-1.0, 1.0))]
    rows += [("s", "IL6", A, "r", s, 1.0) for s in (1.0, -1.0)]
    table = pd.DataFrame(rows, columns=["study", "factor", "effect", "route", "sign", "m"])
    found = findings_of(table, ["m"])
    assert found[["factor", "sign", "m"]].values.tolist() == [["HGF", 1.0, 1.0]]


def test_agreement_by_hand():
    table = pd.DataFrame({"group": list("aabcd"), "sign": [1, -1, 1, -1, 1], "m": [0.5, 0.2, 0.0, -0.1, 3.0]})
    row = agreement_row(table, "m", draws=200)
    assert (row["n"], row["studies"], row["says"]) == (5, 4, 0.8)
    assert row["agrees"].value == pytest.approx(3 / 4)
    assert row["agrees"].low <= 0.75 <= row["agrees"].high


def test_chance_is_that_of_shuffled_signs():
    """Expected agreement is p q + (1 - p)(1 - q)."""
    given, truth = np.repeat([1.0, -1.0], [80, 20]), np.tile([1.0, 1.0, 1.0, 1.0, -1.0], 20)
    assert permuted_agreement(given, truth, 4000, 0).mean() == pytest.approx(0.8 * 0.8 + 0.2 * 0.2, abs=0.01)


def test_perfect_signs_beat_chance_and_one_sign_alone_has_none():
    truth = np.tile([1.0, 1.0, -1.0], 10)
    table = pd.DataFrame({"group": [str(i) for i in range(30)], "sign": truth, "good": truth, "flat": 1.0})
    assert agreement_row(table, "good", draws=500)["p"] == "0.002"
    assert agreement_row(table, "flat", draws=500)["p"] == "–"
