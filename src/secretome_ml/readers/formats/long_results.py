"""Results in long form: one row per sample and factor, with its Ct, concentration, intensity or change.

qPCR instruments, MSD, and what scripts write; rows of an instrument's report above the header are passed
over.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.profiles.units import parse_unit
from secretome_ml.readers.columns import fold_header, named_share, numbers_of, scale_of
from secretome_ml.readers.doubts.reading import one_of_a_kind
from secretome_ml.readers.formats import canonical_long
from secretome_ml.readers.formats.canonical_wide import split_unit
from secretome_ml.readers.measurements import Measurements, Role, Scale, value_frame
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.source import Source
from secretome_ml.readers.tables import Table, make_table
from secretome_ml.readers.unwanted import flagged
from secretome_ml.readers.value_cells import read_cells, table_decimal
from secretome_ml.readers.well_roles import role_of_well

NAME = "long_results"

_SAMPLE = (
    "sample", "sample id", "sample name", "sampleid", "samplename", "biological set name", "original run",
    "originalrun", "run", "file name", "filename", "replicate name", "specimen", "comparison", "contrast",
)  # fmt: skip
_FACTOR = (
    "target", "target name", "gene", "gene symbol", "gene name", "gene names", "genes", "symbol", "assay",
    "assay name", "analyte", "analyte name", "mirna", "mi rna", "micro rna", "detector", "detector name",
    "protein", "protein id", "proteins", "protein name", "accession", "uniprot", "cytokine", "marker",
    "factor", "feature", "name",
)  # fmt: skip
# What the numbers are, the most telling first; `mean`s of the same wells come after the wells.
_VALUES: tuple[tuple[str, str], ...] = (
    ("log2 fold change", r"log ?2? ?(?:fc|fold ?change|ratio)(?: .*)?|l2fc|lfc"),
    ("fold change", r"fold ?change|fc|rq|relative quantit\w+|relative expression|2 ?\^? ?-? ?dd ?ct|ratio"),
    ("ddct", r"(?:d ?d|delta ?delta) ?c[tqp](?: mean)?"),
    ("dct", r"(?:d|delta) ?c[tqp](?: mean)?"),
    ("ct", r"c[tqp](?: value)?|crt|threshold cycle"),
    (
        "concentration",
        r"(?:calc(?:ulated)?|obs(?:erved)?|final|dilution adjusted) conc(?:entration)?(?: mean)?",
    ),
    ("concentration", r"conc(?:entration)?s?"),
    ("npx", r"npx(?: value)?"),
    (
        "intensity",
        r"(?:log ?2? ?)?(?:(?:lfq|protein|normali[sz]ed|max ?lfq|i ?baq) )?"
        r"(?:intensit\w+|abundances?|areas?|quantit\w+|i ?baq)|log intensities",
    ),
    ("mfi", r"(?:median |net |mean )*(?:mfi|fluorescence|signal|adjusted signal)"),
    ("intensity", r"(?:read |raw |normali[sz]ed )*counts?|tpm|[fr]pkm|cpm|expression(?: level)?"),
)  # fmt: skip
_KIND_OF_WELL = ("task", "content", "well type", "sample type", "type")
_WELLS: dict[str, Role] = {
    "ntc": "blank", "nrt": "blank", "blank": "blank", "neg ctrl": "blank", "b": "blank",
    "standard": "standard", "std": "standard", "s": "standard", "calibrator": "standard",
    "pos ctrl": "quality_control", "control": "quality_control", "qc": "quality_control",
    "negative control": "blank", "plate control": "quality_control", "sample control": "quality_control",
}  # fmt: skip
_NO_CYCLE = re.compile(r"undet\w*|undef\w*|n/?a|nan|no ct|-|", re.IGNORECASE)
_CYCLES = 40.0


def recognises(source: Source) -> bool:
    """Say whether a header holds samples, factors, and a Ct, an amount or a change for each pair."""
    if source.kind not in ("text", "xlsx", "parquet") or canonical_long.recognises(source):
        return False
    at = _header_row(source)
    if at is None:
        return False
    found = _columns(source.head[at] if at else source.header)
    if at == 0:
        told = source.first_rows.iloc[:, source.header.index(found["factor"])].astype(str).tolist()
    else:
        place = source.head[at].index(found["factor"])
        told = [row[place] for row in source.head[at + 1 :] if len(row) > place]
    return named_share(told) >= 0.3


def read(source: Source) -> Measurements:
    """Read the change, the Ct or the amount of every sample and factor; a cycle less is twice the amount."""
    at = _header_row(source)
    if at is None:
        what = "The table has no columns of samples, factors and values."
        raise refuse(source.name, what, "Head them sample, factor and value.")
    table = source.table() if at == 0 else _below(source, at)
    found = _columns(table.columns)
    frame, value = table.frame, found["value"]
    kind = found["kind"]
    samples = frame[found["sample"]].astype(str).str.strip()
    names = frame[found["factor"]].astype(str).str.strip()
    roles = _roles(samples, frame, found)
    named = samples.ne("") & names.ne("")
    omitted = flagged(frame[found["omit"]]) if "omit" in found else ~named & named
    kept = named & ~omitted
    parts = pd.DataFrame({"sample": samples, "name": names})[kept]
    frame, table = (
        frame[kept],
        Table(table.file, frame[kept], [table.lines[int(i)] for i in np.flatnonzero(kept)]),
    )
    if kind in ("ct", "dct", "ddct"):
        parts, scale, said = _cycles(source.name, parts, frame[value], kind, table)
    else:
        parts, scale, said = _amounts(source.name, parts, frame, found, table)
    roles = {s: r for s, r in roles.items() if s}
    if parts.empty:
        raise refuse(source.name, f"No row holds a {value}.", "Export the table again.")
    left = [c for c in table.columns if c not in found.values()]
    notes = [f"{names[kept].nunique()} factors x {len(roles)} samples; '{value}' read as {said}"]
    if left:
        shown = ", ".join(left[:6]) + (f" and {len(left) - 6} more" if len(left) > 6 else "")
        notes.append(f"columns not read: {shown}")
    dropped = {
        "the row names no sample or no factor": int((~named).sum()),
        "omitted by the instrument's software": int((named & omitted).sum()),
    }
    return Measurements(
        value_frame(parts),
        scale,
        roles,
        dropped={reason: count for reason, count in dropped.items() if count},
        columns={found["sample"]: "sample", found["factor"]: "factor", value: said}
        | dict.fromkeys(left, "not read"),
        notes=tuple(notes),
    )


def _header_row(source: Source) -> int | None:
    """Return the row of the header: the first, or the one below an instrument's own words."""
    rows = [source.header, *source.head[1:]] if source.head else []
    return next(
        (i for i, row in enumerate(rows[:60]) if {"sample", "factor", "value"} <= set(_columns(row))), None
    )


def _below(source: Source, at: int) -> Table:
    rows = source.rows()[at:]
    width = len(rows[0][1])
    return make_table(source.name, iter([(n, (c + [""] * width)[:width]) for n, c in rows]))


def _columns(header: list[str]) -> dict[str, str]:
    """Return role to column, and what kind of number the values are."""
    folded = {fold_header(h.replace("т", "t").replace("Δ", "d")): h for h in reversed(header) if h}
    found: dict[str, str] = {}
    for role, words in (("sample", _SAMPLE), ("factor", _FACTOR), ("well", _KIND_OF_WELL)):
        column = next((folded[w] for w in words if w in folded and folded[w] not in found.values()), None)
        if column is not None:
            found[role] = column
    if not {"sample", "factor"} <= found.keys():
        return found
    bare = {fold_header(split_unit(h)[0]) or f: h for f, h in folded.items()}
    for kind, pattern in _VALUES:
        column = next((h for f, h in (folded | bare).items() if re.fullmatch(pattern, f)), None)
        if column is not None and column not in found.values():
            found |= {"value": column, "kind": kind}
            break
    if "omit" in folded:
        found["omit"] = folded["omit"]
    if "detection range" in folded:
        found["range"] = folded["detection range"]
    if "concentration" in folded and found.get("value") not in (None, folded["concentration"]):
        found["nominal"] = folded["concentration"]
    return found


def _roles(samples: pd.Series, frame: pd.DataFrame, found: dict[str, str]) -> dict[str, Role]:
    """Return the role of every sample: by a column of well types, a nominal concentration, or its name."""
    roles: dict[str, Role] = {str(s): "sample" for s in samples.unique()}
    repeated = samples.duplicated().any()
    roles |= {s: role_of_well(s) for s in roles if repeated and found["kind"] in ("concentration", "mfi")}
    if "nominal" in found:
        given = frame[found["nominal"]].astype(str).str.strip().ne("")
        roles |= {str(s): "standard" for s in samples[given].unique() if given[samples == s].all()}
    if "well" in found:
        words = frame[found["well"]].astype(str).map(fold_header).str.replace(r"[ \d-]+$", "", regex=True)
        pairs = (
            pd.DataFrame({"sample": samples, "role": words.map(_WELLS)}).dropna().drop_duplicates("sample")
        )
        roles |= dict(zip(pairs["sample"], pairs["role"], strict=True))
    return roles


def _cycles(
    file: str, parts: pd.DataFrame, cells: pd.Series, kind: str, table: Table
) -> tuple[pd.DataFrame, Scale, str]:
    """Return cycles as log2 amounts that rise with the amount, wells of a sample joined by their median."""
    text = cells.astype(object).where(cells.notna(), "").astype(str).str.strip()
    none = text.str.fullmatch(_NO_CYCLE.pattern, flags=re.IGNORECASE)
    number = numbers_of(text.where(~none, ""))
    if number is None:
        problems = [
            (i, t)
            for i, t in enumerate(text)
            if not none.iloc[i] and numbers_of(pd.Series([t], dtype=object)) is None
        ]
        row, shown = problems[0] if problems else (0, "")
        what = f"'{shown[:40]}' (row {table.lines[row]}) is no cycle."
        raise refuse(file, what, "Write numbers, and Undetermined where the threshold was not reached.")
    ended = number >= _CYCLES if kind == "ct" else np.zeros(len(number), dtype=bool)
    value = np.where(ended, np.nan, (_CYCLES if kind == "ct" else 0.0) - number)
    joined = parts.assign(value=value).dropna(subset=["value"])
    joined = joined.assign(row=joined.index).groupby(["sample", "name"], sort=False, as_index=False)
    result = joined.agg(value=("value", "median"), row=("row", "first")).set_index("row")
    lost = int((none | ended).sum())
    unread = f"; {lost} wells without a cycle count as not measured" if lost else ""
    if kind == "ddct":
        return (
            result.assign(unit="log2 fold change"),
            "stated",
            f"log2 fold change (its sign was turned){unread}",
        )
    told = "Ct (40 - Ct)" if kind == "ct" else "delta Ct (its sign was turned)"
    return result, "log2", f"log2 amounts from {told}{unread}"


def _amounts(
    file: str, parts: pd.DataFrame, frame: pd.DataFrame, found: dict[str, str], table: Table
) -> tuple[pd.DataFrame, Scale, str]:
    """Return concentrations, intensities or changes as a person or an instrument wrote them."""
    value, kind, lines = found["value"], found["kind"], list(table.lines)
    problems: list[Problem] = []
    mark, _ = table_decimal(file, [(value, frame[value], lines)], problems)
    unit = split_unit(value)[1]
    scale: Scale = "stated"
    if kind in ("fold change", "log2 fold change"):
        unit = kind
    elif kind == "npx":
        unit, scale = "NPX", "npx"
    elif kind == "mfi":
        unit, scale = "MFI", "mfi"
    elif kind == "intensity":
        number = numbers_of(frame[value])
        told = "log2" if "log" in fold_header(value) else ""
        logged = number is not None and scale_of(number[:, None], told)[0] == "log2"
        scale = "log2" if logged else "intensity"
        unit = scale
    elif unit is not None and parse_unit(unit) is None:
        raise refuse(file, f"'{unit[:40]}' is no known unit.", "Write for instance pg/mL.")
    cells = read_cells(frame[value], unit, mark, (file, lines, value), problems)
    if problems:
        raise InputRefused(one_of_a_kind(problems))
    state = pd.Series(cells.state, index=parts.index, dtype=object)
    if kind == "intensity":
        # A program writes zero where it found nothing; a person writes what was looked for.
        state = state.where(cells.value != 0, None)
        cells.filled[cells.value == 0] = False
    filled = cells.filled
    if "range" in found:
        low = frame[found["range"]].astype(str).str.contains("below", case=False).to_numpy(dtype=bool)
        state, filled = state.mask(low, "not_detected"), filled | low
    result = parts.assign(value=cells.value, lod=cells.lod, state=state, unit=unit)[filled]
    said = unit if unit and kind == "concentration" else kind
    return result, scale, said if kind != "concentration" or unit else "concentration without a unit"
