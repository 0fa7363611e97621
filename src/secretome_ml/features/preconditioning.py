"""What was done to the cells: kind, agent, oxygen, hours.

A knocked-down gene is the opposite of an over-expressed one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from secretome_ml.features.batch import Batch
from secretome_ml.features.block import Block, column_name, split_name
from secretome_ml.features.columns import Array, FeatureColumn
from secretome_ml.profiles.facts import interventions
from secretome_ml.profiles.profiles import Profiles


class PreconditioningBlock(Block):
    """Kinds, agent classes, agents and genes (signed), number of agents, oxygen and duration.

    All columns are 0 where the culture was stated to be standard. Oxygen and hours are NaN where they
    are not stated.
    """

    name = "preconditioning"
    # Group to the column of the interventions that it counts, and the term of a value.
    _GROUPS: ClassVar[dict[str, tuple[str, str]]] = {
        "preconditioning": ("kind", "{}"),
        "agent_class": ("agent_class", "{}"),
        "agent": ("target", "{} treatment"),
    }
    # Of the cells as a whole: the term of each column.
    _WHOLE: ClassVar[dict[str, str]] = {
        "gene_direction": "engineered gene, any",
        "preconditioning_agents": "number of agents",
    }
    _DOSES: ClassVar[dict[str, str]] = {"hypoxia_o2": "hypoxia", "hypoxia_log_hours": "hypoxia"}

    def _candidates(self, batch: Batch) -> list[FeatureColumn]:
        rows = batch.described.once("interventions", interventions)
        names = [
            column_name(group, str(value))
            for group, (column, _) in self._GROUPS.items()
            for value in sorted(rows[column].dropna().unique())
        ]
        return [self._column(name) for name in (*names, *self._WHOLE, *self._DOSES)]

    def _column(self, name: str) -> FeatureColumn:
        group, value = split_name(name)
        if value is None:
            term, prior = {**self._WHOLE, **self._DOSES}[group], self.known.prior(group)
            return FeatureColumn(name, term, "preconditioning", prior=prior)
        return FeatureColumn(name, self._GROUPS[group][1].format(value), "preconditioning")

    def _encode(self, batch: Batch, columns: Sequence[FeatureColumn]) -> Array:
        names = tuple(c.name for c in columns)
        found = batch.described.once((self.name, names), lambda profiles: self._described(batch, names))
        return found[:, batch.which]

    def _described(self, batch: Batch, names: Sequence[str]) -> Array:
        profiles = batch.described.profiles
        rows = batch.described.once("interventions", interventions)
        at = profiles.samples.get_indexer(rows["sample"])
        presence, direction = (rows[c].to_numpy(dtype=float) for c in ("presence", "direction"))
        found = np.zeros((len(names), len(profiles)))
        place = {name: i for i, name in enumerate(names)}
        for group, (column, _) in self._GROUPS.items():
            own = [place.get(column_name(group, str(v)), -1) for v in rows[column].to_numpy(dtype=object)]
            into = np.array(own, dtype=np.int64)
            kept = into >= 0
            add, amount = (np.add, direction) if group == "agent" else (np.maximum, presence)
            add.at(found, (into[kept], at[kept]), amount[kept])
        gene = (rows["kind"] == "genetic_modification").to_numpy()
        whole = {"gene_direction": np.where(gene, direction, 0.0), "preconditioning_agents": presence}
        for name, amount in whole.items():
            if name in place:
                np.add.at(found[place[name]], at, amount)
        for name, values in _doses(profiles).items():
            if name in place:
                found[place[name]] = values
        return found


def _doses(profiles: Profiles) -> dict[str, Array]:
    frame = profiles.preconditioning
    own = frame[(frame["kind"] == "hypoxia").fillna(False)]
    at = profiles.samples.get_indexer(own["sample"])
    oxygen, hours = (own[c].to_numpy(dtype=float, na_value=np.nan) for c in ("o2_percent", "hours"))
    least, longest = np.full(len(profiles), np.nan), np.full(len(profiles), np.nan)
    np.fmin.at(least, at, oxygen)
    np.fmax.at(longest, at, hours)
    return {"hypoxia_o2": least, "hypoxia_log_hours": np.log1p(longest)}
