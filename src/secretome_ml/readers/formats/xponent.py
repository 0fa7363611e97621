"""Luminex xPONENT: concentrations (`Result`) where the run has them, else net MFI, else median MFI."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.core.numbers import to_numbers
from secretome_ml.readers.cell_numbers import EXPORT_MISSING, Decimal, decimal_mark, parse_numbers
from secretome_ml.readers.formats.xponent_blocks import Block, read_blocks, well_of
from secretome_ml.readers.measurements import Measurements, Role, Scale, value_frame
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.source import Source
from secretome_ml.readers.well_roles import role_of_well

NAME = "xponent"

_ORDER: tuple[tuple[str, Scale], ...] = (("result", "concentration"), ("net mfi", "mfi"), ("median", "mfi"))
_LIMIT_BLOCKS = ("lod", "limit of detection", "lloq", "mindc", "min dc", "sensitivity")
_MIN_BEADS = 20
_STANDARD = re.compile(r"standard\s*\d+", re.IGNORECASE)


def recognises(source: Source) -> bool:
    """Say whether the file is an xPONENT export: `DataType:` blocks, or the program's name first."""
    if source.kind not in ("text", "xlsx"):
        return False
    first = [cell.casefold() for cell in source.header[:2]]
    if first == ["program", "xponent"]:
        return True
    return any(cells and cells[0].casefold().startswith("datatype") for cells in source.head)


def read(source: Source) -> Measurements:
    """Read every block that says something about the wells: results, limits, units, bead counts."""
    preamble, blocks = read_blocks(source)
    chosen = next(((n, s) for n, s in _ORDER if n in blocks and _has_numbers(blocks[n])), None)
    if chosen is None:
        raise refuse(
            source.name,
            "The file has no Result, Net MFI or Median block with numbers.",
            "Export it with one.",
        )
    name, scale = chosen
    block = blocks[name]
    mark = _decimal(source.name, block)
    names, roles = _samples(block)
    limits = _limits(blocks, mark) if scale == "concentration" else {}
    units = _row(blocks.get("units"), "units:")
    rows, problems = _values(source.name, block, names, mark, units, limits, scale)
    if problems:
        raise InputRefused(problems)
    values = pd.DataFrame(rows)
    values = _below_the_curve(values, blocks, names, block) if scale == "concentration" else values
    values = _few_beads(values, blocks.get("count"), names, block)
    counts = Counter(roles[n] for n in names)
    listed = ", ".join(f"{count} {role.replace('_', ' ')}" for role, count in counts.items())
    notes = (f"Luminex block '{name}' read: {len(block.analytes)} analytes; wells: {listed}",)
    batch = preamble.get("Batch", "")
    batches = dict.fromkeys(roles, batch) if batch else {}
    rows_of = Counter(names)
    wells = {n: well_of(r[1]) for n, r in zip(names, block.rows, strict=True) if rows_of[n] == 1 and r[1]}
    warnings = _warnings(source.name, blocks, values, names)
    return Measurements(
        value_frame(values), scale, roles, batches=batches, wells=wells, notes=notes, warnings=warnings
    )


def _samples(block: Block) -> tuple[list[str], dict[str, Role]]:
    """Return a name per row and the role of every name; wells of one sample share it as replicate wells."""
    names, roles = [], {}
    for line, location, sample, _ in block.rows:
        role = role_of_well(sample) if sample else "sample"
        name = sample or well_of(location) or f"line {line}"
        names.append(name)
        roles[name] = role
    return names, roles


def _values(
    file: str,
    block: Block,
    names: list[str],
    mark: Decimal,
    units: dict[str, str],
    limits: dict[str, float],
    scale: Scale,
) -> tuple[list[dict[str, object]], list[Problem]]:
    rows: list[dict[str, object]] = []
    problems: list[Problem] = []
    for column, analyte in enumerate(block.analytes):
        unit = (units.get(analyte) or "pg/mL") if scale == "concentration" else "MFI"
        found = parse_numbers(
            pd.Series([r[3][column] for r in block.rows], dtype="object"), mark, EXPORT_MISSING
        )
        for i, (line, location, _, cells) in enumerate(block.rows):
            kind, value, sign = found.kind[i], float(found.value[i]), found.sign[i]
            base = {
                "sample": names[i],
                "name": analyte,
                "unit": unit,
                "well": well_of(location),
                "lod": limits.get(analyte),
            }
            if kind in ("bad", "infinite"):
                what = f"'{cells[column][:40]}' is not a finite number."
                problems.append(Problem(file, line, analyte, what, "Export the file again."))
            elif kind == "number":
                low = scale == "concentration" and value < (limits.get(analyte) or 0)
                rows.append({**base, "value": value, "state": "not_detected" if low else None})
            elif sign == "<":
                rows.append(
                    {**base, "lod": value if kind == "limit" else base["lod"], "state": "not_detected"}
                )
            elif sign == ">":
                rows.append({**base, "value": value, "flag": "above range", "state": None})
            else:
                rows.append({**base, "flag": "no result"})
    return rows, problems


def _below_the_curve(
    values: pd.DataFrame, blocks: dict[str, Block], names: list[str], block: Block
) -> pd.DataFrame:
    """Call a well without result low where its signal lies under the standards; else it is not measured."""
    empty = values["flag"].eq("no result") if "flag" in values else pd.Series(False, index=values.index)
    median = blocks.get("median")
    if (
        empty.any()
        and median is not None
        and median.analytes == block.analytes
        and len(median.rows) == len(block.rows)
    ):
        signal = np.array(
            [
                to_numbers(pd.Series(r[3], dtype="object"), coerce=True).to_numpy(dtype=float)
                for r in median.rows
            ]
        )
        standards = [i for i, n in enumerate(names) if role_of_well(n) in ("standard", "blank")]
        lowest = np.nanmin(signal[standards], axis=0) if standards else np.full(signal.shape[1], -np.inf)
        second = np.nanpercentile(signal[standards], 25, axis=0) if standards else lowest
        low = (signal <= np.maximum(lowest, second)).T.ravel()
        under = empty & low
        values.loc[under, "state"], values.loc[under, "flag"] = "not_detected", "below the standard curve"
        empty = empty & ~under
    return values[~empty].reset_index(drop=True)


def _few_beads(values: pd.DataFrame, counts: Block | None, names: list[str], block: Block) -> pd.DataFrame:
    """Flag wells with fewer beads than the assay needs."""
    if counts is None or counts.analytes != block.analytes or len(counts.rows) != len(block.rows):
        return values
    few = {
        (well_of(location) or names[i], analyte)
        for i, (_, location, _, cells) in enumerate(counts.rows)
        for analyte, cell in zip(counts.analytes, cells, strict=True)
        if cell.isdecimal() and int(cell) < _MIN_BEADS
    }
    if few:
        hit = [
            (w or s, n) in few
            for w, s, n in zip(values["well"], values["sample"], values["name"], strict=True)
        ]
        values = values.assign(flag=values["flag"].astype(object) if "flag" in values else None)
        values.loc[hit, "flag"] = "few beads"
    return values


def _limits(blocks: dict[str, Block], mark: Decimal) -> dict[str, float]:
    """Return the detection limit per analyte: a limit block, else the lowest standard above zero."""
    for name in _LIMIT_BLOCKS:
        block = blocks.get(name)
        if block is not None and block.rows:
            cells = pd.Series(block.rows[0][3], dtype="object")
            found = parse_numbers(cells, mark, EXPORT_MISSING)
            return {a: float(v) for a, v in zip(block.analytes, found.value, strict=True) if not np.isnan(v)}
    block = blocks.get("standard expected concentration")
    if block is None:
        return {}
    table = [parse_numbers(pd.Series(r[3], dtype="object"), mark, EXPORT_MISSING).value for r in block.rows]
    if not table:
        return {}
    positive = np.where(np.array(table) > 0, np.array(table), np.inf).min(axis=0)
    return {a: float(v) for a, v in zip(block.analytes, positive, strict=True) if np.isfinite(v)}


def _row(block: Block | None, first: str) -> dict[str, str]:
    rows = [r for r in (block.rows if block else []) if r[2].casefold() == first]
    return {a: c for a, c in zip(block.analytes, rows[0][3], strict=True) if c} if block and rows else {}


def _has_numbers(block: Block) -> bool:
    cells = {cell for row in block.rows for cell in row[3] if role_of_well(row[2]) == "sample"}
    return any(re.match(r"[<>]?\s*-?\d", cell) for cell in cells)


def _decimal(file: str, block: Block) -> Decimal:
    mark = decimal_mark({cell for row in block.rows for cell in row[3]})
    if mark is None:
        what = f"Block '{block.name}' mixes decimal commas and points."
        raise refuse(file, what, "Export it with one decimal mark.")
    return mark


def _warnings(
    file: str, blocks: dict[str, Block], values: pd.DataFrame, names: list[str]
) -> tuple[Problem, ...]:
    found = []
    few = int(values["flag"].eq("few beads").sum()) if "flag" in values else 0
    if few:
        what = f"{few} values rest on fewer than {_MIN_BEADS} beads."
        found.append(
            Problem(file, None, None, what, "They are kept and flagged; repeat the wells if they matter.")
        )
    above = int(values["flag"].eq("above range").sum()) if "flag" in values else 0
    if above:
        what = f"{above} values lie above the range of the assay."
        found.append(
            Problem(
                file, None, None, what, "The upper limit stands for them; dilute and repeat for the value."
            )
        )
    for line, location, status, cells in (
        blocks["warnings/errors"].rows if "warnings/errors" in blocks else []
    ):
        if location and status.casefold() in ("warning", "error"):
            message = cells[0] if cells else ""
            found.append(
                Problem(
                    file, line, well_of(location), f"The instrument says: {message[:120]}", "Check the well."
                )
            )
    return tuple(found)
