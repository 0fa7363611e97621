"""Spectronaut: the long report (`R.FileName`, `PG.Quantity`) and the pivot (`[1] run.raw.PG.Quantity`)."""

from __future__ import annotations

import re

import pandas as pd

from secretome_ml.readers.formats.long_report import LongReport, read_report
from secretome_ml.readers.formats.protein_matrix import find, matrix_measurements, need
from secretome_ml.readers.measurements import Measurements
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.source import Source
from secretome_ml.readers.unwanted import unwanted

NAME = "spectronaut"

_QUANTITIES = (
    "pg.quantity",
    "pg.normalized",
    "pg.ms2quantity",
    "pg.ms1quantity",
    "pg.ibaq",
    "pg.log2quantity",
)
_RUNS = ("r.filename", "r.raw file name", "r.label", "r.runlabel", "r.condition")
_PIVOT = re.compile(r"\[\d+\]\s*(?P<sample>.+?)\.(?P<quantity>PG\.\w+)", re.IGNORECASE)
_GROUPS = ("pg.proteingroups", "pg.proteinaccessions", "pg.uniprotids", "pg.proteinnames")


def recognises(source: Source) -> bool:
    """Say whether the header holds `PG.` columns."""
    names = source.names
    if not any(g in names for g in _GROUPS):
        return False
    return any(n in _QUANTITIES or n.startswith("pg.") for n in names) or any(
        _PIVOT.fullmatch(n) for n in names
    )


def read(source: Source) -> Measurements:
    """Read the protein-group quantities of either report."""
    header = source.header
    pivots = {h: m for h in header if (m := _PIVOT.fullmatch(h))}
    if pivots:
        return _pivot(source, pivots)
    run, group = find(header, *_RUNS), find(header, *_GROUPS)
    value = find(header, *_QUANTITIES)
    if run is None or group is None or value is None:
        what = "The report lacks the run, the protein group or its quantity."
        raise refuse(source.name, what, "Export R.FileName, PG.ProteinGroups, PG.Genes and PG.Quantity.")
    report = LongReport(
        run,
        group,
        value,
        genes=find(header, "pg.genes"),
        entries=find(header, "pg.proteinnames", "pg.organisms"),
        q_value=find(header, "pg.qvalue", "pg.qvalue (run-wise)"),
        decoy=find(header, "eg.isdecoy"),
        unit=f"Spectronaut {value}",
        scale="log2" if "log2" in value.casefold() else "intensity",
    )
    return read_report(source, report)


def _pivot(source: Source, pivots: dict[str, re.Match[str]]) -> Measurements:
    header = source.header
    present = {m["quantity"].casefold() for m in pivots.values()}
    chosen = next((q for q in _QUANTITIES if q in present), None)
    if chosen is None:
        raise refuse(source.name, "The pivot report holds no protein quantity.", "Export PG.Quantity.")
    columns = {h: m["sample"] for h, m in pivots.items() if m["quantity"].casefold() == chosen}
    group, genes = need(source.name, header, *_GROUPS), find(header, "pg.genes")
    entries = find(header, "pg.proteinnames", "pg.organisms")
    frame = source.columns([group, *(c for c in (genes, entries) if c)], columns)
    groups = frame[group].astype(str)
    return matrix_measurements(
        source.name,
        frame[list(columns)].rename(columns=columns),
        groups,
        frame[genes].astype(str) if genes else pd.Series("", index=frame.index),
        unwanted([groups]),
        f"Spectronaut {chosen}",
        "log2" if "log2" in chosen else "intensity",
        frame[entries].astype(str) if entries else None,
    )
