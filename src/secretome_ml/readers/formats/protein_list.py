"""Lists of proteins that a paper gives: an accession or gene, and how each changed or where it was found."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from secretome_ml.errors import Problem
from secretome_ml.readers.cell_numbers import EXPORT_MISSING, decimal_mark, parse_numbers
from secretome_ml.readers.measurements import Measurements, value_frame
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.source import Source
from secretome_ml.readers.tables import Table

NAME = "protein_list"

_ACCESSIONS = (
    "entry", "uniprot accession", "uniprot id", "uniprot", "accession number", "accession", "accessions",
    "accession numbers", "majority protein ids", "protein ids", "protein id", "id",
)  # fmt: skip
_GENES = ("gene symbol", "genesymbol", "symbol", "gene name", "gene names", "gene")
_WORDS = re.compile(r"regulated|regulation|modulation|direction|change", re.IGNORECASE)
_LOG = re.compile(r"\blog2?\b.*", re.IGNORECASE)
_FOLD = re.compile(r"fold.?change|\bfc\b|ratio|itraq|\bfold\b", re.IGNORECASE)
_SAID = {
    "up": "elevated", "increased": "elevated", "elevated": "elevated", "+": "elevated",
    "down": "decreased", "decreased": "decreased", "-": "decreased", "unchanged": "unchanged",
}  # fmt: skip
_FOUND = re.compile(r"(?:identified|found|present|detected) in|o2.?percent|condition", re.IGNORECASE)
_UNSAID = re.compile(r"-\d*\.?\d+|inf", re.IGNORECASE)
_ONE_SIDED = 10.0
_TRUE, _FALSE = {"true", "yes"}, {"false", "no"}
_DRESS = re.compile(r"log2?\s*\(?\s*fold.?change\s*\)?|fold.?change|log2?\s*fc|_?itraq|ratio", re.IGNORECASE)


def recognises(source: Source) -> bool:
    """Say whether the header names proteins and holds a column of changes or of where they were found."""
    if source.kind not in ("text", "xlsx", "parquet"):
        return False
    ids = [h for h in source.header if _plain(h) in (*_ACCESSIONS, *_GENES)]
    if not ids:
        return False
    said = any(
        _WORDS.search(h) or _LOG.search(h) or _FOLD.search(h) or _FOUND.search(h) for h in source.header
    )
    cells = {cell.casefold() for row in source.head[1:20] for cell in row}
    return said or bool(cells & _TRUE and cells & _FALSE) or any(_UNSAID.fullmatch(c) for c in cells)


def read(source: Source) -> Measurements:
    """Read a list; each column of changes, or each place where proteins were found, is a sample.

    Words (`up`, `down`) come before numbers. A logarithm of unknown base is read as log2. Negative fold
    changes mean the inverse ratio; an infinite ratio, or one of zero, means a protein found on one side only.
    A column of numbers that says neither is read only if its signs, or an infinity, tell what it is.
    """
    table = source.table()
    columns = {_plain(c): c for c in reversed(table.columns)}
    accession = next((columns[n] for n in _ACCESSIONS if n in columns), None)
    gene = next((columns[n] for n in _GENES if n in columns), None)
    own = {c for c in (accession, gene) if c}
    stem = re.sub(r"\.(?:csv|tsv|txt|xlsx)(?:\.[gx]z)?$", "", source.name)
    empty = pd.Series("", index=table.frame.index)
    base = (
        pd.DataFrame(
            {
                "name": table.frame[gene] if gene else empty,
                "accession": table.frame[accession].str.replace(r"^[st]pt?\|", "", regex=True)
                if accession
                else empty,
            }
        )
        .astype(str)
        .replace("NA", "")
    )
    parts: list[pd.DataFrame] = []
    notes: list[str] = []
    warnings: list[Problem] = []
    words = {c: s for c in table.columns if c not in own and (s := _worded(table.frame[c])) is not None}
    for column, states in words.items():
        parts.append(base.assign(sample=_sample(column, stem, len(words)), state=states)[states.notna()])
    if not words:
        numeric = [
            (c, n) for c in table.columns if c not in own and (n := _changes(table, c, notes)) is not None
        ]
        for column, change in numeric:
            part = base.assign(
                sample=_sample(column, stem, len(numeric)), value=change, unit="log2 fold change"
            )
            parts.append(part[~np.isnan(change)])
    else:
        warnings += _contradictions(source.name, table, words, own)
    if not parts:
        parts = _places(table, base, own)
    if not parts:
        what = "The list does not say how its proteins changed or where they were found."
        raise refuse(
            source.name, what, "Name a column `fold change`, `log2 fold change` or `regulated` (up, down)."
        )
    values = pd.concat(parts)
    values = values[values["name"].ne("") | values["accession"].ne("")]
    samples = list(dict.fromkeys(values["sample"]))
    note = (
        f"list of {len(table.frame)} proteins read as {len(samples)} sample{'s' if len(samples) > 1 else ''}"
    )
    return Measurements(
        value_frame(values),
        "stated",
        dict.fromkeys(samples, "sample"),
        notes=(note, *notes),
        warnings=tuple(warnings),
    )


def _plain(header: str) -> str:
    return re.sub(r"[\W_]+", " ", header.casefold()).strip()


def _sample(column: str, stem: str, count: int) -> str:
    if count == 1:
        return stem
    rest = re.sub(r"[\s_.]+", " ", _DRESS.sub(" ", column)).strip()
    return f"{stem} {rest}".strip()


def _worded(cells: pd.Series) -> pd.Series | None:
    said = cells.astype(str).str.strip().str.casefold().map(_SAID)
    filled = cells.astype(str).str.strip().ne("")
    return said if filled.any() and said[filled].notna().mean() > 0.9 else None


def _changes(table: Table, column: str, notes: list[str]) -> np.ndarray | None:
    """Return a column of changes as log2 ratios, or None when it is none."""
    cells = table.frame[column]
    mark = decimal_mark(str(v) for v in cells.unique())
    log, fold = _LOG.search(column), _FOLD.search(column)
    parsed = parse_numbers(cells, mark or ".", EXPORT_MISSING)
    if mark is None or (parsed.where("number") | parsed.where("infinite")).sum() < 0.5 * max(
        1, (~parsed.where("missing")).sum()
    ):
        return None
    value = np.where(parsed.where("number"), parsed.value, np.nan)
    endless = parsed.where("infinite")
    value[endless] = np.where(cells[endless].astype(str).str.strip().str.startswith("-"), -np.inf, np.inf)
    signs = bool((value < 0).any() and (value > 0).any())
    if log or (not fold and signs and np.abs(value[np.isfinite(value)]).max() < 30):
        notes.append(f"column '{column}' read as log2 fold change")
        return np.clip(value, -_ONE_SIDED, _ONE_SIDED)
    if not fold and not endless.any():
        return None
    notes.append(
        f"column '{column}' read as fold change"
        + (" (negative = inverse ratio)" if (value < 0).any() else "")
    )
    size = np.clip(np.abs(value), 2.0**-_ONE_SIDED, 2.0**_ONE_SIDED)
    return np.where(np.isnan(value), np.nan, np.where(value < 0, -1.0, 1.0) * np.log2(size))


def _places(table: Table, base: pd.DataFrame, own: set[str]) -> list[pd.DataFrame]:
    """Return the samples of TRUE/FALSE columns, or of a column that names where a protein was found."""
    parts = []
    for column in table.columns:
        words = table.frame[column].astype(str).str.casefold()
        if column not in own and words.isin(_TRUE | _FALSE).all():
            state = np.where(words.isin(_TRUE), "detected", "not_detected")
            parts.append(base.assign(sample=column, state=state))
        elif _FOUND.search(column):
            places = [w for w in table.frame[column].unique() if w and w.casefold() not in ("both", "all")]
            both = table.frame[column].str.casefold().isin({"both", "all"})
            for place in places:
                here = both | table.frame[column].eq(place)
                shown = place if not place.isdecimal() else f"{column} {place}"
                parts.append(base.assign(sample=shown, state=np.where(here, "detected", "not_detected")))
    return parts


def _contradictions(file: str, table: Table, words: dict[str, pd.Series], own: set[str]) -> list[Problem]:
    found = []
    for column in (c for c in table.columns if c not in own and c not in words and _LOG.search(c)):
        value = parse_numbers(table.frame[column], ".", EXPORT_MISSING).value
        for states in words.values():
            odd = (states.eq("elevated") & (value < 0)) | (states.eq("decreased") & (value > 0))
            if odd.any():
                what = f"{int(odd.sum())} rows state a direction against the sign of '{column}'."
                found.append(
                    Problem(
                        file, table.lines[int(np.flatnonzero(odd)[0])], column, what, "The words were read."
                    )
                )
    return found
