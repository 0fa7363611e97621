"""Numbers: decimal marks, units, logarithms, zeros, limits."""

import io

import numpy as np
import pandas as pd

INTENSITY = " MaxLFQ Intensity"


def table(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)


def with_intensities(frame: pd.DataFrame, change) -> pd.DataFrame:
    """Return a search-engine table whose quantified cells went through a function."""
    columns = [c for c in frame.columns if c.endswith(INTENSITY)]
    numbers = frame[columns].astype(float)
    return frame.assign(**change(numbers.where(numbers > 0)))


def as_canonical(frame: pd.DataFrame, unit: str, change=lambda numbers: numbers) -> pd.DataFrame:
    """Return the same values as a canonical wide table with a unit behind every name."""
    columns = [c for c in frame.columns if c.endswith(INTENSITY)]
    named = frame[frame["Gene"].notna() & ~frame["Protein"].str.startswith("contam")].drop_duplicates("Gene")
    full = named[(named[columns].astype(float) > 0).all(axis=1)].set_index("Gene")[columns].head(30)
    numbers = change(full.astype(float).T)
    numbers.columns = [f"{c} [{unit}]" for c in numbers.columns]
    return numbers.rename(index=lambda c: c.removesuffix(INTENSITY)).rename_axis("sample").reset_index()


def test_decimal_commas(row, read, score, long, long_scores):
    row.same(long_scores, score(read(long.replace(".", ","), "t.tsv")))


def test_a_comma_that_may_divide_thousands(row, read, wide):
    row.refuses(lambda: read(wide.replace(",1203,", ',"1,203",')))


def test_spaces_that_divide_thousands(row, read, wide):
    row.refuses(lambda: read(wide.replace("12280", "12 280")))


def test_points_that_divide_thousands(row, read, wide):
    row.warns(read(wide.replace("1203", "1.203").replace("12280", "12.280").replace("1247", "1.247")))


def test_pg_declared_as_ng(row, read, wide):
    row.warns(read(wide.replace("[pg/10^6 cells]", "[ng/10^6 cells]")))


def test_ng_declared_as_pg(row, read, long):
    numbers = table(long.replace("\t", ","))
    numbers["value"] = (numbers["value"].astype(float) / 1000).astype(str)
    row.warns(read(numbers))


def test_a_unit_larger_than_any_medium_holds(row, read, panel):
    row.warns(read(panel.rename(columns=lambda c: c.replace("pg/mL", "mg/mL"))))


def test_no_unit(row, read, panel):
    row.warns(read(panel.rename(columns=lambda c: c.removesuffix(" [pg/mL]"))))


def test_an_unknown_unit(row, read, wide):
    row.refuses(lambda: read(wide.replace("[pg/10^6 cells]", "[pg/mg protein]")))


def test_normalised_to_protein_without_saying_so(row, read, score, wide, wide_scores):
    wrong = read(wide.replace("5980", "29900"))  # as if 0.2 mg of protein stood for 10^6 cells
    row.unseen(wide_scores, score(wrong), wrong)


def test_a_unit_in_some_cells(row, read, wide):
    row.refuses(lambda: read(wide.replace(",1203,", ",1.203 ng,")))


def test_one_sample_in_another_unit(row, read, panel):
    numbers = panel.select_dtypes("number").columns
    mixed = panel.copy()
    mixed.loc[3, numbers] = mixed.loc[3, numbers] / 1000
    row.warns(read(mixed))


def test_log2_intensities_in_an_export_of_raw_ones(row, read, fragpipe):
    row.warns(read(with_intensities(fragpipe, np.log2), "t.tsv"))


def test_log2_declared_as_raw(row, read, fragpipe):
    row.warns(read(as_canonical(fragpipe, "intensity", np.log2)))


def test_raw_declared_as_log2(row, read, fragpipe):
    row.warns(read(as_canonical(fragpipe, "log2")))


def test_logarithm_taken_twice(row, read, fragpipe):
    row.warns(read(with_intensities(fragpipe, lambda n: np.log2(np.log2(n))), "t.tsv"))


def z_scores(numbers: pd.DataFrame) -> pd.DataFrame:
    logs = np.log2(numbers)
    return (logs - logs.mean()) / logs.std()


def test_z_scores_in_a_search_engine_table(row, read, fragpipe):
    turned = with_intensities(fragpipe, lambda n: z_scores(n.T).T)
    row.warns(read(turned, "t.tsv"))


def test_z_scores_declared_as_log2(row, read, fragpipe):
    row.warns(read(as_canonical(fragpipe, "log2", lambda n: z_scores(n).round(3))))


def test_z_scores_declared_as_npx(row, read, fragpipe):
    row.warns(read(as_canonical(fragpipe, "NPX", lambda n: z_scores(n).round(3))))


def test_z_scores_declared_as_concentrations(row, read, panel):
    numbers = panel.select_dtypes("number")
    row.refuses(lambda: read(panel.assign(**((numbers - numbers.mean()) / numbers.std()).round(3))))


def test_fold_changes_declared_as_concentrations(row, read, panel):
    numbers = panel.select_dtypes("number")
    row.warns(read(panel.assign(**(numbers / numbers.iloc[0]).round(3))))


def test_fold_changes_without_a_unit(row, read, panel):
    numbers = panel.select_dtypes("number")
    changes = panel.assign(**(numbers / numbers.iloc[0]).round(3)).iloc[1:]
    row.warns(read(changes.rename(columns=lambda c: c.removesuffix(" [pg/mL]"))))


def test_fold_changes_declared_as_concentrations_without_their_control(row, read, panel):
    numbers = panel.select_dtypes("number")
    row.warns(read(panel.assign(**(numbers / numbers.iloc[0]).round(3)).iloc[1:]))


def test_negative_intensities(row, read, fragpipe):
    cut = with_intensities(fragpipe, lambda n: n - n.median().median())
    row.refuses(lambda: read(cut, "t.tsv"))


def test_zeros_for_missing_in_a_search_engine_export(row, read, score, fragpipe, fragpipe_scores):
    empty = with_intensities(fragpipe, lambda n: n)
    assert empty.isna().to_numpy().sum() > 100
    row.same(fragpipe_scores, score(read(empty, "t.tsv")))


def test_words_for_missing_in_a_search_engine_export(row, read, score, fragpipe, fragpipe_scores):
    words = with_intensities(fragpipe, lambda n: n.astype(object).where(n.notna(), "NaN"))
    row.same(fragpipe_scores, score(read(words, "t.tsv")))


def test_zeros_for_missing_in_a_table(row, read, panel):
    holes = panel.copy()
    holes.loc[::2, ["IL6 [pg/mL]", "IL8 [pg/mL]", "HGF [pg/mL]", "IL10 [pg/mL]"]] = 0
    row.warns(read(holes))


def test_words_for_missing_in_a_table(row, read, wide):
    row.refuses(lambda: read(wide.replace("5980,,", "5980,n.d.,NA")))


def test_limits_of_detection_as_values(row, read, panel):
    measured = panel["IL10 [pg/mL]"]
    row.warns(read(panel.assign(**{"IL10 [pg/mL]": measured.clip(lower=measured.median()).round(2)})))
