"""Percentiles among arms of one's choice, counted by hand."""

import pytest

from conftest import ROOT, run_command
from secretome_ml import load_evidence, load_model, read_profiles
from secretome_ml.core.errors import InputRefused
from secretome_ml.workflows.reference import PublishedArms, choices_of, with_reference

EXAMPLE = ROOT / "data" / "examples" / "adipose_hypoxia.csv"


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


@pytest.fixture(scope="module")
def model():
    return load_model()


@pytest.mark.parametrize("choice", ["cell_source=adipose", "species=rat", "tested"])
def test_the_percentile_is_the_share_that_scores_lower(model, evidence, choice: str):
    profiles = read_profiles(EXAMPLE)
    found = with_reference(model, evidence, choice).score(profiles).set_index(["sample", "effect"])
    whole = model.score(profiles).set_index(["sample", "effect"])
    assert found.drop(columns="percentile").equals(whole.drop(columns="percentile"))
    scored = PublishedArms.of(model, evidence)
    arms = evidence.arms
    if choice == "tested":
        tested = evidence.outcomes[evidence.outcomes["effect"] == "angiogenic"]
        names = set(tested["study"] + "/" + tested["arm"])
    else:
        column, _, word = choice.partition("=")
        own = arms[arms[column] == word]
        names = set(own["study"] + "/" + own["arm"])
    known = {study["study"] for study in model.studies}
    names = {name for name in names if name.partition("/")[0] in known}
    chosen = scored.scores["angiogenic"]
    chosen = chosen[chosen.index.isin(names)]
    assert len(chosen) > 100
    for sample in profiles.samples:
        score = whole.loc[(sample, "angiogenic"), "score"]
        ties = (chosen - score).abs() <= 1e-6
        share = 100 * ((chosen < score - 1e-6).sum() + ties.sum() / 2) / len(chosen)
        assert found.loc[(sample, "angiogenic"), "percentile"] == pytest.approx(share, abs=0.06)


def test_all_arms_are_what_the_bundle_holds(model, evidence):
    again = with_reference(model, evidence, "all")
    for effect in model.effects:
        assert abs(again.reference[effect] - model.reference[effect]).max() < 1e-5


@pytest.mark.parametrize(
    ("choice", "what"),
    [("adipose", "no choice"), ("colour=red", "no choice"), ("cell_source=", "no choice"),
     ("cell_source=tonsil", "Fewer than 20")],
)  # fmt: skip
def test_no_choice_and_too_few_are_refused(model, evidence, choice: str, what: str):
    with pytest.raises(InputRefused, match=what):
        with_reference(model, evidence, choice)


def test_a_preparation_is_offered_its_own():
    context = read_profiles(EXAMPLE).context.iloc[0]
    offered = choices_of(context)
    assert offered[0] == "all"
    assert "cell_source=adipose" in offered


def test_score_among_a_product():
    plain = run_command("score", EXAMPLE, "--json").json
    among = run_command("score", EXAMPLE, "--json", "--among", "product=exosome").json
    assert [r["score"] for r in plain] == [r["score"] for r in among]
    assert [r["percentile"] for r in plain] != [r["percentile"] for r in among]
    assert run_command("score", EXAMPLE, "--among", "nonsense").code == 3
