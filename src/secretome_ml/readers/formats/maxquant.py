"""MaxQuant `proteinGroups.txt`: LFQ before iBAQ before intensity before reporter intensity."""

from __future__ import annotations

import re

from secretome_ml.core.errors import Problem
from secretome_ml.readers.formats.protein_matrix import find, matrix_measurements, need
from secretome_ml.readers.genes import gene_in_header
from secretome_ml.readers.measurements import Measurements
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.source import Source
from secretome_ml.readers.unwanted import flagged, unwanted

NAME = "maxquant"

_QUANTITIES = (
    ("LFQ intensity", re.compile(r"LFQ intensity (?!L |M |H )(?P<sample>.+)", re.IGNORECASE)),
    ("LFQ intensity", re.compile(r"LFQ intensity (?P<sample>.+)", re.IGNORECASE)),
    ("iBAQ", re.compile(r"iBAQ (?!peptides$)(?P<sample>.+)", re.IGNORECASE)),
    ("intensity", re.compile(r"Intensity (?!L$|M$|H$)(?P<sample>.+)", re.IGNORECASE)),
    ("reporter intensity", re.compile(r"Reporter intensity corrected (?P<sample>.+)", re.IGNORECASE)),
    (
        "reporter intensity",
        re.compile(r"Reporter intensity (?!count|corrected)(?P<sample>.+)", re.IGNORECASE),
    ),
    ("LFQ intensity", re.compile(r"(?P<sample>LFQ intensity)", re.IGNORECASE)),
    ("iBAQ", re.compile(r"(?P<sample>iBAQ)", re.IGNORECASE)),
    ("intensity", re.compile(r"(?P<sample>Intensity)", re.IGNORECASE)),
)
_DROPS = (
    ("only identified by site", ("only identified by site",)),
    ("decoy (reverse)", ("reverse",)),
    ("contaminant", ("potential contaminant", "contaminant")),
)


def recognises(source: Source) -> bool:
    """Say whether the header is that of `proteinGroups.txt`."""
    names = source.names
    ids = bool({"majority protein ids", "protein ids"} & names)
    return ids and any(any(pattern.fullmatch(n) for _, pattern in _QUANTITIES) for n in names)


def read(source: Source) -> Measurements:
    """Read protein groups; contaminants, decoys and those only identified by site are dropped and counted."""
    header = source.header
    quantity, columns = _choose(source.name, header)
    group = need(source.name, header, "majority protein ids", "protein ids")
    genes, fasta = (
        find(header, "gene names", "gene name", "genes"),
        find(header, "fasta headers", "fasta header"),
    )
    drops = {reason: find(header, *names) for reason, names in _DROPS}
    wanted = [group, *(c for c in (genes, fasta, *drops.values()) if c)]
    frame = source.columns(wanted, columns)
    ids = frame[group].astype(str)
    masks = unwanted([ids], {reason: [flagged(frame[c])] for reason, c in drops.items() if c})
    headers = frame[fasta].astype(str) if fasta else ids
    names = frame[genes].astype(str) if genes else headers.map(gene_in_header)
    warnings: tuple[Problem, ...] = ()
    if any(re.search(r"\b[LMH]\b", s) for s in columns.values()) and any(
        "ratio h/l" in n for n in source.names
    ):
        what = "The table holds labelled (SILAC) channels."
        warnings = (
            Problem(source.name, 1, None, what, "Each channel is read as a sample; name them in a sheet."),
        )
    cells = frame[list(columns)].rename(columns=columns)
    return matrix_measurements(
        source.name,
        cells,
        ids,
        names,
        masks,
        f"MaxQuant {quantity}",
        species=ids + " " + headers,
        warnings=warnings,
    )


def _choose(file: str, header: list[str]) -> tuple[str, dict[str, str]]:
    """Return the best quantity that the table holds, and header to sample name."""
    for quantity, pattern in _QUANTITIES:
        # R writes points for blanks, one for one, so that the sample stands at the same place.
        found = {
            h: h[m.start("sample") : m.end("sample")].strip()
            for h in header
            if (m := pattern.fullmatch(h)) or (m := pattern.fullmatch(h.replace(".", " ")))
        }
        if found:
            alone = len(found) == 1 and next(iter(found)).casefold() == next(iter(found.values())).casefold()
            return quantity, {h: file.split(".")[0] for h in found} if alone else found
    raise refuse(
        file, "The table holds no LFQ, iBAQ, intensity or reporter intensity column.", "Export one of them."
    )
