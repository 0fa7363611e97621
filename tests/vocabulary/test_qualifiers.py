from __future__ import annotations

import pytest

from secretome_ml.vocabulary.qualifiers import group_of, is_qualifier, names_a_group, without_qualifiers


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("soluble VEGFR-1", "VEGFR-1"),
        ("human IL-6", "IL-6"),
        ("VEGF secretion", "VEGF"),
        ("Ang1 mRNA", "Ang1"),
        ("IDO activity", "IDO"),
        ("sTNFR1", "TNFR1"),
        ("pro-MMP-9", "MMP-9"),
        ("secreted human HGF protein level", "HGF"),
        ("HGF", "HGF"),
        ("protein", "protein"),
    ],
)
def test_qualifiers_are_taken_away(name: str, bare: str) -> None:
    assert without_qualifiers(name) == bare


@pytest.mark.parametrize("part", ["pg/mL", "ng/ml", "soluble", "ELISA", "19", "%"])
def test_parts_that_say_nothing_about_the_factor(part: str) -> None:
    assert is_qualifier(part)


@pytest.mark.parametrize("part", ["IL-6", "p70", "MCP-1", ""])
def test_parts_that_do(part: str) -> None:
    assert not is_qualifier(part)


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("angiogenic cytokines", "angiogenic"),
        ("anti-angiogenic cytokines (panel)", "anti_angiogenic"),
        ("inflammatory markers", "inflammatory"),
        ("anti-inflammatory genes", "anti_inflammatory"),
        ("anti-fibrotic miRNAs (group)", "anti_fibrotic"),
        ("RNA cargo", "rna"),
        ("extracellular vesicles", "vesicle"),
        ("neurotrophic factors", "neuroprotective"),
    ],
)
def test_collectives(name: str, group: str) -> None:
    assert names_a_group(name)
    assert group_of(name) == group


@pytest.mark.parametrize("name", ["stromal cell-derived factor 1", "nerve growth factor", "VEGF receptor"])
def test_single_factors_are_no_collectives(name: str) -> None:
    assert not names_a_group(name)
