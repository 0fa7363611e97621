"""What was done to the cells: kind, agent, oxygen, hours.

A knocked-down gene is the opposite of an over-expressed one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from secretome_ml.features.batch import Batch
from secretome_ml.features.block import Block, column_name
from secretome_ml.features.columns import Array, FeatureColumn
from secretome_ml.profiles.facts import TAKING_CLASSES, interventions
from secretome_ml.profiles.profiles import Profiles

# Anoxia is written as 0 %: counted as the deepest that incubators hold.
_LEAST_OXYGEN = 0.1


class PreconditioningBlock(Block):
    """Kinds, agent classes, agents and genes (signed), number of agents, oxygen and duration.

    All columns are 0 where the culture was stated to be standard. Oxygen and hours of hypoxia are counted
    from the typical ones, which stand where a source states none: unstated is typical, and never zero.
    """

    name = "preconditioning"
    # Group to the column of the interventions that it counts.
    _GROUPS: ClassVar[dict[str, str]] = {
        "preconditioning": "kind",
        "agent_class": "agent_class",
        "agent": "target",
    }
    # Of the cells as a whole, and of hypoxia.
    _WHOLE: ClassVar[tuple[str, ...]] = (
        "gene_direction", "preconditioning_agents", "hypoxia_depth", "hypoxia_log_hours",
    )  # fmt: skip

    @property
    def _typical(self) -> tuple[float, float]:
        constants = self.known.constants
        return constants["typical_hypoxia_o2"], constants["typical_hypoxia_hours"]

    def _candidates(self, batch: Batch) -> list[FeatureColumn]:
        rows = batch.described.once("interventions", interventions)
        names = [
            column_name(group, str(value))
            for group, column in self._GROUPS.items()
            for value in sorted(rows[column].dropna().unique())
        ]
        return [self._column(name) for name in (*names, *self._WHOLE)]

    def _column(self, name: str) -> FeatureColumn:
        prior = self.known.prior(name) if name in self._WHOLE else 0.0
        return FeatureColumn(name, "preconditioning", prior=prior)

    def _encode(self, batch: Batch, columns: Sequence[FeatureColumn]) -> Array:
        names = tuple(c.name for c in columns)
        found = batch.described.once((self.name, names), lambda profiles: self._described(batch, names))
        return found[:, batch.which]

    def _described(self, batch: Batch, names: Sequence[str]) -> Array:
        profiles = batch.described.profiles
        rows = batch.described.once("interventions", interventions)
        at = profiles.samples.get_indexer(rows["sample"])
        presence, direction = (rows[c].to_numpy(dtype=float) for c in ("presence", "direction"))
        # What takes something away is no treatment that was added: it never gains as "an agent".
        added = presence * (direction > 0) * ~rows["agent_class"].isin(TAKING_CLASSES).to_numpy()
        found = np.zeros((len(names), len(profiles)))
        place = {name: i for i, name in enumerate(names)}
        for group, column in self._GROUPS.items():
            own = [place.get(column_name(group, str(v)), -1) for v in rows[column].to_numpy(dtype=object)]
            into = np.array(own, dtype=np.int64)
            kept = into >= 0
            add, amount = {
                "preconditioning": (np.maximum, added),
                "agent_class": (np.maximum, presence),
                "agent": (np.add, direction),
            }[group]
            add.at(found, (into[kept], at[kept]), amount[kept])
        gene = (rows["kind"] == "genetic_modification").to_numpy()
        whole = {"gene_direction": np.where(gene, direction, 0.0), "preconditioning_agents": added}
        for name, amount in whole.items():
            if name in place:
                np.add.at(found[place[name]], at, amount)
        for name, values in _doses(profiles, self._typical).items():
            if name in place:
                found[place[name]] = values
        return found


def _doses(profiles: Profiles, typical: tuple[float, float]) -> dict[str, Array]:
    """Return how much deeper and longer than typical hypoxia is, in logarithms; 0 where it is not stated."""
    frame = profiles.preconditioning
    own = frame[(frame["kind"] == "hypoxia").fillna(False)]
    at = profiles.samples.get_indexer(own["sample"])
    oxygen, hours = (own[c].to_numpy(dtype=float, na_value=np.nan) for c in ("o2_percent", "hours"))
    least, longest = np.full(len(profiles), np.nan), np.full(len(profiles), np.nan)
    np.fmin.at(least, at, np.maximum(oxygen, _LEAST_OXYGEN))
    np.fmax.at(longest, at, hours)
    depth, duration = np.log2(typical[0] / least), np.log1p(longest) - np.log1p(typical[1])
    return {"hypoxia_depth": np.nan_to_num(depth), "hypoxia_log_hours": np.nan_to_num(duration)}
