"""The facts of an arm, by hand, and told apart the same way by everything that compares two arms."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest

from secretome_ml import load_evidence
from secretome_ml.design.start import read_start
from secretome_ml.explanation.cohorts import COHORT_BY
from secretome_ml.profiles import profiles_from_evidence
from secretome_ml.profiles.facts import CHANGES, NEAR, arm_facts, differing_aspects, fact_sets
from secretome_ml.profiles.profiles import Profiles, join_profiles
from secretome_ml.validation.pair_kinds import SAME, pair_kinds


@pytest.fixture(scope="module")
def arms() -> Profiles:
    return profiles_from_evidence(load_evidence())


def two(first: str, second: str) -> tuple[Profiles, pd.DataFrame]:
    parts = []
    for name, text in (("a", first), ("b", second)):
        start = read_start(text)
        frames = {
            frame: getattr(start, frame).assign(sample=name)
            for frame in ("preconditioning", "manipulations", "factors", "unknown")
        }
        context = start.context.set_axis(pd.Index([name], name="sample"))
        parts.append(Profiles(context, **frames))
    return join_profiles(parts), pd.DataFrame({"arm": ["a"], "than": ["b"]})


BASE = "cell_type=MSC; cell_source=adipose; product=conditioned_medium; "


@pytest.mark.parametrize(
    ("first", "second", "aspects", "changed"),
    [
        ("preconditioning=none", "preconditioning=none", (), False),
        ("preconditioning=cytokine(IFN-g)", "preconditioning=cytokine(IFNG)", (), False),
        ("preconditioning=genetic_modification(scrambled siRNA)", "preconditioning=none", (), False),
        (
            "preconditioning=cytokine(IFNG, 10 ng/mL)",
            "preconditioning=cytokine(IFNG, 50 ng/mL)",
            ("agent",),
            False,
        ),
        ("preconditioning=hypoxia(o2=1%)", "preconditioning=hypoxia(o2=5%)", ("agent",), False),
        ("preconditioning=hypoxia(hours=24)", "preconditioning=hypoxia(hours=72)", ("agent",), False),
        ("preconditioning=hypoxia", "preconditioning=none", ("agent",), True),
        (
            "preconditioning=genetic_modification(VEGF siRNA)",
            "preconditioning=genetic_modification(VEGF over-expression)",
            ("gene",),
            True,
        ),
        ("culture=3d", "culture=2d", ("product",), True),
        ("donor=aged", "donor=young", ("donor",), True),
        ("stage=fetal", "stage=adult", ("source",), False),
    ],
)
def test_what_differs_between_two_arms(first: str, second: str, aspects: tuple, changed: bool) -> None:
    profiles, pairs = two(BASE + first, BASE + second)
    assert differing_aspects(profiles, pairs) == [aspects]
    sets = fact_sets(profiles, CHANGES)
    assert (sets["a"] != sets["b"]) is changed
    assert pair_kinds(profiles, pairs).tolist() == [aspects[0] if aspects else SAME]


def test_a_treated_product_states_what_was_taken_away() -> None:
    profiles, pairs = two(BASE + "donor=VEGF removed by immunoprecipitation", BASE)
    facts = arm_facts(profiles)
    taken = facts[facts["about"] == "manipulation"]
    assert taken[["sample", "fact", "target", "sign"]].values.tolist() == [
        ["a", "VEGFA depleted", "VEGFA", -1.0]
    ]
    assert "product" in differing_aspects(profiles, pairs)[0]


def test_no_pair_that_differs_in_a_dose_is_the_same_to_anyone(arms: Profiles) -> None:
    amounts = ["dose", "unit", "o2_percent", "hours"]
    rows = arms.preconditioning.astype(object).where(arms.preconditioning.notna(), None)
    own = rows.groupby("sample")
    study = {s: s.split("/")[0] for s in own.groups}
    pairs = []
    for _, members in itertools.groupby(sorted(study), key=study.get):
        for one, other in itertools.combinations(members, 2):
            a, b = (own.get_group(s).drop(columns="sample").reset_index(drop=True) for s in (one, other))
            same = a.drop(columns=amounts).equals(b.drop(columns=amounts))
            if same and not a[["dose", "o2_percent", "hours"]].equals(b[["dose", "o2_percent", "hours"]]):
                pairs.append((one, other))
    assert len(pairs) >= 4
    frame = pd.DataFrame(pairs, columns=["arm", "than"])
    shams = fact_sets(arms, ("done",))
    for aspects, (one, _) in zip(differing_aspects(arms, frame), pairs, strict=True):
        assert aspects or not shams[one]


def test_sets_are_the_rows_of_the_one_table(arms: Profiles) -> None:
    facts = arm_facts(arms)
    near = fact_sets(arms, NEAR)
    for sample in arms.samples[::97]:
        rows = facts[(facts["sample"] == sample) & facts["about"].isin(NEAR)]
        assert near[sample] == frozenset(rows["fact"])
    assert list(near.index) == list(arms.samples)
    assert not facts.duplicated().any()


def test_cohorts_are_made_by_what_is_near() -> None:
    assert set(COHORT_BY) - {"preconditioning"} <= set(NEAR)
