"""Groups, lots and drifts, beside scipy and hand computation on lots whose drift is known."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from conftest import ROOT
from secretome_ml import load_model, read_profiles
from secretome_ml.explanation.lots import (
    against_lot,
    drifting,
    group_scores,
    grouped_by,
    groupings,
    strongest_factors,
)

LOTS = 10


@pytest.fixture(scope="module")
def lots(tmp_path_factory):
    """Ten lots: VEGF rises, HGF falls, IL-6 does neither, IL-8 was measured in five, two cell sources."""
    rng = np.random.default_rng(3)
    table = pd.DataFrame(
        {
            "sample": [f"lot {i}" for i in range(LOTS)],
            "cell_type": "MSC",
            "cell_source": ["adipose"] * 6 + ["bone_marrow"] * 4,
            "product": "conditioned_medium",
            "VEGF-A [pg/mL]": 200 * 1.3 ** np.arange(LOTS),
            "HGF [pg/mL]": 3000 * 0.8 ** np.arange(LOTS),
            "IL-6 [pg/mL]": rng.permutation(np.linspace(900, 1100, LOTS)),
            "IL-8 [pg/mL]": [100, 200, 300, 400, 500, *[None] * 5],
        }
    )
    path = tmp_path_factory.mktemp("lots") / "lots.csv"
    table.to_csv(path, index=False)
    return read_profiles(path)


@pytest.fixture(scope="module")
def scores(lots):
    return load_model().score(lots)


def test_what_rises_and_falls_is_found_and_what_was_hardly_measured_is_not(lots):
    found = drifting(lots).set_index("factor")
    assert set(found.index) == {"VEGFA", "HGF", "IL6"}
    assert found.loc["VEGFA", "rho"] == pytest.approx(1.0)
    assert found.loc["HGF", "rho"] == pytest.approx(-1.0)
    assert found.loc["VEGFA", ["first", "last", "unit"]].tolist() == [
        200.0,
        pytest.approx(200 * 1.3**9),
        "pg/mL",
    ]
    assert found.loc["IL6", "q"] > 0.1 > found.loc["VEGFA", "q"]
    order = found["p"].rank(method="first")
    raw = (found["p"] * len(found) / order).sort_index()
    assert (found["q"].sort_index() <= raw + 1e-12).all()


def test_groups_are_those_that_differ_and_their_intervals_are_of_student(lots, scores):
    assert groupings(lots) == ["cell_source"]
    table = group_scores(scores, grouped_by(lots, "cell_source"))
    own = table[(table["group"] == "adipose") & (table["effect"] == "angiogenic")].iloc[0]
    values = scores[(scores["effect"] == "angiogenic")].head(6)["percentile"]
    low, high = stats.t.interval(0.9, len(values) - 1, values.mean(), stats.sem(values))
    assert own["n"] == 6
    assert own[["percentile", "low", "high"]].tolist() == pytest.approx(
        [values.mean(), max(low, 0.0), min(high, 100.0)]
    )
    two = group_scores(scores, pd.Series(["x", "x"], index=lots.samples[:2]))
    assert two["low"].isna().all()
    assert set(two["n"]) == {2}


def test_lots_are_held_against_one_of_them(scores):
    found = against_lot(scores, "angiogenic", "lot 3").set_index("sample")["difference"]
    own = scores[scores["effect"] == "angiogenic"].set_index("sample")["score"]
    assert found["lot 3"] == 0.0
    assert (found - (own - own["lot 3"])).abs().max() < 1e-12
    assert list(found.index) == list(own.index)


def test_the_strongest_factors_are_those_of_the_contributions(lots):
    terms = load_model().explain(lots)
    own = terms[(terms["effect"] == "angiogenic") & (terms["kind"] == "factor")]
    wide = own.pivot_table(index="sample", columns="term", values="contribution", observed=True).fillna(0.0)
    expected = wide.abs().mean().sort_values(ascending=False)
    found = strongest_factors(terms, "angiogenic", 2)
    assert [f for f, _ in found] == list(expected.index[:2])
    assert [v for _, v in found] == pytest.approx(expected.iloc[:2].tolist())


def test_an_example_has_too_few_lots_to_drift():
    assert drifting(read_profiles(ROOT / "data" / "examples" / "adipose_hypoxia.csv")).empty
