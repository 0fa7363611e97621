"""What a page shows of an input is what `score --check` shows, word for word."""

import pytest

from conftest import ROOT
from secretome_ml import load_model, read_profiles
from secretome_ml.readers import check_input
from secretome_ml.report.read import read_view
from secretome_ml.report.words import clean

# Tables of samples; the others are a sample sheet, lots with outcomes, and a page about them.
EXAMPLES = [
    path
    for path in sorted((ROOT / "data" / "examples").iterdir())
    if path.name not in ("README.md", "simulated_lots.csv", "bone_marrow_tgf_alpha_sheet.csv")
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_the_page_shows_the_reading_of_the_terminal(example):
    important = load_model().important_factors
    told = {title: rows for title, _, rows in check_input(example, important=important).sections()}
    shown = read_view(read_profiles(example), important)
    assert shown["cells"] == [tuple(map(clean, row)) for row in told.get("Columns", [])]
    assert shown["worked"] == [tuple(map(clean, row)) for row in told.get("Three values, worked", [])]
    assert [(why, str(count)) for why, count in shown["dropped"]] == told.get("Rows left out", [])
    counted = [(row["name"], *map(str, row["counts"])) for row in shown["directions"]["rows"]]
    assert counted == told.get("Levels up and down", [])
    assert sum(sum(row["counts"]) for row in shown["directions"]["rows"]) == len(
        read_profiles(example).factors
    )
