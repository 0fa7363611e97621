"""Olink NPX, long: Target, Explore, Explore HT; below the limit is "low", a QC warning becomes a flag."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.readers.cell_numbers import EXPORT_MISSING, decimal_mark, parse_numbers
from secretome_ml.readers.formats.protein_matrix import find, need
from secretome_ml.readers.measurements import Measurements, Role, Scale, value_frame
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.source import Source

NAME = "olink"

# What Olink and its R package call the wells that are no samples.
_TYPES: tuple[tuple[re.Pattern[str], Role], ...] = (
    (re.compile(r"samples?|bridg(?:e|ing)(?:[ _]sample)?|experimental|unknown|"), "sample"),
    (re.compile(r"neg(?:ative)?[ _-]?(?:control|ctrl|c)?[ _-]?\d*|nc\d*|blank"), "blank"),
    (
        re.compile(r".*(?:control|ctrl)[ _-]?\d*|ipc[ _-]?\d*|pc\d*|sc\d*|calibrator|pooled[ _]plasma"),
        "quality_control",
    ),
)
_KIT = re.compile(
    r"control[ _-]?sample.*|(?:inter[ _-]?plate|plate|sample|neg(?:ative)?)[ _-]?(?:control|"
    r"ctrl)[ _-]?\w*|ipc[ _-]?\d*",
    re.IGNORECASE,
)
INTERNAL = r"(?:incubation|extension|amplification|inc|ext|amp|det|detection)[ _-]?(?:control|ctrl)\b.*"
_OFTEN_MISSING = 0.5
_MOST_LISTED = 20


def recognises(source: Source) -> bool:
    """Say whether the header holds samples and assays with NPX (or OlinkID with quantified values)."""
    told = {re.sub(r"[\s._]+", "", name) for name in source.names}
    values = {"npx", "pcnormalizednpx"} | ({"quantifiedvalue"} if "olinkid" in told else set())
    return "sampleid" in told and bool({"olinkid", "assay"} & told) and bool(values & told)


def read(source: Source) -> Measurements:
    """Read NPX of the samples; the assay's internal controls and the kit's are left out and counted."""
    header = source.header
    sample, assay = need(source.name, header, "sampleid"), find(header, "assay")
    uniprot, value = (
        find(header, "uniprot"),
        need(source.name, header, "npx", "pcnormalizednpx", "quantified_value"),
    )
    lod = find(header, "lod", "plate lod", "max lod")
    qc = [c for c in (find(header, n) for n in ("qc_warning", "assay_warning", "sampleqc", "assayqc")) if c]
    missing, kind = find(header, "missingfreq"), find(header, "sample_type", "sampletype")
    assay_kind, plate = find(header, "assaytype"), find(header, "plateid")
    if assay is None and uniprot is None:
        raise refuse(source.name, "The table names no assay.", "Export the columns Assay and UniProt.")
    optional = (assay, uniprot, lod, *qc, missing, kind, assay_kind, plate, find(header, "unit"))
    frame = source.columns([sample, value, *(c for c in optional if c)])
    internal = (
        frame[assay].astype(str).str.fullmatch(INTERNAL, case=False)
        if assay
        else pd.Series(False, index=frame.index)
    )
    if assay_kind:
        internal |= ~frame[assay_kind].astype(str).str.casefold().isin({"assay", ""})
    dropped = {"internal control of the assay": int(internal.sum())} if internal.any() else {}
    frame = frame[~internal]
    numbers, limits, freq, marks = _numbers(source.name, frame, value, lod, missing)
    low = ~np.isnan(limits) & (numbers < limits)
    warned = pd.Series(False, index=frame.index)
    for column in qc:
        warned |= ~frame[column].astype(str).str.strip().str.casefold().isin(
            {"pass", "", "na", "nan", "none"}
        )
    values = pd.DataFrame(
        {
            "sample": frame[sample].astype(str),
            "name": (frame[assay] if assay else frame[uniprot]).astype(str),
            "accession": frame[uniprot].astype(str) if uniprot else None,
            "value": numbers,
            "unit": "NPX"
            if "npx" in value.casefold()
            else (frame[find(header, "unit")] if find(header, "unit") else "pg/mL"),
            "lod": limits,
            "state": pd.Series("not_detected", index=frame.index).where(low),
            "flag": pd.Series("QC warning", index=frame.index).where(warned),
        }
    )[~np.isnan(numbers)]
    roles = _roles(source.name, frame, sample, kind)
    left = Counter(role for role in roles.values() if role != "sample")
    often = frame[assay or uniprot][freq > _OFTEN_MISSING].nunique()
    notes = (
        f"Olink {value}: {values['name'].nunique()} assays x {len(roles) - left.total()} samples; "
        f"{int(low.sum())} values below the limit "
        f"count as not detected; {int(warned.sum())} values carry a QC warning",
        *(
            [f"{often} assays are below the limit in more than half of the samples (MissingFreq)"]
            if often
            else []
        ),
        *(f"{count} samples left out: {role.replace('_', ' ')} of the kit" for role, count in left.items()),
        *marks,
    )
    batches = dict(zip(frame[sample].astype(str), frame[plate].astype(str), strict=True)) if plate else {}
    warnings: tuple[Problem, ...] = ()
    if warned.any():
        listed = ", ".join(list(dict.fromkeys(frame.loc[warned, sample].astype(str)))[:5])
        what = f"{int(warned.sum())} values carry a QC warning (samples {listed})."
        warnings = (
            Problem(
                source.name,
                None,
                qc[0],
                what,
                "They are kept and flagged; leave the samples out if in doubt.",
            ),
        )
    scale: Scale = "npx" if "npx" in value.casefold() else "concentration"
    return Measurements(
        value_frame(values),
        scale,
        roles,
        batches=batches,
        dropped=dropped,
        columns=_became(sample, assay, uniprot, value, lod, kind, plate, qc),
        notes=notes,
        warnings=warnings,
    )


def _became(
    sample: str,
    assay: str | None,
    uniprot: str | None,
    value: str,
    lod: str | None,
    kind: str | None,
    plate: str | None,
    qc: list[str],
) -> dict[str, str]:
    told = {sample: "sample", assay: "factor", uniprot: "accession", value: "amount (NPX)"}
    told |= {lod: "limit of detection", kind: "type of sample", plate: "batch"}
    return {c: role for c, role in told.items() if c} | dict.fromkeys(qc, "warnings of the instrument")


def _numbers(
    file: str, frame: pd.DataFrame, value: str, lod: str | None, missing: str | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[str, ...]]:
    columns = [c for c in (value, lod) if c]
    texts = {
        str(v) for c in columns if not pd.api.types.is_numeric_dtype(frame[c]) for v in frame[c].unique()
    }
    mark = decimal_mark(texts)
    if mark is None:
        raise refuse(file, "NPX or LOD mix decimal commas and points.", "Export with one decimal mark.")
    found = parse_numbers(frame[value], mark, EXPORT_MISSING)
    wrong = found.where("bad") | found.where("infinite") | found.where("limit")
    if wrong.any():
        at = np.flatnonzero(wrong)[:_MOST_LISTED]
        remedy = "Write a number, or leave the cell empty."
        raise InputRefused(
            [
                Problem(
                    file, int(frame.index[i]) + 2, value, f"'{frame[value].iloc[i]}' is not a number.", remedy
                )
                for i in at
            ]
        )
    empty = np.full(len(frame), np.nan)
    limits = parse_numbers(frame[lod], mark, EXPORT_MISSING).value if lod else empty
    freq = (
        parse_numbers(frame[missing].astype(str).str.rstrip("%"), mark, EXPORT_MISSING).value
        if missing
        else empty
    )
    if missing and frame[missing].astype(str).str.endswith("%").any():
        freq = freq / 100
    return found.value, limits, freq, ("decimal commas were read",) if mark == "," else ()


def _roles(file: str, frame: pd.DataFrame, sample: str, kind: str | None) -> dict[str, Role]:
    """Return the role of every sample: by its column, else the kit's controls by their names."""
    if kind is None:
        return {name: role_of_sample(name) for name in frame[sample].astype(str).unique()}
    pairs = frame[[sample, kind]].astype(str).drop_duplicates(sample)
    roles: dict[str, Role] = {}
    asked: dict[str, str] = {}
    for name, words in zip(pairs[sample], pairs[kind], strict=True):
        told = words.strip().casefold().replace(" ", "_")
        role = next(
            (r for pattern, r in _TYPES if pattern.fullmatch("" if told in ("nan", "na") else told)), None
        )
        if role is None:
            asked.setdefault(words, name)
        else:
            roles[name] = role
    if asked:
        remedy = "Write SAMPLE, or a control: NEGATIVE_CONTROL, PLATE_CONTROL, SAMPLE_CONTROL."
        raise InputRefused(
            [
                Problem(file, name, kind, f"'{words[:60]}' is no known type of a sample.", remedy)
                for words, name in asked.items()
            ]
        )
    return roles


def role_of_sample(name: str) -> Role:
    """Return whether a name without a stated type is one of the kit's controls.

    Olink files hold no standards; a sample may be called S1 or C1.

    Examples
    --------
    >>> role_of_sample("CONTROL_SAMPLE_AS 1"), role_of_sample("S1"), role_of_sample("C1")
    ('quality_control', 'sample', 'sample')
    """
    if not _KIT.fullmatch(name.strip()):
        return "sample"
    return "blank" if name.strip().casefold().startswith("neg") else "quality_control"
