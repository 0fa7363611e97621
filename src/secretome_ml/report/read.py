"""What was read from the input, as a page shows it: files, samples, names, levels, warnings."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from secretome_ml.profiles import Profiles
from secretome_ml.readers.check import InputReport, check_profiles
from secretome_ml.report.words import clean

# Longer tables would bury what is to be looked at.
MOST_SAMPLES, MOST_NAMES = 60, 40

_ROUTES = {
    "stated": "as the file states them",
    "control": "against the control",
    "published": "by their place among published amounts",
    "usual (expert prior)": "by their place among usual amounts (expert prior)",
    "the samples": "by their place among the samples of the file",
    "rank": "by rank within the sample",
    "amount not used": "present; nothing to hold their amount against",
}


def read_view(profiles: Profiles, important: Collection[str]) -> dict[str, Any]:
    """Return what a page tells about the input.

    Parameters
    ----------
    profiles : Profiles
        As `read_profiles` gives them.
    important : collection of str
        Factors that the model has a column for.
    """
    found = check_profiles(profiles, important=important)
    return {
        "files": [_origin(o.file, o.format, o.sheet, o.control) for o in profiles.origins],
        "cells": [(clean(name), clean(became)) for name, became in found.grouped_columns()],
        "scale": clean(found.scale),
        "worked": [(clean(sample), clean(way)) for sample, way in found.told_values()],
        "dropped": [(clean(reason), count) for reason, count in found.dropped.items()],
        "directions": _directions(found),
        "columns": _columns(found),
        "samples": [_sample(row) for row in found.samples[:MOST_SAMPLES]],
        "more_samples": max(0, len(found.samples) - MOST_SAMPLES),
        "names": [_name(row) for row in found.names[:MOST_NAMES]],
        "more_names": max(0, len(found.names) - MOST_NAMES),
        "levels": [(_ROUTES.get(k, clean(k.replace("_", " "))), v) for k, v in found.routes.items()],
        "units": [(clean(k), v) for k, v in found.units.items() if k != "no unit"],
        "limits": [(k, v) for k, v in found.limits.items() if v],
        "notes": [clean(note) for note in found.notes],
        "warnings": _warnings(found),
    }


def _origin(file: str, kind: str, sheet: str, control: str) -> dict[str, str]:
    return {
        "file": clean(file),
        "format": clean(kind.replace("_", " ")),
        "sheet": clean(sheet),
        "control": clean(control),
    }


def _directions(found: InputReport) -> dict[str, Any]:
    """Return the counts of levels up, down and otherwise, per sample."""
    rows = [
        {"name": clean(str(n)), "counts": counts} for n, *counts in (r.values() for r in found.directions)
    ]
    words = [str(word).replace("_", " ") for word in found.directions[0]][1:] if rows else []
    return {"words": words, "rows": rows[:MOST_SAMPLES], "more": max(0, len(rows) - MOST_SAMPLES)}


def _columns(found: InputReport) -> list[str]:
    names = list(found.samples[0])[1:] if found.samples else []
    return [n.replace("_", " ").replace("important measured", "share of the model's factors") for n in names]


def _sample(row: dict[str, object]) -> dict[str, Any]:
    name, *cells = row.values()
    shown = []
    for cell in cells:
        if isinstance(cell, float):
            shown.append(f"{100 * cell:.0f} %")
        else:
            shown.append("–" if cell is None else clean(str(cell).replace("_", " ")))
    return {"name": clean(str(name)), "cells": shown}


def _name(row: dict[str, object]) -> dict[str, str]:
    return {key: clean(str(row[key])) for key in ("name", "reason", "samples")}


def _warnings(found: InputReport) -> list[tuple[str, str]]:
    """Return each warning once, with all of its places."""
    places: dict[str, list[str]] = {}
    for warning in found.warnings:
        places.setdefault(clean(f"{warning.what} {warning.remedy}"), []).append(_place(warning))
    return [(words, "; ".join(dict.fromkeys(own))) for words, own in places.items()]


def _place(problem: Any) -> str:
    parts = [problem.file, f"row {problem.row}" if problem.row is not None else "", problem.column or ""]
    return clean(", ".join(str(p) for p in parts if p))
