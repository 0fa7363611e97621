"""FragPipe `combined_protein.tsv`: MaxLFQ first; zero means missing."""

from __future__ import annotations

import re

import pandas as pd

from secretome_ml.core.errors import Problem
from secretome_ml.readers.formats.protein_matrix import find, matrix_measurements
from secretome_ml.readers.measurements import Measurements
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.source import Source
from secretome_ml.readers.unwanted import unwanted

NAME = "fragpipe"

_MAXLFQ = re.compile(r"(?P<sample>.+?)[ .]MaxLFQ[ .](?:(?P<word>\w+)[ .])?Intensity", re.IGNORECASE)
_PLAIN = re.compile(r"(?P<sample>.+?)[ .](?:(?P<word>Razor|Total|Unique)[ .])?Intensity", re.IGNORECASE)
_COUNT = re.compile(
    r"(?P<sample>.+?)[ .](?:(?P<word>Razor|Total|Unique)[ .])?Spectral[ .]Count", re.IGNORECASE
)
_KINDS = ("", "razor", "total", "unique")


def recognises(source: Source) -> bool:
    """Say whether the header holds FragPipe's protein columns and per-sample intensities or counts."""
    names = source.names
    ids = {"protein id", "entry name"} <= names or {"protein", "gene", "protein id"} <= names
    return ids and any(n.endswith((" intensity", " spectral count")) for n in names)


def read(source: Source) -> Measurements:
    """Read combined proteins; contaminants and decoys are dropped and counted."""
    header = source.header
    unit, columns, marked = _choose(source.name, header)
    protein, accession = find(header, "protein"), find(header, "protein id", "protein")
    gene, others = find(header, "gene", "gene names", "genes"), find(header, "indistinguishable proteins")
    organism, entry = find(header, "organism"), find(header, "entry name")
    frame = source.columns([c for c in (protein, accession, gene, others, organism, entry) if c], columns)
    empty = pd.Series("", index=frame.index)
    full = frame[protein].astype(str) if protein else empty
    group = frame[accession].astype(str) if accession else full
    if others:
        group = (
            group + ";" + frame[others].astype(str).str.replace(r"[a-z]{2}\|(\w+)\|\w+", r"\1", regex=True)
        ).str.strip(";")
    warnings = tuple(
        Problem(
            source.name,
            1,
            column,
            f"The column carries the word '{word}'.",
            "It was kept; leave it out if meant so.",
        )
        for column, word in marked.items()
    )
    return matrix_measurements(
        source.name,
        frame[list(columns)].rename(columns=columns),
        group,
        frame[gene].astype(str) if gene else empty,
        unwanted([full, frame[accession].astype(str) if accession else full]),
        unit,
        species=(frame[organism].astype(str) if organism else empty)
        + " "
        + (frame[entry].astype(str) if entry else empty),
        warnings=warnings,
    )


def _choose(file: str, header: list[str]) -> tuple[str, dict[str, str], dict[str, str]]:
    """Return the quantity, header to sample, and headers that carry a word of their owner."""
    maxlfq = [(h, m) for h in header if (m := _MAXLFQ.fullmatch(h))]
    if maxlfq:
        kinds = {(m["word"] or "").casefold() for _, m in maxlfq}
        chosen = next((k for k in _KINDS if k in kinds), "")
        kept = [(h, m) for h, m in maxlfq if (m["word"] or "").casefold() in (chosen, *(kinds - set(_KINDS)))]
        marked = {h: m["word"] for h, m in kept if (m["word"] or "").casefold() not in _KINDS}
        return "FragPipe MaxLFQ intensity", {h: m["sample"] for h, m in kept}, marked
    for unit, pattern, order in (
        ("FragPipe intensity", _PLAIN, ("", "razor", "total", "unique")),
        ("FragPipe spectral count", _COUNT, ("total", "", "razor", "unique")),
    ):
        found = [
            (h, m)
            for h in header
            if (m := pattern.fullmatch(h)) and not m["sample"].casefold().startswith(_SUMMARY)
        ]
        for kind in order:
            columns = {h: m["sample"] for h, m in found if (m["word"] or "").casefold() == kind}
            if columns:
                return f"{unit} ({kind})" if kind else unit, columns, {}
    raise refuse(
        file, "The table holds no intensity of a sample.", "Export combined_protein.tsv with intensities."
    )


_SUMMARY = ("summarized", "combined")
