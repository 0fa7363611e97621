"""Predictions beside the truth, pair by pair and outcome by outcome; models and rules compared on both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from secretome_ml.models.targets import Targets
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.trust.resampling import Estimate, mean_over_studies, ratio_over_studies
from secretome_ml.validation.cross_validation import OutOfFold
from secretome_ml.validation.metrics import pair_hits
from secretome_ml.validation.pair_kinds import SAME, pair_kinds

# Rules of thumb that need no training.
RULES = ("more preconditioning", "more factors")
Metric = Literal["concordance", "log_loss", "brier"]
_EDGE = 1e-6
_PAIR, _OUTCOME = ["effect", "arm", "than"], ["effect", "sample"]


@dataclass(frozen=True)
class Judged:
    """How a model did on every decided pair and every tested outcome, the mean over repeats.

    Parameters
    ----------
    pairs : pandas.DataFrame
        `effect, arm, than, study, group, hit`; a hit is 1, 0.5 at a tie, 0.
    outcomes : pandas.DataFrame
        `effect, sample, group, label, probability, loss, brier`; empty for a rule without probabilities.
    """

    pairs: pd.DataFrame
    outcomes: pd.DataFrame

    def values(self, metric: Metric, effect: str | None = None) -> pd.DataFrame:
        """Return one row per pair or outcome: its keys, `group` and `value`; of one effect, or of all."""
        table, column, keys = self._place(metric)
        kept = table if effect is None else table[table["effect"] == effect]
        return kept[[*keys, "group"]].assign(value=kept[column])

    def estimate(self, metric: Metric, effect: str | None = None, seed: int = 0) -> Estimate:
        """Return the mean of a metric with its interval over studies."""
        found = self.values(metric, effect)
        return mean_over_studies(found["value"], found["group"], seed=seed)

    def _place(self, metric: Metric) -> tuple[pd.DataFrame, str, list[str]]:
        if metric == "concordance":
            return self.pairs, "hit", _PAIR
        return self.outcomes, "loss" if metric == "log_loss" else "brier", _OUTCOME


def judge(found: OutOfFold, targets: Targets, groups: pd.Series) -> Judged:
    """Judge every repeat by itself and take the mean, so that averaging predictions flatters no model."""
    margins = [pd.concat([f.margin for f in folds]) for folds in found.parts]
    chances = [pd.concat([f.probability for f in folds]) for folds in found.parts]
    return judge_predictions(margins, chances, targets, groups)


def judge_predictions(
    margins: Sequence[pd.DataFrame], chances: Sequence[pd.DataFrame], targets: Targets, groups: pd.Series
) -> Judged:
    """Judge predictions of the same samples, one frame per repeat; `chances` may be empty."""
    inside = targets.take(targets.outcomes.index.intersection(margins[0].index))
    pairs = _mean([pair_hits(m, inside)[[*_PAIR, "study", "hit"]] for m in margins], [*_PAIR, "study"])
    pairs["group"] = groups.reindex(pairs["study"]).to_numpy(dtype=object)
    outcomes = _mean([_losses(c, inside) for c in chances], [*_OUTCOME, "label"])
    outcomes["group"] = groups.reindex(study_of(pd.Index(outcomes["sample"]))).to_numpy(dtype=object)
    return Judged(pairs, outcomes)


def difference(
    one: Judged, two: Judged, metric: Metric, effect: str | None = None, seed: int = 0
) -> Estimate:
    """Return one minus two on the pairs or outcomes that both have, with the interval over studies."""
    paired = _paired(one, two, metric, effect)
    return mean_over_studies(paired["value_one"] - paired["value_two"], paired["group"], seed=seed)


def reduction(
    one: Judged, base: Judged, metric: Metric, effect: str | None = None, seed: int = 0
) -> Estimate:
    """Return the share by which one lies below the base, e.g. log loss below that of prevalence."""
    paired = _paired(one, base, metric, effect)
    found = ratio_over_studies(paired["value_one"], paired["value_two"], paired["group"], seed=seed)
    return Estimate(1.0 - found.value, 1.0 - found.high, 1.0 - found.low, found.n, found.studies)


def _paired(one: Judged, two: Judged, metric: Metric, effect: str | None) -> pd.DataFrame:
    keys = _PAIR if metric == "concordance" else _OUTCOME
    other = two.values(metric, effect).drop(columns="group")
    return one.values(metric, effect).merge(other, on=keys, suffixes=("_one", "_two"))


def _mean(frames: list[pd.DataFrame], keys: list[str]) -> pd.DataFrame:
    if not frames:
        return pd.DataFrame(columns=[*keys, "probability", "loss", "brier"])
    return pd.concat(frames).groupby(keys, as_index=False, sort=False).mean()


def _losses(chance: pd.DataFrame, targets: Targets) -> pd.DataFrame:
    parts = []
    for effect in targets.effects:
        label = targets.binary(effect)
        p = chance.loc[label.index, effect].to_numpy(dtype=float).clip(_EDGE, 1.0 - _EDGE)
        truth = label.to_numpy(dtype=float)
        loss = -(truth * np.log(p) + (1.0 - truth) * np.log(1.0 - p))
        values = {
            "sample": label.index,
            "label": truth,
            "probability": p,
            "loss": loss,
            "brier": (p - truth) ** 2,
        }
        parts.append(pd.DataFrame({"effect": effect, **values}))
    return pd.concat(parts, ignore_index=True)


def rule_margin(rule: str, profiles: Profiles, effects: tuple[str, ...]) -> pd.DataFrame:
    """Return samples by effects: what the rule counts, the same for every effect."""
    rows = profiles.preconditioning if rule == RULES[0] else profiles.factors
    count = rows.groupby("sample").size().reindex(profiles.samples).fillna(0).astype(float)
    return pd.DataFrame(dict.fromkeys(effects, count), index=profiles.samples)


def right_by_kind(judged: Judged, profiles: Profiles) -> pd.DataFrame:
    """Return `kind, pairs, studies, ties, right, low, high`, the most frequent kind first."""
    kinds = pair_kinds(profiles, judged.pairs)
    rows = []
    for kind, part in judged.pairs.groupby(kinds.to_numpy()):
        found = mean_over_studies(part["hit"], part["group"])
        ties = int((part["hit"] == 0.5).sum())
        rows.append((str(kind), found.n, found.studies, ties, found.value, found.low, found.high))
    table = pd.DataFrame(rows, columns=["kind", "pairs", "studies", "ties", "right", "low", "high"])
    return table.sort_values("pairs", ascending=False, ignore_index=True)


def described_apart(judged: Judged, profiles: Profiles) -> Judged:
    """Return only the pairs whose two descriptions differ."""
    apart = (pair_kinds(profiles, judged.pairs) != SAME).to_numpy()
    return Judged(judged.pairs[apart], judged.outcomes)
