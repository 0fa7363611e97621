"""The nearest preparations: likeness by hand, what differs in words, and the hints beside a score."""

import numpy as np
import pandas as pd
import pytest

from conftest import HEADLINE, ROOT, run_command
from secretome_ml.design.start import read_start
from secretome_ml.explanation.hints import HINTS, hint_roles, hint_words, hints
from secretome_ml.explanation.nearest import nearest, nearest_in
from secretome_ml.explanation.studies import StudyIndex, described_facts
from secretome_ml.profiles import profiles_from_evidence
from secretome_ml.vocabulary import FactorVocabulary


@pytest.fixture(scope="module")
def index(few):
    return StudyIndex.of(few, HEADLINE)


def test_an_arm_is_nearest_to_itself(few, few_profiles, index):
    """And every arm of its own study is told to be of the training."""
    sample = next(s for s in few_profiles.samples if s in set(_tested(index)))
    row = nearest_in(index, few_profiles.take([sample]), 3).iloc[0]
    assert f"{row['study']}/{row['arm']}" == sample or row["nearness"] == pytest.approx(1.0)
    assert row["nearness"] == pytest.approx(1.0)
    assert row["itself"]
    assert (row["only_here"], row["only_there"], row["factors_apart"]) == ("", "", "")


def _tested(index):
    rows = pd.concat(index.findings.values())["arm"].unique()
    return index.arms["sample"].iloc[rows]


def test_likeness_is_a_cosine(few, index):
    """Worked out fact by fact for every arm that tested something."""
    start = read_start("cell_type=MSC; cell_source=adipose; product=conditioned_medium; VEGFA=elevated")
    found = nearest_in(index, start, 1000)
    (own,) = described_facts(start)
    place = {fact: i for i, fact in enumerate(index.facts)}
    mine = np.zeros(len(place))
    for fact, value in own.items():
        if fact in place:
            mine[place[fact]] = value
    weights = index.weight
    for row in found.itertuples(index=False):
        arm = index.arms.index[(index.arms["study"] == row.study) & (index.arms["arm"] == row.arm)][0]
        theirs = index.stated[arm].toarray()[0]
        cosine = (weights * mine * theirs).sum() / np.sqrt(
            (weights * mine**2).sum() * (weights * theirs**2).sum()
        )
        assert row.nearness == pytest.approx(cosine)
    assert found["nearness"].is_monotonic_decreasing
    assert found["study"].is_unique


def test_what_differs_is_told(corpus):
    start = read_start(
        "cell_type=MSC; cell_source=tonsil; product=exosome; preconditioning=hypoxia(o2=1%); VEGFA=decreased"
    )
    rows = nearest(start, corpus, ["angiogenic"], 30)
    apart = rows[rows["factors_apart"].str.contains("VEGFA")]
    assert not apart.empty
    arms = profiles_from_evidence(corpus).factors
    for row in apart.itertuples(index=False):
        own = arms[(arms["sample"] == f"{row.study}/{row.arm}") & (arms["factor"] == "VEGFA")]
        assert (own["level"] > 0).all()
    assert (rows["shared"] + rows["only_here"]).str.contains("tonsil").all()
    assert rows["outcomes"].str.startswith("angiogenic: ").all()


def test_the_command_names_papers(tmp_path):
    out = tmp_path / "near.csv"
    example = ROOT / "data" / "examples" / "adipose_hypoxia.csv"
    done = run_command("nearest", example, "-e", "angiogenic", "--most", "2", "--out", out)
    assert done.code == 0, done.err
    assert "doi:" in done.out
    assert pd.read_csv(out)["rank"].tolist() == [1, 2, 1, 2]
    told = run_command("nearest", example, "-e", "angiogenic", "--most", "1", "--json").json
    assert [row["sample"] for row in told] == ["asc_normoxia", "asc_hypoxia"]


def test_hints_speak_of_what_was_found_alone():
    start = read_start("cell_type=MSC; F3=elevated; TGFB1=detected; CCN2=not_detected; IL6=decreased")
    assert hint_words(hints(start))["start"] == [
        ("pro-tumour", "TGFB1"),
        ("coagulation", "F3 (elevated)"),
        ("pro-fibrotic", "TGFB1"),
    ]


def test_every_hint_has_a_source_and_a_known_factor():
    roles = hint_roles()
    assert set(roles["hint"]) == set(HINTS)
    assert not roles.duplicated(["hint", "factor"]).any()
    assert roles[["evidence", "source"]].ne("").all(axis=None)
    vocabulary = FactorVocabulary.load()
    assert all(vocabulary.resolve(f).factor == f for f in roles.loc[roles["hint"] == "coagulation", "factor"])
