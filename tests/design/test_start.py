"""A preparation in words: states, and amounts that stand where a table of one row would put them."""

import pytest

from secretome_ml.core.errors import InputRefused
from secretome_ml.design.start import read_start
from secretome_ml.readers.formats.canonical_wide import profiles_from_table

CONTEXT = "cell_type=MSC; cell_source=adipose; product=conditioned_medium"


def levels(text: str) -> dict[str, float]:
    frame = read_start(text).factors
    return dict(zip(frame["factor"], frame["level"].astype(float), strict=True))


def test_an_amount_is_that_of_a_table_of_one_row():
    import pandas as pd

    row = {"sample": "start", "cell_type": "MSC", "cell_source": "adipose", "product": "conditioned_medium"}
    table = profiles_from_table(pd.DataFrame([{**row, "VEGF-A [pg/mL]": "850", "HGF [ng/mL]": "1,5"}]), "t")
    found = levels(f"{CONTEXT}; VEGF-A=850 pg/mL; HGF=1,5 ng/mL; IL6=elevated")
    assert found.pop("IL6") == 2.0
    assert found == dict(zip(table.factors["factor"], table.factors["level"].astype(float), strict=True))


def test_more_is_more():
    series = [levels(f"{CONTEXT}; VEGFA={amount} pg/mL")["VEGFA"] for amount in (10, 20, 400, 800, 9000)]
    assert series == sorted(series)
    assert len(set(series)) == len(series)
    assert levels(f"{CONTEXT}; VEGFA=<3.2 pg/mL") == {"VEGFA": 0.0}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("VEGFA=850", "neither a state of a factor nor an amount"),
        ("VEGFA=850 quack", "'quack' is no known unit"),
        ("VEGFA=-3 pg/mL", "neither a state"),
        ("frobnicase=3 pg/mL", "neither a context column nor a known factor"),
        ("VEGFA=5 pg/mL; VEGF-A=9 pg/mL", "another value"),
        ("VEGFA=5 pg/mL; VEGF-A=elevated", "stated twice"),
        ("VEGFA=decreased; VEGF-A=elevated", "stated twice"),
    ],
)
def test_what_is_half_understood_is_refused(text: str, said: str):
    with pytest.raises(InputRefused, match=said):
        read_start(f"{CONTEXT}; {text}")
