"""Known roles, signed: which factors and conditions promote or inhibit an effect, each with its source."""

from __future__ import annotations

import hashlib
from functools import cache

import pandas as pd

from secretome_ml.paths import data_dir

_SIGN = {"promotes": 1.0, "inhibits": -1.0}
# A role is worth 1/3 to 1, after the strength of its evidence (1 indirect, 2 clear, 3 central).
_FULL_STRENGTH = 3.0


@cache
def factor_roles(without: tuple[str, ...] = ()) -> dict[tuple[str, str], float]:
    """Return (effect, factor) to signed role in -1..1; roles whose evidence is in `without` are left out.

    Examples
    --------
    >>> factor_roles()["angiogenic", "VEGFA"] > 0 > factor_roles()["angiogenic", "SERPINF1"]
    True
    """
    table = _read("roles.csv", without)
    return {(r["effect"], r["factor"]): _signed(r) for r in table.to_dict("records")}


@cache
def condition_roles(without: tuple[str, ...] = ()) -> dict[tuple[str, str, str], float]:
    """Return (effect, term kind, term) to signed role in -1..1, for conditions such as hypoxia."""
    table = _read("conditions.csv", without)
    return {(r["effect"], r["term_kind"], r["term"]): _signed(r) for r in table.to_dict("records")}


@cache
def knowledge_digest() -> str:
    """Return the SHA-256 of the vocabularies and roles that encoding depends on."""
    total = hashlib.sha256()
    for folder in ("vocabulary", "knowledge"):
        for path in sorted((data_dir() / folder).glob("*.csv")):
            total.update(path.name.encode())
            total.update(path.read_bytes())
    return total.hexdigest()


def _read(name: str, without: tuple[str, ...]) -> pd.DataFrame:
    table = pd.read_csv(data_dir() / "knowledge" / name, dtype={"strength": float})
    return table[~table["evidence"].isin(without)]


def _signed(row: dict[str, object]) -> float:
    return _SIGN[str(row["role"])] * float(str(row["strength"])) / _FULL_STRENGTH
