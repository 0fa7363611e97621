"""Rivals: Venn-ABERS against scikit-learn, rows for learners that know no pairs, the additive network."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from experiments.rivals import (
    AdditiveNetwork,
    CatBoost,
    ExplainableBoosting,
    pointwise,
    stated_components,
    venn_abers,
)
from secretome_ml.models.targets import targets_from_evidence
from secretome_ml.models.training_side import TrainingSide
from secretome_ml.profiles import profiles_from_evidence
from secretome_ml.recipe import load_recipe
from secretome_ml.workflows.train import encode_all


def test_venn_abers_is_two_isotonic_fits():
    random = np.random.default_rng(3)
    score = random.normal(size=80).round(1)
    label = (random.random(80) < 1 / (1 + np.exp(-score))).astype(float)
    asked = np.linspace(-3, 3, 25).round(1)
    for value, found in zip(asked, venn_abers(score, label, asked), strict=True):
        low, high = (
            IsotonicRegression().fit(np.append(score, value), np.append(label, taken)).predict([value])[0]
            for taken in (0.0, 1.0)
        )
        assert low < high
        assert found == pytest.approx(high / (1 - low + high))


@pytest.fixture(scope="module")
def side(few):
    recipe = load_recipe()
    profiles = profiles_from_evidence(few)
    targets = targets_from_evidence(few, recipe.effects, recipe.basis_weights)
    return profiles, TrainingSide(encode_all(recipe, profiles), targets)


def test_pointwise_rows_keep_the_weight_of_outcomes_and_pairs(side):
    design = side[1].design
    rows, label, weight = pointwise(design)
    decided = float(np.sum(design.pair_weight * np.abs(design.direction)))
    assert weight.sum() == pytest.approx(design.outcome_weight.sum() + 2 * decided)
    assert weight[label == 1].sum() == pytest.approx(
        float(np.sum(design.outcome_weight * design.outcome)) + decided
    )
    assert (rows < len(design.outcome)).all()


def test_the_network_learns_and_ties_what_states_the_same(side):
    profiles, training = side
    stated = stated_components(profiles)
    margin = AdditiveNetwork(stated).fit(training).margin(training.features)
    pairs = training.targets.comparisons
    pairs = pairs[pairs["direction"] != 0]
    gap = np.array([margin.loc[r.arm, r.effect] - margin.loc[r.than, r.effect] for r in pairs.itertuples()])
    right = np.sign(gap) == np.sign(pairs["direction"])
    assert right[gap != 0].mean() > 0.8
    alike = (stated.loc[pairs["arm"]].to_numpy() == stated.loc[pairs["than"]].to_numpy()).all(axis=1)
    assert (gap[alike] == 0).all()


@pytest.mark.parametrize(("package", "kind"), [("catboost", CatBoost), ("interpret", ExplainableBoosting)])
def test_learners_of_other_houses_rank_better_than_chance(side, package, kind):
    pytest.importorskip(package)
    training = side[1]
    margin = kind().fit(training).margin(training.features)
    label = training.targets.binary("angiogenic")
    score = margin.loc[label.index, "angiogenic"]
    assert score[label == 1].mean() > score[label == 0].mean()
