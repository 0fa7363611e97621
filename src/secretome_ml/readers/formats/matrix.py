"""Genes by samples: one row per protein, gene or microRNA, and a column of amounts per sample.

R's matrices with or without a name above the row names, Perseus, FragPipe TMT reports, PEAKS, counts, Ct.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.profiles.units import parse_unit
from secretome_ml.readers.columns import TO_LOG2, Column, scale_of
from secretome_ml.readers.doubts.reading import one_of_a_kind
from secretome_ml.readers.factor_rows import (
    FactorRows,
    drops_of,
    factor_rows,
    names_of,
    numbers_in,
    refuse_foreign,
)
from secretome_ml.readers.formats.protein_matrix import matrix_measurements
from secretome_ml.readers.measurements import Measurements, value_frame
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.source import Source
from secretome_ml.readers.value_cells import read_cells, table_decimal

NAME = "matrix"

# Normalised before raw, protein quantities before counts.
_ORDER = (
    "npx",
    "lfq",
    "normal",
    "abundance",
    "intensit",
    "area",
    "quant",
    "tmt",
    "baq",
    "mfi",
    "conc",
    "ct",
    "expression",
    "",
)
_COUNTED = re.compile(r"count|spectra|reads")
_SUMMARY = re.compile(r"(?:grand |overall )?(?:mean|average|avg|median|total|sum|max|min)s?", re.IGNORECASE)
_APART = 3.0
_FEWEST = 3
_NUMBERED = re.compile(r"[\s_.-]*(?:rep|r)?[\s_.-]*\d+$", re.IGNORECASE)
_MICRO = re.compile(r"(?:[a-z]{3}-)?(?:mi?r|let)-\d", re.IGNORECASE)
_LAST_CYCLES = (30.0, 50.0)
_LIMITS = re.compile(r"^\s*(?:[<>≤≥]|(?:n\.?d\.?|bd?l|blq|<?lod|oor.*)\s*$)", re.IGNORECASE)
_UNIT_BEHIND = re.compile(r"[\[(](?P<unit>[^\[\]()]+)[\])]\s*$")
_UNITS = re.compile(r"units?(?: of measure\w*)?", re.IGNORECASE)


def recognises(source: Source) -> bool:
    """Say whether a column names proteins, genes or microRNAs, and others hold amounts, one per sample."""
    table = factor_rows(source)
    if table is None or not table.identified or table.of("peptide") or not table.of("value"):
        return False
    columns = chosen(table.of("value"))
    return len(columns) > 1 or bool(columns[0].kind) or len(source.header) == 2


def read(source: Source) -> Measurements:
    """Read the amounts of every sample; normalised before raw, amounts before counts, statistics never.

    Whether the numbers are linear, logarithms, counts or cycles (Ct) is told by the headers, else by the
    numbers, and said. A cycle less is twice the amount: Ct is turned round.
    """
    table = factor_rows(source)
    if table is None or not table.identified or not table.of("value"):
        what = "No column names proteins, genes or microRNAs, or none holds their amounts."
        raise refuse(source.name, what, "Name the column with the symbols `gene`; one column a sample.")
    columns = chosen(table.of("value"))
    names = [c.name for c in table.of("accession", "gene", "contaminant", "decoy")]
    about = [c.name for c in table.of("annotation")][:4]
    units = [c.name for c in table.columns if _UNITS.fullmatch(c.name.strip()) and not c.numeric][:1]
    frame = source.columns([*names, *about, *units], [c.name for c in columns])
    base = names_of(frame, table)
    refuse_foreign(source.name, base)
    kind = columns[0].kind
    if (
        units
        or "[" in kind
        or _unit_of_all(table)
        or kind.startswith("concentration")
        or _limited(frame[[c.name for c in columns]])
    ):
        return _as_assays(source.name, table, frame, base, columns, units)
    cells = {c.name: numbers_in(source.name, frame, c.name) for c in columns}
    columns, warnings = _of_one_scale(source.name, columns, cells)
    matrix = np.column_stack([cells[c.name] for c in columns])
    if set(np.unique(matrix[np.isfinite(matrix)])) == {0.0, 1.0}:
        what = "The columns hold 0 and 1: where a factor was found, or how much there was?"
        remedy = "Head each column `found in ...` if it says where; else give the amounts."
        raise InputRefused([Problem(source.name, None, columns[0].name, what, remedy)])
    scale, why = scale_of(matrix, kind)
    if scale == "log2" and not kind and _within_cycles(matrix):
        if _last_cycle(matrix) is not None:
            scale, why = "ct", "they lie within the cycles of a qPCR, and many at the last one"
        elif base["name"].head(200).str.match(_MICRO.pattern, flags=re.IGNORECASE).mean() > 0.5:
            what = "The numbers may be Ct of a qPCR, which fall as the amount rises, or log2 amounts."
            raise refuse(source.name, what, "Write `Ct` or `log2` before the names of the samples.")
    samples = _sample_names(source.name, columns)
    if len(columns) == 1 and kind and samples[0] in (columns[0].name, "", "value"):
        samples = [source.name.split(".")[0]]
    shown = pd.DataFrame(matrix, columns=samples, index=frame.index)
    notes = [f"read as a matrix of factors by samples; the values are {_SAID[scale]} ({why})"]
    if scale == "ct":
        shown, said = _turned(shown, kind)
        notes.append(said)
    elif scale in TO_LOG2:
        shown, scale = shown * TO_LOG2[scale], "log2"
    notes += _left(table, columns)
    unit = kind.partition(": ")[2] or "amounts"
    measured = matrix_measurements(
        source.name,
        shown,
        base["accession"],
        base["name"],
        drops_of(frame, table, base),
        unit,
        "log2" if scale in ("log2", "ct") else "intensity",
        _species_texts(frame, [*names, *about]),
        tuple(notes),
        tuple(warnings),
    )
    became = {c.name: c.role for c in table.columns} | {
        c.name: f"{_SAID[scale]} of {s}" for c, s in zip(columns, samples, strict=True)
    }
    for column in table.of("value"):
        if column not in columns:
            became[column.name] = "amount, not read"
    return _with_unit(measured, kind, became)


_SAID = {
    "intensity": "linear amounts",
    "log2": "log2 amounts",
    "log10": "log10 amounts, read as log2",
    "ln": "natural logarithms of amounts, read as log2",
    "count": "counts",
    "ct": "Ct",
}


def _species_texts(frame: pd.DataFrame, columns: list[str]) -> pd.Series:
    first = frame[columns].head(5000).astype(str)
    return first.agg(" ".join, axis=1).reindex(frame.index) if columns else pd.Series("", index=frame.index)


def _with_unit(measured: Measurements, kind: str, became: dict[str, str]) -> Measurements:
    """Give NPX and MFI their scale."""
    if kind.startswith("mfi"):
        return replace(measured, scale="mfi", columns=became)
    return replace(measured, scale="npx" if "npx" in kind else measured.scale, columns=became)


def _unit_of_all(table: FactorRows) -> re.Match[str] | None:
    """Return the unit that stands behind the word above the names: `Analyte (pg/mL)`."""
    found = (_UNIT_BEHIND.search(c.name) for c in table.of("gene"))
    return next((m for m in found if m and parse_unit(m["unit"])), None)


def _limited(cells: pd.DataFrame) -> bool:
    """Say whether cells hold limits such as `<3` or `ND`, as an assay's table has them."""
    texts = [c for c in cells if not pd.api.types.is_numeric_dtype(cells[c])]
    return any(cells[c].astype(str).str.contains(_LIMITS).any() for c in texts)


def _as_assays(
    file: str,
    table: FactorRows,
    frame: pd.DataFrame,
    base: pd.DataFrame,
    columns: list[Column],
    units: list[str],
) -> Measurements:
    """Read concentrations and limits as a person wrote them; the unit stands in the header or in the row."""
    problems: list[Problem] = []
    lines = [i + 2 for i in range(len(frame))]
    mark, notes = table_decimal(file, ((c.name, frame[c.name], lines) for c in columns), problems)
    bracket = re.search(r"\[(?P<unit>.+)\]$", columns[0].kind) or _unit_of_all(table)
    stated = bracket["unit"] if bracket and parse_unit(bracket["unit"]) else ""
    unit = frame[units[0]].astype(str).str.strip() if units else pd.Series(stated, index=frame.index)
    for text in sorted(t for t in unit.unique() if t and parse_unit(t) is None):
        row = lines[int(np.flatnonzero(unit == text)[0])]
        remedy = "Write for instance pg/mL, ng/mL or pg/10^6 cells."
        problems.append(Problem(file, row, units[0], f"'{text[:40]}' is no known unit.", remedy))
    keep = pd.Series(True, index=frame.index)
    dropped = {}
    for reason, mask in drops_of(frame, table, base).items():
        if (keep & mask).any():
            dropped[reason] = int((keep & mask).sum())
        keep &= ~mask
    default = None if columns[0].kind.startswith("concentration") else "intensity"
    samples = _sample_names(file, columns)
    parts = []
    for column, sample in zip(columns, samples, strict=True):
        signed = next((u for u in unit.unique() if u), default)
        cells = read_cells(frame[column.name], signed, mark, (file, lines, column.name), problems)
        part = base.assign(sample=sample, value=cells.value, lod=cells.lod, state=cells.state)
        parts.append(part.assign(unit=unit.where(unit.ne(""), default))[cells.filled & keep])
    if problems:
        raise InputRefused(one_of_a_kind(problems))
    values = pd.concat(parts)
    if values.empty:
        raise refuse(file, "No cell of the samples is filled.", "Export the table again.")
    said = ", ".join(u for u in values["unit"].dropna().unique()) or "without a unit"
    became = {c.name: c.role for c in table.columns} | dict.fromkeys(units, "unit")
    became |= {c.name: f"amounts ({said}) of {s}" for c, s in zip(columns, samples, strict=True)}
    size = f"{int(keep.sum())} factors x {len(samples)} samples"
    return Measurements(
        value_frame(values),
        "stated",
        dict.fromkeys(samples, "sample"),
        dropped=dropped,
        columns=became,
        notes=(f"read as a matrix of factors by samples: {size}, {said}", *notes, *_left(table, columns)),
    )


def chosen(values: list[Column]) -> list[Column]:
    """Return the columns of the best quantity: one per sample."""
    groups: dict[str, list[Column]] = {}
    for column in values:
        groups.setdefault(column.kind, []).append(column)
    if "" in groups and any(k.startswith("ct") for k in groups):
        # A sample may be called CT; a table of cycles says so everywhere.
        groups = {
            "": [
                Column(c.name, c.role, "", c.name, c.numeric)
                for c in values
                if not c.kind or c.kind.startswith("ct")
            ]
        }
    most = max(len(g) for g in groups.values())
    named = {k: g for k, g in groups.items() if k and (len(g) > 1 or most == 1)}
    usable = {k: g for k, g in (named or groups).items() if len(g) >= most / 2 or k in named}

    def rank(kind: str) -> tuple[bool, int]:
        counted = _COUNTED.search(kind) is not None
        return counted, next((i for i, word in enumerate(_ORDER) if word in kind), len(_ORDER))

    best = min(usable, key=lambda k: (*rank(k), -len(usable[k])))
    return [c for c in usable[best] if len(usable[best]) == 1 or not _SUMMARY.fullmatch(c.of.strip(" ._"))]


def _of_one_scale(
    file: str, columns: list[Column], cells: dict[str, np.ndarray]
) -> tuple[list[Column], list[Problem]]:
    """Leave out means of other columns, running numbers, and columns on another scale than the rest."""
    left: dict[str, list[str]] = {}
    kept = []
    for column in columns:
        number = cells[column.name]
        told = number[np.isfinite(number)]
        if len(columns) > 1 and len(told) >= _FEWEST and (np.diff(told) == 1).all():
            left.setdefault("counts the rows", []).append(column.name)
        elif _is_mean(column, columns, cells):
            left.setdefault("is the mean of its replicates", []).append(column.name)
        else:
            kept.append(column)
    middles = {c.name: _middle(cells[c.name]) for c in kept}
    known = [middle for middle in middles.values() if np.isfinite(middle)]
    centre = float(np.median(known)) if known else np.nan
    if not columns[0].kind and len(kept) >= _FEWEST:
        far = [c for c in kept if abs(middles[c.name] - centre) > _APART]
        if far and len(far) <= len(kept) / 3:
            left["lies a thousandfold from the other columns"] = [c.name for c in far]
            kept = [c for c in kept if c not in far]
    warnings = [
        Problem(
            file,
            None,
            ", ".join(names[:5]),
            f"The column {why}, so it was not read as a sample.",
            "Remove it, or name its quantity as in `Intensity A`.",
        )
        for why, names in left.items()
    ]
    return kept or columns, warnings


def _middle(number: np.ndarray) -> float:
    told = np.abs(number[np.isfinite(number) & (number != 0)])
    return float(np.log10(np.median(told))) if len(told) else np.nan


def _is_mean(column: Column, columns: list[Column], cells: dict[str, np.ndarray]) -> bool:
    stem = column.of.casefold().strip()
    members = [c for c in columns if c is not column and _NUMBERED.sub("", c.of.casefold().strip()) == stem]
    if len(members) < 2:
        return False
    block = np.column_stack([cells[c.name] for c in members])
    whole = np.isfinite(block).all(axis=1) & np.isfinite(cells[column.name])
    if not whole.any():
        return False
    own = cells[column.name][whole]
    return bool(np.mean(np.isclose(own, block[whole].mean(axis=1), rtol=1e-3)) > 0.8)


def _sample_names(file: str, columns: list[Column]) -> list[str]:
    names = [c.of or c.name for c in columns]
    if len(set(names)) < len(names):
        names = [c.name for c in columns]
    if len(set(names)) < len(names):
        twice = sorted({n for n in names if names.count(n) > 1})
        raise refuse(
            file, f"Two columns are called '{twice[0][:60]}'.", "Give every sample a name of its own."
        )
    return names


def _within_cycles(matrix: np.ndarray) -> bool:
    finite = matrix[np.isfinite(matrix)]
    return len(finite) > 0 and finite.min() > 0 and _LAST_CYCLES[0] <= finite.max() <= _LAST_CYCLES[1]


def _last_cycle(matrix: np.ndarray) -> float | None:
    """Return the cycle at which a run ended: the most frequent number, whole and near the top."""
    finite = matrix[np.isfinite(matrix)]
    numbers, counts = np.unique(finite, return_counts=True)
    most = int(np.argmax(counts))
    top, often = float(numbers[most]), int(counts[most])
    whole = top == round(top) and top >= _LAST_CYCLES[0] and (finite > top).mean() < 0.05
    return top if whole and often >= max(3, 0.01 * len(finite)) else None


def _turned(cells: pd.DataFrame, kind: str) -> tuple[pd.DataFrame, str]:
    """Return cycles as log2 amounts that rise with the amount; the last cycle means not detected."""
    if "delta" in kind or re.search(r"\bd ?c", kind):
        return -cells, "delta Ct falls as the amount rises: its sign was turned"
    top = _last_cycle(cells.to_numpy(dtype=float))
    if top is None:
        return 40.0 - cells, "Ct falls as the amount rises: 40 - Ct was read as log2"
    ended = cells >= top
    count = int(ended.to_numpy().sum())
    said = f"{count} cells at {top:.0f} or later reached no threshold and count as not measured"
    return top - cells.mask(ended), f"Ct falls as the amount rises: {top:.0f} - Ct was read as log2; {said}"


def _left(table: FactorRows, columns: list[Column]) -> list[str]:
    left = [
        c.name
        for c in table.columns
        if c.role in ("statistic", "p value", "flag", "change") or (c.role == "value" and c not in columns)
    ]
    if not left:
        return []
    shown = ", ".join(left[:5]) + (f" and {len(left) - 5} more" if len(left) > 5 else "")
    return [f"columns not read as samples: {shown}"]
