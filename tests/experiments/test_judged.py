import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import brier_score_loss, log_loss

from experiments.judged import difference, judge_predictions, reduction
from secretome_ml.profiles.from_evidence import study_of


@pytest.fixture(scope="module")
def predictions(few_targets):
    generator = np.random.default_rng(0)
    shape = few_targets.outcomes.shape
    frames = [
        pd.DataFrame(generator.normal(size=shape), few_targets.outcomes.index, few_targets.effects)
        for _ in range(2)
    ]
    return frames, [1 / (1 + np.exp(-f)) for f in frames]


@pytest.fixture(scope="module")
def groups(few):
    return pd.Series(few.studies["study"].to_numpy(), index=few.studies["study"])


def test_concordance_is_the_mean_of_the_repeats_counted_by_hand(predictions, few_targets, groups):
    margins, chances = predictions
    found = judge_predictions(margins, chances, few_targets, groups).estimate("concordance")
    rights = []
    for margin in margins:
        for pair in few_targets.comparisons.itertuples():
            if pair.direction != 0:
                gap = (margin.at[pair.arm, pair.effect] - margin.at[pair.than, pair.effect]) * pair.direction
                rights.append(1.0 if gap > 0 else 0.0)
    assert found.value == pytest.approx(np.mean(rights))
    assert found.low <= found.value <= found.high


def test_losses_are_those_of_scikit_learn(predictions, few_targets, groups):
    margins, chances = predictions
    judged = judge_predictions(margins[:1], chances[:1], few_targets, groups)
    label = few_targets.binary("angiogenic")
    chance = chances[0].loc[label.index, "angiogenic"]
    assert judged.estimate("log_loss", "angiogenic").value == pytest.approx(log_loss(label, chance))
    assert judged.estimate("brier", "angiogenic").value == pytest.approx(brier_score_loss(label, chance))


def test_a_model_differs_from_itself_by_nothing(predictions, few_targets, groups):
    judged = judge_predictions(*predictions, few_targets, groups)
    for metric in ("concordance", "log_loss"):
        found = difference(judged, judged, metric)
        assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)
    assert reduction(judged, judged, "log_loss").value == pytest.approx(0.0)


def test_the_interval_of_a_difference_is_that_of_drawing_studies_one_by_one(predictions, few_targets, groups):
    margins, chances = predictions
    one = judge_predictions(margins[:1], chances[:1], few_targets, groups)
    two = judge_predictions(margins[1:], chances[1:], few_targets, groups)
    found = difference(one, two, "concordance", seed=3)
    apart = one.pairs["hit"].to_numpy() - two.pairs["hit"].to_numpy()
    names = sorted(set(one.pairs["study"]))
    of = [apart[(one.pairs["study"] == n).to_numpy()] for n in names]
    picked = np.random.default_rng(3).integers(len(names), size=(1000, len(names)))
    means = [np.concatenate([of[i] for i in row]).mean() for row in picked]
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(means, [0.05, 0.95])))
    assert found.value == pytest.approx(apart.mean())


def test_predictions_of_some_samples_are_judged_on_those_alone(predictions, few_targets, groups):
    margins, chances = predictions
    some = few_targets.outcomes.index[study_of(few_targets.outcomes.index) < groups.index[10]]
    judged = judge_predictions([margins[0].loc[some]], [chances[0].loc[some]], few_targets, groups)
    assert set(judged.outcomes["sample"]) <= set(some)
    assert set(judged.pairs["arm"]) <= set(some)
