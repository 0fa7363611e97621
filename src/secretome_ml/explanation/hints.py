"""Cargo that asks for a second look: factors found that may drive tumours, clotting, scars or inflammation.

Hints, not predictions: that a factor is there says nothing about how much of it acts. A role that opposes an
effect is such a hint (`data/knowledge/roles.csv`); what no effect covers stands in `hints.csv` beside it.
"""

from __future__ import annotations

import csv
from functools import cache

import pandas as pd

from secretome_ml.core.paths import data_dir
from secretome_ml.profiles.profiles import Profiles

HINTS = ("pro-tumour", "coagulation", "pro-fibrotic", "pro-inflammatory")
HINT_COLUMNS = ("sample", "hint", "factor", "state", "evidence", "source", "note")
# The effect that a hint's factors oppose, and the least strength of the role that is worth a hint.
_OPPOSED = {"antitumor": ("pro-tumour", 1), "anti_fibrotic": ("pro-fibrotic", 2),
            "anti_inflammatory": ("pro-inflammatory", 2)}  # fmt: skip


@cache
def hint_roles() -> pd.DataFrame:
    """Return every hint with its factor and source: `hint, factor, evidence, source, note`.

    Examples
    --------
    >>> roles = hint_roles()
    >>> roles.loc[(roles["factor"] == "F3"), "hint"].tolist()
    ['coagulation']
    """
    folder = data_dir() / "knowledge"
    with (folder / "hints.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with (folder / "roles.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            hint, least = _OPPOSED.get(row["effect"], ("", 0))
            if hint and row["role"] == "inhibits" and int(row["strength"]) >= least:
                rows.append({"hint": hint, **{c: row[c] for c in ("factor", "evidence", "source", "note")}})
    table = pd.DataFrame(rows, columns=["hint", "factor", "evidence", "source", "note"])
    return table.drop_duplicates(["hint", "factor"], ignore_index=True)


def hints(profiles: Profiles) -> pd.DataFrame:
    """Return the hints of every sample, columns `HINT_COLUMNS`, by what was measured and found alone.

    Examples
    --------
    >>> from secretome_ml.design.start import read_start
    >>> found = hints(read_start("cell_type=MSC; F3=detected; HGF=elevated; TGFB1=not_detected"))
    >>> found[["hint", "factor", "state"]].values.tolist()
    [['coagulation', 'F3', 'detected']]
    """
    rows = profiles.factors[["sample", "factor", "state", "level"]].dropna(subset=["factor", "level"])
    there = rows[rows["level"].astype(float) > 0.0].drop_duplicates(["sample", "factor"])
    found = there.merge(hint_roles(), on="factor")
    order = {hint: i for i, hint in enumerate(HINTS)}
    place = {str(s): i for i, s in enumerate(profiles.samples)}
    keys = pd.DataFrame({"s": found["sample"].map(place), "h": found["hint"].map(order)})
    keys["up"] = (found["level"].astype(float) < 1.5).to_numpy()
    at = keys.sort_values(["s", "h", "up"], kind="stable").index
    return found.loc[at, list(HINT_COLUMNS)].reset_index(drop=True)


def hint_words(found: pd.DataFrame) -> dict[str, list[tuple[str, str]]]:
    """Return, per sample, each hint with its factors as words: `TGFB1 (elevated), IL6`."""
    told: dict[str, list[tuple[str, str]]] = {}
    for (sample, hint), own in found.groupby(["sample", "hint"], sort=False):
        words = [
            f + (" (elevated)" if s == "elevated" else "")
            for f, s in zip(own["factor"], own["state"], strict=False)
        ]
        told.setdefault(str(sample), []).append((str(hint), ", ".join(words)))
    return told
