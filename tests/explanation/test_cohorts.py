"""Cohort against cohort: means by loops, sums kept, intervals by another bootstrap."""

import numpy as np
import pytest

from conftest import HEADLINE
from secretome_ml.core.errors import UnknownName
from secretome_ml.explanation.cohorts import cohort_difference, cohort_of, largest_cohorts
from secretome_ml.vocabulary.phrases import Term

A = "angiogenic"


@pytest.fixture(scope="module")
def given(fitted):
    return {e: fitted.given(e) for e in HEADLINE}


@pytest.fixture(scope="module")
def cohort(fitted):
    return cohort_of(fitted.profiles, "cell_source")


@pytest.fixture(scope="module")
def table(fitted, given, cohort):
    return cohort_difference(fitted.maps, given, cohort, "adipose", "bone_marrow")


def test_means_by_loops(fitted, given, cohort, table):
    rows = {
        name: [i for i, c in enumerate(cohort) if c is not None and str(c) == name]
        for name in set(cohort.dropna())
    }
    row = table[(table["effect"] == A) & (table["kind"] == "factor")].iloc[0]
    place = fitted.maps[A].terms.index(Term("factor", row["term"]))
    for side, name in (("a", "adipose"), ("b", "bone_marrow")):
        own = [given[A][i, place] for i in rows[name]]
        assert row[f"mean_{side}"] == pytest.approx(sum(own) / len(own))
        assert row[f"samples_{side}"] == len(own)
    assert row["difference"] == pytest.approx(row["mean_a"] - row["mean_b"])


def test_differences_add_up_to_that_of_the_mean_scores(fitted, cohort, table):
    margin = fitted.model.margin(fitted.features)[A]
    apart = (
        margin[(cohort == "adipose").fillna(False)].mean()
        - margin[(cohort == "bone_marrow").fillna(False)].mean()
    )
    assert table[table["effect"] == A]["difference"].sum() == pytest.approx(apart, abs=1e-5)


def test_intervals_by_another_bootstrap(fitted, given, cohort, table):
    """Whole studies drawn with numpy's choice, 2,000 times; ends agree within the noise of drawing."""
    row = table[table["effect"] == A].iloc[0]
    place = fitted.maps[A].named()["term"].tolist().index(row["term"])
    study = np.array([s.split("/")[0] for s in cohort.index])
    names = np.unique(study)
    inside = {n: (cohort == n).fillna(False).to_numpy(dtype=bool) for n in ("adipose", "bone_marrow")}
    members = {s: np.flatnonzero(study == s) for s in names}
    generator = np.random.default_rng(7)
    apart = []
    for _ in range(2000):
        rows = np.concatenate([members[s] for s in generator.choice(names, len(names))])
        sides = [given[A][rows[mask[rows]], place] for mask in inside.values()]
        if all(len(side) for side in sides):
            apart.append(sides[0].mean() - sides[1].mean())
    low, high = np.quantile(apart, [0.05, 0.95])
    assert high - low > 0.01
    assert abs(row["low"] - low) < 0.2 * (high - low)
    assert abs(row["high"] - high) < 0.2 * (high - low)
    assert row["low"] <= row["difference"] <= row["high"]


def test_a_cohort_against_itself_differs_in_nothing(fitted, given, cohort):
    same = cohort_difference(fitted.maps, given, cohort, "adipose", "adipose", draws=20)
    assert (same["difference"] == 0).all()


def test_groups_by_preconditioning(fitted):
    kinds = cohort_of(fitted.profiles, "preconditioning")
    assert kinds.notna().all()
    stated = set(fitted.profiles.preconditioning["sample"])
    assert (kinds[[s for s in kinds.index if s not in stated]] == "none").all()
    assert "hypoxia" in set(kinds)
    assert largest_cohorts(kinds, 1) == ["none"]


def test_what_is_not_there_is_refused(fitted, given, cohort):
    with pytest.raises(UnknownName, match=r"unicorn.*bone_marrow"):
        cohort_difference(fitted.maps, given, cohort, "unicorn", "adipose")
    with pytest.raises(UnknownName, match="cell_source"):
        cohort_of(fitted.profiles, "colour")
