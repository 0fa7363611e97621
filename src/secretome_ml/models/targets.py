"""What the studies report, as labels: outcomes masked where not tested, and comparisons between arms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.evidence import Evidence
from secretome_ml.profiles.from_evidence import study_of

_DIRECTION = {"higher": 1.0, "equal": 0.0, "lower": -1.0}


@dataclass(frozen=True)
class Targets:
    """Labels of a set of samples.

    Parameters
    ----------
    outcomes : pandas.DataFrame
        Samples by effects: the share of readouts that were beneficial, 0 to 1; NaN = not tested.
    weights : pandas.Series
        Evidence strength of each sample's study.
    comparisons : pandas.DataFrame
        One row per compared pair: `effect`, `arm`, `than` (sample names), `direction` (1 higher,
        0 equal, -1 lower, between where readouts disagree), `study`, `weight`.
    """

    outcomes: pd.DataFrame
    weights: pd.Series
    comparisons: pd.DataFrame

    @property
    def effects(self) -> tuple[str, ...]:
        """Effects, in column order."""
        return tuple(self.outcomes.columns)

    @property
    def studies(self) -> NDArray[np.object_]:
        """Study of each sample: the unit that no split divides."""
        return study_of(self.outcomes.index)

    def binary(self, effect: str) -> pd.Series:
        """Return 1 (beneficial) or 0 (null or adverse) per tested sample; an even split is left out."""
        share = self.outcomes[effect].dropna()
        return (share[share != 0.5] > 0.5).astype(int)

    def take(self, samples: pd.Index) -> Targets:
        """Return the labels of the named samples; a comparison stays when both of its arms do."""
        pairs = self.comparisons
        inside = pairs["arm"].isin(samples) & pairs["than"].isin(samples)
        return Targets(
            self.outcomes.loc[samples], self.weights.loc[samples], pairs[inside].reset_index(drop=True)
        )


def targets_from_evidence(
    evidence: Evidence, effects: tuple[str, ...], basis_weights: Mapping[str, float] | None = None
) -> Targets:
    """Return the labels of every arm of the evidence.

    Parameters
    ----------
    evidence : Evidence
        Published studies.
    effects : tuple of str
        Effects to label.
    basis_weights : mapping of str to float, optional
        Weight of a study by what its facts were read from; default 1 for all.
    """
    arms = evidence.arms
    samples = pd.Index(arms["study"] + "/" + arms["arm"], name="sample").astype(str)
    outcomes = evidence.outcomes.assign(
        sample=evidence.outcomes["study"] + "/" + evidence.outcomes["arm"],
        good=(evidence.outcomes["result"] == "beneficial").astype(float),
    )
    share = outcomes.pivot_table(index="sample", columns="effect", values="good", aggfunc="mean")
    share = share.reindex(index=samples, columns=list(effects)).astype(float).rename_axis(columns=None)
    strength = (
        evidence.studies.set_index("study")["basis"].map(dict(basis_weights or {})).fillna(1.0).astype(float)
    )
    weights = pd.Series(strength.reindex(study_of(samples)).to_numpy(dtype=float), index=samples)
    return Targets(share, weights, _comparisons(evidence, effects, strength))


def _comparisons(evidence: Evidence, effects: tuple[str, ...], strength: pd.Series) -> pd.DataFrame:
    """Return one row per pair and effect; where readouts disagree, the direction is their mean."""
    pairs = evidence.comparisons[evidence.comparisons["effect"].isin(effects)]
    arm, than = (pairs["study"] + "/" + pairs[c] for c in ("arm", "than"))
    direction = pairs["direction"].map(_DIRECTION).astype(float)
    turned = (arm > than).astype(bool)
    table = pd.DataFrame(
        {
            "effect": pairs["effect"].astype(str),
            "arm": arm.where(~turned, than).astype(str),
            "than": than.where(~turned, arm).astype(str),
            "study": pairs["study"].astype(str),
            "direction": direction.where(~turned, -direction),
            "weight": strength.reindex(pairs["study"]).to_numpy(dtype=float),
        }
    )
    return table.groupby(["effect", "arm", "than", "study"], as_index=False, sort=False).mean()
