"""Proteome Discoverer protein table: normalised abundances before raw ones; master proteins only."""

from __future__ import annotations

import re

from secretome_ml.readers.formats.protein_matrix import find, matrix_measurements, need
from secretome_ml.readers.genes import gene_in_header
from secretome_ml.readers.measurements import Measurements
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.source import Source
from secretome_ml.readers.unwanted import flagged, unwanted

NAME = "proteome_discoverer"

_QUANTITIES = (
    (
        "normalised abundance",
        re.compile(r"Abundances?[ .(]*Normali[sz]ed[) :.]+(?P<sample>.+)", re.IGNORECASE),
    ),
    ("abundance", re.compile(r"Abundances?[: .]+(?!Count|Ratio)(?P<sample>F\d.*)", re.IGNORECASE)),
    ("abundance", re.compile(r"Abundances?: (?P<sample>.+)", re.IGNORECASE)),
    ("grouped abundance", re.compile(r"Abundances?[ .(]*Grouped[) :.]+(?P<sample>.+)", re.IGNORECASE)),
    ("scaled abundance", re.compile(r"Abundances?[ .(]*Scaled[) :.]+(?P<sample>.+)", re.IGNORECASE)),
    ("area", re.compile(r"Area: (?P<sample>.+)", re.IGNORECASE)),
)
_WORDLESS = {"sample", "n/a", ""}


def recognises(source: Source) -> bool:
    """Say whether the header holds accessions, descriptions and abundances or areas."""
    names = source.names
    return {"accession", "description"} <= names and any(n.startswith(("abundance", "area:")) for n in names)


def read(source: Source) -> Measurements:
    """Read proteins; contaminants, candidates below the master protein and low confidence are dropped."""
    header = source.header
    quantity, columns = _choose(source.name, header)
    accession, description = need(source.name, header, "accession"), need(source.name, header, "description")
    gene, master = find(header, "gene symbol", "gene"), find(header, "master")
    contaminant = find(header, "contaminant", "marked as contaminant")
    confidence = next((h for h in header if h.casefold().startswith("protein fdr confidence")), None)
    optional = [c for c in (gene, master, contaminant, confidence) if c]
    frame = source.columns([accession, description, *optional], columns)
    text = frame[description].astype(str)
    ids = frame[accession].astype(str)
    masks = unwanted([ids], {"contaminant": [flagged(frame[contaminant])] if contaminant else []})
    if master:
        words = frame[master].astype(str).str.casefold().str.replace(" ", "")
        masks["not a master protein"] = words.ne("") & ~(words.str.endswith("masterprotein") | flagged(words))
    if confidence:
        masks["low confidence"] = frame[confidence].astype(str).str.casefold().eq("low")
    names = frame[gene].astype(str) if gene else text.map(gene_in_header)
    names = names.where(names.str.strip().ne(""), text.map(gene_in_header))
    return matrix_measurements(
        source.name,
        frame[list(columns)].rename(columns=columns),
        ids,
        names,
        masks,
        f"Proteome Discoverer {quantity}",
        species=text,
    )


def _choose(file: str, header: list[str]) -> tuple[str, dict[str, str]]:
    for quantity, pattern in _QUANTITIES:
        found = {h: _sample(m["sample"]) for h in header if (m := pattern.fullmatch(h.strip()))}
        if found:
            names = list(found.values())
            return quantity, {h: s if names.count(s) == 1 else h for h, s in found.items()}
    raise refuse(
        file, "The table holds no abundance of a sample.", "Export the protein table with abundances."
    )


def _sample(text: str) -> str:
    """Return `F1: Sample, n/a, hypoxia` as `F1 hypoxia`."""
    plain = re.fullmatch(
        r"(?P<run>F\d+)[ .]+(?:Sample|Control|n[/.]a)[ .,]+(?P<rest>.+)", text, re.IGNORECASE
    )
    head, rest = (plain["run"], plain["rest"]) if plain else (text.partition(":")[0], text.partition(":")[2])
    words = [word.strip() for word in rest.split(",") if word.strip().casefold() not in _WORDLESS]
    return " ".join([head.strip(), *words])
