"""DIA-NN main report (`report.tsv`, `report.parquet`): one row per run and precursor."""

from __future__ import annotations

from secretome_ml.readers.formats.long_report import LongReport, read_report
from secretome_ml.readers.formats.protein_matrix import find, need
from secretome_ml.readers.measurements import Measurements
from secretome_ml.readers.source import Source

NAME = "diann_report"

_VALUES = ("pg.maxlfq", "pg.normalised", "pg.quantity")


def recognises(source: Source) -> bool:
    """Say whether the header holds runs, protein groups and a group quantity."""
    names = source.names
    return (
        "protein.group" in names and bool({"run", "file.name"} & names) and any(v in names for v in _VALUES)
    )


def read(source: Source) -> Measurements:
    """Read MaxLFQ, else normalised, else raw quantities, at 1 % protein q-value."""
    header = source.header
    value = need(source.name, header, *_VALUES)
    report = LongReport(
        run=need(source.name, header, "run", "file.name"),
        group=need(source.name, header, "protein.group"),
        value=value,
        genes=find(header, "genes"),
        entries=find(header, "protein.names"),
        q_value=find(header, "global.pg.q.value", "lib.pg.q.value", "pg.q.value"),
        decoy=find(header, "decoy"),
        unit=f"DIA-NN {value}",
    )
    return read_report(source, report)
