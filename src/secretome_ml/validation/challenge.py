"""A challenger against a champion, on the same pairs and outcomes that neither had seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from secretome_ml.models.targets import Targets
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.trust.resampling import Estimate, mean_over_studies, study_draws
from secretome_ml.validation.metrics import outcome_losses, pair_hits, pair_losses

_LEVEL = 0.9
_DRAWS = 1000


@dataclass(frozen=True)
class Predictions:
    """What a model said of samples that it had not seen: two frames, samples by effects."""

    margin: pd.DataFrame
    probability: pd.DataFrame


@dataclass(frozen=True)
class Challenge:
    """How much better the challenger is; both numbers are above zero where it is.

    Parameters
    ----------
    concordance : Estimate
        Share of pairs in the right order, challenger minus champion.
    joint_loss : Estimate
        Joint log loss of outcomes and pairs, champion minus challenger.
    tolerance : float
        How far below zero the lower end of either interval may reach.
    """

    concordance: Estimate
    joint_loss: Estimate
    tolerance: float

    @property
    def failings(self) -> list[str]:
        """What keeps the challenger from passing, in words; empty when it passes."""
        found = []
        for what, gained in (("concordance", self.concordance), ("joint log loss", self.joint_loss)):
            if not gained.value > 0.0:
                found.append(f"in {what} it is no better ({figures(gained)})")
            elif not gained.low > -self.tolerance:
                found.append(f"in {what} it may be worse by more than {self.tolerance:g} ({figures(gained)})")
        return found


def challenge(
    challenger: Predictions,
    champion: Predictions,
    targets: Targets,
    groups: pd.Series,
    tolerance: float,
    seed: int = 0,
) -> Challenge:
    """Compare two models on the same samples; intervals are over resampled groups of studies.

    Parameters
    ----------
    challenger, champion : Predictions
        Predictions of the samples of `targets`, none of which its model was trained on.
    targets : Targets
        Labels.
    groups : pandas.Series
        Study to group of studies that repeat each other.
    tolerance : float
        How far below zero the lower end of either interval may reach.
    seed : int
        Seed of the draws.

    Raises
    ------
    ValueError
        If there is no decided pair or no tested outcome to compare on.
    """
    hits = [pair_hits(p.margin, targets) for p in (challenger, champion)]
    place = groups.reindex(hits[0]["study"]).to_numpy(dtype=object)
    if len(place) == 0 or targets.outcomes.notna().to_numpy().sum() == 0:
        raise ValueError("no decided pair, or no tested outcome")
    ahead = hits[0]["hit"].to_numpy(dtype=float) - hits[1]["hit"].to_numpy(dtype=float)
    concordance = mean_over_studies(ahead, place, _LEVEL, _DRAWS, seed)
    return Challenge(concordance, _joint_gain(challenger, champion, targets, groups, seed), tolerance)


def figures(gained: Estimate) -> str:
    """Return a difference with its interval, as it is shown.

    Examples
    --------
    >>> figures(Estimate(0.012, -0.003, 0.027, 510, 300))
    '+0.0120 (-0.0030 to +0.0270)'
    """
    return f"{gained.value:+.4f} ({gained.low:+.4f} to {gained.high:+.4f})"


def _joint_gain(
    challenger: Predictions, champion: Predictions, targets: Targets, groups: pd.Series, seed: int
) -> Estimate:
    """Return how much less the joint log loss is: outcomes and pairs count one half each, as in training."""
    of_outcomes = outcome_losses(champion.probability, targets) - outcome_losses(
        challenger.probability, targets
    )
    of_pairs = pair_losses(champion.margin, targets) - pair_losses(challenger.margin, targets)
    by_outcome = groups.reindex(study_of(of_outcomes.index.get_level_values("sample"))).astype(str)
    by_pair = groups.reindex(targets.comparisons["study"]).astype(str)
    names, member = np.unique(np.concatenate([by_outcome, by_pair]), return_inverse=True)
    taken = study_draws(len(names), _DRAWS, seed)
    count, half = len(of_outcomes), np.zeros(_DRAWS)
    for values, place in (
        (of_outcomes.to_numpy(dtype=float), member[:count]),
        (of_pairs, member[count:]),
    ):
        sizes = taken @ np.bincount(place, minlength=len(names))
        sums = taken @ np.bincount(place, values, len(names))
        half += 0.5 * np.divide(sums, sizes, where=sizes > 0, out=np.full(_DRAWS, np.nan))
    low, high = np.nanquantile(half, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    value = 0.5 * float(of_outcomes.mean()) + 0.5 * float(of_pairs.mean())
    return Estimate(value, float(low), float(high), len(member), len(names))
