import math

import pytest

from secretome_ml.report.words import clean, shorten, signed, term_label, value_words


@pytest.mark.parametrize(
    ("term", "kind", "value", "words"),
    [
        ("VEGFA", "factor", 2.0, "elevated"),
        ("VEGFA", "factor", 0.0, "not detected"),
        ("VEGFA", "factor", -1.0, "decreased"),
        ("VEGF family", "factor", 1.5, "level 1.5"),
        ("VEGFA", "factor", math.nan, "not measured"),
        ("cell_source=adipose", "cell_source", 1.0, "yes"),
        ("cell_source=adipose", "cell_source", math.nan, "not stated"),
        ("VEGFA", "product", math.nan, "blocked or added"),
        ("any preconditioning", "preconditioning", 1.0, "1"),
        ("number of known factors", "knowledge", 7.0, "7"),
    ],
)
def test_value_in_words(term, kind, value, words):
    assert value_words(term, kind, value) == words


def test_label_and_sign():
    assert term_label("cell_source=umbilical_cord") == "cell source: umbilical cord"
    assert (signed(0.414), signed(-0.1), signed(-0.0001)) == ("+0.41", "−0.10", "0.00")


def test_clean_drops_control_and_direction_marks():
    assert clean("a\x00b\n c\u202ed\u200b") == "a\ufffdb cd"


def test_shorten_keeps_both_ends():
    assert shorten("conditioned medium batch 17", 15) == "conditi…atch 17"
    assert shorten("short", 15) == "short"
