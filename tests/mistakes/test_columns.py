"""The shape of a table: columns, rows, headers, sheets, encodings."""

import io

import openpyxl
import pandas as pd


def table(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)


def workbook(*sheets: list[list[str]], merge: str | None = None) -> bytes:
    book = openpyxl.Workbook()
    for number, rows in enumerate(sheets):
        sheet = book.active if number == 0 else book.create_sheet(f"more {number}")
        for cells in rows:
            sheet.append(cells)
    if merge:
        book.worksheets[0].merge_cells(merge)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def grid(text: str) -> list[list[str]]:
    return [line.split(",") for line in text.splitlines()]


def test_columns_in_another_order(row, read, score, wide, wide_scores):
    frame = table(wide)
    row.same(wide_scores, score(read(frame[frame.columns[::-1]])))


def test_rows_in_another_order(row, read, score, wide, wide_scores):
    row.same(wide_scores, score(read(table(wide).iloc[::-1])))


def test_an_export_in_another_order(row, read, score, fragpipe, fragpipe_scores):
    mixed = fragpipe[fragpipe.columns[::-1]].sample(frac=1.0, random_state=0)
    row.same(fragpipe_scores, score(read(mixed, "t.tsv")))


def test_context_columns_in_other_spellings(row, read, score, wide, wide_scores):
    others = {
        "cell_type": "Cell Type",
        "cell_source": " CELL SOURCE ",
        "species": "Species",
        "product": "PRODUCT",
    }
    row.same(wide_scores, score(read(table(wide).rename(columns=others))))


def test_a_context_column_misspelt(row, read, wide):
    row.refuses(lambda: read(wide.replace("cell_source", "cell_sorce")))


def test_a_transposed_table(row, read, panel):
    numbers = panel.set_index("sample").drop(columns=["cell_type", "cell_source", "species", "product"])
    turned = numbers.T.rename_axis("sample").reset_index()
    row.refuses(lambda: read(turned))


def test_a_factor_in_two_columns(row, read, wide):
    frame = table(wide)
    frame["VEGF-A [pg/10^6 cells]"] = ["2406", "5980"]
    row.refuses(lambda: read(frame))


def test_a_sample_in_two_rows(row, read, wide):
    row.refuses(lambda: read(wide + wide.splitlines()[1] + "\n"))


def test_a_sample_twice_in_a_long_table(row, read, long):
    row.warns(read(long + long.splitlines()[1].replace("290.2", "29.2") + "\n", "t.tsv"))


def test_a_factor_under_two_names_in_a_long_table(row, read, long):
    again = long.splitlines()[4].replace("VEGF", "VEGF-A").replace("788.7", "78.7")
    row.warns(read(long + again + "\n", "t.tsv"))


def test_a_row_of_means(row, read, panel):
    numbers = panel.select_dtypes("number").mean()
    row.warns(read(pd.concat([panel, pd.DataFrame([{**numbers, "sample": "Mean"}])], ignore_index=True)))


def test_a_last_row_that_is_the_sum(row, read, panel):
    numbers = panel.select_dtypes("number").sum()
    row.warns(read(pd.concat([panel, pd.DataFrame([{**numbers, "sample": "pool"}])], ignore_index=True)))


def test_empty_rows_and_columns_at_the_end(row, read, score, wide, wide_scores):
    lines = [f"{line},,," for line in wide.splitlines()]
    row.same(wide_scores, score(read("\n".join([*lines, "," * 11, "," * 11, ""]))))


def test_a_header_twice(row, read, wide):
    row.refuses(lambda: read(wide + wide.replace("asc_", "second_")))


def test_two_rows_of_headers(row, read, wide):
    row.refuses(lambda: read(",,,,,,cytokines,,\n" + wide))


def test_a_row_of_units_below_the_header(row, read, panel):
    units = pd.DataFrame([{c: "pg/mL" if "pg/mL" in c else "-" for c in panel.columns}])
    bare = pd.concat([units, panel.astype(str)]).rename(columns=lambda c: c.removesuffix(" [pg/mL]"))
    row.refuses(lambda: read(bare))


def test_merged_cells_in_a_header(row, read, wide):
    row.refuses(lambda: read(workbook(grid(wide), merge="G1:I1"), "t.xlsx"))


def test_notes_on_the_first_sheet(row, read, wide):
    notes = [["Cytokines of adipose cells"], ["see the second sheet"]]
    row.warns(read(workbook(notes, grid(wide)), "t.xlsx"))


def test_data_on_a_second_sheet(row, read, wide):
    first, second = wide.splitlines(), wide.replace("asc_", "second_").splitlines()
    both = workbook(grid("\n".join(first)), grid("\n".join(second)))
    row.refuses(lambda: read(both, "t.xlsx"))


def test_utf_16(row, read, wide):
    row.refuses(lambda: read(wide.encode("utf-16")))


def test_latin_1(row, read, wide):
    row.refuses(lambda: read(wide.replace("TGF-β", "TGF-ß").encode("latin-1")))


def test_byte_order_mark_and_windows_line_ends(row, read, score, wide, wide_scores):
    row.same(wide_scores, score(read(("\ufeff" + wide.replace("\n", "\r\n")).encode())))


def test_tabs_in_a_csv(row, read, score, wide, wide_scores):
    row.same(wide_scores, score(read(wide.replace(",", "\t"), "t.csv")))


def test_a_row_shifted_by_one_cell(row, read, wide):
    row.refuses(lambda: read(wide.replace("asc_normoxia,", "asc_normoxia,1,")))


def test_values_under_the_wrong_factor(row, read, score, panel):
    swapped = {"IL6 [pg/mL]": "IP10 [pg/mL]", "IP10 [pg/mL]": "IL6 [pg/mL]"}
    control = panel["sample"].iloc[0]
    wrong = read(panel.rename(columns=swapped), control=control)
    row.unseen(score(read(panel, control=control)), score(wrong), wrong)
