from __future__ import annotations

import pytest

from secretome_ml.vocabulary.dates import genes_behind_date


@pytest.mark.parametrize(
    ("name", "gene"),
    [
        ("2-Sep", "SEPTIN2"),
        ("Sep-02", "SEPTIN2"),
        ("9-Sept", "SEPTIN9"),
        ("Mar-01", "MARCHF1"),
        ("1-Mar", "MARCHF1"),
        ("1-Dec", "DELEC1"),
        ("4-Oct", "POU5F1 (OCT4)"),
        ("2021-09-02", "SEPTIN2"),
        ("2021-03-01 00:00:00", "MARCHF1"),
    ],
)
def test_dates_that_were_genes(name: str, gene: str) -> None:
    assert gene in genes_behind_date(name)


@pytest.mark.parametrize("name", ["Oct-4", "IL-6", "APRIL", "SEPTIN2", "MARCHF1", "DEC1", "", "2021-01-01"])
def test_names_that_are_no_dates(name: str) -> None:
    assert genes_behind_date(name) == ()
