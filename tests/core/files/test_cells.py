"""No text becomes a formula, every text comes back, numbers stay numbers."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretome_ml.core.files import csv_text, read_cell, safe_cell

RISKY = st.text(alphabet="'=+-@\t\r\n01.eaß|!", max_size=12)


@given(st.one_of(RISKY, st.text(max_size=30)))
def test_every_text_comes_back(text: str):
    assert read_cell(safe_cell(text)) == text


@given(st.one_of(RISKY, st.text(max_size=30)))
def test_no_safe_cell_begins_as_a_formula(text: str):
    shown = safe_cell(text)
    if shown[:1] in tuple("=+-@\t\r\n"):
        float(shown)  # only a plain number may


@pytest.mark.parametrize(
    "text",
    ["=1+1", "@SUM(A1)", "+1|cmd", "-2+3", "\t=1", "\r=1", '=HYPERLINK("http://x","y")', "=cmd|'/C calc'!A0"],
)
def test_formulas_of_the_field_guide_are_quoted(text: str):
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["-0.5", "+3", "1e5", "-1.5E-3", "IL-6", "a=b", "", "'", "'quoted'", "x@y"])
def test_numbers_and_plain_words_stay(text: str):
    assert safe_cell(text) == text


def test_a_table_keeps_numbers_and_neutralises_text_and_heads():
    table = pd.DataFrame({"=head": ["=1", "\x1b[31mred", None], "score": [-1.5, 2.0, float("nan")]})
    rows = list(csv.reader(io.StringIO(csv_text(table))))
    assert rows == [["'=head", "score"], ["'=1", "-1.5"], ["\\x1b[31mred", "2.0"], ["", ""]]
