"""Names: species, spreadsheets, alphabets, accessions, contaminants."""

import pandas as pd

FOUR = ("VEGF", "HGF", "TGF-β")


def renamed(wide: str, *names: str) -> str:
    """Return the wide example with other names of its three factors."""
    for old, new in zip(FOUR, names, strict=True):
        wide = wide.replace(f"{old} [", f"{new} [")
    return wide


def test_mouse_symbols_said_to_be_human(row, read, wide):
    row.warns(read(renamed(wide, "Vegfa", "Hgf", "Tgfb1")))


def test_a_sheet_with_another_species_than_the_proteins(row, read, fragpipe, fragpipe_sheet):
    row.warns(read(fragpipe, "t.tsv", metadata=fragpipe_sheet.assign(Species="mouse")))


def test_accessions_of_another_species(row, read, shared_folder):
    packed = (shared_folder / "readers" / "hypoxia_lists" / "CGH+17.csv.xz").read_bytes()
    row.warns(read(packed, "t.csv.xz"))


def test_human_cells_said_to_be_of_mouse(row, read, score, wide, wide_scores):
    wrong = read(wide.replace(",human,", ",mouse,"))
    row.unseen(wide_scores, score(wrong), wrong)


def test_gene_names_that_became_dates(row, read, wide):
    row.refuses(lambda: read(renamed(wide, "VEGF", "2-Sep", "1-Dec")))


def test_dates_beside_accessions(row, read, score, fragpipe, fragpipe_scores):
    dated = fragpipe.assign(Gene=fragpipe["Gene"].astype(object).where(fragpipe.index % 5 > 0, "2-Sep"))
    row.same(fragpipe_scores, score(read(dated, "t.tsv")))


def test_identifiers_in_scientific_notation(row, read, wide):
    row.warns(read(renamed(wide, "VEGF", "1.10E+05", "4.93E+09")))


def test_greek_and_latin_spellings(row, read, score, wide, wide_scores):
    for beta in ("TGF-beta", "TGF-ß", "TGFβ", "TGF‑β"):
        score_of = score(read(renamed(wide, "VEGF", "HGF", beta)))
        row.same(wide_scores, score_of)


def test_cyrillic_letters(row, read, wide):
    row.warns(read(renamed(wide, "VEGF", "НGF", "ТGF-β")))


def test_accessions_with_isoforms(row, read, score, wide):
    whole = score(read(renamed(wide, "P15692", "P14210", "P01137")))
    row.same(whole, score(read(renamed(wide, "P15692-4", "P14210-2", "P01137-1"))))


def test_accessions_for_symbols(row, read, score, wide):
    symbols = score(read(renamed(wide, "VEGFA", "HGF", "TGFB1")))
    row.same(symbols, score(read(renamed(wide, "P15692", "sp|P14210|HGF_HUMAN", "P01137"))))


def test_contaminants_without_their_columns(row, read, score, maxquant):
    bare = maxquant.drop(columns=["Potential contaminant", "Reverse"])
    row.same(score(read(maxquant, "proteinGroups.txt")), score(read(bare, "proteinGroups.txt")))


def test_contaminants_in_a_table(row, read, wide):
    row.warns(read(renamed(wide, "VEGF", "CON__P02769", "REV__P14210")))


def test_no_known_factor(row, read, wide):
    row.refuses(lambda: read(renamed(wide, "spot 1", "spot 2", "spot 3")))


def test_a_sample_without_a_known_factor(row, read, long):
    names = {"EGF": "spot 1", "TGF-β": "spot 2", "PDGF": "spot 3", "VEGF": "spot 4"}
    lines = long.splitlines()
    for i, line in enumerate(lines):
        if line.startswith("fresh"):
            cells = line.split("\t")
            lines[i] = "\t".join([cells[0], names[cells[1]], *cells[2:]])
    row.warns(read("\n".join(lines), "t.tsv"))


def test_no_factor_at_all(row, read, wide):
    frame = pd.DataFrame([line.split(",")[:6] for line in wide.splitlines()])
    row.refuses(lambda: read(frame.iloc[1:].set_axis(frame.iloc[0], axis=1)))


def test_no_value_in_any_factor(row, read, wide):
    row.warns(read(wide.replace("1203,12280,1247", ",,").replace("5980", "")))
