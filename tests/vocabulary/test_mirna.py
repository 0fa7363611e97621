from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretome_ml.vocabulary import mirna_family, parse_mirna
from secretome_ml.vocabulary.mirna import parse_circrna


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("miR-126", "miR-126"),
        ("hsa-miR-126-3p", "miR-126-3p"),
        ("mmu-miR-21a-5p", "miR-21a-5p"),
        ("rno-miR-133b", "miR-133b"),
        ("miR126", "miR-126"),
        ("miR221", "miR-221"),
        ("microRNA-126", "miR-126"),
        ("microRNA 21", "miR-21"),
        ("miRNA-29a", "miR-29a"),
        ("MIR146A", "miR-146a"),
        ("let-7", "let-7"),
        ("Let-7b-5p", "let-7b-5p"),
        ("miR-19b-1-5p", "miR-19b-1-5p"),
        ("miR‑21‑5p", "miR-21-5p"),
        ("miR-17-92", "miR-17-92"),
        ("miR-17~92 cluster", "miR-17-92"),
        ("miR-6766-3p", "miR-6766-3p"),
        ("VEGF", None),
        ("miR", None),
        ("let-8", None),
        ("MIR155HG", None),
        ("miR-126 and miR-296", None),
        ("", None),
    ],
)
def test_names_of_micrornas(name: str, expected: str | None) -> None:
    assert parse_mirna(name) == expected


@pytest.mark.parametrize(
    ("mirna", "family"),
    [
        ("miR-126-3p", "miR-126"),
        ("miR-126-5p", "miR-126"),
        ("miR-146a-5p", "miR-146a"),
        ("let-7b-5p", "let-7"),
    ],
)
def test_arms_share_a_family(mirna: str, family: str) -> None:
    assert mirna_family(mirna) == family


def test_circular_rna() -> None:
    assert parse_circrna("mmu_circ_0001052") == "circ_0001052"
    assert parse_circrna("c" * 100_000) is None


@given(st.integers(1, 9999), st.sampled_from(["", "a", "b"]), st.sampled_from(["", "-3p", "-5p"]))
def test_every_name_is_its_own_name(number: int, letter: str, arm: str) -> None:
    name = f"miR-{number}{letter}{arm}"
    assert parse_mirna(name) == name
    assert parse_mirna("hsa-" + name.upper()) == name


@given(st.text(max_size=100))
def test_never_raises_and_is_idempotent(text: str) -> None:
    found = parse_mirna(text)
    assert found is None or parse_mirna(found) == found
