"""Sample sheets and controls."""

import pandas as pd


def test_a_sheet_of_other_samples(row, read, fragpipe, fragpipe_sheet):
    other = fragpipe_sheet.assign(Sample=[f"patient {i}" for i in range(len(fragpipe_sheet))])
    row.refuses(lambda: read(fragpipe, "t.tsv", metadata=other))


def test_a_sheet_that_lacks_samples(row, read, fragpipe, fragpipe_sheet):
    row.refuses(lambda: read(fragpipe, "t.tsv", metadata=fragpipe_sheet.iloc[:5]))


def test_a_sheet_that_lacks_samples_leniently(row, read, fragpipe, fragpipe_sheet):
    row.warns(read(fragpipe, "t.tsv", metadata=fragpipe_sheet.iloc[:5], lenient=True))


def numbered(first: int) -> pd.DataFrame:
    context = {"cell_type": "MSC", "cell_source": "adipose", "product": "conditioned medium"}
    return pd.DataFrame([{"sample": f"run_{i}", **context} for i in range(first, first + 6)])


def test_a_sheet_whose_numbers_are_off_by_one(row, read, panel):
    runs = panel.drop(columns=["cell_type", "cell_source", "species", "product"])
    runs["sample"] = [f"run_{i}" for i in range(6)]
    row.refuses(lambda: read(runs, metadata=numbered(1)))


def test_a_sheet_whose_rows_were_sorted_apart_from_the_names(row, read, score, fragpipe, fragpipe_sheet):
    told = ["control", "hypoxia"] * (len(fragpipe_sheet) // 2)
    right = fragpipe_sheet[["Sample"]].assign(treatment=told)
    shuffled = right.assign(treatment=sorted(told))
    wrong = read(fragpipe, "t.tsv", metadata=shuffled)
    row.unseen(score(read(fragpipe, "t.tsv", metadata=right)), score(wrong), wrong)


def test_a_sheet_in_place_of_the_table(row, read, fragpipe_sheet):
    row.refuses(lambda: read(fragpipe_sheet))


def test_a_control_among_the_samples(row, read, panel):
    names = ["control", *panel["sample"].iloc[1:]]
    row.warns(read(panel.assign(sample=names)))


def test_a_control_that_is_not_there(row, read, panel):
    row.refuses(lambda: read(panel, control="normoxia"))


def test_another_sample_as_control(row, read, score, panel):
    right, wrong = (read(panel, control=panel["sample"].iloc[i]) for i in (0, 1))
    assert set(wrong.factors["vs"].dropna()) == {panel["sample"].iloc[1]}
    row.unseen(score(right), score(wrong), wrong)


def test_two_controls_in_one_batch(row, read, panel):
    roles = ["control", "control", *["sample"] * 4]
    sheet = pd.DataFrame({"sample": panel["sample"], "role": roles, "cell_type": "MSC"})
    row.refuses(lambda: read(panel, metadata=sheet))
