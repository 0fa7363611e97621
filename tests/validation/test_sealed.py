"""No sealed study reaches training or a leaderboard; a look at them is judged by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT
from experiments import sealed
from experiments.bench import make_bench
from secretome_ml.core.errors import InputRefused
from secretome_ml.evidence import Evidence
from secretome_ml.models.targets import Targets
from secretome_ml.recipe import Recipe
from secretome_ml.validation.sealed import sealed_studies, without_sealed


def test_the_set_is_large_each_study_is_in_the_corpus_and_repeated_by_none(corpus):
    left = without_sealed(corpus)
    assert len(sealed_studies()) >= 60
    assert set(corpus.studies["study"]) - set(left.studies["study"]) == sealed_studies()
    pairs = corpus.subset(sealed_studies()).comparisons
    assert set(pairs.loc[pairs["direction"] != "equal", "study"]) == sealed_studies()


def test_the_set_is_what_its_rule_gives(corpus):
    """And what became eligible after it was chosen is named, trained on, and no part of it."""
    later = sealed.eligible_later()
    assert set(sealed.choose(corpus, sealed.STUDIES + len(later))) == sealed_studies() | later
    assert not later & sealed_studies()
    assert len(sealed_studies()) == sealed.STUDIES


def renamed(corpus, study: str, name: str) -> Evidence:
    """Return one study of the corpus under another id."""
    return Evidence(
        {k: t.replace({"study": {study: name}}) for k, t in corpus.subset([study]).tables.items()}
    )


def test_a_sealed_study_is_known_under_another_id(corpus):
    studies = corpus.subset(sealed_studies()).studies
    study = studies.loc[studies["doi"].notna(), "study"].iloc[0]
    assert without_sealed(renamed(corpus, study, "s-0000beef")).studies.empty


@pytest.fixture(scope="module")
def with_sealed(corpus, few) -> Evidence:
    """Return few studies and the sealed ones together."""
    return corpus.subset({*few.studies["study"], *sealed_studies()})


def test_training_and_the_leaderboard_leave_them_out(with_sealed, few, monkeypatch):
    from secretome_ml.workflows import train as workflow

    class Reached(Exception):
        pass

    def stop(recipe, evidence, *rest):
        raise Reached(evidence.digest)

    monkeypatch.setattr(workflow, "_train", stop)
    with pytest.raises(Reached, match=few.digest):
        workflow.train(Recipe(), with_sealed)
    bench = make_bench(Recipe(), with_sealed, 1, 1, True, lambda *_: "")
    assert bench.evidence.digest == few.digest


def test_a_look_by_hand():
    """Three pairs of two studies: 1, 0 and a tie; a study counts once or a pair does."""
    samples = pd.Index(["s/a", "s/b", "s/c", "t/a", "t/b"])
    margin = pd.DataFrame({"e": [2.0, 1.0, 3.0, 0.0, 0.0]}, index=samples)
    chance = pd.DataFrame({"e": [0.8, 0.5, 0.5, 0.5, 0.5]}, index=samples)
    outcomes = pd.DataFrame({"e": [1.0, np.nan, np.nan, 0.0, np.nan]}, index=samples)
    pairs = pd.DataFrame(
        [("e", "s/a", "s/b", "s", 1.0), ("e", "s/a", "s/c", "s", 1.0), ("e", "t/a", "t/b", "t", -1.0),
         ("e", "s/b", "s/c", "s", 0.0)],
        columns=["effect", "arm", "than", "study", "direction"],
    ).assign(weight=1.0)  # fmt: skip
    found = sealed.judge(margin, chance, Targets(outcomes, pd.Series(1.0, samples), pairs), {"e": 0.6})
    assert (found.by_pair.value, found.by_pair.n) == (0.5, 3)
    assert (found.by_study.value, found.by_study.n) == (0.5, 2)
    ours, theirs = -np.log(0.8) - np.log(0.5), -np.log(0.6) - np.log(0.4)
    assert found.below_prevalence.value == pytest.approx(1 - ours / theirs)
    text = sealed.row(found, "d" * 64, "e" * 64, date(2026, 12, 1), "a | b")
    assert text.startswith("| 2026-12-01 | `dddddddddddd` | `eeeeeeeeeeee` | 3 | 2 | 0.500 (")
    assert text.count("|") == 11


def test_a_bundle_that_was_trained_on_one_is_refused(few_model, corpus):
    own = corpus.studies[corpus.studies["study"] == min(sealed_studies())]
    model = replace(few_model, studies=[*few_model.studies, *own.to_dict("records")])
    with pytest.raises(InputRefused, match=r"trained on 1 sealed"):
        sealed.look(model, corpus)
    found = sealed.look(few_model, corpus)
    assert found.by_pair.n > 80
    assert set(found.by_effect) == set(few_model.effects)


def test_after_five_looks_there_is_no_sixth(tmp_path):
    path = tmp_path / "log.md"
    path.write_text("| 2026-12-01 | x |\n" * 5, encoding="utf-8")
    with pytest.raises(SystemExit, match="5 looks"):
        sealed.main(["--log", str(path)])


def test_the_log_holds_at_most_five_looks():
    assert sealed.looks((ROOT / "experiments" / "sealed.md").read_text(encoding="utf-8")) <= sealed.LOOKS
