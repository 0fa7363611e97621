"""Agreement of two readings, worked out by hand on a few arms."""

import json

import pytest

from conftest import make_arm, make_evidence, make_record
from secretome_ml.evidence import read_records, reading_agreement


def outcome(result: str, effect: str = "angiogenic") -> dict:
    return {"effect": effect, "result": result}


def readings(*results: tuple[str, str]):
    """Two readings of arms a0, a1, ...; one result each."""
    first = [make_arm(f"a{i}", outcomes=[outcome(x)]) for i, (x, _) in enumerate(results)]
    second = [make_arm(f"a{i}", outcomes=[outcome(y)]) for i, (_, y) in enumerate(results)]
    return make_evidence(make_record(1, *first)), make_evidence(make_record(1, *second))


def test_kappa_by_hand():
    """20 arms: both beneficial 9, first b / second n 3, first n / second b 1, both null 7.

    Agreement 16/20 = 0.8; by chance (12/20)(10/20) + (8/20)(10/20) = 0.5;
    kappa = (0.8 - 0.5) / (1 - 0.5) = 0.6.
    """
    b, n = "beneficial", "null"
    found = reading_agreement(*readings(*[(b, b)] * 9, *[(b, n)] * 3, *[(n, b)] * 1, *[(n, n)] * 7))
    assert found["results_compared"] == 20
    assert found["results_agree"] == pytest.approx(0.8)
    assert found["kappa_result"] == pytest.approx(0.6)


def test_kappa_of_one_value_only_is_not_a_number_but_absent():
    found = reading_agreement(*readings(("null", "null"), ("null", "null")))
    assert (found["results_agree"], found["kappa_result"]) == (1.0, None)


def test_worse_than_chance_is_negative():
    b, n = "beneficial", "null"
    assert reading_agreement(*readings((b, n), (n, b)))["kappa_result"] == pytest.approx(-1.0)


def test_only_effects_that_both_readings_hold_are_compared():
    first = make_evidence(make_record(1, make_arm(outcomes=[outcome("null"), outcome("null", "osteogenic")])))
    second = make_evidence(
        make_record(1, make_arm(outcomes=[outcome("null"), outcome("null", "anti_fibrotic")]))
    )
    found = reading_agreement(first, second)
    assert found["results_compared"] == 1
    assert found["fields"]["effects_tested"] == pytest.approx(1 / 3, abs=1e-4)


def test_arms_under_other_names_are_matched_by_their_facts():
    facts = {"cell_source": "adipose", "species": "human"}
    hypoxia = {"preconditioning": [{"kind": "hypoxia"}]}
    first = make_evidence(make_record(1, make_arm("hyp", **facts, **hypoxia), make_arm("norm", **facts)))
    second = make_evidence(make_record(1, make_arm("B", **facts), make_arm("A", **facts, **hypoxia)))
    found = reading_agreement(first, second)
    assert found["arms_matched"] == 2
    assert found["fields"]["preconditioning_kinds"] == 1.0


def test_directions_are_compared_from_either_side():
    def pair(arm: str, than: str, direction: str):
        relative = {"effect": "angiogenic", "than": than, "direction": direction}
        return make_evidence(
            make_record(1, *(make_arm(n, relative=[relative] if n == arm else []) for n in "ab"))
        )

    same = reading_agreement(pair("a", "b", "higher"), pair("b", "a", "lower"))
    other = reading_agreement(pair("a", "b", "higher"), pair("b", "a", "higher"))
    assert (same["directions_compared"], same["directions_agree"]) == (1, 1.0)
    assert (other["directions_compared"], other["directions_agree"]) == (1, 0.0)


def test_missing_on_both_sides_agrees_missing_on_one_does_not():
    first = make_evidence(make_record(1, make_arm(species="human")))
    second = make_evidence(make_record(1, make_arm()))
    fields = reading_agreement(first, second)["fields"]
    assert fields["species"] == 0.0
    assert fields["stage"] == 1.0


def test_a_reading_agrees_with_itself(few):
    found = reading_agreement(few, few)
    assert found["arms_matched"] == found["arms_first"] == len(few.arms)
    assert found["kappa_result"] == 1.0
    assert found["directions_agree"] == 1.0
    assert set(found["fields"].values()) == {1.0}


def test_nothing_in_common_is_plain_json():
    found = reading_agreement(make_evidence(make_record(1)), make_evidence(make_record(2)))
    assert json.loads(json.dumps(found, allow_nan=False))["studies"] == 0


def test_the_second_readings(shared_folder, corpus):
    found = reading_agreement(corpus, read_records(shared_folder / "evidence" / "second_readings.jsonl"))
    assert found["studies"] > 10
    assert found["results_compared"] > 20
    assert 0.3 < found["kappa_result"] <= 1.0
