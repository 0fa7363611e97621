"""What only one of two readings holds, counted by hand and by planted misses."""

import dataclasses

import pytest

from conftest import make_arm, make_evidence, make_record
from secretome_ml.evidence.recall import reading_recall


def factor(name: str) -> dict:
    return {"name": name, "state": "detected"}


def outcome(effect: str, result: str = "beneficial") -> dict:
    return {"effect": effect, "result": result}


def test_recall_by_hand():
    """Factors: both VEGFA and HGF, first also IL6, second also FGF2 and CXCL12.

    The first holds 2 of the second's 4, the second 2 of the first's 3; in neither 1 * 2 / (2 + 1).
    """
    first = make_evidence(make_record(1, make_arm(factors=[factor(n) for n in ("VEGF", "HGF", "IL-6")])))
    second = make_evidence(
        make_record(1, make_arm(factors=[factor(n) for n in ("VEGF-A", "HGF", "bFGF", "SDF-1")]))
    )
    found = reading_recall(first, second)["factors of the preparation"]
    assert (found["both"], found["only_first"], found["only_second"]) == (2, 1, 2)
    assert found["found_by_first"] == 0.5
    assert found["found_by_second"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["missed"] == 0.7


def test_a_split_arm_is_no_miss_and_another_result_is_one():
    first = make_evidence(make_record(1, make_arm("a", outcomes=[outcome("angiogenic")]), make_arm("b")))
    second = make_evidence(make_record(1, make_arm("c", outcomes=[outcome("angiogenic", "null")])))
    found = reading_recall(first, second)
    assert found["effects tested"]["found_by_first"] == 1.0
    assert found["results of effects"]["found_by_first"] == 0.0


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        ("outcomes", "effects tested"),
        ("factors", "factors of the preparation"),
        ("comparisons", "effects compared between arms"),
    ],
)
def test_planted_misses_are_counted(few, table: str, kind: str):
    """Whatever is taken out of the facts of a third of the studies is found again, and only that."""
    gone = sorted(set(few.tables[table]["study"]))[::3]
    left = few.tables[table][~few.tables[table]["study"].isin(gone)]
    less = dataclasses.replace(few, tables={**few.tables, table: left})
    whole, found = reading_recall(few, few)[kind], reading_recall(less, few)[kind]
    assert found["only_second"] == whole["both"] - found["both"] > 0
    assert (found["only_first"], found["found_by_second"]) == (0, 1.0)
    low, high = found["found_by_first_interval"]
    assert low < found["found_by_first"] < high


def test_readings_change_sides(few):
    half = few.subset(sorted(few.studies["study"])[::2])
    for kind, row in reading_recall(few, half).items():
        turned = reading_recall(half, few)[kind]
        assert row["only_first"] == turned["only_second"]
        assert row["found_by_first"] == turned["found_by_second"]


def test_no_facts_have_no_share():
    nothing = make_evidence(make_record(1, make_arm()))
    found = reading_recall(nothing, nothing)["factors of the preparation"]
    assert (found["both"], found["found_by_first"], found["found_by_first_interval"]) == (0, None, None)
