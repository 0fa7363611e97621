import numpy as np
import pandas as pd
import pytest

from experiments.honesty import fit_conformal
from secretome_ml.models.targets import Targets


def made(count, seed, failing=0.2):
    generator = np.random.default_rng(seed)
    samples = pd.Index([f"s{i:05d}/a" for i in range(count)])
    label = (generator.random(count) > failing).astype(float)
    margin = pd.DataFrame({"angiogenic": label + generator.normal(size=count)}, index=samples)
    return margin, Targets(
        pd.DataFrame({"angiogenic": label}, samples), pd.Series(1.0, index=samples), pd.DataFrame()
    )


def test_the_threshold_is_the_conformal_quantile():
    margin, targets = made(400, 0)
    sets = fit_conformal(margin, targets, 0.9)
    failing = np.sort(margin["angiogenic"][targets.outcomes["angiogenic"] == 0])
    assert sets.most["angiogenic"] == pytest.approx(failing[int(np.ceil(0.9 * (len(failing) + 1))) - 1])


def test_sets_hold_the_truth_in_nine_of_ten_of_either_kind():
    held = {0: [], 1: []}
    for seed in range(30):
        sets = fit_conformal(*made(300, seed), 0.9)
        margin, targets = made(500, 1000 + seed)
        may, fail = sets.sets(margin)
        label = targets.outcomes["angiogenic"]
        held[1].append(may["angiogenic"][label == 1].mean())
        held[0].append(fail["angiogenic"][label == 0].mean())
    assert np.mean(held[1]) == pytest.approx(0.9, abs=0.02)
    assert np.mean(held[0]) == pytest.approx(0.9, abs=0.02)


def test_too_few_failing_studies_are_never_excluded():
    margin, targets = made(40, 0, failing=0.1)
    sets = fit_conformal(margin, targets, 0.9)
    assert "angiogenic" in sets.refused
    _, fail = sets.sets(margin)
    assert fail["angiogenic"].all()


def test_a_study_of_many_arms_counts_once():
    margin, targets = made(300, 3)
    worst = margin["angiogenic"][targets.outcomes["angiogenic"] == 0].idxmax()
    copies = pd.Index([f"{worst.split('/')[0]}/{i}" for i in range(500)])
    many = pd.concat([margin, pd.DataFrame({"angiogenic": margin.at[worst, "angiogenic"]}, index=copies)])
    outcomes = pd.concat([targets.outcomes, pd.DataFrame({"angiogenic": 0.0}, index=copies)])
    crowded = Targets(outcomes, pd.Series(1.0, index=outcomes.index), pd.DataFrame())
    one, two = (fit_conformal(m, t, 0.9).most["angiogenic"] for m, t in ((margin, targets), (many, crowded)))
    assert one == pytest.approx(two)
