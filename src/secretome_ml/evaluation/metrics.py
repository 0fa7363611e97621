"""Metrics per effect, each with its interval over resampled studies."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from secretome_ml.models.targets import Targets, study_of

Array = NDArray[np.float64]
METRIC_COLUMNS = ("effect", "metric", "value", "low", "high", "n", "studies")

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
    for effect in targets.effects:
        label = targets.binary(effect)
        studies = study_of(label.index)
        chance = probability.loc[label.index, effect].to_numpy(dtype=float).clip(_EDGE, 1 - _EDGE)
        score = margin.loc[label.index, effect].to_numpy(dtype=float)
        for metric, value in _outcome_metrics(label.to_numpy(), score, chance).items():
            rows.append((effect, metric, *_with_interval(value, studies, level, draws, seed)))
        rows.append((effect, "concordance", *_concordance(margin, targets, [effect], level, draws, seed)))
    rows.append(("all", "concordance", *_concordance(margin, targets, list(targets.effects), level, draws, seed)))
    return pd.DataFrame(rows, columns=list(METRIC_COLUMNS))


def pair_hits(margin: pd.DataFrame, targets: Targets) -> pd.DataFrame:
    """Return, per decided comparison, 1 where the better arm has the higher score, 0.5 at a tie, else 0."""
    pairs = targets.comparisons[targets.comparisons["direction"] != 0].copy()
    gap = [
        margin.at[a, e] - margin.at[b, e] for a, b, e in zip(pairs["arm"], pairs["than"], pairs["effect"], strict=True)
    ]
    pairs["gap"] = np.array(gap, dtype=float) * np.sign(pairs["direction"].to_numpy())
    pairs["hit"] = np.where(np.abs(pairs["gap"]) < 1e-9, 0.5, (pairs["gap"] > 0).astype(float))
    return pairs


def _outcome_metrics(label: Array, score: Array, chance: Array) -> dict[str, Callable[[Array], float]]:
    rarer = 0 if label.mean() >= 0.5 else 1
    towards = -score if rarer == 0 else score
    return {
        "auroc": lambda w: float(roc_auc_score(label, score, sample_weight=w)) if _both(label, w) else np.nan,
        "average_precision_rarer": lambda w: (
            float(average_precision_score(label == rarer, towards, sample_weight=w)) if _both(label, w) else np.nan
        ),
        "log_loss": lambda w: float(log_loss(label, chance, sample_weight=w, labels=[0, 1])),
        "brier": lambda w: float(brier_score_loss(label, chance, sample_weight=w)),
    }


def _both(label: Array, weight: Array) -> bool:
    return len(np.unique(label[weight > 0])) == 2


def _with_interval(
    value: Callable[[Array], float], studies: NDArray[np.object_], level: float, draws: int, seed: int
) -> tuple[float, float, float, int, int]:
    """Return value, low, high, observations and studies; the bootstrap draws studies."""
    if len(studies) == 0:
        return np.nan, np.nan, np.nan, 0, 0
    names, member = np.unique(studies.astype(str), return_inverse=True)
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        counts = np.bincount(generator.integers(len(names), size=len(names)), minlength=len(names))
        found.append(value(counts[member].astype(float)))
    tail = (1.0 - level) / 2.0
    usable = np.array(found)[~np.isnan(found)]
    low, high = np.quantile(usable, [tail, 1.0 - tail]) if len(usable) else (np.nan, np.nan)
    return value(np.ones(len(studies))), float(low), float(high), len(studies), len(names)


def _concordance(
    margin: pd.DataFrame, targets: Targets, effects: list[str], level: float, draws: int, seed: int
) -> tuple[float, float, float, int, int]:
    hits = pair_hits(margin, targets)
    hits = hits[hits["effect"].isin(effects)]
    hit = hits["hit"].to_numpy(dtype=float)

    def mean(weight: Array) -> float:
        return float(np.average(hit, weights=weight)) if weight.sum() else np.nan

    return _with_interval(mean, hits["study"].to_numpy(dtype=object), level, draws, seed)
