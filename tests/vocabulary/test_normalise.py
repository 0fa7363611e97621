from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretome_ml.vocabulary import normal_form
from secretome_ml.vocabulary.normalise import MAX_LENGTH

SAME = [
    ("TGF-β1", "TGF-beta1", "tgf b1", "TGF beta 1", "TGF-ß1", "TGF‑β1", "TGF_b.1", "ＴＧＦ−β１"),
    ("SDF-1α", "SDF-1alpha", "sdf1A", "SDF-1 α", "SDF−1a"),
    ("IFN-γ", "IFN-gamma", "IFNg", "ifn γ"),
    ("HGF/SF", "HGF SF", "hgf-sf"),
    ("NF-κB", "NF-kappaB", "nfkb"),
]


@pytest.mark.parametrize("names", SAME)
def test_spellings_of_one_name_have_one_form(names: tuple[str, ...]) -> None:
    assert len({normal_form(name) for name in names}) == 1


@pytest.mark.parametrize(("first", "second"), [("IL-1α", "IL-1β"), ("IL-1", "IL-11"), ("miR-21", "miR-210")])
def test_different_names_stay_different(first: str, second: str) -> None:
    assert normal_form(first) != normal_form(second)


def test_a_letter_of_another_script_never_vanishes() -> None:
    assert normal_form("VEGF因子") != normal_form("VEGF")
    assert normal_form("VEGF?") != normal_form("VEGF")


@pytest.mark.parametrize("char", ["a", "β", "(", "alph", "ß", "ﷺ", "İ", "-", "\u0301", "\x00", "😀"])
def test_very_long_names_are_cut(char: str) -> None:
    assert len(normal_form(char * 100_000)) <= MAX_LENGTH


@given(st.text(max_size=400))
def test_form_is_idempotent_and_plain(text: str) -> None:
    form = normal_form(text)
    assert normal_form(form) == form
    assert len(form) <= MAX_LENGTH
    assert all(char.isascii() and (char.isalnum() or char == "?") for char in form)
    assert form == form.lower()


@given(st.text(alphabet="abehlpt", max_size=300))
def test_spelled_letters_that_grow_from_each_other_are_settled(text: str) -> None:
    form = normal_form(text)
    assert "alpha" not in form
    assert "beta" not in form
    assert normal_form(form) == form
