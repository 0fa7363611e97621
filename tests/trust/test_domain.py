import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from secretome_ml.profiles.facts import NEAR, fact_sets
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.profiles.profiles import make_profiles
from secretome_ml.trust.distance import fit_nearest
from secretome_ml.trust.domain import Domain, fit_domain


@pytest.fixture(scope="module")
def domain(few_profiles):
    return fit_domain(few_profiles)


def sample(**facts):
    context = {"cell_type": "MSC", "cell_source": "bone_marrow", "product": "conditioned_medium", **facts}
    return pd.DataFrame([context], index=["new"])


def reason(domain, profiles):
    return domain.judge(profiles).loc["new", "domain_reason"]


def test_a_common_preparation_is_inside(domain):
    assert domain.judge(make_profiles(sample())).loc["new", "in_domain"]


@pytest.mark.parametrize(("facts", "words"), [
    ({"cell_source": "other:antler"}, "cell source 'other:antler' stands in 0"),
    ({"product": "other:lozenge"}, "product 'other:lozenge' stands in 0"),
])  # fmt: skip
def test_the_unseen_is_named(domain, facts, words):
    assert words in reason(domain, make_profiles(sample(**facts)))


def test_an_unseen_preconditioning_is_named(domain):
    profiles = make_profiles(sample(), preconditioning=[{"sample": "new", "kind": "other:moonlight"}])
    assert "preconditioning 'other:moonlight'" in reason(domain, profiles)


def test_another_panel_is_named_but_one_odd_factor_is_no_panel(domain):
    def panel(count):
        rows = [
            {"sample": "new", "name": f"X{i}", "factor": f"X{i}", "state": "detected"} for i in range(count)
        ]
        return make_profiles(sample(), factors=rows)

    assert "panel too different: 0 of 40" in reason(domain, panel(40))
    assert reason(domain, panel(1)) == ""


def test_far_from_every_study_is_named(domain):
    odd = sample(
        cell_type="fibroblast",
        cell_source="adipose",
        product="cells",
        species="rat",
        stage="fetal",
        culture="bioreactor",
    )
    judged = domain.judge(make_profiles(odd)).loc["new"]
    assert not judged["in_domain"]
    assert judged["distance"] > 0


MEASURED = [
    {"sample": "new", "name": f, "factor": f, "state": "detected"} for f in ("VEGFA", "HGF", "IL6", "CXCL8")
]


@pytest.mark.parametrize("factors", [(), MEASURED])
@pytest.mark.parametrize("facts", [{}, {"species": "human", "culture": "2d", "donor": "healthy"}])
def test_what_nobody_calls_a_product_of_cells_is_outside_whatever_was_measured(domain, facts, factors):
    profiles = make_profiles(pd.DataFrame([facts], index=["new"]), factors=factors)
    words = reason(domain, profiles)
    assert "nothing says that it is a product of cells" in words
    assert "--metadata" in words


def test_preconditioning_alone_names_no_cells(domain):
    profiles = make_profiles(
        pd.DataFrame(index=["new"]), preconditioning=[{"sample": "new", "kind": "hypoxia"}]
    )
    assert "nothing says" in reason(domain, profiles)


@pytest.mark.parametrize("facts", [
    {"cell_type": "MSC"}, {"cell_source": "adipose"}, {"product": "conditioned_medium"},
])  # fmt: skip
def test_one_word_about_the_cells_is_enough(domain, facts):
    assert reason(domain, make_profiles(pd.DataFrame([facts], index=["new"]), factors=MEASURED)) == ""


@pytest.mark.parametrize(("facts", "words"), [
    ({"product": "tissue"}, "tissue is no product of cells"),
    ({"product": "body_fluid"}, "body fluid is no product of cells"),
    ({"product": "unconditioned_medium"}, "unconditioned medium is no product of cells"),
    ({"cell_type": "none"}, "no cells made it"),
])  # fmt: skip
def test_what_no_cells_made_is_outside(domain, facts, words):
    assert reason(domain, make_profiles(sample(**facts), factors=MEASURED)) == words


def test_a_sheet_and_a_record_name_the_same_preconditioning(few_profiles):
    """A record may write `other:` before words that the vocabulary knows; a sheet is given the term."""
    written = pd.DataFrame({"sample": few_profiles.samples[:1], "kind": ["other:osteogenic differentiation"]})
    known = dataclasses.replace(
        few_profiles, preconditioning=pd.concat([few_profiles.preconditioning, written], ignore_index=True)
    )
    found = fit_domain(known)
    assert found.studies["preconditioning"]["differentiation"] == 1
    for kind in ("differentiation", "other:osteogenic differentiation"):
        own = make_profiles(sample(), preconditioning=[{"sample": "new", "kind": kind}])
        assert reason(found, own) == ""


def test_distances_are_those_counted_by_hand(few_profiles):
    nearest = fit_nearest(few_profiles)
    stated = fact_sets(few_profiles, NEAR)
    new = make_profiles(sample(species="human"), preconditioning=[{"sample": "new", "kind": "hypoxia"}])
    facts = fact_sets(new, NEAR)["new"]
    by_hand = min(1 - len(facts & arm) / len(facts) for arm in stated)
    assert nearest.distances(new)["new"] == pytest.approx(by_hand)
    assert (nearest.distances(few_profiles) == 0).all()


def test_the_threshold_is_learnt_by_leaving_studies_out(few_profiles):
    stated, study = fact_sets(few_profiles, NEAR), study_of(few_profiles.samples)
    away = []
    for own, facts in zip(study, stated, strict=True):
        if facts:
            away.append(
                min(
                    1 - len(facts & arm) / len(facts)
                    for s, arm in zip(study, stated, strict=True)
                    if s != own
                )
            )
    assert fit_nearest(few_profiles, 0.8).threshold == pytest.approx(np.quantile(away, 0.8))


def test_state_is_plain_json_and_judges_the_same(domain, few_profiles):
    again = Domain.from_state(json.loads(json.dumps(domain.state())))
    pd.testing.assert_frame_equal(domain.judge(few_profiles), again.judge(few_profiles))


def test_few_arms_of_the_training_studies_are_outside(domain, few_profiles):
    assert domain.judge(few_profiles)["in_domain"].mean() > 0.5
