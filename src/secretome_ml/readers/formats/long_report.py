"""Shared by long reports of precursors or fragments: one value per run and protein group."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from secretome_ml.readers.cell_numbers import EXPORT_MISSING, Decimal, decimal_mark, parse_numbers
from secretome_ml.readers.formats.protein_matrix import matrix_measurements
from secretome_ml.readers.measurements import Measurements, Scale
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.source import Source
from secretome_ml.readers.unwanted import flagged, unwanted

_MAX_Q = 0.01


@dataclass(frozen=True)
class LongReport:
    """Which columns of a report hold what; None where the report lacks one.

    Parameters
    ----------
    run, group, value : str
        Run, protein group and its quantity.
    genes, entries, q_value, decoy : str or None
        Gene names, entry names or organism, q-value of the group, decoy mark.
    unit : str
        The quantity in words.
    scale : str
        `intensity` or `log2`.
    """

    run: str
    group: str
    value: str
    genes: str | None
    entries: str | None
    q_value: str | None
    decoy: str | None
    unit: str
    scale: Scale = "intensity"


def read_report(source: Source, report: LongReport) -> Measurements:
    """Read a long report; rows above a q-value of 1 % and decoys are dropped and counted.

    The quantity of a group is repeated on each of its precursors; the largest of one run is taken.
    """
    optional = (report.genes, report.entries, report.q_value, report.decoy)
    frame = source.columns([report.run, report.group, report.value, *(c for c in optional if c)])
    notes: list[str] = []
    if report.decoy:
        decoy = flagged(frame[report.decoy])
        notes += [f"{int(decoy.sum())} decoy rows dropped"] if decoy.any() else []
        frame = frame[~decoy]
    if report.q_value:
        q = parse_numbers(
            frame[report.q_value], _mark(source.name, frame[report.q_value]), EXPORT_MISSING
        ).value
        above = q > _MAX_Q
        notes += [f"{int(above.sum())} rows above a q-value of 1 % dropped"] if above.any() else []
        frame = frame[~above]
    unique = frame.drop_duplicates([report.run, report.group, report.value])
    mark = _mark(source.name, unique[report.value])
    numbers = parse_numbers(unique[report.value], mark, EXPORT_MISSING)
    if numbers.where("bad").any():
        bad = str(unique[report.value].to_numpy()[numbers.where("bad")][0])[:40]
        raise refuse(
            source.name, f"'{bad}' in column '{report.value}' is not a number.", "Export the report again."
        )
    if numbers.where("infinite").any():
        raise refuse(
            source.name, f"Column '{report.value}' holds an infinite number.", "Export the report again."
        )
    if mark == ",":
        notes.append("decimal commas were read")
    unique = unique.assign(**{report.value: numbers.value})
    wide = unique.pivot_table(
        index=report.group, columns=report.run, values=report.value, aggfunc="max", sort=False
    )
    if wide.empty:
        raise refuse(
            source.name, f"No {report.unit} is left.", "Export the report again, with q-values below 1 %."
        )
    first = unique.drop_duplicates(report.group).set_index(report.group)
    groups = pd.Series(wide.index.astype(str), index=range(len(wide)))
    empty = pd.Series("", index=groups.index)
    names = (
        first[report.genes].reindex(wide.index).astype(str).reset_index(drop=True) if report.genes else empty
    )
    species = (
        first[report.entries].reindex(wide.index).astype(str).reset_index(drop=True)
        if report.entries
        else None
    )
    return matrix_measurements(
        source.name,
        wide.reset_index(drop=True),
        groups,
        names,
        unwanted([groups]),
        report.unit,
        report.scale,
        species,
        tuple(notes),
    )


def _mark(file: str, cells: pd.Series) -> Decimal:
    if pd.api.types.is_numeric_dtype(cells):
        return "."
    mark = decimal_mark(str(v) for v in cells.unique())
    if mark is None:
        what = f"Column '{cells.name}' mixes decimal commas and points, or its commas may divide thousands."
        raise refuse(file, what, "Export the numbers with one decimal mark and without thousands marks.")
    return mark
