"""What to measure next: against the scores of profiles that state each finding, and against hand counts."""

import numpy as np
import pandas as pd
import pytest

from conftest import run_command
from secretome_ml import load_evidence, load_model
from secretome_ml.core.errors import InputRefused
from secretome_ml.design.measure import (
    how_found,
    known_panels,
    named_factors,
    read_costs,
    what_to_measure,
)
from secretome_ml.design.start import read_start
from secretome_ml.profiles import make_profiles

WORDS = "cell_type=MSC; product=conditioned_medium"


@pytest.fixture(scope="module")
def model():
    return load_model()


@pytest.fixture(scope="module")
def found(model):
    return what_to_measure(model, read_start(WORDS), load_evidence(), "angiogenic", most=200)


def test_how_a_factor_is_found_is_counted_by_study():
    """Three studies, one of them with four arms that all agree: it counts once."""
    states = [("a/1", "elevated"), ("b/1", "not_detected"), *((f"c/{i}", "detected") for i in range(4))]
    rows = [{"sample": s, "name": "HGF", "factor": "HGF", "state": state} for s, state in states]
    context = pd.DataFrame(index=pd.Index([s for s, _ in states], name="sample"))
    table = how_found(make_profiles(context, factors=rows))
    assert table.loc["HGF", "studies"] == 3
    assert table.loc["HGF", "found"] == pytest.approx(5 / 6)
    # One study each at 0, 1 and 2; two pseudo-studies share the same distribution.
    assert table.loc["HGF", [-1.0, 0.0, 1.0, 2.0]].tolist() == pytest.approx([0.0, 1 / 3, 1 / 3, 1 / 3])


def test_the_moves_are_those_of_profiles_that_state_the_finding(model, found):
    """VEGFA found decreased, absent, present, elevated: scored as `score` would, by their chances."""
    chance = how_found(_arms()).loc["VEGFA", [-1.0, 0.0, 1.0, 2.0]].to_numpy(dtype=float)
    states = ("decreased", "not_detected", "detected", "elevated")
    scores = [_score(model, f"{WORDS}; VEGFA={state}") for state in states]
    moves = np.array(scores) - _score(model, WORDS)
    own = found.factors.set_index("factor").loc["VEGFA"]
    assert own["expected_change"] == pytest.approx(chance @ moves, abs=1e-6)
    assert own["moves_score"] == pytest.approx(chance @ np.abs(moves), abs=1e-6)
    settled = chance @ (moves - chance @ moves) ** 2
    left = np.sqrt(found.spread**2 - settled) / found.spread
    assert own["narrowing"] == pytest.approx(1.0 - left, abs=1e-6)


def _arms():
    from secretome_ml.profiles import profiles_from_evidence

    return profiles_from_evidence(load_evidence())


def _score(model, words):
    rows = model.score(read_start(words))
    return float(rows.loc[rows["effect"] == "angiogenic", "score"].iloc[0])


def test_what_is_known_is_not_asked_again(model):
    start = read_start(f"{WORDS}; VEGFA=elevated")
    found = what_to_measure(model, start, load_evidence(), "angiogenic", have=["HGF"], most=300)
    assert set(found.known) == {"VEGFA", "HGF"}
    assert not {"VEGFA", "HGF"} & set(found.factors["factor"])
    growth = found.panels.set_index("panel").loc["LEGENDplex Human Growth Factor Panel (13-plex)"]
    assert not {"VEGFA", "HGF"} & set(growth["best"].split("; "))


def test_who_measures_more_knows_no_less(found):
    together = found.factors["together"].to_numpy(dtype=float)
    assert (np.diff(together) >= 0.0).all()
    assert found.factors["narrowing"].is_monotonic_decreasing
    assert ((found.factors["narrowing"] >= 0.0) & (found.factors["narrowing"] < 1.0)).all()
    assert found.panels["narrowing"].between(0.0, 1.0).all()
    assert len(found.panels) == known_panels()["panel"].nunique()


def test_a_cost_turns_the_order(model, tmp_path):
    path = tmp_path / "costs.csv"
    path.write_text("factor,cost\nVEGF-A,1000\nHGF,1\nHuman Cytokine 30-plex,900\n", encoding="utf-8")
    costs = read_costs(path)
    assert costs == {"VEGFA": 1000.0, "HGF": 1.0, "Human Cytokine 30-plex": 900.0}
    found = what_to_measure(model, read_start(WORDS), load_evidence(), "angiogenic", cost=costs)
    assert found.factors["factor"].tolist() == ["HGF", "VEGFA"]
    assert found.panels.set_index("panel")["cost"].dropna().to_dict() == {"Human Cytokine 30-plex": 900.0}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("factor,cost\nfrobnicase,3\n", "neither a known factor nor a panel"),
        ("factor,cost\nHGF,dear\n", "no cost above zero"),
        ("factor,cost\nHGF,0\n", "no cost above zero"),
        ("factor,cost\nHGF,1\nHGF,2\n", "another cost"),
        ("factor,price\nHGF,1\n", "no columns"),
    ],
)
def test_costs_that_cannot_be_used_are_named(tmp_path, text, said):
    path = tmp_path / "costs.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused, match=said):
        read_costs(path)


def test_names_are_resolved_or_refused():
    assert named_factors("IL-8, VEGF") == ("CXCL8", "VEGFA")
    with pytest.raises(InputRefused, match="frobnicase"):
        named_factors("HGF,frobnicase")


def test_a_start_outside_the_domain_is_refused(model):
    with pytest.raises(InputRefused, match="Outside the domain"):
        what_to_measure(model, read_start("species=human"), load_evidence(), "angiogenic")


def test_the_command_prints_and_writes(tmp_path):
    done = run_command(
        "measure", "-e", "angiogenic", "--have", "VEGFA", "--panel", "3", "--json", "--out", tmp_path
    )
    assert done.code == 0, done.err
    assert [row["rank"] for row in done.json["factors"]] == [1, 2, 3]
    assert done.json["known"] == ["VEGFA"]
    assert len(pd.read_csv(tmp_path / "factors.csv")) == 3
    assert run_command("measure", "-e", "angiogenic", "--have", "frobnicase").code == 3
    shown = run_command("measure", "-e", "angiogenic").out
    assert "What to measure next" in shown
    assert "27-plex" in shown
