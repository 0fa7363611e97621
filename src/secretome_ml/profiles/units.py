"""Units: what a value is a measure of, and the factor to the unit that values are compared in."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from secretome_ml.core.paths import data_dir

Quantity = Literal[
    "concentration",
    "per_cells",
    "npx",
    "log2",
    "log10",
    "mfi",
    "intensity",
    "fold_change",
    "log2_fold_change",
    "state",
]

# Unit that each quantity is compared in.
CANONICAL: dict[str, str] = {
    "concentration": "pg/mL",
    "per_cells": "pg/10^6 cells/24 h",
    "npx": "NPX",
    "log2": "log2",
    "log10": "log10",
    "mfi": "MFI",
    "intensity": "intensity",
    "fold_change": "fold change",
    "log2_fold_change": "log2 fold change",
}
_MASS = {"fg": 1e-3, "pg": 1.0, "ng": 1e3, "ug": 1e6, "mcg": 1e6, "mg": 1e9, "g": 1e12}
_VOLUME = {"ml": 1.0, "l": 1e3, "dl": 1e2, "ul": 1e-3, "cc": 1.0, "mm3": 1e-3, "cm3": 1.0}
_MOLAR = {"fm": 1e-3, "pm": 1.0, "nm": 1e3, "um": 1e6, "mm": 1e9}
_PLAIN: dict[str, tuple[Quantity, float]] = {
    "npx": ("npx", 1.0),
    "pcnormalizednpx": ("npx", 1.0),
    "log2": ("log2", 1.0),
    "log2intensity": ("log2", 1.0),
    "log10": ("log10", 1.0),
    "mfi": ("mfi", 1.0),
    "fi": ("mfi", 1.0),
    "netmfi": ("mfi", 1.0),
    "rfu": ("mfi", 1.0),
    "intensity": ("intensity", 1.0),
    "lfq": ("intensity", 1.0),
    "ibaq": ("intensity", 1.0),
    "au": ("intensity", 1.0),
    "a.u.": ("intensity", 1.0),
    "foldchange": ("fold_change", 1.0),
    "fold": ("fold_change", 1.0),
    "fc": ("fold_change", 1.0),
    "ratio": ("fold_change", 1.0),
    "log2fc": ("log2_fold_change", 1.0),
    "log2foldchange": ("log2_fold_change", 1.0),
    "logfc": ("log2_fold_change", 1.0),
}
_CELLS = re.compile(
    r"(?P<mass>[a-z]+)/(?:(?P<mant>[\d.]+)x)?(?:10\^?\(?(?P<exp>\d{1,2})\)?|1e(?P<exp2>\d{1,2})|(?P<word>million|m))?"
    r"cells?(?:/ml)?(?:/(?P<hours>\d+(?:\.\d+)?)?(?P<time>h|hr|hrs|hours?|d|days?))?"
)
_CONCENTRATION = re.compile(
    r"(?P<mass>[a-z]+)/(?P<mant>\d+)?(?P<volume>[a-z]+\d?)(?:/(?P<hours>\d+)?(?P<time>h|hr|hrs|hours?|d|days?))?"
)
# `pg/h/10^6 cells`: the time may stand before the cells.
_TIME_FIRST = re.compile(r"/(?P<time>\d*(?:h|hr|hrs|hours?|d|days?))(?P<cells>/.*cells?)")
# What an amount may be given per, and cannot be converted from without a number that the unit does not hold.
_PER = (
    (r"protein|prot", "per protein", "times the protein of the medium per mL"),
    (r"particles?|vesicles?|evs?|exosomes?", "per vesicle", "times the vesicles per mL"),
    (r"dna", "per DNA", "times the DNA per mL"),
    (r"cells?", "per volume and cell", "as it is, or per cells alone, such as pg/10^6 cells/24 h"),
    (r"iu|u|units?|ru", "in units of activity", "by the activity of the assay's standard per mass"),
    (r"copies|cps|rpm|cpm|tpm|reads?", "in copies or reads", "as log2 of them: [log2]"),
    (r"well|flask|dish|cm2|cm\^2", "per vessel", "divided by the volume of its medium"),
)
_MOLES = re.compile(r"(?P<prefix>[fpnum]?)mol/l")
_STANDARD_HOURS = 24.0


@dataclass(frozen=True)
class Unit:
    """A unit read from text.

    Parameters
    ----------
    text : str
        As written.
    quantity : str
        What it measures.
    factor : float
        Value times factor = value in the canonical unit of the quantity.
    molar : bool
        Whether the molecular weight is needed: the factor then leads to pM.
    assumed : str or None
        What had to be assumed, in words.
    """

    text: str
    quantity: Quantity
    factor: float = 1.0
    molar: bool = False
    assumed: str | None = None


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> Unit | None:
    """Return the unit that a text names, or None when it is none that is known.

    Examples
    --------
    >>> parse_unit("ng/mL").factor, parse_unit("µg/L").factor, parse_unit("pg/10^6 cells").quantity
    (1000.0, 1000.0, 'per_cells')
    >>> parse_unit("pM").molar, parse_unit("furlong") is None
    (True, True)
    """
    try:
        unit = _parse_unit(text)
    except (ValueError, ZeroDivisionError, OverflowError):  # `pg/0 mL`, `pg/1.2.3x10^6 cells`
        return None
    return unit if unit is not None and 0.0 < unit.factor < math.inf else None


def _parse_unit(text: str) -> Unit | None:
    plain = _fold(text)
    if plain in _PLAIN:
        return Unit(text, *_PLAIN[plain])
    moles = _MOLES.fullmatch(plain)
    molar = f"{moles['prefix']}m" if moles else plain
    if molar in _MOLAR and (moles or text.strip()[-1] == "M"):
        return Unit(text, "concentration", _MOLAR[molar], molar=True)
    cells = _CELLS.fullmatch(plain)
    if cells and cells["mass"] in _MASS:
        return _per_cells(text, cells)
    found = _CONCENTRATION.fullmatch(plain)
    if found and found["mass"] in _MASS and found["volume"] in _VOLUME:
        volume = float(found["mant"] or 1) * _VOLUME[found["volume"]]
        factor, assumed = _MASS[found["mass"]] / volume, None
        if found["time"]:
            factor *= _STANDARD_HOURS / _hours(found)
            assumed = f"'{text}' is a rate; it was read as what gathers in 24 h"
        return Unit(text, "concentration", factor, assumed=assumed)
    return None


def why_no_unit(text: str) -> tuple[str, str]:
    """Return what is wrong with a unit that `parse_unit` does not know, and what to do.

    Examples
    --------
    >>> why_no_unit("pg/mg protein")[1]
    'Give it per volume, such as pg/mL: times the protein of the medium per mL.'
    """
    words = re.findall(r"[a-z]+[2\d^]*", text.casefold().rpartition("/")[2]) or [""]
    head = re.findall(r"[a-z]+", text.casefold().partition("/")[0]) or [""]
    for pattern, named, how in _PER:
        if any(re.fullmatch(pattern, w) for w in (*words, *head)):
            what = f"'{text[:40]}' is an amount {named} and cannot be converted."
            return what, f"Give it per volume, such as pg/mL: {how}."
    return f"'{text[:40]}' is no known unit.", "Write for instance pg/mL, ng/mL, pM, pg/10^6 cells or NPX."


def _per_cells(text: str, found: re.Match[str]) -> Unit:
    cells = float(found["mant"] or 1) * 10.0 ** float(
        found["exp"] or found["exp2"] or (6 if found["word"] else 0)
    )
    hours, assumed = _STANDARD_HOURS, f"'{text}' states no collection time; 24 h is assumed"
    if found["time"]:
        hours, assumed = _hours(found), ""
    factor = _MASS[found["mass"]] * 1e6 / cells * _STANDARD_HOURS / hours
    return Unit(text, "per_cells", factor, assumed=assumed or None)


def _hours(found: re.Match[str]) -> float:
    return float(found["hours"] or 1) * (24.0 if found["time"].startswith("d") else 1.0)


def _fold(text: str) -> str:
    """Return a unit without spelling habits: spaces, exponents, both micro signs, `per`, negative powers."""
    plain = text.strip().replace("µ", "u").replace("μ", "u").casefold()
    plain = plain.replace("⁶", "^6").replace("⁵", "^5").replace("⁻¹", "-1").replace("×", "x")
    plain = re.sub(r"\s*(?:per|/)\s*", "/", plain).replace("cells/ml", "cells/ml")
    plain = re.sub(r"\s*ml-1|\s*ml\^-1", "/ml", plain)
    plain = re.sub(r"[\s*]+", "", plain).replace("millioncells", "10^6cells").replace("10e6", "10^6")
    return _TIME_FIRST.sub(r"\g<cells>/\g<time>", plain)


@cache
def molecular_weights() -> dict[str, float]:
    """Return factor to molecular weight in kDa (of the precursor), from `data/reference`."""
    path = data_dir() / "reference" / "molecular_weights.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["factor"]: float(row["kilodalton"]) for row in csv.DictReader(stream)}
