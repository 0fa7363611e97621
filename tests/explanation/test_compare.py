"""Two preparations side by side: differences add up, and every number is found again by another road."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from conftest import HEADLINE, ROOT
from secretome_ml import load_model, read_profiles
from secretome_ml.core.errors import InputRefused
from secretome_ml.explanation.compare import BOTH, ONE, STATED, term_differences, with_interval
from secretome_ml.explanation.ordering import ordered_rightly
from secretome_ml.model import Model
from secretome_ml.recipe import default_effects
from secretome_ml.report.figures.differences import difference_figure, difference_rows
from secretome_ml.workflows.compare import NO_REFITS, Compared, choose_pair, compare

HYPOXIA = ROOT / "data" / "examples" / "adipose_hypoxia.csv"


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model()


@pytest.fixture(scope="module")
def found(model: Model) -> Compared:
    return compare(model, *choose_pair(read_profiles(HYPOXIA), None))


def test_term_differences_add_up_to_the_score_difference(found: Compared):
    added = found.terms.groupby("effect")["difference"].sum()
    said = found.scores.set_index("effect")["difference"]
    assert list(said.index) == list(default_effects())
    assert (added - said).abs().max() < 1e-5
    assert said[list(HEADLINE)].abs().min() > 0.1, "a table of zeros would add up too"


def test_a_term_of_one_side_is_missing_on_the_other_and_never_zero():
    terms = pd.DataFrame(
        [
            ("a", "e", "VEGFA", "factor", "elevated", 2.0, 0.5),
            ("b", "e", "HGF", "factor", "detected", 1.0, 0.25),
        ],
        columns=["sample", "effect", "term", "kind", "state", "value", "contribution"],
    )
    table = term_differences(terms, "a", "b").set_index("term")
    assert table["difference"].to_dict() == {"VEGFA": -0.5, "HGF": 0.25}
    assert np.isnan(table.at["VEGFA", "value_b"])
    assert np.isnan(table.at["HGF", "value_a"])


def test_what_only_one_side_measured_is_shown_as_not_measured(found: Compared):
    """The normoxic sample states HGF, the hypoxic one does not."""
    own = found.terms[(found.terms["effect"] == "angiogenic") & (found.terms["term"] == "HGF")]
    assert own["value_a"].notna().all()
    assert own["value_b"].isna().all()
    rows = difference_rows(found.terms[found.terms["effect"] == "angiogenic"]).set_index("term")
    assert rows.at["HGF", "words"].endswith("→ not measured")


def test_what_both_measured_stands_first_apart_from_what_one_did(found: Compared):
    """Both measured VEGFA; the hypoxic sample states neither HGF nor TGF-beta."""
    own = found.terms[found.terms["effect"] == "angiogenic"]
    assert own["part"].drop_duplicates().tolist() == [BOTH, STATED, ONE]
    assert "VEGFA" in set(own.loc[own["part"] == BOTH, "term"])
    assert {"HGF", "TGFB family"} <= set(own.loc[own["part"] == ONE, "term"])
    shown = difference_rows(own)
    assert shown["part"].iloc[0] == BOTH
    sums = found.scores.set_index("effect")
    parts = sums[["from_both", "from_stated", "from_one"]]
    assert (parts.sum(axis=1) - sums["difference"]).abs().max() < 1e-5
    by_hand = own.loc[own["part"] == ONE, "difference"].sum()
    assert parts.at["angiogenic", "from_one"] == pytest.approx(by_hand)


def test_turning_the_pair_round_turns_every_sign(model: Model, found: Compared):
    one, two = choose_pair(read_profiles(HYPOXIA), None)
    turned = compare(model, two, one)
    keys = ["effect", "term"]
    mine, theirs = (t.terms.set_index(keys)["difference"].sort_index() for t in (found, turned))
    pd.testing.assert_series_equal(mine, -theirs.reindex(mine.index), atol=1e-6, check_names=False)
    assert np.allclose(found.scores["difference_low"], -turned.scores["difference_high"])
    assert np.allclose(found.scores["right"], turned.scores["right"])


def test_the_interval_is_that_of_models_scored_one_by_one(model: Model, found: Compared):
    features = model.encoder.transform(read_profiles(HYPOXIA))
    moved = []
    for refit in model.resampled:
        scores = refit.margin(features)["angiogenic"]
        moved.append(scores["asc_hypoxia"] - scores["asc_normoxia"])
    low, middle, high = np.quantile(moved, [0.05, 0.5, 0.95])
    row = found.scores.set_index("effect").loc["angiogenic"]
    assert row["difference_low"] == pytest.approx(row["difference"] - (middle - low), abs=1e-6)
    assert row["difference_high"] == pytest.approx(row["difference"] + (high - middle), abs=1e-6)
    assert row["same_sign"] == np.mean(np.array(moved) > 0)


def test_without_refits_no_interval_is_made_up(model: Model):
    bare = replace(model, refits={"draws": []})
    found = compare(bare, *choose_pair(read_profiles(HYPOXIA), None))
    assert found.notes == (NO_REFITS,)
    assert found.scores[["difference_low", "difference_high", "same_sign"]].isna().all(axis=None)
    assert found.terms["difference_low"].isna().all()


def test_an_interval_holds_its_number():
    values = np.random.default_rng(0).normal(size=(5, 30))
    found = with_interval(pd.Series(np.arange(5.0)), pd.DataFrame(values), 0.9)
    assert (found["low"] < np.arange(5.0)).all()
    assert (found["high"] > np.arange(5.0)).all()


def test_ordering_counts_the_nearest_pairs_by_hand():
    gaps = [0.1, -0.2, 0.9, 1.1, -1.3, 3.0, 0.0]
    pairs = pd.DataFrame({"study": [f"s{i}" for i in range(7)], "gap": gaps})
    assert ordered_rightly(pairs, 1.0, nearest=3).value == pytest.approx(2 / 3)
    assert ordered_rightly(pairs, 0.0, nearest=2).value == pytest.approx(0.75)
    whole = ordered_rightly(pairs, 1.0)
    assert (whole.n, whole.studies) == (7, 7)
    assert whole.value == pytest.approx((4 + 0.5) / 7)


def test_larger_differences_are_ordered_rightly_more_often(model: Model):
    own = model.held_out
    assert ordered_rightly(own, 3.0, 100).value > ordered_rightly(own, 0.1, 100).value


def test_samples_must_be_named_where_a_file_holds_more(shared_folder: Path):
    real = read_profiles(
        shared_folder / "readers/fragpipe_msc_secretome/combined_protein_secr_fragpipe.tsv.gz"
    )
    with pytest.raises(InputRefused, match="holds 50 samples"):
        choose_pair(real, None)
    with pytest.raises(InputRefused, match="no sample 'x'"):
        choose_pair(real, None, "x", str(real.samples[0]))
    same = read_profiles(HYPOXIA).take(["asc_normoxia"])
    one, two = choose_pair(same, same)
    assert (one.samples[0], two.samples[0]) == ("asc_normoxia (A)", "asc_normoxia (B)")


def test_a_sample_does_not_differ_from_itself(model: Model):
    same = read_profiles(HYPOXIA).take(["asc_hypoxia"])
    found = compare(model, *choose_pair(same, same))
    assert found.scores["difference"].abs().max() < 1e-9
    assert found.terms["difference"].abs().max() < 1e-9


def test_two_real_samples_of_a_large_panel(model: Model, shared_folder: Path):
    folder = shared_folder / "readers" / "fragpipe_msc_secretome"
    real = read_profiles(folder / "combined_protein_secr_fragpipe.tsv.gz", metadata=folder / "fact_secr.xlsx")
    found = compare(model, *choose_pair(real, None, "Ad_c_111", "Umb_c_11"))
    added = found.terms.groupby("effect")["difference"].sum()
    assert (added - found.scores.set_index("effect")["difference"]).abs().max() < 1e-5
    assert difference_figure(found.terms[found.terms["effect"] == "angiogenic"], found.a, found.b).axes


def test_the_command_writes_tables_and_figures(command: Callable[..., Any], trained: Any, tmp_path: Path):
    done = command("compare", HYPOXIA, "--model", trained.bundle, "--json", "--out", tmp_path / "c")
    assert done.code == 0, done.err
    assert [row["effect"] for row in done.json["scores"]] == list(HEADLINE)
    written = {p.name for p in (tmp_path / "c").iterdir()}
    assert {
        "scores.csv",
        "differences.csv",
        "difference_angiogenic.svg",
        "difference_angiogenic.png",
    } <= written
    table = pd.read_csv(tmp_path / "c" / "differences.csv")
    assert len(table) == len(done.json["terms"])


def test_the_command_refuses_an_unknown_sample(command: Callable[..., Any]):
    done = command("compare", HYPOXIA, "--sample-a", "nowhere", "--sample-b", "asc_hypoxia")
    assert done.code == 3
    assert "no sample 'nowhere'" in done.err
    assert "asc_normoxia" in done.err


def test_the_command_tells_it_in_words(command: Callable[..., Any]):
    done = command("compare", HYPOXIA)
    assert done.code == 0, done.err
    assert "not measured" in done.out
    assert "ordered" in done.out
