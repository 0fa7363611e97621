"""The agreement with experiments is measured on studies that the model has not seen."""

import numpy as np
import pandas as pd
import pytest

from conftest import HEADLINE
from experiments import causal_agreement
from experiments.causal_agreement import PREDICTORS, causal_findings, report
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.recipe import Recipe

RECIPE = Recipe(effects=HEADLINE, min_studies=1, settings={"blend": {"rounds": 20}})


@pytest.fixture(scope="module")
def findings(few) -> pd.DataFrame:
    return causal_findings(RECIPE, few, folds=2)


def test_every_predictor_gives_signs(findings):
    assert len(findings) >= 10
    assert set(findings["sign"]) <= {1.0, -1.0}
    for name in PREDICTORS:
        assert (findings[name].abs() > 0).any(), name
    assert not findings.duplicated(["study", "factor", "effect", "route"]).any()


def test_no_study_is_judged_by_a_model_that_saw_it(few, monkeypatch):
    seen = []

    def spy(recipe, profiles, targets, split, experiments):
        groups = causal_agreement.study_groups(few.studies)
        trained = set(groups.reindex(study_of(split.train)))
        seen.append(set(experiments["study"]))
        assert not set(groups.reindex(experiments["study"])) & trained
        return pd.Series(1.0, index=experiments.index)

    monkeypatch.setattr(causal_agreement, "_of_fold", spy)
    found = causal_findings(RECIPE, few, folds=3)
    assert set(found["study"]) <= set().union(*seen)
    assert (found["model"] == 1.0).all()


def test_the_majority_sign_is_that_of_the_other_folds(few, monkeypatch):
    """Two folds: what is said of one is the sign of the sum over the other."""
    sides = []

    def spy(recipe, profiles, targets, split, experiments):
        sides.append(experiments)
        return pd.Series(1.0, index=experiments.index)

    monkeypatch.setattr(causal_agreement, "_of_fold", spy)
    found = causal_findings(RECIPE, few, folds=2)
    for own, others in (sides[:2], sides[1::-1]):
        told = found.loc[found["study"].isin(own["study"]), "majority"]
        assert len(told)
        assert (np.sign(told) == np.sign(others["sign"].sum())).all()


def test_roles_are_the_list_of_known_roles(findings):
    from secretome_ml.features.roles import known_roles

    roles = known_roles().factors
    for row in findings.itertuples():
        assert row.role == pytest.approx(roles.get((row.effect, row.factor), 0.0))


def test_the_report_says_what_was_found(findings):
    text = report(findings, RECIPE, "0" * 64, draws=50)
    assert f"{len(findings)} findings of" in text
    for words in PREDICTORS.values():
        assert words in text
    assert max(len(line) for line in text.splitlines() if not line.startswith("|")) < 300
