"""The rows of a joint learner, written out by hand."""

import numpy as np
import pandas as pd
import pytest

from conftest import features_of
from secretome_ml.features.columns import FeatureColumn, Features
from secretome_ml.features.encoder import Encoder
from secretome_ml.models.design import fill_typical, joint_design, typical_values
from secretome_ml.models.targets import Targets

SHIFTS = {"x": 10, "y": 20, "z": 30}
PAIR_COLUMNS = ["effect", "arm", "than", "study", "direction", "weight"]
NONE = float("nan")


def made() -> tuple[Features, Targets]:
    """Four arms, three effects, one column of their own; `s/d` is neither tested nor compared for `y`."""
    index = pd.Index(["s/a", "s/b", "s/c", "s/d"])
    common = pd.DataFrame({"c": [1.0, 2.0, NONE, 4.0]}, index=index)
    own = {e: pd.DataFrame({"k": np.arange(4.0) + shift}, index=index) for e, shift in SHIFTS.items()}
    columns = FeatureColumn("c", "context"), FeatureColumn("k", "knowledge", "each")
    outcomes = pd.DataFrame(
        {"x": [1.0, NONE, NONE, 0.25], "y": [NONE, NONE, 0.75, NONE], "z": [NONE, 0.0, NONE, NONE]},
        index=index,
    )
    weights = pd.Series([0.6, 0.7, 0.8, 0.9], index=index)
    pairs = [
        ("x", "s/a", "s/d", "s", 1.0, 0.6),
        ("y", "s/b", "s/c", "s", -0.5, 0.4),
        ("x", "s/b", "s/a", "s", 0.0, 0.3),
        ("z", "s/d", "s/b", "s", 1.0, 0.2),
    ]
    return features_of(common, own, columns), Targets(
        outcomes, weights, pd.DataFrame(pairs, columns=PAIR_COLUMNS)
    )


def test_the_rows_and_pairs_by_hand():
    design = joint_design(*made())
    # Rows: s/a s/b s/d for x, s/b s/c for y, s/b s/d for z; the others have nothing to say.
    assert design.effect.tolist() == [0, 0, 0, 1, 1, 2, 2]
    expected = [[1, 10], [2, 11], [4, 13], [2, 21], [NONE, 22], [2, 31], [4, 33]]
    np.testing.assert_array_equal(design.values, np.array(expected, dtype=float))
    assert design.outcome.tolist() == [1.0, 0.5, 0.25, 0.5, 0.75, 0.0, 0.5]
    assert design.outcome_weight.tolist() == [0.6, 0.0, 0.9, 0.0, 0.8, 0.7, 0.0]
    pairs = zip(design.first, design.second, design.direction, design.pair_weight, strict=True)
    assert sorted(pairs) == [(0, 2, 1.0, 0.6), (1, 0, 0.0, 0.3), (3, 4, -0.5, 0.4), (6, 5, 1.0, 0.2)]


def test_what_is_counted_is_whole_and_what_is_measured_is_not():
    design = joint_design(*made())
    assert {a.dtype for a in (design.effect, design.first, design.second)} == {np.dtype(np.int64)}
    numbers = design.values, design.outcome, design.outcome_weight, design.direction, design.pair_weight
    assert {a.dtype for a in numbers} == {np.dtype(float)}


def test_without_comparisons_only_tested_arms_remain():
    features, targets = made()
    design = joint_design(features, Targets(targets.outcomes, targets.weights, targets.comparisons.iloc[:0]))
    assert design.effect.tolist() == [0, 0, 1, 2]
    assert design.outcome.tolist() == [1.0, 0.25, 0.75, 0.0]
    assert [len(a) for a in (design.first, design.second, design.direction, design.pair_weight)] == [0] * 4


HAS = {
    "cell_type=mesenchymal": True,
    "cell_source=adipose": True,
    "cell_source_group=perinatal": True,
    "stage=adult": True,
    "species=human": True,
    "product=exosome": True,
    "known_cells": True,
    "factor=VEGFA": False,
    "known_factors": False,
    "culture=spheroid": False,
    "donor=aged": False,
}


@pytest.mark.parametrize("name", list(HAS))
def test_only_what_every_preparation_has_is_filled(few_profiles, name: str):
    """Not stated means average there; a factor that was not measured stays not measured."""
    columns = Encoder(("angiogenic",), min_studies=1).fit(few_profiles).columns
    unstated = {c.name: c.unstated for c in columns}[name]
    values = np.array([[1.0], [NONE], [0.0], [1.0]])
    typical = typical_values(values, (FeatureColumn(name, "context", unstated=unstated),))
    assert typical.tolist() == pytest.approx([2 / 3 if HAS[name] else NONE], nan_ok=True)


def test_every_column_has_the_mean_of_the_rows_that_state_it():
    columns = tuple(FeatureColumn(n, "context", unstated="average") for n in ("a", "b"))
    typical = typical_values(np.array([[1.0, 4.0], [NONE, 2.0], [NONE, 0.0]]), columns)
    assert typical.tolist() == [1.0, 2.0]


def test_a_column_that_no_row_states_is_filled_with_nothing_of_note():
    columns = FeatureColumn("a", "context", unstated="average"), FeatureColumn("b", "factor")
    typical = typical_values(np.full((3, 2), NONE), columns)
    assert typical.tolist() == pytest.approx([0.0, NONE], nan_ok=True)


def test_filling_touches_gaps_alone():
    filled = fill_typical(np.array([[NONE, NONE], [0.0, 5.0]]), np.array([0.25, NONE]))
    np.testing.assert_array_equal(filled, [[0.25, NONE], [0.0, 5.0]])
