"""Blind readings beside the model: who named the better arm, by hand."""

import pandas as pd

from experiments.blind import READINGS, judged


def test_a_reading_is_right_where_it_names_the_better_arm():
    held_out = pd.DataFrame(
        [
            ("angiogenic", "s-1/a", "s-1/b", 1.0, 0.4, "s-1"),
            ("angiogenic", "s-2/a", "s-2/b", -1.0, -0.2, "s-2"),
            ("angiogenic", "s-3/a", "s-3/b", 1.0, 0.0, "s-3"),
            ("angiogenic", "s-4/a", "s-4/b", 0.0, 0.3, "s-4"),
        ],
        columns=["effect", "arm", "than", "direction", "gap", "study"],
    )
    rows = [
        (f"s-{i}/b", f"s-{i}/a", f"s-{i}/{named}") for i, named in ((1, "a"), (2, "a"), (3, "b"), (4, "a"))
    ]
    readings = pd.DataFrame(rows, columns=["first", "second", "better"]).assign(effect="angiogenic")
    found = judged(readings, held_out).set_index("study")
    assert found["blind"].to_dict() == {"s-1": 1.0, "s-2": 0.0, "s-3": 0.0}
    assert found["model"].to_dict() == {"s-1": 1.0, "s-2": 0.0, "s-3": 0.5}


def test_every_reading_names_one_of_its_arms():
    readings = pd.read_csv(READINGS, dtype=str)
    assert (readings["better"].eq(readings["first"]) | readings["better"].eq(readings["second"])).all()
    assert not readings.duplicated(["reader", "effect", "first", "second"]).any()
