from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretome_ml.vocabulary import parse_intervention, targets_in

GENE = "genetic_modification"


@pytest.mark.parametrize(
    ("agent", "target"),
    [
        ("CXCR4 siRNA knock-down", "CXCR4"),
        ("TSG-6 shRNA", "TNFAIP6"),
        ("VEGF knockdown", "VEGFA"),
        ("SERPINF1 knock-out", "SERPINF1"),
        ("miR-146a-5p inhibitor", "miR-146a-5p"),
        ("IDO down-regulation", "IDO1"),
        ("IDO downregulation", "IDO1"),
        ("HGF silenced", "HGF"),
        ("anti-miR-21", "miR-21"),
        ("miR-21 antagomir", "miR-21"),
        ("PTEN deletion", "PTEN"),
        ("HMOX1 -/-", "HMOX1"),
        ("siHGF", "HGF"),
        ("KGF siRNA", "FGF7"),
        ("TNFR1a knockout", "TNFRSF1A"),
        ("lncRNA H19 knockdown", "H19"),
        ("connexin 43 ablation", "GJA1"),
    ],
)
def test_what_was_taken_away(agent: str, target: str) -> None:
    found = parse_intervention(GENE, agent)
    assert (found.target, found.direction, found.kind) == (target, -1, "gene_down")


@pytest.mark.parametrize(
    ("agent", "target"),
    [
        ("GATA4 over-expression", "GATA4"),
        ("CXCR4 over-expression (lentivirus)", "CXCR4"),
        ("miR-21-3p", "miR-21-3p"),
        ("HGF", "HGF"),
        ("miR-375 mimic", "miR-375"),
        ("mutant HIF-1alpha", "HIF1A"),
        ("surfactant protein B (SP-B)", "SFTPB"),
        ("AAV-PEDF", "SERPINF1"),
        ("viral IL-10 over-expression", "IL10"),
        ("SIRT1 over-expression", "SIRT1"),
        ("SDF1alpha", "CXCL12"),
        ("Notch", "NOTCH1"),
        ("Akt", "AKT1"),
        ("mmu_circ_0001052 over-expression", "circ_0001052"),
        ("miR-17-92 cluster over-expression", "miR-17-92"),
    ],
)
def test_what_was_added(agent: str, target: str) -> None:
    found = parse_intervention(GENE, agent)
    assert (found.target, found.direction, found.kind) == (target, 1, "gene_up")


@pytest.mark.parametrize(
    "agent",
    [
        "non-targeting siRNA",
        "EGFP control vector",
        "null lentivirus",
        "scrambled siRNA",
        "empty vector",
        "control vector",
        "control siRNA",
        "GFP",
        "miR-NC",
    ],
)
def test_shams(agent: str) -> None:
    found = parse_intervention(GENE, agent)
    assert (found.target, found.direction, found.kind) == (None, 0, "sham")


def test_micrornas_are_told_from_genes() -> None:
    assert parse_intervention(GENE, "miR-375 mimic").agent_class == "mirna"
    assert parse_intervention(GENE, "HGF").agent_class == "gene"
    assert parse_intervention("immortalisation", "hTERT").target == "TERT"


@pytest.mark.parametrize(
    ("kind", "agent", "target", "group"),
    [
        ("cytokine", "IFN-γ", "IFNG", "proinflammatory_cytokine"),
        ("cytokine", "TGF-beta1", "TGFB1", "growth_factor"),
        ("tlr_ligand", "LPS", "LPS", "tlr_ligand"),
        ("pharmacological", "GW4869", "GW4869", "ev_release_inhibitor"),
        ("pharmacological", "atorvastatin", "atorvastatin", "statin"),
        ("biomaterial", "chitosan film", "chitosan", "polysaccharide"),
        ("coculture", "EPC 1:4", "EPC", "cells"),
    ],
)
def test_agents_are_added(kind: str, agent: str, target: str, group: str) -> None:
    found = parse_intervention(kind, agent)
    assert (found.target, found.direction, found.agent_class, found.kind) == (target, 1, group, "added")


def test_a_named_inhibitor_points_at_its_target() -> None:
    found = parse_intervention("pharmacological", "COX-2 inhibitor")
    assert (found.target, found.direction) == ("PTGS2", -1)


def test_several_targets_are_all_kept() -> None:
    found = parse_intervention(GENE, "Akt, IGF-1, VEGF, GATA-4 or SDF-1 over-expression (pooled)")
    assert found.targets == ("AKT1", "IGF1", "VEGFA", "GATA4", "CXCL12")


def test_a_product_that_lost_a_factor_is_no_priming() -> None:
    found = parse_intervention("other:immunodepletion of IL-6 from the medium", "IL-6")
    assert (found.target, found.direction, found.kind) == ("IL6", -1, "depleted")
    blocked = parse_intervention("other:neutralising antibody", "VEGF + MCP-1 + IL-6")
    assert (blocked.direction, blocked.targets) == (-1, ("VEGFA", "CCL2", "IL6"))


def test_without_agent() -> None:
    assert parse_intervention("hypoxia", None).kind == "hypoxia"
    assert parse_intervention("hypoxia", None).direction == 1
    assert parse_intervention("none", None).direction == 0
    assert parse_intervention(GENE, None).direction == 0


def test_targets_of_a_text() -> None:
    assert targets_in("sFLT-1 or PEDF") == ("FLT1", "SERPINF1")
    assert targets_in("nothing of the kind") == ()


@given(st.sampled_from([GENE, "cytokine", "coculture", "other:words", ""]), st.text(max_size=200))
def test_never_raises_on_text(kind: str, agent: str) -> None:
    assert parse_intervention(kind, agent).direction in (-1, 0, 1)


@pytest.mark.parametrize("piece", ["siRNA ", "(", "anti-", "VEGF + ", "control ", "inhibitor"])
def test_very_long_text(piece: str) -> None:
    assert parse_intervention(GENE, piece * 20_000).direction in (-1, 0, 1)


@pytest.mark.parametrize("kind", ["small_molecule", "cytokine", "growth_factor", "pharmacological"])
@pytest.mark.parametrize(
    "agent", ["VEGF siRNA", "VEGF-A shRNA", "CRISPR knock-out of VEGFA", "VEGF knockdown"]
)
def test_a_silenced_gene_is_a_loss_under_whatever_kind(kind: str, agent: str):
    found = parse_intervention(kind, agent)
    assert (found.direction, found.target) == (-1, "VEGFA")
