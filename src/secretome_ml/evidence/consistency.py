"""What cannot be true together: rows that are well formed by themselves and contradict one another."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from secretome_ml.core.errors import Problem
from secretome_ml.evidence.corpus import Evidence
from secretome_ml.vocabulary import Terms

# A culture with as much oxygen as this is no hypoxia, whoever calls it so.
_ROOM_AIR, _MOST = 20.0, 21.0
_NUMBER = re.compile(r"\d*\.?\d+(?:[eE]-?\d+)?")
_PAIRED = (("preconditioning", "dose", "unit"), ("factors", "value", "unit"))
_OF_FACTOR = ["study", "arm", "name", "vs", "assay"]


def contradictions(evidence: Evidence) -> list[Problem]:
    """Return the rows that contradict another row, or themselves.

    Examples
    --------
    >>> from secretome_ml import load_evidence
    >>> contradictions(load_evidence())
    []
    """
    return [
        *_amounts(evidence),
        *_oxygen(evidence.preconditioning),
        *_factors(evidence.factors),
        *_outcomes(evidence.outcomes),
    ]


def _rows(table: str, where: pd.Series, column: str, what: str, remedy: str) -> Iterator[Problem]:
    for row in where.index[where.fillna(False).astype(bool)]:
        yield Problem(f"{table}.csv", int(row) + 2, column, what, remedy)


def _amounts(evidence: Evidence) -> Iterator[Problem]:
    for table, amount, unit in _PAIRED:
        frame = evidence.tables[table]
        alone = frame[amount].notna() != frame[unit].notna()
        yield from _rows(table, alone, unit, f"{amount} and {unit} go together.", "State both, or neither.")


def _oxygen(done: pd.DataFrame) -> Iterator[Problem]:
    hypoxic = done["kind"] == "hypoxia"
    air = hypoxic & done["o2_percent"].between(_ROOM_AIR, _MOST)
    yield from _rows("preconditioning", air, "o2_percent", "Room air is no hypoxia.", "Write the kind none.")
    known = done["kind"].isin(Terms().ids("preconditioning"))
    other = done["o2_percent"].notna() & known & ~done["kind"].isin(("hypoxia", "none"))
    what = "Oxygen belongs to hypoxia, not to this kind."
    yield from _rows("preconditioning", other, "o2_percent", what, "Add a row of the kind hypoxia.")
    none = done["kind"] == "none"
    yield from _rows(
        "preconditioning",
        none & done["agent"].notna(),
        "agent",
        "Standard culture has no agent.",
        "Name its kind.",
    )
    several = done.groupby(["study", "arm"])["kind"].transform("size") > 1
    what = "Standard culture stands beside a treatment of the same arm."
    yield from _rows("preconditioning", none & several, "kind", what, "Remove one of the rows.")


def _factors(factors: pd.DataFrame) -> Iterator[Problem]:
    absent = (factors["state"] == "not_detected") & (factors["value"] > 0)
    yield from _rows("factors", absent, "value", "What was not found has no value.", "Mend state or value.")
    own = factors["vs"] == factors["arm"]
    yield from _rows("factors", own, "vs", "The arm is compared with itself.", "Name the other arm.")
    again = factors.duplicated(_OF_FACTOR) & ~factors["name"].isna()
    what = "The factor stands in another row of the arm too, against the same and by the same assay."
    yield from _rows("factors", again, "name", what, "Keep one of the rows.")


def _outcomes(outcomes: pd.DataFrame) -> Iterator[Problem]:
    own = outcomes["vs"] == outcomes["arm"]
    yield from _rows("outcomes", own, "vs", "The arm is compared with itself.", "Name the control.")
    facts = [c for c in outcomes if c not in ("number", "result", "p_value", "effect_size")]
    again = outcomes.duplicated(facts)
    what = "The same readout stands in another row of the arm too."
    yield from _rows("outcomes", again, "result", what, "Keep one of the rows.")
    moved, wanted = outcomes["readout_direction"], outcomes["wanted_direction"]
    # Fewer vessels can be the aim; the result is then told of the vessels, not of the aim.
    told = moved.notna() & wanted.notna() & ~((outcomes["effect"] == "angiogenic") & (wanted == "decrease"))
    wrong = ((outcomes["result"] == "beneficial") & (moved != wanted)) | (
        (outcomes["result"] == "adverse") & ((moved == wanted) | (moved == "none"))
    )
    what = "The result does not agree with how the readout moved and which way was wanted."
    yield from _rows("outcomes", told & wrong, "result", what, "Mend the result or the directions.")
    chance = outcomes["p_value"].map(_first_number, na_action="ignore")
    yield from _rows(
        "outcomes", chance > 1, "p_value", "A p value is at most 1.", "Write it as the paper does."
    )


def _first_number(text: str) -> float:
    found = _NUMBER.search(str(text))
    return float(found[0]) if found else 0.0
