"""A laboratory's lots: one profile and one outcome each, from a table with replicates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.profiles import Profiles
from secretome_ml.profiles.levels.amount import ABSOLUTE, RELATIVE
from secretome_ml.profiles.profiles import CONTEXT_COLUMNS, Origin
from secretome_ml.profiles.units import parse_unit
from secretome_ml.readers.assemble import assemble
from secretome_ml.readers.cell_numbers import EXPORT_MISSING, decimal_mark, parse_numbers
from secretome_ml.readers.formats.canonical_wide import (
    NAME,
    check_header,
    read_table,
    split_unit,
    standard_name,
)
from secretome_ml.readers.genes import resolve_name
from secretome_ml.readers.measurements import value_frame
from secretome_ml.readers.source import open_source
from secretome_ml.readers.tables import Table

LEAST_LOTS = 6
NUMBER, YES_NO = "number", "yes/no"
OUTCOME = "outcome"
_LARGEST = 1e15
_YES = {"yes": 1.0, "true": 1.0, "pass": 1.0, "passed": 1.0, "positive": 1.0, "active": 1.0, "1": 1.0}
_NO = {"no": 0.0, "false": 0.0, "fail": 0.0, "failed": 0.0, "negative": 0.0, "inactive": 0.0, "0": 0.0}
_WORDS = _YES | _NO
# Beside the profile: what a row of a laboratory's table says of itself.
_LOT, _REPLICATE, _BATCH, _ASSAY = "lot", "replicate", "batch", "assay"
_SPELT = {
    _LOT: ("lot", "lot_id", "lot_number", "lot_no"),
    _REPLICATE: ("replicate", "rep", "technical_replicate", "biological_replicate"),
    _BATCH: ("batch", "batch_id", "run", "plate"),
    _ASSAY: ("assay", "outcome_assay", "readout"),
}


@dataclass(frozen=True)
class Lots:
    """Lots of a laboratory.

    Parameters
    ----------
    profiles : Profiles
        One sample per lot.
    outcome : array, lots
        Mean of the replicates; for yes/no the share of yes.
    kind : {"number", "yes/no"}
        What was measured.
    name : str
        Name of the outcome.
    replicates : array of int, lots
        Rows with an outcome behind each.
    donors, batches : array of str or None, lots
        Donor and batch of each lot; None where the table does not say.
    assay : str
        The assay of the outcome; empty where the table does not say.
    notes : tuple of str
        What was decided, for the user.
    """

    profiles: Profiles
    outcome: np.ndarray
    kind: str
    name: str
    replicates: np.ndarray
    donors: np.ndarray | None
    batches: np.ndarray | None
    assay: str
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The lots, in the order of the table."""
        return [str(s) for s in self.profiles.samples]

    def __len__(self) -> int:
        return len(self.outcome)


def read_lots(path: Path | str, outcome: str = OUTCOME, assay: str | None = None) -> Lots:
    """Read lots: the columns of a canonical table, and beside them what was measured of each lot.

    Concentrations are graded one lot at a time, never among the lots of the file, so that a lot that comes
    alone later stands where it would have stood here. Amounts on a scale that means nothing by itself (NPX,
    MFI, intensity) are graded among the lots, and refused beside amounts on another scale.

    Parameters
    ----------
    path : path
        A table, one row a lot or a replicate: `sample` or `lot`, the context columns, factors, the outcome
        (a number, or yes and no), and where they are known `replicate`, `batch`, `donor`, `assay`.
    outcome : str
        Name of the column of the outcome.
    assay : str, optional
        The assay to take, where the column `assay` names several.

    Raises
    ------
    InputRefused
        With every offending row: an outcome that cannot be read, a lot that is described in two ways, fewer
        than six lots with an outcome, outcomes that are all the same.

    Examples
    --------
    >>> from secretome_ml.core.paths import data_dir
    >>> lots = read_lots(data_dir() / "examples" / "simulated_lots.csv", outcome="migration")
    >>> len(lots), lots.kind
    (9, 'number')
    """
    table = _named(open_source(path).table(), outcome)
    frame, file = table.frame, table.file
    notes: list[str] = []
    kept, taken = _of_assay(table, assay)
    lot = _lot_names(table)
    values, kind, missing = _outcomes(table, kept, outcome)
    if missing.any():
        left = list(dict.fromkeys(lot[missing & kept]))
        notes.append(f"{int((missing & kept).sum())} rows without an outcome add none: {_listed(left)}")
    used = kept & ~missing
    tested = list(dict.fromkeys(lot[used]))
    if len(tested) < LEAST_LOTS:
        what = f"{len(tested)} lots have an outcome; {LEAST_LOTS} are needed to say anything."
        remedy = "Measure more lots; fewer cannot tell a prediction from chance."
        raise InputRefused([Problem(file, None, outcome, what, remedy)])
    profiles, unread = _profiles(table, lot, tested)
    rows = pd.DataFrame({"lot": lot[used], "value": values[used]}).groupby("lot", sort=False)["value"]
    mean, count = rows.mean().reindex(tested), rows.size().reindex(tested)
    if np.ptp(mean.to_numpy(dtype=float)) == 0.0:
        what = f"Every lot has the outcome {mean.iloc[0]:g}; there is nothing to predict."
        remedy = "Give the number that was measured, or lots that differ."
        raise InputRefused([Problem(file, None, outcome, what, remedy)])
    repeated = int((count > 1).sum())
    if repeated:
        notes.append(f"replicates averaged: {int(count.sum())} outcomes of {len(tested)} lots")
    donors = _one_each(table, "donor", lot, tested) if "donor" in frame else None
    batches = _one_each(table, _BATCH, lot, tested) if _BATCH in frame else None
    notes += profiles.notes
    if unread:
        notes.append(f"columns that name no known factor, not used: {_listed(unread)}")
    return Lots(
        replace(profiles, origins=(Origin(file, NAME),)),
        mean.to_numpy(dtype=float),
        kind,
        outcome,
        count.to_numpy(dtype=int),
        donors,
        batches,
        taken,
        tuple(notes),
    )


def _named(table: Table, outcome: str) -> Table:
    """Return the table with the columns of a laboratory under the package's names."""
    spelt = {word: name for name, words in _SPELT.items() for word in words}
    names: dict[str, str] = {}
    for column in table.columns:
        plain = standard_name(column).casefold().replace(" ", "_")
        if column.strip() == outcome or plain == outcome.casefold().replace(" ", "_"):
            names[column] = OUTCOME
        else:
            names[column] = spelt.get(plain, standard_name(column))
    found = list(names.values())
    problems = []
    if OUTCOME not in found:
        what = f"There is no column '{outcome[:60]}' with what was measured of each lot."
        near = ", ".join(table.columns[-6:])
        remedy = f"Name the column of the outcome with --outcome; the last ones are {near}."
        problems.append(Problem(table.file, table.header_line, outcome, what, remedy))
    if _LOT not in found and "sample" not in found:
        what = "No column names the lots."
        problems.append(Problem(table.file, table.header_line, _LOT, what, "Add a column `lot`."))
    for name in (OUTCOME, *_SPELT):
        if found.count(name) > 1:
            both = " and ".join(f"'{c}'" for c, n in names.items() if n == name)
            what = f"The columns {both} both hold the {name}."
            problems.append(Problem(table.file, table.header_line, name, what, "Keep one of them."))
    if problems:
        raise InputRefused(problems)
    return Table(table.file, table.frame.rename(columns=names), table.lines, table.header_line)


def _of_assay(table: Table, assay: str | None) -> tuple[np.ndarray, str]:
    """Return which rows are of the assay that is meant, and its name."""
    if _ASSAY not in table.frame:
        if assay is not None:
            what = "The table has no column `assay`."
            raise InputRefused([Problem(table.file, None, _ASSAY, what, "Leave out --assay.")])
        return np.ones(len(table.frame), dtype=bool), ""
    words = table.frame[_ASSAY].astype(str).str.strip()
    known = list(dict.fromkeys(w for w in words if w))
    if assay is None and len(known) > 1:
        what = f"The column names {len(known)} assays ({_listed(known)}); each has its own level and scale."
        raise InputRefused([Problem(table.file, None, _ASSAY, what, "Take one with --assay.")])
    taken = assay if assay is not None else (known[0] if known else "")
    if assay is not None and assay not in known:
        what = f"There is no assay '{assay[:60]}'."
        raise InputRefused([Problem(table.file, None, _ASSAY, what, f"Use one of {_listed(known)}.")])
    return (words == taken).to_numpy(dtype=bool), taken


def _lot_names(table: Table) -> np.ndarray:
    column = _LOT if _LOT in table.frame else "sample"
    names: np.ndarray = table.frame[column].astype(str).str.strip().to_numpy(dtype=object)
    problems = [
        Problem(table.file, table.lines[i], column, "The row names no lot.", "Name it.")
        for i in np.flatnonzero(names == "").tolist()
    ]
    if problems:
        raise InputRefused(problems)
    return names


def _outcomes(table: Table, kept: np.ndarray, name: str) -> tuple[np.ndarray, str, np.ndarray]:
    """Return the outcome of every row, of which kind they are, and where it is missing."""
    cells = table.frame[OUTCOME]
    texts = cells.map(lambda cell: "" if pd.isna(cell) else str(cell).strip())
    missing = (texts.eq("") | texts.str.casefold().isin(EXPORT_MISSING)).to_numpy(dtype=bool)
    open_ = kept & ~missing
    folded = texts.str.casefold().str.removesuffix(".0")
    if open_.any() and folded[open_].isin(_WORDS).all():
        return folded.map(_WORDS).to_numpy(dtype=float), YES_NO, missing
    mark = decimal_mark(texts[open_])
    if mark is None:
        what = "A comma may be a decimal mark or divide thousands."
        raise InputRefused([Problem(table.file, None, name, what, "Write decimals with a point.")])
    found = parse_numbers(texts, mark)
    problems = []
    for i in np.flatnonzero(open_ & ~found.where("number")).tolist():
        what = f"'{texts.iloc[i][:40]}' is neither a number nor yes or no."
        remedy = "Write what was measured as a plain number; leave it empty where nothing was."
        problems.append(Problem(table.file, table.lines[i], name, what, remedy))
    for i in np.flatnonzero(open_ & (np.abs(np.nan_to_num(found.value)) > _LARGEST)).tolist():
        what = f"'{texts.iloc[i][:40]}' is beyond {_LARGEST:g}."
        problems.append(Problem(table.file, table.lines[i], name, what, "Give it in a larger unit."))
    if problems:
        raise InputRefused(problems)
    return found.value, NUMBER, missing


def _profiles(table: Table, lot: np.ndarray, tested: Sequence[str]) -> tuple[Profiles, list[str]]:
    """Return one profile per lot, and the columns that name no known factor.

    Rows of a lot are replicates, and must be described alike.
    """
    aside = (OUTCOME, *_SPELT, "sample")
    context = (*CONTEXT_COLUMNS, "preconditioning")
    columns = [c for c in table.frame.columns if c not in aside]
    unknown = [c for c in columns if c not in context and resolve_name(split_unit(c)[0]).factor is None]
    misspelt = check_header(table.file, ["sample", *columns], unknown, table.header_line)
    if misspelt:
        raise InputRefused(misspelt)
    columns = [c for c in columns if c not in unknown]
    frame = table.frame[columns].copy()
    described = [c for c in context if c in frame]
    problems = []
    for column in described:
        texts = frame[column].astype(str).str.strip()
        for name, own in texts.groupby(lot, sort=False):
            words = [w for w in dict.fromkeys(own) if w]
            if len(words) > 1:
                line = table.lines[int(own.index[own.eq(words[1])][0])]
                what = f"Lot '{name}' is described as {words[0][:40]} and as {words[1][:40]}."
                problems.append(Problem(table.file, line, column, what, "Name two lots, or correct one."))
            frame.loc[own.index, column] = words[0] if words else ""
    if problems:
        raise InputRefused(problems)
    kept = pd.Series(lot).isin(tested).to_numpy()
    rows = [f"{name} {i}" for i, name in enumerate(lot)]
    frame.insert(0, "sample", rows)
    lines = [line for line, use in zip(table.lines, kept, strict=True) if use]
    own = Table(table.file, frame[kept].reset_index(drop=True), lines, table.header_line)
    measured = read_table(own)
    names = {row: str(name) for row, name in zip(rows, lot, strict=True)}
    first = {names[row]: row for row in reversed(measured.samples)}
    values = measured.values.assign(sample=measured.values["sample"].astype(object).map(names))
    kept_rows = set(first.values())
    done, manipulated = (
        [{**e, "sample": names[str(e["sample"])]} for e in told if e["sample"] in kept_rows]
        for told in (measured.preconditioning, measured.manipulations)
    )
    joined = replace(
        measured,
        values=value_frame(values),
        roles=dict.fromkeys(tested, "sample"),
        context=measured.context.loc[[first[name] for name in tested]].set_axis(list(tested)),
        preconditioning=done,
        manipulations=manipulated,
    )
    return assemble(joined, table.file, among=_on_relative_scale(joined.values, table)), unknown


def _on_relative_scale(values: pd.DataFrame, table: Table) -> bool:
    """Return whether the amounts mean something only beside the other lots; refuse them beside others."""
    units = values.loc[values["value"].notna(), "unit"].dropna().unique()
    read = [unit for unit in map(parse_unit, map(str, units)) if unit is not None]
    scales = sorted({unit.quantity for unit in read} & {*ABSOLUTE, *RELATIVE})
    if len(scales) > 1 and not set(scales).isdisjoint(RELATIVE):
        what = f"The amounts are on scales that cannot be compared: {', '.join(scales)}."
        remedy = "Give the lots of one assay on one scale (all NPX, all MFI or all concentrations)."
        raise InputRefused([Problem(table.file, table.header_line, None, what, remedy)])
    return not set(scales).isdisjoint(RELATIVE)


def _one_each(table: Table, column: str, lot: np.ndarray, tested: Sequence[str]) -> np.ndarray | None:
    """Return the one word of each lot; a lot of several batches counts as of all of them together."""
    words = table.frame[column].map(lambda cell: "" if pd.isna(cell) else str(cell).strip())
    told = words.groupby(lot, sort=False).agg(lambda own: " + ".join(dict.fromkeys(w for w in own if w)))
    found = told.reindex(list(tested)).fillna("").to_numpy(dtype=object)
    return found if (found != "").any() else None


def _listed(names: Sequence[str]) -> str:
    return ", ".join(str(n)[:40] for n in names[:6]) + (", ..." if len(names) > 6 else "")
