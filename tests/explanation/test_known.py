"""What is known of a subject, counted by another road."""

from __future__ import annotations

import json

import pytest
from scipy.stats import norm

from conftest import make_arm, make_evidence, make_record
from secretome_ml.core.errors import UnknownName
from secretome_ml.evidence import EFFECTS, write_records
from secretome_ml.explanation.known import known, subject_of, wilson

HYPOXIA = [{"kind": "hypoxia", "o2_percent": 1}]


def study(number: int, direction: str, result: str) -> dict:
    primed = make_arm(
        "h",
        preconditioning=HYPOXIA,
        outcomes=[{"effect": "angiogenic", "result": result}],
        relative=[{"effect": "angiogenic", "than": "n", "direction": direction}],
    )
    return make_record(number, primed, make_arm("n"))


def test_counts_direction_and_disagreement():
    made = make_evidence(
        study(1, "higher", "beneficial"),
        study(2, "higher", "beneficial"),
        study(3, "lower", "null"),
        study(4, "lower", "adverse"),
        study(5, "equal", "beneficial"),
    )
    told = known(made, "hypoxic preconditioning", strengths=False)
    (row,) = told.effects.to_dict("records")
    assert (row["studies"], row["arms"], row["beneficial"], row["null"], row["adverse"]) == (5, 5, 3, 1, 1)
    assert (row["more"], row["equal"], row["less"]) == (2, 1, 2)
    assert row["disagree"]
    assert row["share"] == pytest.approx(3 / 5)
    assert set(told.gaps) == set(EFFECTS) - {"angiogenic"}, "gaps where nobody has looked"


def test_wilson_against_the_score_test():
    for share, number in ((0.2, 5), (0.9, 40)):
        _, low, high = wilson(share, number)
        for limit in (low, high):
            score = (share - limit) / (limit * (1 - limit) / number) ** 0.5
            assert abs(score) == pytest.approx(norm.ppf(0.95), abs=1e-3)


def test_a_source_of_the_corpus_against_a_walk(corpus):
    told = known(corpus, "umbilical cord", strengths=False).effects.set_index("effect")
    results = []
    for line in write_records(corpus).splitlines():
        for arm in json.loads(line)["arms"]:
            if arm["cell_source"] == "umbilical_cord":
                results += [o["result"] for o in arm["outcomes"] if o["effect"] == "anti_fibrotic"]
    row = told.loc["anti_fibrotic"]
    assert [row["beneficial"], row["null"], row["adverse"]] == [
        results.count(r) for r in ("beneficial", "null", "adverse")
    ]


def test_a_factor_tells_where_it_was_found(corpus):
    told = known(corpus, "VEGF", strengths=False)
    assert (told.subject, told.kind) == ("VEGFA", "factor")
    assert {"vesicles", "medium"} <= set(told.found["carrier"])


def test_the_strengths_are_those_of_the_league(corpus):
    from secretome_ml.explanation.league import league

    told = known(corpus, "hypoxia").effects.set_index("effect")
    ranked = league(corpus, "angiogenic").set_index("component")
    assert told.loc["angiogenic", "strength"] == pytest.approx(ranked.loc["hypoxia", "strength"])


def test_what_is_nothing_is_said():
    assert subject_of("IFN-γ") == ("IFNG", "factor")
    with pytest.raises(UnknownName, match="moonlight"):
        subject_of("moonlight")
