"""Signed knowledge per effect: role times level, summed over what is known of a preparation.

The parts of every sum are kept, so that an explanation can name the factor or condition behind it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.features.columns import FeatureColumn, TermKind
from secretome_ml.features.roles import Roles
from secretome_ml.profiles.facts import interventions
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.vocabulary import Terms, donor_state

PART_COLUMNS = ("sample", "column", "term", "kind", "value", "amount")

# What a level tells about a role: mere presence says little, a change says much.
_SHIFT = {2.0: 1.0, 1.0: 0.25, 0.0: -0.5, -1.0: -1.0}
_LEVELS = np.array([-1.0, 0.0, 1.0, 2.0])
_SHIFTS = np.array([_SHIFT[level] for level in _LEVELS])

# Roles that cancel each other sum to zero, not to what the order of the terms leaves of them: a tree might
# split just there.
_DECIMALS = 12

_TAKES_AWAY = ("depleted", "neutralised", "inhibited")
_COLUMNS: tuple[tuple[str, TermKind], ...] = (
    ("known_factors", "knowledge"),
    ("known_factors_measured", "knowledge"),
    ("known_genes", "knowledge"),
    ("known_agents", "knowledge"),
    ("known_blocking", "knowledge"),
    ("known_cells", "knowledge"),
    ("known_product", "knowledge"),
)

# Agents that take something away; without a stated role they count as a loss, and so does a factor
# that is removed. A gene without a known role counts as a gain: cells are engineered with what should help.
_INHIBITORS = (
    "kinase_inhibitor", "ev_release_inhibitor", "receptor_blocker", "enzyme_inhibitor",
    "neutralising_antibody", "nuclease", "protease", "inhibitor",
)  # fmt: skip
_UNKNOWN_GAIN = 0.4
_UNKNOWN_LOSS = -0.5


class KnowledgeBlock:
    """Signed sums of known roles, one set of columns per effect.

    Parameters
    ----------
    effects : tuple of str
        Effects to encode.
    roles : Roles
        What factors and conditions do.
    """

    name = "knowledge"

    def __init__(self, effects: tuple[str, ...], roles: Roles) -> None:
        self.effects = effects
        self.roles = roles

    @property
    def columns(self) -> list[FeatureColumn]:
        """The columns, the same for every effect."""
        return [FeatureColumn(name, name.replace("_", " "), kind, "each") for name, kind in _COLUMNS]

    def transform(self, profiles: Profiles, effect: str) -> pd.DataFrame:
        """Return samples by knowledge columns for one effect; NaN where nothing with a role is stated."""
        parts = self.parts(profiles, effect)
        wide = parts.pivot_table(index="sample", columns="column", values="amount", aggfunc="sum")
        whole = wide.reindex(index=profiles.samples, columns=[c.name for c in self.columns]).astype(float)
        return whole.round(_DECIMALS)

    def parts(self, profiles: Profiles, effect: str) -> pd.DataFrame:
        """Return one row per sample, column and term; the amounts of a column add up to its value."""
        rows = [
            *_factor_parts(profiles, effect, self.roles),
            *_agent_parts(profiles, effect, self.roles),
            *_blocking_parts(profiles, effect, self.roles),
            *_cell_parts(profiles, effect, self.roles),
        ]
        return _damped(pd.DataFrame(rows, columns=list(PART_COLUMNS)))


def _shifts(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return `np.interp(levels, _LEVELS, _SHIFTS)` as a sum of rises, which is faster for many."""
    found = np.full_like(levels, _SHIFTS[0])
    part = np.empty_like(levels)
    for start, stop, rise in zip(_LEVELS[:-1], _LEVELS[1:], np.diff(_SHIFTS), strict=True):
        np.clip(levels, start, stop, out=part)
        part -= start
        part *= rise / (stop - start)
        found += part
    return found


class FactorSums:
    """The columns of `_factor_parts` for many preparations at once, from levels alone.

    Parameters
    ----------
    factors : list of str
        Distinct factors, one per row of the levels.
    effects : tuple of str
        Effects to sum for.
    roles : Roles
        What factors do.
    """

    def __init__(self, factors: list[str], effects: tuple[str, ...], roles: Roles) -> None:
        self.effects = effects
        known = np.array([[roles.factors.get((e, f), np.nan) for f in factors] for e in effects])
        self._rows = np.flatnonzero(~np.isnan(known).all(axis=0))
        self._has = (~np.isnan(known[:, self._rows])).astype(float)
        self._roles = np.nan_to_num(known[:, self._rows])

    def columns(self, levels: NDArray[np.float64]) -> dict[str, dict[str, NDArray[np.float64]]]:
        """Return, per effect, `known_factors` and `known_factors_measured`, NaN where no factor has a role.

        Parameters
        ----------
        levels : array, factors by samples
            NaN = not measured.
        """
        own = levels[self._rows]
        measured = ~np.isnan(own)
        shift = np.where(measured, _shifts(own), 0.0)
        count = self._has @ measured.astype(float)
        changed = np.maximum(self._has @ np.abs(shift), 1.0)
        total = self._roles @ shift / np.sqrt(changed)
        return {
            effect: {
                "known_factors": np.where(n > 0, value.round(_DECIMALS), np.nan),
                "known_factors_measured": np.where(n > 0, np.log1p(n).round(_DECIMALS), np.nan),
            }
            for effect, value, n in zip(self.effects, total, count, strict=True)
        }


def _damped(parts: pd.DataFrame) -> pd.DataFrame:
    """Divide several genes, agents or targets of one sample by the root of their number: they overlap."""
    several = parts["column"].isin(("known_genes", "known_agents", "known_blocking"))
    number = parts.groupby(["sample", "column"])["amount"].transform("size")
    return parts.assign(amount=parts["amount"] / np.sqrt(number.where(several, 1)))


def _factor_parts(
    profiles: Profiles, effect: str, roles: Roles
) -> Iterator[tuple[str, str, str, str, object, float]]:
    """Yield role times shift of every factor, damped so that a panel of 1,000 does not drown the rest."""
    rows = profiles.factors[["sample", "factor", "level"]].dropna()
    levels = (
        rows.assign(level=rows["level"].astype(float))
        .groupby(["sample", "factor"], sort=False)["level"]
        .mean()
    )
    frame = levels.reset_index()
    frame["role"] = [roles.factors.get((effect, f), np.nan) for f in frame["factor"]]
    frame = frame.dropna(subset="role")
    frame["shift"] = np.interp(frame["level"], _LEVELS, _SHIFTS)
    changed = frame["shift"].abs().groupby(frame["sample"]).transform("sum")
    frame["amount"] = frame["role"] * frame["shift"] / np.sqrt(np.maximum(changed, 1.0))
    for row in frame.itertuples(index=False):
        yield row.sample, "known_factors", row.factor, "factor", row.level, row.amount
    for sample, count in frame.groupby("sample", sort=False).size().items():
        yield (
            str(sample),
            "known_factors_measured",
            "known factors measured",
            "knowledge",
            count,
            float(np.log1p(count)),
        )


def _agent_parts(
    profiles: Profiles, effect: str, roles: Roles
) -> Iterator[tuple[str, str, str, str, object, float]]:
    conditions = roles.conditions
    for row in interventions(profiles).itertuples(index=False):
        if row.direction == 0:
            continue
        target = row.target if isinstance(row.target, str) else None
        if row.kind == "genetic_modification" and target is not None:
            role = roles.factors.get((effect, target), _UNKNOWN_GAIN)
            yield (
                row.sample,
                "known_genes",
                f"{target} gene",
                "preconditioning",
                row.direction,
                role * row.direction,
            )
            continue
        own, group, kind = (
            ("agent", target),
            ("agent_class", row.agent_class),
            ("preconditioning_kind", row.kind),
        )
        inhibits = row.agent_class in _INHIBITORS
        # An agent is told first by itself, then by its class; where none is named, the kind says more.
        keys = (kind, group) if target is None else (own, group) if inhibits else (own, group, kind)
        known = (conditions[effect, k, t] for k, t in keys if t and (effect, k, t) in conditions)
        role = next(known, _UNKNOWN_LOSS if inhibits else 0.0)
        if row.direction < 0 and target is not None:
            role = roles.factors.get((effect, target), _UNKNOWN_GAIN)
        term = f"{target} treatment" if target else row.kind
        yield row.sample, "known_agents", term, "preconditioning", row.direction, role * row.direction


def _blocking_parts(
    profiles: Profiles, effect: str, roles: Roles
) -> Iterator[tuple[str, str, str, str, object, float]]:
    conditions = roles.conditions
    for row in profiles.manipulations.itertuples(index=False):
        target = row.target if isinstance(row.target, str) else None
        sign = -1.0 if row.kind in _TAKES_AWAY else 1.0 if row.kind == "added" else 0.0
        if target is not None:
            amount = sign * roles.factors.get((effect, target), _UNKNOWN_GAIN)
        else:
            amount = conditions.get((effect, "manipulation", str(row.kind)), _UNKNOWN_LOSS)
        term = f"{target} {row.kind}" if target else str(row.kind)
        yield row.sample, "known_blocking", term, "product", sign, amount


def _cell_parts(
    profiles: Profiles, effect: str, roles: Roles
) -> Iterator[tuple[str, str, str, str, object, float]]:
    conditions, terms = roles.conditions, Terms()
    for sample, row in profiles.context.iterrows():
        stated = []
        if isinstance(row["cell_type"], str):
            stated.append(("cell_type_class", terms.cell_class(row["cell_type"]), "cell_source"))
        if isinstance(row["donor"], str):
            stated += [("donor_state", state, "context") for state in sorted(donor_state(row["donor"]))]
        for column in ("product", "culture"):
            if isinstance(row[column], str):
                stated.append((column, row[column], "product" if column == "product" else "context"))
        for kind, term, shown in stated:
            amount = conditions.get((effect, kind, str(term)))
            if amount is not None:
                column = "known_product" if kind in ("product", "culture") else "known_cells"
                yield str(sample), column, f"{kind}={term}", shown, 1.0, amount
