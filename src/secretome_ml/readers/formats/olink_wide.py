"""Olink NPX, wide: assays in columns, samples in rows below Assay and OlinkID, limits last."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.readers.cell_numbers import EXPORT_MISSING, decimal_mark, parse_numbers
from secretome_ml.readers.formats.olink import INTERNAL, role_of_sample
from secretome_ml.readers.measurements import Measurements, Role, value_frame
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.source import Source

NAME = "olink_wide"

_ID = re.compile(r"OID\d+|OID\S+")
_LIMITS = ("max lod", "lod", "plate lod")
_TAIL = re.compile(
    r"(?:max |plate |fixed )?lod.*|missing data freq.*|normali[sz]ation.*|.*freq\.?|", re.IGNORECASE
)


def recognises(source: Source) -> bool:
    """Say whether rows named Assay and OlinkID stand above the samples."""
    first = [row[0].strip().casefold().replace(" ", "") for row in source.head[:12] if row]
    return "assay" in first and "olinkid" in first


def read(source: Source) -> Measurements:
    """Read the samples' NPX; values below the limit of the last rows count as not detected."""
    rows = source.rows()
    named = {
        cells[0].strip().casefold().replace(" ", ""): i
        for i, (_, cells) in reversed(list(enumerate(rows)))
        if cells
    }
    if not {"assay", "olinkid"} <= set(named):
        raise refuse(source.name, "The rows Assay and OlinkID are missing.", "Export the NPX again.")
    above = {key: rows[named[key]][1] for key in ("assay", "olinkid", "uniprotid") if key in named}
    width = max(len(cells) for _, cells in rows)
    above = {key: cells + [""] * (width - len(cells)) for key, cells in above.items()}
    described = ("plate id", "qc warning", "qc deviation")
    warning = [i for i, name in enumerate(above["assay"]) if name.casefold().startswith("qc warning")]
    plate = [i for i, name in enumerate(above["assay"]) if name.casefold().startswith("plate id")]
    assays = [
        i
        for i in range(1, width)
        if above["assay"][i]
        and not above["assay"][i].casefold().startswith(described)
        and (_ID.match(above["olinkid"][i]) or above.get("uniprotid", above["assay"])[i])
    ]
    internal = [i for i in assays if re.fullmatch(INTERNAL, above["assay"][i], re.IGNORECASE)]
    assays = [i for i in assays if i not in internal]
    body = [(line, cells + [""] * (width - len(cells))) for line, cells in rows[named["olinkid"] + 1 :]]
    tail = [(line, cells) for line, cells in body if _TAIL.fullmatch(cells[0].strip())]
    body = [(line, cells) for line, cells in body if not _TAIL.fullmatch(cells[0].strip())]
    if not body or not assays:
        raise refuse(source.name, "The table holds no assay or no sample.", "Export the NPX again.")
    mark = decimal_mark({cells[i] for _, cells in (*body, *tail) for i in assays})
    if mark is None:
        raise refuse(source.name, "NPX mix decimal commas and points.", "Export with one decimal mark.")
    limit = next((cells for n in _LIMITS for _, cells in tail if cells[0].strip().casefold() == n), None)
    samples = [cells[0].strip() for _, cells in body]
    twice = sorted(s for s, rows in Counter(samples).items() if rows > 1)
    if twice:
        raise refuse(source.name, f"The sample '{twice[0][:60]}' stands twice.", "Give each sample one row.")
    problems, parts, low = [], [], 0
    warned = [any(cells[w].strip().casefold() not in ("pass", "") for w in warning) for _, cells in body]
    for i in assays:
        found = parse_numbers(
            pd.Series([cells[i] for _, cells in body], dtype="object"), mark, EXPORT_MISSING
        )
        lod = (
            parse_numbers(pd.Series([limit[i]], dtype="object"), mark, EXPORT_MISSING).value[0]
            if limit
            else np.nan
        )
        problems += [
            Problem(
                source.name, body[int(k)][0], above["assay"][i], "The cell is not a number.", "Export again."
            )
            for k in np.flatnonzero(found.where("bad") | found.where("infinite"))[:20]
        ]
        below = found.value < lod
        low += int(below.sum())
        parts.append(
            pd.DataFrame(
                {
                    "sample": samples,
                    "name": above["assay"][i],
                    "accession": above["uniprotid"][i] if "uniprotid" in above else None,
                    "value": found.value,
                    "unit": "NPX",
                    "lod": lod,
                    "state": pd.Series("not_detected", index=range(len(body))).where(below),
                    "flag": pd.Series("QC warning", index=range(len(body))).where(np.array(warned)),
                }
            )[~np.isnan(found.value)]
        )
    if problems:
        raise InputRefused(problems)
    roles: dict[str, Role] = {s: role_of_sample(s) for s in samples}
    size = f"{len(assays)} assays x {len(samples)} samples"
    note = f"Olink NPX, wide: {size}; {low} values below the limit count as not detected"
    return Measurements(
        value_frame(pd.concat(parts)),
        "npx",
        roles,
        batches={cells[0].strip(): cells[plate[0]] for _, cells in body} if plate else {},
        dropped={"internal control of the assay": len(internal)} if internal else {},
        notes=(note,),
    )
