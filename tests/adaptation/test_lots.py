"""A laboratory's table: replicates averaged, what is missing or contradicts itself named with its place."""

import numpy as np
import pandas as pd
import pytest

from secretome_ml.adaptation.lots import read_lots
from secretome_ml.core.errors import InputRefused

HEADER = "lot,cell_type,cell_source,product,VEGF-A [pg/mL],migration"


def rows(count: int) -> list[str]:
    return [f"L{i},MSC,adipose,conditioned medium,{100 * (i + 1)},{10 + i}" for i in range(count)]


@pytest.fixture
def written(tmp_path):
    def write(lines, header=HEADER):
        path = tmp_path / "lots.csv"
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return path

    return write


def refused(path, **options) -> list:
    with pytest.raises(InputRefused) as caught:
        read_lots(path, **{"outcome": "migration", **options})
    assert caught.value.exit_code == 3
    return caught.value.problems


def test_replicates_of_a_lot_are_averaged(written):
    """Outcome and profile: the mean of the one, the median of the logarithms of the other."""
    lines = [*rows(6), "L0,MSC,adipose,conditioned medium,400,20"]
    lots = read_lots(written(lines), "migration")
    assert lots.names == [f"L{i}" for i in range(6)]
    assert lots.outcome.tolist() == [15.0, 11.0, 12.0, 13.0, 14.0, 15.0]
    assert lots.replicates.tolist() == [2, 1, 1, 1, 1, 1]
    factors = lots.profiles.factors.set_index("sample")
    assert factors.at["L0", "value"] == pytest.approx(200.0)  # between 100 and 400, in logarithms
    assert factors.at["L5", "value"] == 600.0


def test_a_lot_stands_for_itself(written):
    """The level of a lot is the same whichever lots stand in its file."""
    whole = read_lots(written(rows(12)), "migration").profiles.factors.set_index("sample")["level"]
    part = read_lots(written(rows(6)), "migration").profiles.factors.set_index("sample")["level"]
    pd.testing.assert_series_equal(whole.loc[part.index], part)


def test_words_become_shares_and_the_missing_is_told(written):
    words = ["yes", "no", "Yes", "", "no", "yes", "n/a", "NO"]
    lines = [f"{r.rsplit(',', 1)[0]},{w}" for r, w in zip(rows(8), words, strict=True)]
    lots = read_lots(written(lines), "migration")
    assert lots.kind == "yes/no"
    assert lots.outcome.tolist() == [1, 0, 1, 0, 1, 0]
    assert any("L3" in note and "L6" in note for note in lots.notes)


def test_the_decimal_comma_is_read(written):
    lines = [f"L{i};MSC;adipose;conditioned medium;{i + 1}00;{i},5" for i in range(6)]
    lots = read_lots(written(lines, HEADER.replace(",", ";")), "migration")
    assert lots.outcome.tolist() == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5]


@pytest.mark.parametrize(
    ("lines", "said", "row"),
    [
        (rows(5), "5 lots have an outcome", None),
        ([r.rsplit(",", 1)[0] + ",7" for r in rows(7)], "nothing to predict", None),
        ([*rows(6), "L6,MSC,adipose,conditioned medium,5,<3"], "'<3' is neither", 8),
        ([*rows(6), "L6,MSC,adipose,conditioned medium,5,inf"], "'inf' is neither", 8),
        ([*rows(6), "L6,MSC,adipose,conditioned medium,5,much"], "'much' is neither", 8),
        (
            [*rows(6), "L0,MSC,bone marrow,conditioned medium,5,3"],
            "described as adipose and as bone marrow",
            8,
        ),
        ([*rows(6), ",MSC,adipose,conditioned medium,5,3"], "names no lot", 8),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(written, lines, said, row):
    problem = refused(written(lines))[0]
    assert said in problem.what
    assert problem.remedy
    assert row is None or problem.row == row


def test_an_outcome_that_is_not_there_is_asked_for(written):
    problem = refused(written(rows(6)), outcome="tubes")[0]
    assert "tubes" in problem.what
    assert "migration" in problem.remedy


def test_assays_are_taken_one_at_a_time(written):
    lines = [f"{r},{'scratch' if i < 8 else 'transwell'}" for i, r in enumerate(rows(16))]
    path = written(lines, f"{HEADER},assay")
    assert "scratch, transwell" in refused(path)[0].what
    assert "no assay 'tube'" in refused(path, assay="tube")[0].what
    lots = read_lots(path, "migration", "transwell")
    assert lots.assay == "transwell"
    assert lots.names == [f"L{i}" for i in range(8, 16)]


def test_donors_batches_and_unknown_columns_are_told(written):
    lines = [f"{r},donor {i % 3},B{i % 2},4.5" for i, r in enumerate(rows(6))]
    lots = read_lots(written(lines, f"{HEADER},donor,batch,frobnicase"), "migration")
    assert lots.donors.tolist() == ["donor 0", "donor 1", "donor 2"] * 2
    assert lots.batches.tolist() == ["B0", "B1"] * 3
    assert any("frobnicase" in note for note in lots.notes)


def test_words_about_the_lots_are_named_and_left_out_but_a_misspelt_column_is_not(written):
    lines = [f"{r},by {i}" for i, r in enumerate(rows(6))]
    assert any("operator" in n for n in read_lots(written(lines, f"{HEADER},operator"), "migration").notes)
    assert "cell_source" in refused(written(lines, f"{HEADER},cell_sourse"))[0].remedy


def test_two_columns_of_one_thing_are_refused(written):
    lines = [f"{r},x" for r in rows(6)]
    assert "both hold the lot" in refused(written(lines, f"{HEADER},Lot ID"))[0].what


def test_zero_and_one_are_no_and_yes(written):
    lines = [f"{r.rsplit(',', 1)[0]},{i % 2}" for i, r in enumerate(rows(8))]
    lots = read_lots(written(lines), "migration")
    assert lots.kind == "yes/no"
    assert np.array_equal(lots.outcome, [0, 1] * 4)


@pytest.mark.parametrize("scale", ["NPX", "MFI"])
def test_lots_on_a_relative_scale_are_graded_among_themselves(written, scale):
    lots = read_lots(written(rows(6), HEADER.replace("pg/mL", scale)), "migration")
    level = lots.profiles.factors.set_index("sample")["level"].loc[lots.names]
    assert level.is_monotonic_increasing
    assert level.nunique() == 6


@pytest.mark.parametrize("other", ["pg/mL", "MFI"])
def test_a_relative_scale_beside_another_is_refused(written, other):
    header = f"lot,cell_type,cell_source,product,VEGF-A [NPX],HGF [{other}],migration"
    lines = [f"L{i},MSC,adipose,conditioned medium,{i + 1},{50 * (i + 1)},{10 + i}" for i in range(6)]
    problems = refused(written(lines, header))
    assert len(problems) == 1
    assert "npx" in str(problems[0])
