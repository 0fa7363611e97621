# ruff: noqa: E501 -- a mistake stays on its line
"""Mistakes of other hands, in one table: what was done to a right file, and what must happen.

`tools/build_mistakes.py` writes their section of docs/mistakes.md and the counts above it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from .typed import TYPED, content

SAME, WARNS, REFUSES, UNSEEN = "same answer", "warns", "refuses", "not recognisable"


@dataclass(frozen=True)
class Given:
    """A file as somebody gives it, with the options of the reader."""

    content: str | bytes | pd.DataFrame
    name: str = "t.csv"
    options: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Files:
    """Right files, all of real data."""

    changes: pd.DataFrame  # genes and log2 fold changes
    amounts: pd.DataFrame  # genes by samples
    panel: pd.DataFrame  # wells by cytokines, in pg/mL
    wide: str  # the canonical wide example

    def primed(self, text: str) -> Given:
        """Return the wide example with another word for what was done to the second sample."""
        return Given(self.wide.replace("medium,hypoxia,", f'medium,"{text}",'))

    def headed(self, header: str) -> Given:
        """Return the changes under another header."""
        return Given(self.changes.rename(columns={"log2 fold change": header}))

    def with_sheet(self, column: str, words: list[str]) -> Given:
        """Return the amounts with a sheet that has one column beside the samples."""
        samples = list(self.amounts.columns[1:])
        sheet = pd.DataFrame(
            {"sample": samples, column: [words[i % len(words)] for i in range(len(samples))]}
        )
        return Given(self.amounts, options={"metadata": sheet})


@dataclass(frozen=True)
class Case:
    """One mistake: what it is, what happens, the message, the wrong file, and the right one to compare."""

    mistake: str
    outcome: str
    message: str
    wrong: Callable[[Files], Given]
    right: Callable[[Files], Given] | None = None


def _changes(f: Files) -> Given:
    return Given(f.changes)


def _amounts(f: Files) -> Given:
    return Given(f.amounts)


def _first(frame: pd.DataFrame, value: object) -> pd.DataFrame:
    """Return a table whose first amount is something else."""
    changed = frame.astype({frame.columns[1]: object}).copy()
    changed.iat[0, 1] = value
    return changed


def _quoted(frame: pd.DataFrame) -> str:
    return frame.to_csv(index=False, quoting=csv.QUOTE_ALL)


def _workbook(frame: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.to_excel(stream, index=False)
    return stream.getvalue()


def _last(frame: pd.DataFrame, label: str) -> pd.DataFrame:
    end = frame.iloc[:, 1:].sum(numeric_only=True)
    return pd.concat([frame, pd.DataFrame([{frame.columns[0]: label, **end.to_dict()}])])


CASES: dict[str, Case] = {
    # How a file was saved
    "semicolons": Case(
        "results saved with semicolons and decimal commas", SAME, "",
        lambda f: Given(f.changes.to_csv(index=False, sep=";", decimal=",")), _changes,
    ),
    "sep_line": Case(
        "Excel's line `sep=;` above the header", SAME, "",
        lambda f: Given("sep=;\n" + f.changes.to_csv(index=False, sep=";", decimal=",")), _changes,
    ),
    "all_quoted": Case(
        "every cell in quotes, numbers too", SAME, "", lambda f: Given(_quoted(f.amounts)), _amounts
    ),
    "row_numbers": Case(
        "row numbers of R in front of the names", SAME, "",
        lambda f: Given(f.changes.rename(index=lambda i: i + 1).to_csv()), _changes,
    ),
    "names_last": Case(
        "the column of names behind the samples", SAME, "",
        lambda f: Given(f.amounts[[*f.amounts.columns[1:], "Gene"]]), _amounts,
    ),
    "blanks_behind_names": Case(
        "blanks and no-break spaces around the names", SAME, "",
        lambda f: Given(f.amounts.assign(Gene="\u00a0" + f.amounts["Gene"] + " ")), _amounts,
    ),
    "numbers_as_text": Case(
        "numbers stored as text in a workbook", SAME, "",
        lambda f: Given(_workbook(f.amounts.astype(str)), "t.xlsx"),
        lambda f: Given(_workbook(f.amounts), "t.xlsx"),
    ),
    "line_break_in_header": Case(
        "a line break inside a header, before the unit", SAME, "",
        lambda f: Given(f.panel.rename(columns=lambda c: c.replace(" [", "\n["))), lambda f: Given(f.panel),
    ),
    "exponent_with_comma": Case(
        "exponents with a decimal comma (`1,2E+06`)", SAME, "",
        lambda f: Given(f.amounts.to_csv(index=False, sep=";", decimal=",", float_format="%.9E")),
        lambda f: Given(f.amounts.to_csv(index=False, float_format="%.9E")),
    ),
    "thousands_in_quotes": Case(
        "thousands divided by commas in quotes (`1,203,500.50`)", SAME, "",
        lambda f: Given(_quoted(f.amounts.set_index("Gene").map("{:,.2f}".format).reset_index())),
        lambda f: Given(f.amounts.round(2)),
    ),
    "web_page": Case(
        "the web page in place of the file behind it", REFUSES, "This is a web page.",
        lambda f: Given("<!DOCTYPE html>\n<html><body>Table S1</body></html>"),
    ),
    "lfs_pointer": Case(
        "the pointer of Git LFS in place of the file", REFUSES, "This is a pointer of Git LFS",
        lambda f: Given("version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12\n"),
    ),
    "cut_off": Case(
        "a download that broke off within a row", REFUSES, "The last row breaks off",
        lambda f: Given(f.amounts.to_csv(index=False).rstrip("\n").rpartition(",")[0]),
    ),
    "password": Case(
        "a workbook with a password", REFUSES, "or one with a password",
        lambda f: Given(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "t.xlsx"),
    ),
    "columns_by_blanks": Case(
        "columns divided by blanks, not by tabs", REFUSES, "The content is of no known format",
        lambda f: Given(f.amounts.to_string(index=False)),
    ),
    # Cells
    "divided_by_zero": Case(
        "`#DIV/0!` where nothing was measured", SAME, "",
        lambda f: Given(_first(f.amounts, "#DIV/0!")), lambda f: Given(_first(f.amounts, "")),
    ),
    "zero_for_missing": Case(
        "zeros for missing in a matrix of amounts", SAME, "",
        lambda f: Given(_first(f.amounts, 0)), lambda f: Given(_first(f.amounts, "")),
    ),
    "words_among_amounts": Case(
        "a remark among the amounts (`see note`)", REFUSES, "'see note' is not a number.",
        lambda f: Given(_first(f.amounts, "see note")),
    ),
    "only_in_one": Case(
        "`only in hypoxia` among the changes", REFUSES, "'only in hypoxia' is not a number.",
        lambda f: Given(_first(f.changes, "only in hypoxia")),
    ),
    "formula_left": Case(
        "a formula that was never computed (`=B2*2`)", REFUSES, "'=B2*2' is not a number.",
        lambda f: Given(_first(f.amounts, "=B2*2")),
    ),
    "not_detected_or_not_done": Case(
        "`ND` among concentrations", REFUSES, "could mean not measured or not detected",
        lambda f: Given(pd.DataFrame({"Cytokine": ["VEGF", "IL-6"], "a": [120.5, 33], "b": ["ND", 40]})),
    ),
    "percent_change": Case(
        "changes in percent", REFUSES, "headed as a change",
        lambda f: Given(f.changes.assign(**{"log2 fold change": "+35 %"}).rename(
            columns={"log2 fold change": "change (%)"})),
    ),
    "mean_and_deviation": Case(
        "mean ± deviation in one cell", REFUSES, "headed as a change",
        lambda f: Given(f.changes.assign(**{"log2 fold change": f.changes["log2 fold change"].map("{} ± 0.1".format)})),
    ),
    "ratio_as_fraction": Case(
        "ratios written as fractions (`3/4`)", REFUSES, "headed as a change",
        lambda f: Given(f.changes.assign(**{"log2 fold change": "3/4"}).rename(columns={"log2 fold change": "Ratio"})),
    ),
    # What a column means
    "unnamed_change": Case(
        "log2 ratios below a header that says nothing (`beta`)", WARNS, "Its negative numbers make it a log2 ratio",
        lambda f: f.headed("beta"),
    ),
    "plus_for_regulated": Case(
        "`+` below `Regulated`, which marks what is significant", SAME, "",
        lambda f: Given(f.changes.assign(Regulated=np.where(f.changes["log2 fold change"].abs() > 1, "+", ""))), _changes,
    ),
    "log2_in_brackets": Case(
        "log2 in brackets behind the name (`FC (log 2)`)", SAME, "", lambda f: f.headed("FC (log 2)"), _changes
    ),
    "delta_sign": Case("a Greek delta for the difference (`Δlog2`)", SAME, "", lambda f: f.headed("Δlog2"), _changes),
    "enrichment_scores": Case(
        "scores of gene sets beside the change (`NES`)", SAME, "", lambda f: Given(f.changes.assign(NES=-1.7)), _changes
    ),
    "p_values_alone": Case(
        "p values and no change", WARNS, "no column says how the proteins changed",
        lambda f: Given(f.changes.drop(columns="log2 fold change").assign(padj=0.01)),
    ),
    "crosses": Case(
        "crosses below the names of conditions", REFUSES, "The column holds marks",
        lambda f: Given(f.changes[["Gene"]].assign(normoxia="x", hypoxia=np.where(f.changes.index % 2, "x", ""))),
    ),
    "zeros_and_ones": Case(
        "0 and 1 below the names of conditions", REFUSES, "The columns hold 0 and 1",
        lambda f: Given(f.changes[["Gene"]].assign(normoxia=1, hypoxia=f.changes.index % 2)),
    ),
    "limits_as_samples": Case(
        "the assay's limits given as the measurements", REFUSES, "limits of detection",
        lambda f: Given(pd.DataFrame({"Analyte": ["VEGF", "IL-6"], "LoD (pg/mL)": [2.1, 0.4]})),
    ),
    "limits_beside_samples": Case(
        "a column of limits beside the samples", WARNS, "columns not read as samples: LOD",
        lambda f: Given(f.amounts.assign(LOD=3.5)),
    ),
    "genome_places": Case(
        "chromosome, start and end beside the samples (featureCounts)", WARNS, "columns not read as samples: Chr, Start, End",
        lambda f: Given(f.amounts.assign(Chr=6, Start=43770184, End=43786487)),
    ),
    "deviations_beside_means": Case(
        "standard deviations beside the samples", WARNS, "columns not read as samples: a_SD",
        lambda f: Given(f.amounts.assign(a_SD=f.amounts.iloc[:, 1] * 0.1)),
    ),
    "sum_of_all": Case(
        "a row of sums below a matrix", WARNS, "names are unknown or ambiguous (such as",
        lambda f: Given(_last(f.amounts, "Total")),
    ),
    "log2_matrix": Case(
        "log2 amounts that do not say so", WARNS, "the values are log2 amounts (all numbers lie between",
        lambda f: Given(f.amounts.set_index("Gene").map(np.log2).round(4).reset_index()),
    ),
    "log10_matrix": Case(
        "log10 amounts read as log2", UNSEEN,
        "the score with its interval, percentile and domain, as for any profile",
        lambda f: Given(f.amounts.set_index("Gene").map(np.log10).round(6).reset_index()),
        lambda f: Given(f.amounts.set_index("Gene").map(np.log2).round(6).reset_index()),
    ),
    "one_gene_twice": Case(
        "one gene in two rows of a matrix", WARNS, "factors have several protein groups",
        lambda f: Given(pd.concat([f.amounts, f.amounts.head(3).assign(Gene=f.amounts["Gene"].head(3))])),
    ),
    "dates_among_genes": Case(
        "genes that Excel turned into dates, in a matrix", WARNS, "gene names are dates that a spreadsheet made",
        lambda f: Given(f.amounts.assign(Gene=["1-Mar", "2-Sep", *f.amounts["Gene"].iloc[2:]])),
    ),
    "names_with_species": Case(
        "entry names of UniProt (`ANXA2_HUMAN`) for symbols", SAME, "",
        lambda f: Given(f.changes.assign(Gene=f.changes["Gene"] + "_HUMAN")),
        lambda f: Given(f.changes.assign(Organism="Homo sapiens (Human)")),
    ),
    # Units and assays
    "unit_without_brackets": Case(
        "the unit behind the name without brackets (`HGF pg/mL`)", SAME, "",
        lambda f: Given(f.panel.rename(columns=lambda c: c.replace("[", "").replace("]", ""))), lambda f: Given(f.panel),
    ),
    "unit_through_r": Case(
        "units through R (`HGF..pg.mL.`)", SAME, "",
        lambda f: Given(f.panel.rename(columns=lambda c: c.replace(" [", "..").replace("/", ".").replace("]", "."))),
        lambda f: Given(f.panel),
    ),
    "unit_in_capitals": Case(
        "units in capitals (`PG/ML`)", SAME, "",
        lambda f: Given(f.panel.rename(columns=lambda c: c.replace("pg/mL", "PG/ML"))), lambda f: Given(f.panel),
    ),
    "unknown_unit_in_a_row": Case(
        "a unit that is none, in a column of units", REFUSES, "'blobs' is no known unit.",
        lambda f: Given(pd.DataFrame({"Cytokine": ["VEGF", "IL-6"], "Unit": ["pg/mL", "blobs"], "a": [1.5, 2], "b": [3, 4]})),
    ),
    "kit_names": Case(
        "names of a kit with the letter of the species (`hIL6`)", SAME, "",
        lambda f: Given(f.panel.rename(columns=lambda c: f"h{c}" if c.endswith("[pg/mL]") and c[:2] in ("IL", "HG") else c)),
        lambda f: Given(f.panel),
    ),
    # What was done to the cells
    "days_for_hours": Case(
        "two days for 48 hours", SAME, "",
        lambda f: f.primed("hypoxia 1% 2 d"), lambda f: f.primed("hypoxia(o2=1%, hours=48)"),
    ),
    "kilopascal": Case(
        "oxygen in kPa", SAME, "", lambda f: f.primed("hypoxia 1.01325 kPa"), lambda f: f.primed("hypoxia(o2=1%)")
    ),
    "underscores": Case(
        "a sample's name for the preconditioning (`hypoxia_1%_48h`)", SAME, "",
        lambda f: f.primed("Hypoxia_1%_48h"), lambda f: f.primed("hypoxia(o2=1%, hours=48)"),
    ),
    "y_for_gamma": Case(
        "y for gamma (`IFN-y`)", SAME, "",
        lambda f: f.primed("IFN-y 50 ng/ml"), lambda f: f.primed("cytokine(IFNG, 50 ng/mL)"),
    ),
    "room_air_percent_of_air": Case(
        "a fraction of one for oxygen (`o2=0.01`)", REFUSES, "may be a fraction of one",
        lambda f: f.primed("hypoxia(o2=0.01)"),
    ),
    "range_of_oxygen": Case(
        "a range of oxygen", REFUSES, "holds a range; give one number", lambda f: f.primed("hypoxia 1-5%")
    ),
    "limit_of_oxygen": Case(
        "less than one percent of oxygen", REFUSES, "is a limit; give the number that was set",
        lambda f: f.primed("hypoxia <1%"),
    ),
    "dose_without_unit": Case(
        "a dose without unit (`TNFa 10`)", REFUSES, "'10' was not understood", lambda f: f.primed("TNFa 10")
    ),
    "two_doses": Case(
        "one agent with two doses", REFUSES, "is stated twice with different amounts",
        lambda f: f.primed("IFNG 10 ng/mL + IFNG 50 ng/mL"),
    ),
    "cells_for_a_treatment": Case(
        "cells named as the preconditioning", REFUSES, "'ASC' names cells", lambda f: f.primed("ASC")
    ),
    "percent_of_a_cytokine": Case(
        "a cytokine in percent", REFUSES, "is no dose of", lambda f: f.primed("cytokine(IFNG, 5%)")
    ),
    "source_in_the_cell_type": Case(
        "the source of the cells within their type (`AD-MSC`)", SAME, "",
        lambda f: Given(f.wide.replace("adipose stromal cell,adipose", "AD-MSC,")),
        lambda f: Given(f.wide.replace("adipose stromal cell,adipose", "MSC,adipose")),
    ),
    "latin_species": Case(
        "the species in Latin", SAME, "",
        lambda f: Given(f.wide.replace(",human,", ",Homo sapiens,")), lambda f: Given(f.wide),
    ),
    "source_misspelt": Case(
        "a source misspelt (`adipos`)", REFUSES, "'adipos' is no known",
        lambda f: Given(f.wide.replace(",adipose,", ",adipos,")),
    ),
    # Sample sheets
    "letters_for_conditions": Case(
        "conditions as single letters", WARNS, "one letter is never standard culture",
        lambda f: f.with_sheet("condition", ["C", "K"]),
    ),
    "cells_in_the_treatment": Case(
        "cells in the column of treatments", WARNS, "Treatment 'MSC' read as preconditioning other:MSC",
        lambda f: f.with_sheet("Treatment", ["MSC", "none"]),
    ),
    "unused_column": Case(
        "a column of the sheet that means nothing here", WARNS, "columns not used: Freezer",
        lambda f: f.with_sheet("Freezer", ["A3", "B1"]),
    ),
    "no_samples_in_the_sheet": Case(
        "a sheet without the names of the samples", REFUSES, "The sheet has no column of sample names.",
        lambda f: Given(f.amounts, options={"metadata": pd.DataFrame({"tissue": ["adipose"], "donor": ["1"]})}),
    ),
    "blanks_in_the_sheet": Case(
        "blanks and capitals in the names of the sheet", SAME, "",
        lambda f: Given(f.amounts, options={"metadata": pd.DataFrame(
            {"sample": [f" {s.upper()} " for s in f.amounts.columns[1:]], "tissue": "adipose"})}),
        lambda f: f.with_sheet("tissue", ["adipose"]),
    ),
}  # fmt: skip


def _typed(text: str) -> Callable[[Files], Given]:
    return lambda f: Given(content(text))


CASES |= {
    name: Case(mistake, outcome, message, _typed(wrong), _typed(right) if right is not None else None)
    for name, (mistake, outcome, message, wrong, right) in TYPED.items()
}
