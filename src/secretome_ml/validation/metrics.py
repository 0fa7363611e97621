"""Metrics per effect, each with its interval over resampled studies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.models.targets import Targets
from secretome_ml.profiles.from_evidence import study_of

Array = NDArray[np.float64]
METRIC_COLUMNS = ("effect", "metric", "value", "low", "high", "n", "studies")

OUTCOME_METRICS = ("auroc", "average_precision_rarer", "log_loss", "brier")

# Metrics for which more is better; for the others less is.
HIGHER_IS_BETTER = {"auroc", "average_precision_rarer", "concordance"}
_EDGE = 1e-6


def evaluate_predictions(
    margin: pd.DataFrame,
    probability: pd.DataFrame,
    targets: Targets,
    level: float = 0.9,
    draws: int = 300,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the metrics of out-of-fold predictions.

    Parameters
    ----------
    margin, probability : pandas.DataFrame
        Samples by effects.
    targets : Targets
        Labels of the same samples.
    level : float
        Level of the bootstrap interval over studies.
    draws : int
        Bootstrap draws.
    seed : int
        Seed of the draws.

    Returns
    -------
    pandas.DataFrame
        Columns `METRIC_COLUMNS`; the effect `all` holds the concordance over all effects. A metric
        that its data cannot give (one class only) is NaN.
    """
    rows = []
    hits = pair_hits(margin, targets)
    for effect in targets.effects:
        own = hits[hits["effect"] == effect]
        rows.append((effect, "concordance", *_concordance(own, level, draws, seed)))
        label = targets.binary(effect)
        if label.empty:
            rows += [(effect, metric, np.nan, np.nan, np.nan, 0, 0) for metric in OUTCOME_METRICS]
            continue
        chance = probability.loc[label.index, effect].to_numpy(dtype=float).clip(_EDGE, 1 - _EDGE)
        score = margin.loc[label.index, effect].to_numpy(dtype=float)
        weights = _study_weights(study_of(label.index), draws, seed)
        for metric, values in _outcome_metrics(label.to_numpy(dtype=float), score, chance, weights).items():
            rows.append((effect, metric, *_with_interval(values, level), len(label), weights.studies))
    rows.append(("all", "concordance", *_concordance(hits, level, draws, seed)))
    return pd.DataFrame(rows, columns=list(METRIC_COLUMNS))


def pair_hits(margin: pd.DataFrame, targets: Targets) -> pd.DataFrame:
    """Return, per decided comparison, 1 where the better arm has the higher score, 0.5 at a tie, else 0."""
    pairs = targets.comparisons[targets.comparisons["direction"] != 0].copy()
    gap = [
        margin.at[a, e] - margin.at[b, e]
        for a, b, e in zip(pairs["arm"], pairs["than"], pairs["effect"], strict=True)
    ]
    pairs["gap"] = np.array(gap, dtype=float) * np.sign(pairs["direction"].to_numpy())
    pairs["hit"] = np.where(np.abs(pairs["gap"]) < 1e-9, 0.5, (pairs["gap"] > 0).astype(float))
    return pairs


def outcome_losses(probability: pd.DataFrame, targets: Targets) -> pd.Series:
    """Return the log loss of every tested outcome, indexed by effect and sample."""
    found = {}
    for effect in targets.effects:
        share = targets.outcomes[effect].dropna()
        chance = probability.loc[share.index, effect].clip(_EDGE, 1 - _EDGE)
        found[effect] = -(share * np.log(chance) + (1 - share) * np.log(1 - chance))
    return pd.concat(found, names=["effect", "sample"])


def pair_losses(margin: pd.DataFrame, targets: Targets) -> Array:
    """Return the log loss of every comparison, equal ones included, by the difference of the margins."""
    pairs = targets.comparisons
    values, effect_of = margin.to_numpy(dtype=float), margin.columns.get_indexer(pairs["effect"])
    first, second = (values[margin.index.get_indexer(pairs[side]), effect_of] for side in ("arm", "than"))
    gap = first - second
    wins = (pairs["direction"].to_numpy(dtype=float) + 1.0) / 2.0
    losses: Array = np.logaddexp(0.0, gap) - wins * gap
    return losses


@dataclass(frozen=True)
class _Weights:
    """How often each draw of studies holds each observation: the first row is the sample as it is."""

    counts: Array
    studies: int


def _study_weights(studies: NDArray[np.object_], draws: int, seed: int) -> _Weights:
    """Return (1 + draws) by observations; a bootstrap draw takes whole studies."""
    names, member = np.unique(studies.astype(str), return_inverse=True)
    if len(names) == 0:
        return _Weights(np.zeros((1 + draws, 0)), 0)
    generator = np.random.default_rng(seed)
    drawn = generator.integers(len(names), size=(draws, len(names)))
    counts = np.stack([np.bincount(row, minlength=len(names)) for row in drawn])
    return _Weights(np.vstack([np.ones(len(member)), counts[:, member]]), len(names))


def _outcome_metrics(label: Array, score: Array, chance: Array, weights: _Weights) -> dict[str, Array]:
    """Return every metric of outcomes, one value per draw; all draws at once, equal to scikit-learn's."""
    counts = weights.counts
    rarer = 0.0 if label.mean() >= 0.5 else 1.0
    towards = score if rarer == 1.0 else -score
    loss = -(label * np.log(chance) + (1.0 - label) * np.log(1.0 - chance))
    return {
        "auroc": _auroc(label, score, counts),
        "average_precision_rarer": _average_precision(label == rarer, towards, counts),
        "log_loss": _mean(loss, counts),
        "brier": _mean((chance - label) ** 2, counts),
    }


def _mean(values: Array, counts: Array) -> Array:
    total = counts.sum(axis=1)
    mean: Array = np.divide(counts @ values, total, out=np.full(len(counts), np.nan), where=total > 0)
    return mean


def _auroc(label: Array, score: Array, counts: Array) -> Array:
    """Return the share of (positive, negative) pairs in the right order, ties half."""
    up, down = label == 1, label == 0
    order = (np.sign(score[up][:, None] - score[down][None, :]) + 1.0) / 2.0
    right = np.einsum("di,ij,dj->d", counts[:, up], order, counts[:, down], optimize=True)
    pairs = counts[:, up].sum(axis=1) * counts[:, down].sum(axis=1)
    area: Array = np.divide(right, pairs, out=np.full(len(counts), np.nan), where=pairs > 0)
    return area


def _average_precision(positive: NDArray[np.bool_], score: Array, counts: Array) -> Array:
    """Return the mean precision over the positives, observations of one score taken together."""
    order = np.argsort(-score, kind="stable")
    weight, hit = counts[:, order], positive[order]
    last = np.flatnonzero(np.r_[score[order][1:] != score[order][:-1], True])
    seen, found = np.cumsum(weight, axis=1)[:, last], np.cumsum(weight * hit, axis=1)[:, last]
    precision = np.divide(found, seen, out=np.zeros_like(found), where=seen > 0)
    gained = np.diff(found, axis=1, prepend=0.0)
    total = found[:, -1]
    mean: Array = np.divide(
        (precision * gained).sum(axis=1),
        total,
        out=np.full(len(counts), np.nan),
        where=(total > 0) & (total < seen[:, -1]),
    )
    return mean


def _with_interval(values: Array, level: float) -> tuple[float, float, float]:
    """Return the value of the sample as it is, and the interval of the draws."""
    drawn = values[1:][~np.isnan(values[1:])]
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(drawn, [tail, 1.0 - tail]) if len(drawn) else (np.nan, np.nan)
    return float(values[0]), float(low), float(high)


def _concordance(
    hits: pd.DataFrame, level: float, draws: int, seed: int
) -> tuple[float, float, float, int, int]:
    weights = _study_weights(hits["study"].to_numpy(dtype=object), draws, seed)
    values = _mean(hits["hit"].to_numpy(dtype=float), weights.counts)
    return *_with_interval(values, level), len(hits), weights.studies
