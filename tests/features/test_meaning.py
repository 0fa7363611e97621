"""What a column says: not measured is not zero, a knock-down is the opposite, a sham is nothing."""

import math

import numpy as np
import pandas as pd
import pytest

from conftest import HEADLINE, frame_of, make_arm, make_evidence, make_record
from secretome_ml.features.batch import batch_of
from secretome_ml.features.encoder import Encoder
from secretome_ml.features.knowledge import KnowledgeBlock
from secretome_ml.features.roles import Known, known_roles
from secretome_ml.profiles import profiles_from_evidence
from secretome_ml.recipe import KNOWLEDGE


def encode(*arms: dict, effects=("angiogenic",)):
    """Encode the arms of one made-up study, every column kept."""
    profiles = profiles_from_evidence(make_evidence(make_record(1, *arms)))
    return Encoder(effects, min_studies=1).fit(profiles).transform(profiles)


def row(features, arm: str, effect: str = "angiogenic") -> pd.Series:
    return frame_of(features, effect).loc[f"s-00000001/{arm}"]


def known(profiles, effect: str, borrowed: float = KNOWLEDGE["borrowed_role"]) -> pd.DataFrame:
    """Return samples by sums of known roles."""
    block = KnowledgeBlock(known=Known(known_roles(borrowed=borrowed)))
    values = block.transform(batch_of(profiles), effect)
    return pd.DataFrame(values.T, index=profiles.samples, columns=list(KnowledgeBlock.names))


def factor(name: str, state: str, **more) -> dict:
    return {"name": name, "state": state, **more}


def gene(text: str) -> list[dict]:
    return [{"kind": "genetic_modification", "agent": text}]


# ---- factors ------------------------------------------------------------------------------------------


def test_the_levels():
    states = {"elevated": 2.0, "unchanged": 1.0, "detected": 1.0, "not_detected": 0.0, "decreased": -1.0}
    found = encode(*(make_arm(s, factors=[factor("HGF", s)]) for s in states), make_arm("silent"))
    for state, level in states.items():
        assert row(found, state)["factor=HGF"] == level
    assert math.isnan(row(found, "silent")["factor=HGF"])


def test_not_measured_never_becomes_zero(few_features, few_profiles):
    """Cell by cell against the long table of what was reported."""
    measured = set(zip(few_profiles.factors["sample"], few_profiles.factors["factor"], strict=True))
    columns = [c for c in few_features.columns if c.name.startswith("factor=")]
    assert columns
    for column in columns:
        for sample, value in frame_of(few_features)[column.name].items():
            assert ((sample, column.name.removeprefix("factor=")) in measured) == (not math.isnan(value)), (
                sample,
                column,
            )


def test_not_detected_is_a_measurement():
    found = encode(make_arm("nd", factors=[factor("HGF", "not_detected")]), make_arm("nm"))
    assert row(found, "nd")["factor=HGF"] == 0.0
    assert row(found, "nd")["known_factors"] == 0.0, "no study found it: its absence is no news"
    assert math.isnan(row(found, "nm")["factor=HGF"])


def test_a_factor_told_twice_is_the_mean():
    found = encode(make_arm("a", factors=[factor("VEGF-A", "elevated"), factor("VEGFA", "unchanged")]))
    assert row(found, "a")["factor=VEGFA"] == 1.5


def test_a_family_is_the_mean_of_its_measured_members():
    found = encode(
        make_arm("a", factors=[factor("FGF2", "elevated"), factor("FGF7", "decreased")]), make_arm("b")
    )
    families = [c for c in found.columns if c.name.startswith("family=") and row(found, "a")[c.name] == 0.5]
    assert families, [c.name for c in found.columns]
    assert all(math.isnan(row(found, "b")[c.name]) for c in families)


@pytest.mark.parametrize(("state", "level"), [("elevated", 2.0), ("decreased", -1.0), ("unchanged", 1.0)])
def test_what_changed_against_another_arm_is_present_in_it(state: str, level: float):
    arms = make_arm("hyp", factors=[factor("HGF", state, vs="norm")]), make_arm("norm")
    found = encode(*arms)
    assert (row(found, "hyp")["factor=HGF"], row(found, "norm")["factor=HGF"]) == (level, 1.0)


def test_an_arm_between_two_others_stays_between_them():
    """A mimic and an inhibitor of one miRNA, both against naive cells, which state nothing themselves."""
    arms = (
        make_arm("mimic", factors=[factor("miR-126", "elevated", vs="naive")]),
        make_arm("naive"),
        make_arm("inhibitor", factors=[factor("miR-126", "decreased", vs="naive")]),
    )
    found = encode(*arms)
    levels = [row(found, arm)["factor=miR-126"] for arm in ("mimic", "naive", "inhibitor")]
    assert levels == [2.0, 1.0, -1.0]


def test_what_the_other_arm_reports_itself_is_kept():
    arms = (
        make_arm("hyp", factors=[factor("HGF", "elevated", vs="norm")]),
        make_arm("norm", factors=[factor("HGF", "detected")]),
    )
    assert row(encode(*arms), "norm")["factor=HGF"] == 1.0


# ---- labels never enter ----------------------------------------------------------------------------------


def test_outcomes_comparisons_and_causal_marks_are_no_features(few):
    from secretome_ml.evidence import Evidence

    blind = {n: f.copy() for n, f in few.tables.items()}
    blind["outcomes"]["result"] = "null"
    blind["comparisons"]["direction"] = "equal"
    blind["factors"]["causal"] = pd.array([pd.NA] * len(blind["factors"]), dtype="boolean")
    blind["mediators"] = blind["mediators"].iloc[:0]
    seeing, unseeing = (profiles_from_evidence(e) for e in (few, Evidence(blind)))
    encoder = Encoder(HEADLINE, min_studies=1).fit(seeing)
    for effect in HEADLINE:
        one, other = encoder.transform(seeing), encoder.transform(unseeing)
        np.testing.assert_array_equal(one.for_effect(effect), other.for_effect(effect))


# ---- preconditioning ---------------------------------------------------------------------------------


def test_a_knocked_down_gene_is_the_opposite_of_an_over_expressed_one():
    up, down = (
        make_arm("up", preconditioning=gene("VEGF overexpression")),
        make_arm("down", preconditioning=gene("VEGF siRNA")),
    )
    found = encode(up, down, make_arm("plain"))
    over, under = row(found, "up"), row(found, "down")
    for column in ("agent=VEGFA", "gene_direction", "known_genes"):
        assert over[column] > 0, column
        assert under[column] == -over[column], column
    assert row(found, "plain")["agent=VEGFA"] == 0.0


@pytest.mark.parametrize("name", ["HGF", "SERPINF1", "THBS1", "TIMP1"])
@pytest.mark.parametrize("effect", HEADLINE)
def test_the_knowledge_of_a_gene_turns_with_its_direction(name: str, effect: str):
    arms = (
        make_arm("up", preconditioning=gene(f"{name} overexpression")),
        make_arm("down", preconditioning=gene(f"{name} shRNA knockdown")),
    )
    found = encode(*arms, effects=(effect,))
    up, down = row(found, "up", effect)["known_genes"], row(found, "down", effect)["known_genes"]
    assert up != 0
    assert up == -down


@pytest.mark.parametrize(
    "text", ["EGFP control vector", "scrambled siRNA", "empty vector", "non-targeting shRNA"]
)
def test_a_sham_is_nothing(text: str):
    found = encode(
        make_arm("sham", preconditioning=gene(text)),
        make_arm("plain"),
        make_arm("up", preconditioning=gene("HGF")),
    )
    sham, plain = row(found, "sham"), row(found, "plain")
    columns = [c.name for c in found.columns if c.kind == "preconditioning" and "hypoxia_" not in c.name]
    assert len(columns) >= 4
    assert (sham[columns] == 0).all()
    assert sham.fillna(0).equals(plain.fillna(0))


def test_oxygen_and_hours_of_hypoxia():
    hypoxia = {"kind": "hypoxia", "o2_percent": 0.5, "hours": 48}
    found = encode(
        make_arm("h", preconditioning=[hypoxia]),
        make_arm("u", preconditioning=[{"kind": "hypoxia"}]),
        make_arm("n"),
    )
    # Deeper and longer than typical (1 %, 24 h); unstated is typical.
    assert row(found, "h")["hypoxia_depth"] == 1.0
    assert row(found, "h")["hypoxia_log_hours"] == pytest.approx(math.log(49 / 25))
    assert row(found, "u")["hypoxia_depth"] == 0.0
    assert [row(found, a)["preconditioning=hypoxia"] for a in "hun"] == [1.0, 1.0, 0.0]


def test_agents_are_counted():
    two = [{"kind": "hypoxia"}, {"kind": "cytokine", "agent": "IFN-gamma"}]
    found = encode(make_arm("two", preconditioning=two), make_arm("none"))
    assert [row(found, a)["preconditioning_agents"] for a in ("two", "none")] == [2.0, 0.0]


# ---- context -----------------------------------------------------------------------------------------


def test_an_unstated_context_is_missing_in_every_column_of_it():
    found = encode(make_arm("adipose", cell_source="adipose", species="human"), make_arm("unstated"))
    unstated = row(found, "unstated")
    named = [c.name for c in found.columns if c.name.startswith(("cell_source", "species=", "stage="))]
    assert named
    assert unstated[named].isna().all()
    assert row(found, "adipose")["cell_source=adipose"] == 1.0


def test_a_stated_context_says_no_to_the_other_values():
    found = encode(make_arm("a", cell_source="adipose"), make_arm("b", cell_source="bone_marrow"))
    assert (row(found, "a")["cell_source=bone_marrow"], row(found, "b")["cell_source=bone_marrow"]) == (
        0.0,
        1.0,
    )


def test_what_was_taken_out_of_the_product_counts_against_it():
    arms = (
        make_arm("whole"),
        make_arm("without", manipulations=[{"kind": "neutralised", "target": "VEGF"}]),
        make_arm("with", manipulations=[{"kind": "added", "target": "VEGF"}]),
    )
    found = encode(*arms)
    assert row(found, "without")["known_blocking"] < 0
    assert row(found, "with")["known_blocking"] == -row(found, "without")["known_blocking"]
    assert row(found, "whole")["known_blocking"] == 0.0


# ---- knowledge ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("effect", HEADLINE)
def test_the_parts_add_up_to_the_columns(few_profiles, effect: str):
    block, batch = KnowledgeBlock(), batch_of(few_profiles)
    sums: dict[tuple[str, str], float] = {}
    parts = block.parts(batch, effect)
    for part in parts.described:
        key = few_profiles.samples[part.row], part.column
        sums[key] = sums.get(key, 0.0) + part.amount
    for row, amounts in enumerate(parts.factors.amounts.T):
        sums[few_profiles.samples[row], "known_factors"] = sum(amounts)
    wide = known(few_profiles, effect)
    assert (wide.fillna(0.0) != 0.0).to_numpy().sum() <= len(sums)
    assert len(sums) > 100
    for (sample, column), total in sums.items():
        assert wide.at[sample, column] == pytest.approx(total, abs=1e-12)


def test_the_signed_sum_by_hand(few_profiles):
    """Another road: the roles file by csv, and role x shift / sqrt(sum of |shift|, at least 1)."""
    import csv

    from conftest import ROOT

    sign = {"promotes": 1.0, "inhibits": -1.0}
    with (ROOT / "data" / "knowledge" / "roles.csv").open(encoding="utf-8", newline="") as stream:
        roles = {
            (r["effect"], r["factor"]): sign[r["role"]] * float(r["strength"]) / 3
            for r in csv.DictReader(stream)
        }
    # A block that has seen no study takes no absence for news.
    shifts = {2.0: 1.0, 1.0: 0.25, 0.0: 0.0, -1.0: -1.0}
    levels: dict[str, dict[str, list[float]]] = {}
    for r in few_profiles.factors.dropna(subset="level").to_dict("records"):
        levels.setdefault(r["sample"], {}).setdefault(r["factor"], []).append(float(r["level"]))
    for effect in HEADLINE:
        wide = known(few_profiles, effect, borrowed=0.0)["known_factors"]
        compared = 0
        for sample in few_profiles.samples:
            means = {f: sum(v) / len(v) for f, v in levels.get(sample, {}).items() if (effect, f) in roles}
            if not means:
                assert wide[sample] == 0.0
                continue
            if not set(means.values()) <= set(shifts):
                continue
            size = sum(abs(shifts[v]) for v in means.values())
            total = sum(roles[effect, f] * shifts[v] for f, v in means.items()) / math.sqrt(max(size, 1.0))
            assert wide[sample] == pytest.approx(total)
            compared += 1
        assert compared > 5


def test_roles_are_bounded_and_have_both_signs():
    for roles in (known_roles().factors, known_roles().conditions):
        values = np.array(list(roles.values()))
        assert np.all(np.abs(values) <= 1)
        assert (values > 0).any()
        assert (values < 0).any()


def test_a_large_panel_does_not_drown_the_rest():
    """A hundred detected factors say no more than ten times what one says."""
    import csv

    from conftest import ROOT

    with (ROOT / "data" / "knowledge" / "roles.csv").open(encoding="utf-8", newline="") as stream:
        names = [
            r["factor"]
            for r in csv.DictReader(stream)
            if r["effect"] == "angiogenic" and r["role"] == "promotes"
        ]
    found = encode(make_arm("panel", factors=[factor(n, "elevated") for n in names[:100]]))
    assert 0 < row(found, "panel")["known_factors"] <= math.sqrt(len(names[:100]))
