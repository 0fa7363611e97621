"""DIA-NN `pg_matrix` (and `gg_matrix`): one column per run, headed by the path of its file."""

from __future__ import annotations

import re

import pandas as pd

from secretome_ml.readers.columns import column_roles
from secretome_ml.readers.formats.protein_matrix import find, matrix_measurements
from secretome_ml.readers.measurements import Measurements
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.source import Source
from secretome_ml.readers.unwanted import unwanted

NAME = "diann"

_DESCRIPTIVE = re.compile(
    r"protein\.(?:group|ids|names)|genes|first\.protein\.description|n\.(?:proteotypic\.)?sequences|"
    r"(?:global\.)?(?:lib\.)?(?:pg\.)?q\.value|proteotypic|species|organism|#\d+|unnamed.*",
    re.IGNORECASE,
)
_RUN = re.compile(r".*\.(?:raw|d|wiff2?|mzml|dia)(?:\.gz)?$|.*[\\/].+", re.IGNORECASE)
_LONG = {"run", "file.name", "precursor.id", "stripped.sequence", "modified.sequence"}


def recognises(source: Source) -> bool:
    """Say whether the header holds `Protein.Group`, or `Genes` before columns headed by run files."""
    names = source.names
    if names & _LONG:
        return False
    first = source.header[0].casefold() if source.header else ""
    return "protein.group" in names or (first == "genes" and any(_RUN.fullmatch(h) for h in source.header))


def read(source: Source) -> Measurements:
    """Read a DIA-NN matrix; contaminants of the shared lists (`Cont_`, `contam_`) are dropped and counted."""
    header = source.header
    group, genes = find(header, "protein.group"), find(header, "genes")
    entries, ids = find(header, "protein.names"), find(header, "protein.ids")
    runs, left = _runs(source)
    if not runs:
        raise refuse(source.name, "The matrix has no column of a run.", "Export the pg_matrix with its runs.")
    frame = source.columns([c for c in (group, genes, entries, ids) if c], runs)
    empty = pd.Series("", index=frame.index)
    accessions = frame[group].astype(str) if group else empty
    shown = frame[entries].astype(str) if entries else empty
    return matrix_measurements(
        source.name,
        frame[runs],
        accessions,
        frame[genes].astype(str) if genes else shown.map(_gene),
        unwanted([accessions, shown]),
        "DIA-NN protein-group quantity",
        species=shown,
        notes=tuple(left),
    )


def _runs(source: Source) -> tuple[list[str], list[str]]:
    """Return the columns of runs, and what is said of columns that a statistician added."""
    header = source.header
    open_to = [h for h in header if h and not _DESCRIPTIVE.fullmatch(h)]
    paths = [h for h in open_to if _RUN.fullmatch(h)]
    roles = {c.name: c.role for c in column_roles(header, source.first_rows)}
    runs = paths or [h for h in open_to if roles[h] in ("value", "empty")]
    left = [h for h in open_to if h not in set(runs)]
    return runs, [f"columns not read as samples: {', '.join(left[:5])}"] if left else []


def _gene(entries: str) -> str:
    """Return entry names without their species; they are often the gene."""
    return ";".join(e.split("_")[0] for e in entries.split(";") if e)
