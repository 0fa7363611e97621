"""The studies behind a prediction: nearness by another road, sides by hand, own study apart."""

import math

import pandas as pd
import pytest

from conftest import HEADLINE, make_arm, make_evidence, make_record
from secretome_ml.explanation.findings import arm_findings
from secretome_ml.explanation.studies import STUDY_COLUMNS, StudyIndex, studies_behind
from secretome_ml.explanation.term_studies import TERM_STUDY_COLUMNS, TermIndex, studies_of_term
from secretome_ml.profiles import profiles_from_evidence
from secretome_ml.profiles.facts import NEAR, fact_sets

A = "angiogenic"


def outcome(result: str = "beneficial", effect: str = A, **facts):
    return {"effect": effect, "result": result, **facts}


def arm(name: str, *results: str, **facts):
    return make_arm(name, outcomes=[outcome(r, vs="PBS") for r in results], **facts)


@pytest.fixture(scope="module")
def index(few):
    return StudyIndex.of(few, HEADLINE)


@pytest.fixture(scope="module")
def behind(index, few_profiles):
    return index.behind(few_profiles)


def signed_facts(profiles) -> dict[str, dict[str, float]]:
    """What each sample states, by plain loops."""
    found = {s: dict.fromkeys(facts, 1.0) for s, facts in fact_sets(profiles, NEAR).items()}
    levels: dict[tuple[str, str], list[float]] = {}
    for row in profiles.factors.dropna(subset="level").itertuples():
        levels.setdefault((row.sample, row.factor), []).append(float(row.level))
    for (sample, factor), values in levels.items():
        mean = sum(values) / len(values)
        found[sample]["factor:" + factor] = 1.0 if mean > 1 else 0.5 if mean > 0 else -1.0
    return found


def test_nearness_by_another_road(behind, few, few_profiles):
    """The nearest independent arm, by cosines of dictionaries."""
    facts = signed_facts(few_profiles)
    count: dict[str, int] = {}
    for own in facts.values():
        for fact in own:
            count[fact] = count.get(fact, 0) + 1
    weight = {fact: math.log(1 + len(facts) / n) for fact, n in count.items()}
    tested = arm_findings(few, [A])["sample"].tolist()

    def near(one: str, two: str) -> float:
        shared = sum(weight[f] * v * facts[two].get(f, 0.0) for f, v in facts[one].items())
        return shared / math.sqrt(sum(weight[f] * v * v for f, v in facts[two].items()))

    rows = behind[(behind["effect"] == A) & ~behind["itself"]]
    asked = [s for s in few_profiles.samples[::7] if (rows["sample"] == s).any()]
    assert len(asked) > 5
    for sample in asked:
        own = rows[rows["sample"] == sample]
        first = own["study"].iloc[0] + "/" + own["arm"].iloc[0]
        others = [t for t in tested if t.split("/")[0] != sample.split("/")[0]]
        assert near(sample, first) == pytest.approx(max(near(sample, t) for t in others))


def test_the_form_of_the_table(behind, few_profiles):
    assert tuple(behind.columns) == STUDY_COLUMNS
    assert set(behind["side"]) == {"supports", "against"}
    assert behind["shared"].between(0, 1).all()
    assert behind["sample"].drop_duplicates().tolist() == few_profiles.samples.tolist()
    assert not behind.duplicated(["sample", "effect", "study"]).any(), "a study gives its nearest arm alone"
    assert (behind[~behind["itself"]].groupby(["sample", "effect"]).size() <= 6).all()
    assert (behind["result"] != "").all()


def test_own_study_is_shown_apart_and_never_as_independent(behind):
    own = behind["sample"].str.split("/").str[0] == behind["study"]
    assert own.any()
    assert behind.loc[own, "itself"].all()
    first = behind[behind["itself"]].index
    assert (behind.loc[first].groupby(["sample", "effect"]).size() == 1).all()


def test_a_repeat_of_the_own_study_is_no_independent_support():
    one = make_record(1, arm("a", "beneficial"), doi="10.1000/same")
    two = make_record(2, arm("b", "beneficial"), doi="10.1000/same.v2")
    evidence = make_evidence(one, two)
    own = profiles_from_evidence(evidence).take(["s-00000001/a"])
    assert studies_behind(own, evidence, [A])["itself"].all()


def test_shared_facts_by_hand():
    known = arm(
        "k", "beneficial", cell_source="adipose", factors=[{"name": "VEGF", "state": "elevated"}],
        preconditioning=[{"kind": "hypoxia"}],
    )  # fmt: skip
    asked = make_arm(
        "q", cell_source="adipose", product="exosome", factors=[{"name": "VEGFA", "state": "elevated"}],
        preconditioning=[{"kind": "hypoxia"}],
    )  # fmt: skip
    profiles = profiles_from_evidence(make_evidence(make_record(9, asked)))
    row = studies_behind(profiles, make_evidence(make_record(1, known)), [A]).iloc[0]
    stated = fact_sets(profiles, NEAR).iloc[0]
    assert len(stated) == 5, "cell type, cell source, product, kind and class of hypoxia"
    assert row["shared"] == pytest.approx(4 / 5), "all but the product"
    assert set(row["shared_facts"].split(", ")) == {"MSC", "adipose", "hypoxia", "VEGFA elevated"}
    assert row["result"] == "beneficial, against PBS"


def test_a_factor_that_went_the_other_way_makes_an_arm_less_near():
    up, down = ({"name": "VEGF", "state": s} for s in ("elevated", "decreased"))
    evidence = make_evidence(
        make_record(1, arm("down", "beneficial", factors=[down])),
        make_record(2, arm("plain", "beneficial")),
        make_record(3, arm("up", "beneficial", factors=[up])),
    )
    asked = profiles_from_evidence(make_evidence(make_record(9, make_arm("q", factors=[up]))))
    assert studies_behind(asked, evidence, [A])["arm"].tolist() == ["up", "plain", "down"]


@pytest.mark.parametrize(
    ("results", "words", "side"),
    [
        (["beneficial"], "beneficial, against PBS", "supports"),
        (["null"], "null, against PBS", "against"),
        (["adverse"], "adverse, against PBS", "against"),
        (["beneficial", "null"], "beneficial in 1 of 2 readouts, null in 1, against PBS", "against"),
        (["beneficial", "beneficial"], "beneficial in 2 readouts, against PBS", "supports"),
        (
            ["beneficial", "beneficial", "null"],
            "beneficial in 2 of 3 readouts, null in 1, against PBS",
            "supports",
        ),
    ],
)
def test_readouts_in_words(results, words, side):
    found = arm_findings(make_evidence(make_record(1, arm("x", *results))), [A]).iloc[0]
    assert (found["result"], found["side"], found["readout"]) == (words, side, True)


def test_comparisons_count_from_either_side():
    primed = make_arm("primed_cm", relative=[{"than": "naive_cm", "effect": A, "direction": "higher"}])
    found = arm_findings(make_evidence(make_record(1, primed, make_arm("naive_cm"))), [A])
    told = found.set_index("sample")[["result", "side", "readout"]].T.to_dict("list")
    assert told == {
        "s-00000001/primed_cm": ["more than naive cm", "supports", False],
        "s-00000001/naive_cm": ["less than primed cm", "against", False],
    }


@pytest.mark.parametrize(("result", "side"), [("beneficial", "supports"), ("null", "against")])
def test_as_much_as_another_arm_is_judged_by_that_arm(result, side):
    same = make_arm("same", relative=[{"than": "tested", "effect": A, "direction": "equal"}])
    found = arm_findings(make_evidence(make_record(1, same, arm("tested", result))), [A])
    row = found.set_index("sample").loc["s-00000001/same"]
    assert (row["result"], row["side"]) == ("as much as tested", side)


def test_what_speaks_against_is_seen():
    """Seven nearer studies found benefit; the eighth, which did not, takes the last place."""
    good = [make_record(i, arm("g", "beneficial", cell_source="adipose")) for i in range(1, 8)]
    bad = make_record(8, arm("b", "null", cell_source="bone_marrow"))
    asked = profiles_from_evidence(make_evidence(make_record(9, make_arm("q", cell_source="adipose"))))
    found = studies_behind(asked, make_evidence(*good, bad), [A])
    assert found["side"].tolist() == ["supports"] * 5 + ["against"]
    assert studies_behind(asked, make_evidence(*good), [A])["side"].tolist() == ["supports"] * 6


def test_nothing_stated_or_never_tested_has_nothing_behind_it(few, few_profiles):
    from secretome_ml.profiles.profiles import make_profiles

    bare = make_profiles(pd.DataFrame(index=["<script>alert(1)</script>"]))
    assert studies_behind(bare, few, HEADLINE).empty
    nothing = studies_behind(few_profiles, few, ["antibacterial", "other:unheard_of"])
    assert nothing[nothing["effect"] == "other:unheard_of"].empty
    assert tuple(nothing.columns) == STUDY_COLUMNS


def test_in_parts_as_in_one(index, few_profiles, monkeypatch):
    monkeypatch.setattr("secretome_ml.explanation.studies._CHUNK", 3)
    some = few_profiles.take(few_profiles.samples[:8])
    whole = pd.concat([index.behind(some.take([s])) for s in some.samples], ignore_index=True)
    pd.testing.assert_frame_equal(index.behind(some), whole)


def test_studies_of_a_factor_by_another_road(corpus):
    """VEGFA: every arm whose factor resolves to it, and those that mirror one."""
    found = studies_of_term("VEGFA", corpus, [A])
    assert tuple(found.columns) == TERM_STUDY_COLUMNS
    profiles = profiles_from_evidence(corpus)
    stated = set(profiles.factors.loc[profiles.factors["factor"] == "VEGFA", "sample"])
    tested = set(arm_findings(corpus, [A])["sample"])
    assert set(found["study"] + "/" + found["arm"]) == stated & tested
    assert len(found) > 30


def test_studies_of_a_condition_by_another_road(corpus):
    found = studies_of_term("hypoxia", corpus, [A])
    table = corpus.preconditioning[corpus.preconditioning["kind"] == "hypoxia"]
    stated = set(table["study"] + "/" + table["arm"])
    assert set(found["study"] + "/" + found["arm"]) <= stated
    tested = set(arm_findings(corpus, [A])["sample"])
    assert len(stated & tested) - len(found) <= 1


def test_every_driver_of_the_model_can_be_traced(few_model, few, few_profiles):
    """Whatever a profile states and the model names has at least its own arm behind it."""
    index = TermIndex.of(few, HEADLINE)
    terms = few_model.explain(few_profiles)
    single = terms[(terms["kind"] != "knowledge") & terms["value"].notna() & (terms["value"] != 0)]
    known = set(index.stated["term"])
    assert set(single["term"]) <= known
    assert index.studies("no such thing").empty
