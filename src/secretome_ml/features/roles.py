"""Known roles, signed: which factors and conditions promote or inhibit an effect, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self, TypeVar, cast

import pandas as pd

from secretome_ml.core.paths import data_dir
from secretome_ml.recipe import KNOWLEDGE

_SIGN = {"promotes": 1.0, "inhibits": -1.0}
# A role is worth 1/3 to 1, after the strength of its evidence (1 indirect, 2 clear, 3 central).
_FULL_STRENGTH = 3.0
_DECIMALS = 9

Key = TypeVar("Key", bound=tuple[str, ...])


@dataclass(frozen=True)
class Roles:
    """Signed roles in -1..1, as an encoder uses them and its bundle keeps them.

    Parameters
    ----------
    factors : mapping of (effect, factor) to float
        What a factor does, secreted by such cells or engineered into them.
    conditions : mapping of (effect, term kind, term) to float
        What a condition such as hypoxia, a donor state or a product does.
    """

    factors: Mapping[tuple[str, str], float]
    conditions: Mapping[tuple[str, str, str], float]

    def state(self, effects: tuple[str, ...]) -> dict[str, Any]:
        """Return the roles of these effects as plain JSON values."""
        return {
            effect: {
                "factors": {f: v for (e, f), v in sorted(self.factors.items()) if e == effect},
                "conditions": [[k, t, v] for (e, k, t), v in sorted(self.conditions.items()) if e == effect],
            }
            for effect in effects
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Rebuild the roles."""
        return cls(
            {(e, str(f)): float(v) for e, own in state.items() for f, v in own["factors"].items()},
            {(e, str(k), str(t)): float(v) for e, own in state.items() for k, t, v in own["conditions"]},
        )


@cache
def known_roles(without: tuple[str, ...] = (), borrowed: float = KNOWLEDGE["borrowed_role"]) -> Roles:
    """Return the roles of the shipped tables; those whose evidence is in `without` are left out.

    What is known for related effects alone is borrowed from them: a factor that grows vessels and keeps cells
    alive is believed to help a heart, until the studies say otherwise.

    Parameters
    ----------
    without : tuple of str
        Kinds of evidence whose roles are left out.
    borrowed : float
        Share of its worth that a borrowed role keeps; 0 borrows nothing.

    Examples
    --------
    >>> roles = known_roles()
    >>> roles.factors["angiogenic", "VEGFA"] > 0 > roles.factors["angiogenic", "SERPINF1"]
    True
    >>> ("renoprotective", "donor_state", "diabetic") in known_roles(borrowed=0.0).conditions
    False
    >>> roles.conditions["renoprotective", "donor_state", "diabetic"] < 0
    True
    """
    factors, conditions = (_read(name, without) for name in ("roles.csv", "conditions.csv"))
    return Roles(
        _with_borrowed({(r["effect"], r["factor"]): _signed(r) for r in factors}, borrowed),
        _with_borrowed({(r["effect"], r["term_kind"], r["term"]): _signed(r) for r in conditions}, borrowed),
    )


def _with_borrowed(own: dict[Key, float], share: float) -> dict[Key, float]:
    """Return roles by (effect, what it is), with those that related effects lend.

    Lent is the mean over the related effects for which something is known, by how near they are.
    """
    by_thing: dict[tuple[str, ...], dict[str, float]] = {}
    for key, role in own.items():
        by_thing.setdefault(key[1:], {})[key[0]] = role
    found = dict(own)
    for thing, told in by_thing.items():
        for effect, near in _related().items():
            lenders = {related: weight for related, weight in near.items() if related in told}
            if effect in told or not lenders or not share:
                continue
            mean = sum(w * told[e] for e, w in lenders.items()) / sum(lenders.values())
            role = round(share * mean, _DECIMALS)
            if role:
                found[cast(Key, (effect, *thing))] = role
    return found


@cache
def _related() -> dict[str, dict[str, float]]:
    """Return, per effect, the effects that it borrows from, and how near each is."""
    table = pd.read_csv(data_dir() / "knowledge" / "related_effects.csv")
    near: dict[str, dict[str, float]] = {}
    for effect, related, weight in zip(table["effect"], table["related"], table["weight"], strict=True):
        near.setdefault(str(effect), {})[str(related)] = float(weight)
    return near


@dataclass(frozen=True)
class Known:
    """What is known before any study is seen; an encoder keeps it, and so does its bundle.

    Parameters
    ----------
    roles : Roles
        What factors and conditions are known to do.
    constants : mapping of str to float
        What a level tells about a role, what unknown roles count as, and the prior weights of sums; see
        `secretome_ml.recipe.KNOWLEDGE`.
    """

    roles: Roles = field(default_factory=lambda: known_roles())
    constants: Mapping[str, float] = field(default_factory=lambda: dict(KNOWLEDGE))

    def prior(self, column: str) -> float:
        """Return the weight that an informed model gives a column before it has seen a study."""
        return self.constants.get(f"prior_{column}", 0.0)


def _read(name: str, without: tuple[str, ...]) -> list[dict[str, Any]]:
    table = pd.read_csv(data_dir() / "knowledge" / name, dtype={"strength": float})
    kept: list[dict[str, Any]] = table[~table["evidence"].isin(without)].to_dict("records")
    return kept


def _signed(row: dict[str, Any]) -> float:
    return round(_SIGN[str(row["role"])] * float(row["strength"]) / _FULL_STRENGTH, _DECIMALS)
