"""Shared by the search-engine readers: a table of protein groups by samples to measurements."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from secretome_ml.core import numbers
from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.readers.cell_numbers import EXPORT_MISSING, Decimal, decimal_mark, parse_numbers
from secretome_ml.readers.genes import species_of
from secretome_ml.readers.measurements import Measurements, Role, Scale, from_matrix
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.sample_names import short_names

_LOG_CEILING = 64.0
_FEWEST = 30
_MOST_LISTED = 20


def matrix_measurements(
    file: str,
    cells: pd.DataFrame,
    accessions: pd.Series,
    genes: pd.Series,
    drop: Mapping[str, pd.Series],
    unit: str,
    scale: Scale = "intensity",
    species: pd.Series | None = None,
    notes: tuple[str, ...] = (),
    warnings: tuple[Problem, ...] = (),
) -> Measurements:
    """Return the quantities of a protein table.

    Parameters
    ----------
    file : str
        Name of the file, for messages.
    cells : pandas.DataFrame
        Protein groups by samples, as text or numbers; the columns name the samples.
    accessions, genes : pandas.Series
        Members of each group, leading first.
    drop : mapping of str to boolean Series
        Rows to leave out, per reason; a row is counted under its first reason.
    unit : str
        The quantity that the values are, in words.
    scale : str
        `intensity` or `log2`.
    species : pandas.Series, optional
        Texts that name the species of each group (entry names, organisms, headers).

    Raises
    ------
    InputRefused
        If a cell is not a number, is infinite or negative, or no quantity is left.
    """
    keep = pd.Series(True, index=cells.index)
    dropped: dict[str, int] = {}
    for reason, mask in drop.items():
        hit = keep & mask.fillna(False).astype(bool)
        if hit.any():
            dropped[reason] = int(hit.sum())
        keep &= ~hit
    headers = [str(c) for c in cells.columns]
    cells, accessions, genes = cells[keep], accessions[keep].fillna(""), genes[keep].fillna("")
    names = short_names([str(c) for c in cells.columns])
    matrix, marks = to_numbers(file, cells, names)
    finite = matrix[~np.isnan(matrix)]
    if scale == "intensity" and len(finite) >= _FEWEST and finite.max() < _LOG_CEILING:
        scale = "log2"
        what = f"The largest {unit} is {finite.max():.3g}, which is too small for a linear intensity."
        warnings += (
            Problem(file, None, None, what, "It was read as log2; export linear values if it is not."),
        )
    if scale == "intensity":
        if (finite < 0).any():
            row, column = np.argwhere(matrix < 0)[0]
            place = Problem(
                file, str(accessions.iloc[row]), names[column], "An intensity is negative.", "Export again."
            )
            raise InputRefused([place])
        matrix[matrix == 0] = np.nan
    if np.isnan(matrix).all():
        raise refuse(
            file, f"No {unit} is left after {sum(dropped.values())} rows were dropped.", "Export again."
        )
    total = matrix.size
    found = int((~np.isnan(matrix)).sum())
    said = (
        f"{unit}: {len(cells)} protein groups x {len(names)} samples, "
        f"{100 * found / total:.0f} % quantified; "
        "an empty or zero cell counts as not measured",
        *marks,
    )
    kind = species_of(species[keep].dropna().astype(str).head(2000)) if species is not None else None
    context = (
        pd.DataFrame({"species": kind}, index=pd.Index(names, name="sample")) if kind else pd.DataFrame()
    )
    if kind:
        said += (f"the protein names are those of {kind}",)
    values = from_matrix(matrix, genes.astype(str), accessions.astype(str), names)
    roles: dict[str, Role] = dict.fromkeys(names, "sample")
    said = (*notes, *said)
    columns = {h: f"{unit} of {n}" for h, n in zip(headers, names, strict=True)}
    return Measurements(
        values, scale, roles, context, dropped=dropped, columns=columns, notes=said, warnings=warnings
    )


def to_numbers(file: str, cells: pd.DataFrame, names: list[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return a table of cells as numbers, with the decimal mark found; NaN where a cell is missing."""
    matrix = np.full(cells.shape, np.nan)
    slow: list[int] = []
    for i in range(cells.shape[1]):
        try:
            matrix[:, i] = _numeric(cells.iloc[:, i]).to_numpy(dtype=float, na_value=np.nan)
        except (ValueError, TypeError):
            slow.append(i)
    problems: list[Problem] = []
    mark: Decimal = "."
    if slow:
        texts = {str(v) for i in slow for v in cells.iloc[:, i].unique()}
        found = decimal_mark(texts)
        if found is None:
            what = "Commas and points cannot be told apart as decimal marks."
            raise refuse(file, what, "Export the numbers with one decimal mark and without thousands marks.")
        mark = found
    for i in slow:
        parsed = parse_numbers(cells.iloc[:, i], mark, EXPORT_MISSING)
        matrix[:, i] = np.where(parsed.where("number"), parsed.value, np.nan)
        matrix[parsed.where("infinite"), i] = np.inf
        for row in np.flatnonzero(parsed.where("bad"))[:_MOST_LISTED]:
            what = f"'{str(cells.iloc[row, i])[:40]}' is not a number."
            problems.append(
                Problem(file, int(cells.index[row]) + 2, names[i], what, "Export the table again.")
            )
    for row, i in np.argwhere(np.isinf(matrix))[:_MOST_LISTED]:
        what = "The cell is infinite."
        problems.append(
            Problem(file, int(cells.index[row]) + 2, names[i], what, "Leave it empty or export again.")
        )
    if problems:
        raise InputRefused(problems[: 5 * _MOST_LISTED])
    return matrix, ("decimal commas were read",) if mark == "," else ()


def _numeric(cells: pd.Series) -> pd.Series:
    """Return a column as numbers at once; raises where one cell is none."""
    return (
        cells
        if pd.api.types.is_numeric_dtype(cells)
        else numbers.to_numbers(cells.where(cells != "", np.nan))
    )


def find(header: list[str], *candidates: str) -> str | None:
    """Return the first candidate that the header holds, whatever its case, with blanks or R's points.

    Examples
    --------
    >>> find(["Protein IDs", "Gene names"], "gene name", "gene names")
    'Gene names'
    """
    by_name = {_bare(name): name for name in reversed(header)}
    return next((by_name[_bare(c)] for c in candidates if _bare(c) in by_name), None)


def _bare(name: str) -> str:
    """Return a name without case, blanks, underscores and R's points."""
    return re.sub(r"[\s._()]+", "", name.casefold())


def need(file: str, header: list[str], *candidates: str) -> str:
    """Return the first candidate that the header holds, as `find`; refuse the file without one."""
    column = find(header, *candidates)
    if column is None:
        raise refuse(file, f"The column '{candidates[0]}' is missing.", "Export the table with it.")
    return column
