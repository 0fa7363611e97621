"""Results and lists: one row per protein, gene or microRNA, and how it changed or where it was found.

DESeq2, limma, DEP, MSstats, LFQ- and FragPipe-Analyst, tidyproteomics, Perseus and the tables of papers.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.readers.columns import (
    TO_LOG2,
    TRUE,
    Column,
    are_marks,
    direction_in,
    directions_of,
    fold_header,
    numbers_of,
    speaks_of_change,
)
from secretome_ml.readers.factor_rows import (
    FactorRows,
    drops_of,
    factor_rows,
    names_of,
    numbers_in,
    refuse_foreign,
    species_in,
)
from secretome_ml.readers.measurements import Measurements, value_frame
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.source import Source

NAME = "protein_list"

_ONE_SIDED = 10.0
_MOST_SAMPLES = 40
_EVERYWHERE = {"both", "all"}
_AGREE = 0.1
_ADJUSTED = re.compile(r"\b(?:normali[sz]ed|adjusted|corrected)\b", re.IGNORECASE)


def recognises(source: Source) -> bool:
    """Say whether a column names proteins, genes or microRNAs, and one their changes or places."""
    table = factor_rows(source)
    if table is None or not table.identified or table.of("peptide"):
        return False
    return (
        bool(table.of("change", "direction", "place"))
        or bool(_signed(source, table))
        or (not table.of("value") and table.listed)
    )


def read(source: Source) -> Measurements:
    """Read a list: a sample is a comparison, else a place where proteins were found, else the list.

    Words (`up`, `down`) come before numbers where one comparison is told; log2 changes before fold changes of
    the same comparison. A logarithm of unknown base is read as log2. Negative fold changes mean the inverse
    ratio; an infinite one, or one of zero, means found on one side only. Marks are directions only under a
    header that says so.
    """
    table = factor_rows(source)
    if table is None or not table.identified:
        what = "No column names proteins, genes or microRNAs."
        raise refuse(source.name, what, "Name the column with the symbols `gene`.")
    signed = [] if table.of("change") else _signed(source, table)
    changes = table.of("change") or signed
    words = table.of("direction") if len(_comparisons(changes)) <= 1 else []
    places = [] if changes or words else table.of("place")
    used = [*table.of("accession", "gene", "contaminant", "decoy", "contrast"), *changes, *words, *places]
    about = [c.name for c in table.of("annotation")][:4]
    frame = source.columns(
        [*(c.name for c in used if not c.numeric), *about], [c.name for c in used if c.numeric]
    )
    base = names_of(frame, table)
    refuse_foreign(source.name, base)
    stem = re.sub(r"\.(?:csv|tsv|txt|xlsx|parquet)(?:\.[gx]z)?$", "", source.name)
    notes: list[str] = []
    warnings: list[Problem] = []
    became: dict[str, str] = {c.name: c.role for c in table.columns}
    if signed and not words:
        what = "Its negative numbers make it a log2 ratio, although its name does not say so."
        remedy = "Write log2 fold change into its name, or remove it."
        warnings.append(Problem(source.name, None, ", ".join(c.name for c in signed), what, remedy))
    if words:
        parts = _directed(frame, base, words, stem)
        warnings += _contradictions(source.name, frame, words, changes)
        became |= {c.name: "direction" for c in words} | {c.name: "compared with the words" for c in changes}
    elif changes:
        parts, said, doubted = _changed(source.name, frame, base, table, changes, stem)
        notes, warnings = notes + said, warnings + doubted
        became |= dict(
            s.removeprefix("column '").rsplit("' read as ", 1) for s in said if s.startswith("column '")
        )
    elif places:
        parts = _placed(frame, base, places)
    else:
        _refuse_unread(source, table)
        parts = [base.assign(sample=stem, state="detected")]
        notes.append("no column says how the proteins changed: the list was read as detected in one sample")
    dropped = {}
    for reason, mask in drops_of(frame, table, base).items():
        if mask.any():
            dropped[reason] = int(mask.sum())
            parts = [part[~mask.reindex(part.index).fillna(False)] for part in parts]
    values = pd.concat(parts)
    values = values[values["name"].ne("") | values["accession"].ne("")]
    samples = list(dict.fromkeys(values["sample"]))
    if not samples:
        raise refuse(source.name, "No row of the list has a name and a change.", "Export the table again.")
    if len(samples) > _MOST_SAMPLES:
        what = (
            f"The list would make {len(samples)} samples, such as {', '.join(map(str, samples[:3]))[:100]}."
        )
        raise refuse(source.name, what, "Keep the columns of the comparisons that you mean.")
    several = "s" if len(samples) > 1 else ""
    notes.insert(0, f"list of {len(frame)} proteins read as {len(samples)} sample{several}")
    notes += _passed_over(table, changes or words)
    kind = species_in(frame, table)
    context = (
        pd.DataFrame({"species": kind}, index=pd.Index(samples, name="sample")) if kind else pd.DataFrame()
    )
    return Measurements(
        value_frame(values),
        "stated",
        dict.fromkeys(samples, "sample"),
        context,
        dropped=dropped,
        columns=became,
        notes=tuple(notes),
        warnings=tuple(warnings),
    )


def _refuse_unread(source: Source, table: FactorRows) -> None:
    """Refuse a list whose header promises changes or marks that its cells do not tell in a known way."""
    for i, column in enumerate(table.columns):
        cells = source.first_rows.iloc[:, i]
        if column.role in ("accession", "gene", "empty", "p value", "decoy", "contaminant"):
            continue
        if speaks_of_change(column.name):
            shown = next((str(c) for c in cells if str(c).strip()), "")[:30]
            what = f"The column is headed as a change, and its cells (such as '{shown}') are read as none."
            remedy = "Write ratios or log2 ratios as plain numbers, or up, down and unchanged."
        elif column.role != "flag" and not column.numeric and are_marks(cells):
            what = "The column holds marks, and its header does not say what they mean."
            remedy = "Write up and down, or head it `found in ...`; remove it if it is no finding."
        else:
            continue
        raise InputRefused([Problem(source.name, None, column.name, what, remedy)])


def _signed(source: Source, table: FactorRows) -> list[Column]:
    """Return one or two columns without a word for it whose signs or infinities say: log2 ratios."""
    bare = table.of("value")
    versus = all(re.search(r"[a-z]\)? ?[-–/] ?\(?[a-z]|\b(?:vs|versus|minus)\b", c.of, re.I) for c in bare)
    if not bare or len(bare) > 2 or any(c.kind and not (versus and c.kind.startswith("log2")) for c in bare):
        return []
    at = {str(name): i for i, name in enumerate(source.header)}
    found = []
    for column in bare:
        number = numbers_of(source.first_rows.iloc[:, at[column.name]])
        told = number[np.isfinite(number)] if number is not None else np.array([])
        endless = number is not None and bool(np.isinf(number).any())
        signs = len(told) > 0 and bool((told < 0).any()) and np.abs(told).max() < 30
        if endless or signs:
            found.append(column)
    if not found or (len(found) < len(bare) and len(bare) != 2):
        return []
    return [Column(c.name, "change", "log2", c.name, numeric=True) for c in found]


def _comparisons(changes: list[Column]) -> dict[str, list[Column]]:
    """Return the columns of each comparison, best first: log2, other logarithms, fold changes."""
    order = ("log2", "minus log2", "log10", "ln", "fold")
    found: dict[str, list[Column]] = {}
    for column in changes:
        key = " ".join(_ADJUSTED.sub(" ", fold_header(column.of)).split())
        found.setdefault(key, []).append(column)
    return {
        k: sorted(v, key=lambda c: (order.index(c.kind), not _ADJUSTED.search(c.name)))
        for k, v in found.items()
    }


def _changed(
    file: str, frame: pd.DataFrame, base: pd.DataFrame, table: FactorRows, changes: list[Column], stem: str
) -> tuple[list[pd.DataFrame], list[str], list[Problem]]:
    comparisons = _comparisons(changes)
    labels = table.of("contrast")
    parts, notes, warnings = [], [], []
    for several in comparisons.values():
        column = several[0]
        change, said, doubt = _log2(file, frame, column)
        notes.append(said)
        warnings += doubt
        for other in several[1:]:
            again = _log2(file, frame, other)[0]
            both = np.isfinite(change) & np.isfinite(again)
            apart = np.abs(change - again)[both] > _AGREE + 0.01 * np.abs(change[both])
            adjusted = bool(_ADJUSTED.search(column.name)) != bool(_ADJUSTED.search(other.name))
            if both.any() and apart.mean() > _AGREE and not adjusted:
                what = f"It says another change than '{column.name[:60]}' in {int(apart.sum())} rows."
                warnings.append(Problem(file, None, other.name, what, f"'{column.name[:60]}' was read."))
            notes.append(f"column '{other.name}' read as the same comparison")
        name = f"{stem} {column.of}".strip() if len(comparisons) > 1 else stem
        part = base.assign(sample=name, value=change, unit="log2 fold change")
        if labels and len(comparisons) == 1 and frame[labels[0].name].nunique() > 1:
            part["sample"] = frame[labels[0].name].astype(str).str.strip()
        parts.append(part[~np.isnan(change)])
    return parts, notes, warnings


def _log2(file: str, frame: pd.DataFrame, column: Column) -> tuple[np.ndarray, str, list[Problem]]:
    """Return a column of changes as log2 ratios, with what it was read as."""
    found = numbers_in(file, frame, column.name)
    value = np.where(np.isinf(found), np.sign(found) * 2.0**_ONE_SIDED, found)
    impossible = bool(((value > -1) & (value < 0)).any())
    doubts = _turned_round(file, column, found)
    kind = column.kind
    if (kind == "fold" and impossible) or (
        kind == "log2" and "log" not in fold_header(column.name) and _says_fold(column)
    ):
        kind = "log2"
        what = "A fold change between -1 and 0 does not exist; the column was read as log2 fold change."
        doubts.append(
            Problem(file, None, column.name, what, "Write log2 into its name, if that is what it is.")
        )
    if kind in TO_LOG2:
        signed = "" if kind == "log2" else f" (from {kind})"
        change = np.where(np.isinf(found), np.sign(found) * _ONE_SIDED, value * TO_LOG2[kind])
        return change, f"column '{column.name}' read as log2 fold change{signed}", doubts
    negative = bool((value < 0).any())
    size = np.where(value == 0, 2.0**-_ONE_SIDED, np.abs(value))
    change = np.where(np.isnan(value), np.nan, np.where(value < 0, -1.0, 1.0) * np.log2(size))
    inverse = " (negative = inverse ratio)" if negative else ""
    return change, f"column '{column.name}' read as fold change{inverse}", doubts


_CONTROL = r"(?:controls?|ctrl|ctl|normoxi[ac]|untreated|unstimulated|vehicle|baseline|mock|naive|standard)"
_AGAINST_TREATED = re.compile(
    rf"\b(?P<first>{_CONTROL})\b ?(?:/|\bvs\b|\bversus\b|\bover\b|\bminus\b) ?"
    rf"(?!{_CONTROL}\b)(?P<second>[a-z]\w*)"
)
_FALLS = re.compile(r"\b(?:down ?regulat\w*|decreas\w*|reduc\w*|repress\w*|deplet\w*|lower)\b")
_RISES = re.compile(r"\b(?:up|up ?regulat\w*|increas\w*|elevat\w*|induc\w*|higher)\b")


def _turned_round(file: str, column: Column, found: np.ndarray) -> list[Problem]:
    """Refuse a header that says down above numbers that say up; doubt a change of the control."""
    words = fold_header(column.name)
    told = found[np.isfinite(found)]
    up = (told > 0).all() if column.kind != "fold" else (told >= 1).all()
    if _FALLS.search(words) and not _RISES.search(words) and len(told) and up:
        what = "The header says that the factors fall, and every number below it says that they rise."
        remedy = "Write ratios below 1, negative log2 ratios, or `down` in a column of directions."
        raise InputRefused([Problem(file, None, column.name, what, remedy)])
    against = _AGAINST_TREATED.search(words)
    if against is None:
        return []
    what = (
        f"It is the change of '{against['first']}' against '{against['second']}': up is more in the former."
    )
    return [Problem(file, None, column.name, what, "Turn the signs round if the sample is the latter.")]


def _says_fold(column: Column) -> bool:
    return re.search(r"fold|ratio|\bfc\b", fold_header(column.name)) is not None


def _directed(frame: pd.DataFrame, base: pd.DataFrame, words: list[Column], stem: str) -> list[pd.DataFrame]:
    """Return a sample per comparison; columns of ticks (`Up in hypoxia`, `Down in hypoxia`) share one."""
    told: dict[str, list[pd.Series]] = {}
    for column in words:
        ticked = direction_in(fold_header(column.name)) is not None
        of = re.sub(r"^\w+(?:[ _-]?regulated)?(?:[ _]in)?\b", "", column.of) if ticked else column.of
        told.setdefault(re.sub(r"[\s_.]+", " ", of).strip(), []).append(_states(frame, column))
    parts = []
    for of, several in told.items():
        states = several[0]
        for more in several[1:]:
            states = states.where(states.notna(), more)
        name = f"{stem} {of}".strip() if len(told) > 1 else stem
        parts.append(base.assign(sample=name, state=states)[states.notna()])
    return parts


def _states(frame: pd.DataFrame, column: Column) -> pd.Series:
    """Return the state of every row; under a header such as `Up in hypoxia` a tick says it."""
    ticked = direction_in(fold_header(column.name))
    if ticked is not None:
        here = frame[column.name].astype(str).str.strip().str.casefold().isin(TRUE)
        return pd.Series(ticked, index=frame.index, dtype="object").where(here)
    found = directions_of(frame[column.name])
    return pd.Series(np.nan, index=frame.index, dtype="object") if found is None else found


def _placed(frame: pd.DataFrame, base: pd.DataFrame, places: list[Column]) -> list[pd.DataFrame]:
    """Return the samples of TRUE/FALSE columns, or of a column that names where a protein was found."""
    parts = []
    for column in places:
        cells = frame[column.name].astype(str).str.strip().str.removesuffix(".0")
        words = cells.str.casefold()
        if words.isin(TRUE | {"false", "no", "f", "n", "0", ""}).all():
            state = np.where(words.isin(TRUE), "detected", "not_detected")
            parts.append(base.assign(sample=column.name, state=state))
            continue
        everywhere = words.isin(_EVERYWHERE)
        for place in [w for w in cells.unique() if w and w.casefold() not in _EVERYWHERE]:
            shown = place if not place.isdecimal() else f"{column.name} {place}"
            here = everywhere | cells.eq(place)
            parts.append(base.assign(sample=shown, state=np.where(here, "detected", "not_detected")))
    return parts


def _contradictions(
    file: str, frame: pd.DataFrame, words: list[Column], changes: list[Column]
) -> list[Problem]:
    found = []
    for column in (c for c in changes if c.kind != "fold"):
        value = numbers_of(frame[column.name])
        for word in words:
            states = _states(frame, word)
            if value is None:
                continue
            odd = ((states.eq("elevated") & (value < 0)) | (states.eq("decreased") & (value > 0))).to_numpy()
            if odd.any():
                what = f"{int(odd.sum())} rows state a direction against the sign of '{column.name}'."
                row = int(np.flatnonzero(odd)[0]) + 2
                found.append(Problem(file, row, column.name, what, "The words were read."))
    return found


def _passed_over(table: FactorRows, chosen: list[Column]) -> list[str]:
    """Say which columns of amounts were left, because the table says how they changed."""
    taken = {c.name for c in chosen}
    left = [c.name for c in table.of("value") if c.name not in taken]
    if not left or not chosen:
        return []
    shown = ", ".join(left[:3]) + (f" and {len(left) - 3} more" if len(left) > 3 else "")
    return [f"columns of amounts not read, because the changes were: {shown} (`--format matrix` reads them)"]
