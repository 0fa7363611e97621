"""What was done to the cells: kind, agent, oxygen, hours.

A knocked-down gene is the opposite of an over-expressed one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from secretome_ml.features.block import Block, spread
from secretome_ml.features.columns import FeatureColumn
from secretome_ml.profiles.facts import interventions
from secretome_ml.profiles.profiles import Profiles


class PreconditioningBlock(Block):
    """Kinds, agent classes, agents and genes (signed), number of agents, oxygen and duration.

    All columns are 0 where the culture was stated to be standard. Oxygen and hours are NaN where they
    are not stated.
    """

    name = "preconditioning"

    def _describe(self, name: str) -> FeatureColumn:
        return FeatureColumn(name, _parent(name), "preconditioning")

    def _absent(self, names: list[str], profiles: Profiles) -> dict[str, pd.Series | float]:
        return dict.fromkeys(names, 0.0)

    def _encode(self, profiles: Profiles) -> pd.DataFrame:
        rows = interventions(profiles)
        samples = profiles.samples
        signed = [
            spread(
                rows.assign(column="preconditioning=" + rows["kind"]), samples, "column", "presence", "max"
            ),
            spread(
                rows.assign(column="agent_class=" + rows["agent_class"]), samples, "column", "presence", "max"
            ),
            spread(rows.assign(column="agent=" + rows["target"]), samples, "column", "direction", "sum"),
        ]
        genes = rows[rows["kind"] == "genetic_modification"]
        direction = genes.groupby("sample")["direction"].sum().reindex(samples)
        counts = rows[rows["direction"] != 0].groupby("sample").size().reindex(samples)
        whole = (
            pd.concat(
                [*signed, direction.rename("gene_direction"), counts.rename("preconditioning_agents")], axis=1
            )
            .astype(float)
            .fillna(0.0)
        )
        return pd.concat([whole, _doses(profiles)], axis=1)


def _doses(profiles: Profiles) -> pd.DataFrame:
    frame = profiles.preconditioning
    hypoxia = frame[frame["kind"] == "hypoxia"].groupby("sample")
    return pd.DataFrame(
        {
            "hypoxia_o2": hypoxia["o2_percent"].min().astype(float).reindex(profiles.samples),
            "hypoxia_log_hours": np.log1p(hypoxia["hours"].max().astype(float).reindex(profiles.samples)),
        }
    )


def _parent(name: str) -> str:
    """Return the agent, gene or kind behind a column; an agent is not the factor of the same name."""
    if name.startswith("hypoxia_"):
        return "hypoxia"
    if name.startswith("agent="):
        return f"{name.removeprefix('agent=')} treatment"
    if name in ("gene_direction", "preconditioning_agents"):
        return name.replace("_", " ")
    return name.split("=", 1)[1]
