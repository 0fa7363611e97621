"""What is recognised and not read: a sentence that says what it is, one that says what to give."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from secretome_ml.core.errors import InputRefused
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.source import Source


@dataclass(frozen=True)
class NotRead:
    """A kind of file that holds no amounts per sample and factor.

    Parameters
    ----------
    what, remedy : str
        What it is, and what to give in its place.
    recognises : callable
        Whether a file is one.
    """

    what: str
    remedy: str
    recognises: Callable[[Source], bool]


def _columns(*needed: str, without: tuple[str, ...] = ()) -> Callable[[Source], bool]:
    return lambda source: set(needed) <= source.names and not set(without) & source.names


def _begins(pattern: str) -> Callable[[Source], bool]:
    compiled = re.compile(pattern)
    return lambda source: source.kind == "text" and compiled.match(source.text[:4096].lstrip()) is not None


def _any(*tests: Callable[[Source], bool]) -> Callable[[Source], bool]:
    return lambda source: any(test(source) for test in tests)


def _progenesis(source: Source) -> bool:
    above = {cell.casefold() for row in source.head[:2] for cell in row}
    third = {cell.casefold() for row in source.head[:4] for cell in row}
    return bool({"normalized abundance", "raw abundance"} & above) and bool(
        {"accession", "compound", "#"} & third
    )


_LIMIT = re.compile(
    r"(?:[lum]?lo[dq]s?|mdd|(?:lower )?limits? of (?:detection|quantification)|sensitivity)\b.*"
)


def _limits(source: Source) -> bool:
    names = [name.strip().casefold() for name in source.header if name.strip()]
    return len(names) > 1 and all(_LIMIT.match(name) for name in names[1:])


NOT_READ: tuple[NotRead, ...] = (
    NotRead(
        "This is a table of the limits of detection of an assay",
        "Give the measurements; values below the limit are written `<limit` there.",
        _limits,
    ),
    NotRead(
        "This is FragPipe's table of peptides or ions",
        "Give combined_protein.tsv of the same folder.",
        _any(_columns("peptide sequence", "protein id"), _columns("spectrum", "peptide", "hyperscore")),
    ),
    NotRead(
        "This is a table of MaxQuant's peptides or spectra",
        "Give proteinGroups.txt of the same folder.",
        _any(
            _columns("sequence", "modified sequence", "raw file"),
            _columns("sequence", "leading razor protein"),
            _columns("sequence", "missed cleavages", "proteins"),
        ),
    ),
    NotRead(
        "This is DIA-NN's table of precursors",
        "Give report.pg_matrix.tsv or the main report of the same run.",
        _columns("stripped.sequence", "precursor.id", without=("pg.maxlfq", "pg.quantity", "pg.normalised")),
    ),
    NotRead(
        "This is Proteome Discoverer's table of peptides or spectra",
        "Export the sheet Proteins.",
        _any(_columns("annotated sequence"), _columns("sequence", "# psms", "master protein accessions")),
    ),
    NotRead(
        "This is PEAKS' table of peptides or features",
        "Give proteins.csv of the same project.",
        _columns("peptide", "-10lgp"),
    ),
    NotRead(
        "This is a Skyline report of peptides or transitions",
        "Export protein abundances (Document Grid, Proteins), one column a replicate.",
        _any(
            _columns("peptide modified sequence"),
            _columns("protein", "peptide", "replicate"),
            _columns("peptide sequence", "protein name", "replicate name"),
            _columns("precursor mz", "product mz"),
        ),
    ),
    NotRead(
        "This is a table of features for MSstats",
        "Give the result of groupComparison, or quantification(..., format = 'matrix').",
        _any(_columns("proteinname", "peptidesequence"), _columns("protein", "feature", "log2intensity")),
    ),
    NotRead(
        "This is an export of Progenesis QI, whose header has three rows",
        "Keep the third row as header, and the columns Accession and the normalised abundances.",
        _progenesis,
    ),
    NotRead(
        "This is a NanoString RCC file, one sample's raw counts",
        "Export normalised counts from nSolver: genes in rows, samples in columns.",
        _begins(r"<Header>\s*FileVersion"),
    ),
    NotRead(
        "This is a GEO series matrix",
        "Give the table between !series_matrix_table_begin and _end, with gene symbols for probes.",
        _begins(r"\"?!Series_title"),
    ),
    NotRead(
        "This is a GCT file, whose table begins in the third line",
        "Remove the first two lines and the column Description.",
        _begins(r"#1\.[23]\s"),
    ),
    NotRead(
        "These are mass spectra", "Give the protein table of a search engine.",
        _begins(r"(?:<\?xml[^>]*>\s*)?<(?:indexedmzML|mzML|mzXML|msRun)|BEGIN IONS|MASS=|COM=|SEARCH="),
    ),
    NotRead(
        "These are identifications of spectra (mzIdentML, pepXML, protXML)",
        "Give the protein table of the search engine, or mzTab.",
        _begins(
            r"(?:<\?xml[^>]*>\s*(?:<\?xml-stylesheet[^>]*>\s*)?)?<"
            r"(?:MzIdentML|msms_pipeline_analysis|protein_summary)"
        ),
    ),
    NotRead(
        "This is a sparse matrix (Matrix Market)",
        "Write it as a table or as .h5ad.",
        _begins(r"%%MatrixMarket"),
    ),
    NotRead(
        "This is a web page",
        "Download the file itself, or copy the table into a spreadsheet.",
        _begins(r"(?i)<!doctype html|<html"),
    ),
    NotRead(
        "This is a pointer of Git LFS in place of the file",
        "Fetch the file itself with `git lfs pull`.",
        _begins(r"version https://git-lfs\.github\.com"),
    ),
    NotRead("These are sequences (FASTA)", "Give the table of amounts.", _begins(r">(?:sp|tr)\|")),
    NotRead(
        "This is a list of the sites of modifications",
        "Give the protein table of the same search.",
        _columns("positions within proteins", "localization prob"),
    ),
)  # fmt: skip


def refuse_known(source: Source) -> InputRefused | None:
    """Return the refusal of a file that is recognised and not read; None for any other."""
    if source.kind == "h5ad":
        return None
    for kind in NOT_READ:
        if kind.recognises(source):
            return refuse(source.name, f"{kind.what}.", kind.remedy)
    return None
