"""Starts in words, facts, changes and candidates."""

from collections.abc import Callable
from typing import Any

import pytest

from secretome_ml.core.errors import InputRefused
from secretome_ml.design.candidates import candidate_changes
from secretome_ml.design.change import Change, Preparation
from secretome_ml.design.start import read_start
from secretome_ml.profiles.facts import CHANGES, done_fact, fact_sets


@pytest.fixture(scope="module")
def candidates(start: Any, corpus: Any, arms: Any) -> list[Change]:
    return candidate_changes(Preparation.of(start), corpus, arms)


def test_a_start_is_read_in_the_words_of_a_table():
    start = read_start("cell_source=Wharton's jelly; preconditioning=hypoxia(o2=1%, hours=48); VEGF=elevated")
    assert start.context.at["start", "cell_source"] == "umbilical_cord"
    assert start.preconditioning["hours"].tolist() == [48.0]
    assert start.factors[["factor", "level"]].values.tolist() == [["VEGFA", 2.0]]


def test_every_unreadable_part_is_listed():
    with pytest.raises(InputRefused) as refused:
        read_start("cell_source=moon; VEGF=plenty; nonsense; nofactor=elevated; preconditioning=dance(3")
    told = " ".join(str(p) for p in refused.value.problems)
    assert len(refused.value.problems) == 5
    for word in ("moon", "plenty", "nonsense", "nofactor", "dance"):
        assert word in told


@pytest.mark.parametrize("text", ["", "; ;", "product=exosome; product=ev"])
def test_an_empty_or_doubled_start_is_refused(text: str):
    with pytest.raises(InputRefused):
        read_start(text)


def test_a_knock_down_is_another_fact_than_the_same_gene_over_expressed():
    up, down, sham = (
        done_fact({"kind": "genetic_modification", "agent": agent})
        for agent in ("VEGF", "VEGF siRNA", "scrambled siRNA control")
    )
    assert (up, down, sham) == ("over-express VEGFA", "knock down VEGFA", None)


def test_facts_of_an_arm_are_what_its_record_states(arms: Any):
    found = fact_sets(arms.take(["s-0a3b4583/hypoxia_cm", "s-0a3b4583/normoxia_cm"]), CHANGES)
    gained = found["s-0a3b4583/hypoxia_cm"] - found["s-0a3b4583/normoxia_cm"]
    assert gained == {"hypoxia"}


def test_every_candidate_was_done_by_a_study(candidates: list[Change], corpus: Any):
    assert len(candidates) > 200
    studies = set(corpus.studies["study"])
    for change in candidates:
        assert change.studies, change.label
        assert change.studies <= studies


def test_oxygen_and_hours_are_those_that_a_study_reports(candidates: list[Change], corpus: Any):
    reported = {
        (None if o != o else o, None if h != h else h)
        for o, h in corpus.preconditioning.query("kind == 'hypoxia'")[["o2_percent", "hours"]]
        .astype(float)
        .itertuples(index=False, name=None)
    }
    tried = {
        (row.get("o2_percent"), row.get("hours"))
        for change in candidates
        for row in change.add
        if row["kind"] == "hypoxia"
    }
    assert len(tried) > 10
    assert tried <= reported | {(None, None)}


def test_labels_are_unique(candidates: list[Change]):
    assert len({c.label for c in candidates}) == len(candidates)


def test_a_new_source_takes_the_old_ones_cell_type_and_stage_along(corpus: Any, arms: Any):
    start = Preparation.of(read_start("cell_type=ASC; cell_source=adipose; stage=adult"))
    change = next(
        c for c in candidate_changes(start, corpus, arms) if c.gained == {"cell_source=umbilical_cord"}
    )
    after = change.apply(start).context
    assert (after["cell_type"], after["cell_source"], after["stage"]) == (
        "MSC",
        "umbilical_cord",
        "perinatal",
    )


def test_what_the_start_has_can_be_left_out_or_done_otherwise(corpus: Any, arms: Any):
    start = Preparation.of(read_start("cell_source=adipose; preconditioning=hypoxia(o2=5%)"))
    found = {c.label: c for c in candidate_changes(start, corpus, arms)}
    assert found["without hypoxia"].apply(start).preconditioning == ()
    harder = found["hypoxia (1 % O2, 48 h)"].apply(start).preconditioning
    assert [row["o2_percent"] for row in harder] == [1.0], "it replaces the milder one"


def test_another_dose_of_what_the_start_has_claims_no_comparison(corpus: Any, arms: Any, trials: Any):
    start = Preparation.of(read_start("cell_source=adipose; preconditioning=hypoxia(o2=5%)"))
    found = {c.label: c for c in candidate_changes(start, corpus, arms)}
    harder = found["hypoxia (1 % O2, 48 h)"]
    assert harder.what == "hypoxia"
    assert trials.of(harder, "angiogenic").empty
    assert len(trials.tested_in(harder, "angiogenic")) > 10
    without = trials.of(found["without hypoxia"], "angiogenic")
    assert (without["direction"] == "lower").all()
    assert len(without) >= 5


def test_changes_of_one_thing_do_not_go_together(candidates: list[Change]):
    found = {c.label: c for c in candidates}
    up, down = found["over-express VEGFA"], found["knock down VEGFA"]
    assert not up.goes_with(down)
    assert not found["product: exosome"].goes_with(found["product: ev"])
    assert up.goes_with(found["product: exosome"])


def test_products_are_cell_free(candidates: list[Change]):
    assert "product: cells" not in {c.label for c in candidates}


def test_the_command_refuses_a_bad_start(command: Callable[..., Any]):
    done = command("design", "--effect", "angiogenic", "--start", "cell_source=moon")
    assert done.code == 3
    assert "moon" in done.err
