"""mzTab 1.0: the protein section; assays before study variables; identifications alone are "detected"."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from secretome_ml.core.errors import InputRefused
from secretome_ml.core.numbers import to_numbers
from secretome_ml.readers.formats.protein_matrix import find, matrix_measurements
from secretome_ml.readers.genes import gene_in_header
from secretome_ml.readers.measurements import Measurements, value_frame
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.sample_names import clean_name, short_names
from secretome_ml.readers.source import Source
from secretome_ml.readers.tables import header_problems
from secretome_ml.readers.unwanted import flagged, unwanted

NAME = "mztab"

_ABUNDANCE = re.compile(r"protein_abundance_(?P<of>assay|study_variable)\[(?P<number>\d+)\]")
_COUNTS = re.compile(r"num_psms_ms_run\[(?P<number>\d+)\]")
_NULL = {"null", "NaN", "nan", "INF", "Inf", ""}


def recognises(source: Source) -> bool:
    """Say whether the first line declares an mzTab version."""
    return (
        source.kind == "text"
        and re.match(r"(?:COM\t[^\n]*\n|\s)*MTD\tmzTab-version", source.text[:20000]) is not None
    )


def read(source: Source) -> Measurements:
    """Read the PRT lines; decoys are dropped and counted."""
    metadata, frame = _sections(source)
    columns = [str(c) for c in frame.columns]
    decoy = next((c for c in columns if "decoy" in c.casefold()), None)
    accessions = frame["accession"].astype(str)
    members = find(columns, "ambiguity_members")
    if members:
        others = frame[members].where(~frame[members].isin(_NULL), "").astype(str)
        accessions = (accessions + ";" + others.str.replace(",", ";")).str.rstrip(";")
    description = frame["description"].astype(str) if "description" in frame else accessions
    genes = description.map(gene_in_header)
    masks = {
        "decoy": flagged(frame[decoy]) if decoy else accessions.eq("\0"),
    }
    masks |= {r: m for r, m in unwanted([accessions]).items() if r == "contaminant"}
    found = {c: m for c in columns if (m := _ABUNDANCE.fullmatch(c)) and not frame[c].isin(_NULL).all()}
    if found:
        kind = "assay" if any(m["of"] == "assay" for m in found.values()) else "study_variable"
        names = {c: _name(metadata, kind, m["number"]) for c, m in found.items() if m["of"] == kind}
        cells = frame[list(names)].replace("null", "")
        cells.columns = pd.Index(short_names(list(names.values())))
        return matrix_measurements(
            source.name,
            cells,
            accessions,
            genes,
            masks,
            f"mzTab abundance per {kind.replace('_', ' ')}",
            species=description,
        )
    return _identified(source, metadata, frame, accessions, genes, masks)


def _identified(
    source: Source,
    metadata: dict[str, str],
    frame: pd.DataFrame,
    accessions: pd.Series,
    genes: pd.Series,
    masks: dict[str, pd.Series],
) -> Measurements:
    """Return identified proteins as "detected", per run where spectra are counted per run."""
    keep = ~(masks["decoy"] | masks["contaminant"])
    dropped = {reason: int(mask.sum()) for reason, mask in masks.items() if mask.any()}
    runs = {
        c: m for c in frame.columns if (m := _COUNTS.fullmatch(str(c))) and not frame[c].isin(_NULL).all()
    }
    rows = []
    if runs:
        names = short_names([_name(metadata, "ms_run", m["number"]) for m in runs.values()])
        for column, sample in zip(runs, names, strict=True):
            counts = to_numbers(frame[column].replace("null", np.nan), coerce=True)
            rows += [(sample, i) for i in frame.index[keep & (counts > 0)]]
    else:
        names = [source.name.split(".")[0]]
        rows = [(names[0], i) for i in frame.index[keep]]
    values = pd.DataFrame(rows, columns=["sample", "at"])
    values["name"], values["accession"] = (
        genes.reindex(values["at"]).to_numpy(),
        accessions.reindex(values["at"]).to_numpy(),
    )
    values["state"] = "detected"
    note = "the file holds identifications and no quantities: every protein counts as detected"
    return Measurements(
        value_frame(values), "stated", dict.fromkeys(names, "sample"), dropped=dropped, notes=(note,)
    )


def _sections(source: Source) -> tuple[dict[str, str], pd.DataFrame]:
    metadata: dict[str, str] = {}
    header: list[str] | None = None
    rows = []
    for line in source.text.splitlines():
        cells = line.rstrip("\r").split("\t")
        if cells[0] == "MTD" and len(cells) > 2:
            metadata[cells[1]] = cells[2]
        elif cells[0] == "PRH" and header is None:
            header = cells[1:]
        elif cells[0] == "PRT" and header is not None:
            rows.append((cells[1:] + [""] * len(header))[: len(header)])
    if header is None or "accession" not in header or not rows:
        raise refuse(
            source.name, "The mzTab file has no protein section (PRH, PRT).", "Export one with proteins."
        )
    problems = [p for p in header_problems(source.name, header) if not (p.column or "").startswith("#")]
    if problems:
        raise InputRefused(problems)
    return metadata, pd.DataFrame(rows, columns=header, dtype="object")


def _name(metadata: dict[str, str], kind: str, number: str) -> str:
    """Return the readable name of an assay, study variable or run."""
    key = f"{kind}[{number}]"
    for field in (f"{key}-description", f"{key}-name", key):
        if metadata.get(field) and metadata[field] not in _NULL and not metadata[field].startswith("["):
            return metadata[field]
    sample = metadata.get(f"{key}-sample_ref", "")
    if metadata.get(f"{sample}-description"):
        return metadata[f"{sample}-description"]
    run = metadata.get(f"{key}-ms_run_ref", key)
    location = metadata.get(f"{run}-location")
    return clean_name(location) if location and location not in _NULL else key
