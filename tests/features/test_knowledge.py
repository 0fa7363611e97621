"""The signed sums, part by part, with the roles read by hand from the files."""

import csv
import json
import math

import numpy as np
import pandas as pd
import pytest

from conftest import HEADLINE, ROOT, make_arm, make_evidence, make_record
from secretome_ml.features.batch import batch_of
from secretome_ml.features.knowledge import KnowledgeBlock
from secretome_ml.features.roles import Known, Roles, known_roles
from secretome_ml.profiles import profiles_from_evidence
from secretome_ml.recipe import KNOWLEDGE

EFFECT = "angiogenic"
SIGN = {"promotes": 1 / 3, "inhibits": -1 / 3}
ROOTS = {n: 1 / math.sqrt(n) for n in (1, 2, 3)}


def rows(name: str) -> list[dict[str, str]]:
    with (ROOT / "data" / "knowledge" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def role(factor: str) -> float:
    """Return the role of a factor for the effect."""
    return next(
        SIGN[r["role"]] * float(r["strength"])
        for r in rows("roles.csv")
        if (r["factor"], r["effect"]) == (factor, EFFECT)
    )


def condition(kind: str, term: str) -> float:
    return next(
        SIGN[r["role"]] * float(r["strength"])
        for r in rows("conditions.csv")
        if (r["term_kind"], r["term"], r["effect"]) == (kind, term, EFFECT)
    )


def parts(*, effect: str = EFFECT, without: tuple[str, ...] = (), **facts) -> list[tuple]:
    """Return column, key, kind, value and amount of one arm, what every arm has left out."""
    profiles = profiles_from_evidence(make_evidence(make_record(1, make_arm("a", **facts))))
    own = Known(known_roles(without, 0.0) if without else known_roles())
    found = KnowledgeBlock(known=own).parts(batch_of(profiles), effect)
    factors = found.factors
    measured = zip(factors.factors, factors.levels[:, 0], factors.amounts[:, 0], strict=True)
    told = [("known_factors", f, "factor", float(v), pytest.approx(a)) for f, v, a in measured if v == v]
    assert {part.row for part in found.described} <= {0}
    always = "cell_type_class=mesenchymal", "product=conditioned_medium"
    return told + [(p.column, p.key, pytest.approx(p.amount)) for p in found.described if p.key not in always]


def sums(*arms: dict) -> pd.DataFrame:
    """Return the sums of made-up arms, samples by columns."""
    profiles = profiles_from_evidence(make_evidence(make_record(1, *arms)))
    values = KnowledgeBlock().transform(batch_of(profiles), EFFECT)
    return pd.DataFrame(values.T, index=profiles.samples, columns=list(KnowledgeBlock.names))


def done(*agents: tuple[str, str | None]) -> list[dict]:
    return [{"kind": kind, "agent": agent} for kind, agent in agents]


# ---- factors -------------------------------------------------------------------------------------------


def test_factors_are_divided_by_the_root_of_how_much_changed():
    told = {"FGF2": "elevated", "HGF": "detected", "VEGFA": "decreased"}
    found = parts(factors=[{"name": n, "state": s} for n, s in told.items()])
    size = math.sqrt(1.0 + 0.25 + 1.0)
    assert found == [
        ("known_factors", "FGF2", "factor", 2.0, role("FGF2") / size),
        ("known_factors", "HGF", "factor", 1.0, 0.25 * role("HGF") / size),
        ("known_factors", "VEGFA", "factor", -1.0, -role("VEGFA") / size),
    ]


def test_a_small_change_is_not_blown_up_and_a_factor_without_a_role_says_nothing():
    found = parts(factors=[{"name": "HGF", "state": "not_detected"}, {"name": "ALB", "state": "elevated"}])
    # No study of this block found the factor: that it is absent is no news.
    assert found == [("known_factors", "HGF", "factor", 0.0, 0.0)]


def test_a_factor_named_twice_has_the_shift_of_its_mean_level():
    told = [{"name": "VEGF-A", "state": "elevated"}, {"name": "VEGFA", "state": "unchanged"}]
    found = parts(factors=told)
    assert found[0] == ("known_factors", "VEGFA", "factor", 1.5, 0.625 * role("VEGFA"))


@pytest.mark.parametrize("seed", range(3))
def test_shifts_are_the_line_through_four_points(seed: int):
    levels = np.random.default_rng(seed).uniform(-2, 3, (4, 5))
    levels[0, :4] = [-1.0, 0.0, 1.0, 2.0]
    block = KnowledgeBlock()
    block.found_ = {"VEGFA": 30, "IL17A": 10}
    factors = ("VEGFA", "IL17A", "HGF", "IL6")
    found = block.shifts(levels, factors)
    for own, told, factor in zip(levels, found, factors, strict=True):
        absent = -0.5 * {"VEGFA": 0.75, "IL17A": 0.5}.get(factor, 0.0)
        np.testing.assert_allclose(told, np.interp(own, [-1, 0, 1, 2], [-1, absent, 0.25, 1]), atol=1e-12)


def test_absence_is_news_by_how_many_studies_find_the_factor():
    """Of three studies two find HGF; 10 studies would make it half of its worth."""
    records = [
        make_record(i, make_arm("a", factors=[{"name": "HGF", "state": state}]))
        for i, state in enumerate(("detected", "elevated", "not_detected"), start=1)
    ]
    profiles = profiles_from_evidence(make_evidence(*records))
    block = KnowledgeBlock().fit(batch_of(profiles))
    assert block.found_["HGF"] == 2
    amounts = block.parts(batch_of(profiles), EFFECT).factors.amounts[0]
    assert amounts[2] == pytest.approx(-0.5 * role("HGF") * 2 / 12)
    again = KnowledgeBlock.from_state(json.loads(json.dumps(block.state())))
    assert again.found_["HGF"] == 2


# ---- genes, agents, blocking ---------------------------------------------------------------------------


def test_genes():
    """Several genes overlap; one without a role counts as a gain, a sham not at all."""
    agents = "HGF siRNA", "BDNF overexpression", "VEGF overexpression", "scrambled siRNA"
    found = parts(preconditioning=done(*(("genetic_modification", a) for a in agents)))
    known = {r["factor"] for r in rows("roles.csv") if r["effect"] == EFFECT}
    gain = role("BDNF") if "BDNF" in known else 0.4
    assert found == [
        ("known_genes", "HGF gene", -role("HGF") * ROOTS[3]),
        ("known_genes", "BDNF gene", gain * ROOTS[3]),
        ("known_genes", "VEGFA gene", role("VEGFA") * ROOTS[3]),
    ]


def test_a_gene_without_a_role_counts_as_a_gain_and_its_loss_as_a_loss():
    known = {r["factor"] for r in rows("roles.csv") if r["effect"] == EFFECT}
    assert "ALB" not in known
    for text, sign in (("ALB overexpression", 1.0), ("ALB siRNA", -1.0)):
        found = parts(preconditioning=done(("genetic_modification", text)))
        assert found == [("known_genes", "ALB gene", 0.4 * sign)]


def test_an_agent_has_the_role_of_itself_before_its_class_before_its_kind():
    for kind, agent, term, amount in (
        ("cytokine", "IFN-gamma", "IFNG treatment", condition("agent", "IFNG")),
        ("cytokine", "IL-6", "IL6 treatment", condition("agent_class", "proinflammatory_cytokine")),
        (
            "small_molecule",
            "SB999999x",
            "pharmacological",
            condition("preconditioning_kind", "pharmacological"),
        ),
        (
            "serum_deprivation",
            None,
            "serum_deprivation",
            condition("preconditioning_kind", "serum_deprivation"),
        ),
        ("hypoxia", None, "hypoxia", condition("preconditioning_kind", "hypoxia")),
    ):
        if agent == "IL-6" and any(
            r["term_kind"] == "agent" and r["term"] == "IL6" for r in rows("conditions.csv")
        ):
            continue
        found = parts(preconditioning=done((kind, agent)))
        assert found == [("known_agents", term, amount)], agent


def test_what_takes_away_is_a_loss():
    found = parts(preconditioning=done(("small_molecule", "GW4869")))
    expected = condition("agent_class", "ev_release_inhibitor")
    assert found == [("known_agents", "GW4869 treatment", expected)]
    found = parts(preconditioning=done(("small_molecule", "anti-VEGF antibody")))
    assert found == [("known_agents", "VEGFA treatment", -role("VEGFA"))]


def test_two_agents_are_damped():
    found = parts(preconditioning=done(("cytokine", "TNF-alpha and IFN-gamma")))
    assert found == [
        ("known_agents", "TNF treatment", condition("agent", "TNF") * ROOTS[2]),
        ("known_agents", "IFNG treatment", condition("agent", "IFNG") * ROOTS[2]),
    ]


@pytest.mark.parametrize(
    ("kind", "sign"), [("depleted", -1.0), ("neutralised", -1.0), ("inhibited", -1.0), ("added", 1.0)]
)
def test_blocking(kind: str, sign: float):
    found = parts(manipulations=[{"kind": kind, "target": "VEGF"}])
    assert found == [("known_blocking", f"VEGFA {kind}", sign * role("VEGFA"))]
    found = parts(manipulations=[{"kind": kind, "target": "ALB"}])
    assert found == [("known_blocking", f"ALB {kind}", sign * 0.4)]
    found = parts(manipulations=[{"kind": kind}])
    assert found == [("known_blocking", kind, condition("manipulation", kind))]


def test_two_things_blocked_are_damped():
    found = parts(manipulations=[{"kind": "depleted", "target": "VEGF"}, {"kind": "depleted"}])
    assert [p[-1] for p in found] == [
        -role("VEGFA") * ROOTS[2], condition("manipulation", "depleted") * ROOTS[2]
    ]  # fmt: skip


# ---- cells and product -----------------------------------------------------------------------------------


def test_cells_and_product_are_summed_undamped():
    found = parts(donor="aged diabetic", product="exosome", culture="spheroid")
    assert found == [
        ("known_cells", "donor_state=aged", condition("donor_state", "aged")),
        ("known_cells", "donor_state=diabetic", condition("donor_state", "diabetic")),
        ("known_product", "product=exosome", condition("product", "exosome")),
        ("known_product", "culture=spheroid", condition("culture", "spheroid")),
    ]


def test_the_cell_class_counts_beside_the_donor():
    cells = sums(make_arm("a"), make_arm("b", donor="aged"))["known_cells"]
    mesenchymal, aged = condition("cell_type_class", "mesenchymal"), condition("donor_state", "aged")
    assert cells.tolist() == pytest.approx([mesenchymal, mesenchymal + aged])
    assert aged != 0


def test_the_cell_class_and_the_product_count():
    profiles = profiles_from_evidence(make_evidence(make_record(1, make_arm("a"))))
    found = KnowledgeBlock().parts(batch_of(profiles), EFFECT).described
    expected = {
        "cell_type_class=mesenchymal": (
            "known_cells",
            condition("cell_type_class", "mesenchymal"),
        ),
        "product=conditioned_medium": (
            "known_product",
            condition("product", "conditioned_medium"),
        ),
    }
    told = {p.key: (p.column, p.amount) for p in found}
    assert told == {t: (c, pytest.approx(a)) for t, (c, a) in expected.items()}


# ---- the columns and the roles ---------------------------------------------------------------------------


def test_the_columns_are_the_sums_in_their_order():
    arms = make_arm("b", factors=[{"name": "HGF", "state": "elevated"}]), make_arm("a", product="ev")
    wide = sums(*arms)
    names = ["known_factors", "known_genes", "known_agents", "known_blocking", "known_cells", "known_product"]
    assert wide.columns.tolist() == names
    assert wide.dtypes.eq(float).all()
    assert wide.at["s-00000001/b", "known_factors"] == pytest.approx(role("HGF"))
    # A sum of nothing is no news.
    assert wide.loc["s-00000001/a", "known_factors"] == 0.0
    assert wide[["known_genes", "known_agents", "known_blocking"]].eq(0.0).all(axis=None)
    assert [(c.name, c.kind, c.effect) for c in KnowledgeBlock().columns_] == [
        (name, "knowledge", "each") for name in names
    ]


def test_beliefs_are_the_recipe_s():
    """Another shift, gain or prior: another sum, another column."""
    beliefs = {**KNOWLEDGE, "shift_present": 0.5, "unknown_gain": 0.1, "prior_known_genes": 7.0}
    block = KnowledgeBlock(known=Known(constants=beliefs))
    assert block.shifts(np.array([[1.0, 2.0]]), ("HGF",)).tolist() == [[0.5, 1.0]]
    assert {c.name: c.prior for c in block.columns_}["known_genes"] == 7.0
    arm = make_arm("a", preconditioning=done(("genetic_modification", "ALB overexpression")))
    profiles = profiles_from_evidence(make_evidence(make_record(1, arm)))
    found = block.parts(batch_of(profiles), EFFECT).described
    assert [p.amount for p in found if p.column == "known_genes"] == [pytest.approx(0.1)]


def test_roles_are_the_files_signed_by_strength():
    assert known_roles().factors[EFFECT, "VEGFA"] == pytest.approx(role("VEGFA"))
    own = {(r["effect"], r["factor"]) for r in rows("roles.csv")}
    assert set(known_roles(borrowed=0.0).factors) == own
    assert own < set(known_roles().factors)
    told = known_roles().conditions[EFFECT, "agent_class", "nuclease"]
    assert told == pytest.approx(condition("agent_class", "nuclease"))


def test_roles_of_one_evidence_can_be_left_out():
    kept = {(r["effect"], r["factor"]) for r in rows("roles.csv") if r["evidence"] != "design"}
    assert set(known_roles(("design",), 0.0).factors) == kept
    kept = {
        (r["effect"], r["term_kind"], r["term"]) for r in rows("conditions.csv") if r["evidence"] != "design"
    }
    assert set(known_roles(("design",), 0.0).conditions) == kept
    named = next(r for r in rows("roles.csv") if (r["effect"], r["factor"]) == (EFFECT, "FGF2"))
    facts = {"factors": [{"name": "FGF2", "state": "elevated"}]}
    assert parts(**facts)
    assert parts(**facts, without=(named["evidence"],)) == []


@pytest.mark.parametrize(
    "facts",
    [
        {"preconditioning": done(("genetic_modification", "HGF"))},
        {"preconditioning": done(("cytokine", "IFN-gamma"))},
        {"manipulations": [{"kind": "depleted", "target": "HGF"}]},
        {"manipulations": [{"kind": "depleted"}]},
        {"donor": "aged"},
    ],
)
def test_every_part_can_be_seen_without_its_role(facts: dict):
    every = tuple({r["evidence"] for name in ("roles.csv", "conditions.csv") for r in rows(name)})
    unknown = parts(**facts, without=every)
    assert unknown != parts(**facts)
    assert all(abs(p[-1].expected) in (0.4, 0.5, 0.0) for p in unknown), "what an unknown thing counts as"


def test_roles_survive_their_json():
    state = json.loads(json.dumps(known_roles().state(HEADLINE)))
    again = Roles.from_state(state)
    kept = {key: value for key, value in known_roles().factors.items() if key[0] in HEADLINE}
    assert again.factors == kept
    assert again.conditions == {k: v for k, v in known_roles().conditions.items() if k[0] in HEADLINE}
    assert len(kept) < len(known_roles().factors)


def test_a_role_is_borrowed_from_related_effects_by_how_near_they_are():
    near = {
        r["related"]: float(r["weight"])
        for r in rows("related_effects.csv")
        if r["effect"] == "renoprotective"
    }
    own = known_roles(borrowed=0.0).conditions
    key = "donor_state", "diabetic"
    told = {e: own[e, *key] for e in near if (e, *key) in own}
    assert ("renoprotective", *key) not in own
    assert len(told) > 1
    mean = sum(near[e] * told[e] for e in told) / sum(near[e] for e in told)
    assert known_roles(borrowed=0.5).conditions["renoprotective", *key] == pytest.approx(0.5 * mean)


def test_a_role_of_the_effect_itself_is_never_replaced():
    own, all_of_them = known_roles(borrowed=0.0), known_roles(borrowed=1.0)
    assert {k: all_of_them.factors[k] for k in own.factors} == own.factors
    assert {k: all_of_them.conditions[k] for k in own.conditions} == own.conditions
