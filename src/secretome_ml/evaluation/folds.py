"""What nested cross-validation yields: test sides, and the out-of-fold predictions that they make up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from secretome_ml.evaluation.splits import Split


@dataclass(frozen=True)
class Fold:
    """One test side, predicted by a model tuned, fitted and calibrated on the training side.

    Parameters
    ----------
    split : Split
        The two sides.
    inner : pandas.DataFrame
        Margins of the training samples, out of the inner folds.
    margin, probability : pandas.DataFrame
        Test samples by effects.
    parameters : dict
        Chosen hyperparameters.
    loss : float
        Joint loss on the test side.
    """

    split: Split
    inner: pd.DataFrame
    margin: pd.DataFrame
    probability: pd.DataFrame
    parameters: dict[str, Any]
    loss: float


@dataclass(frozen=True)
class OutOfFold:
    """Predictions of every sample by a model that has not seen its study.

    Parameters
    ----------
    model : str
        Name of the model.
    margin, probability : pandas.DataFrame
        Samples by effects, the mean over repeats.
    folds : pandas.DataFrame
        One row per repeat and fold: number of studies, chosen hyperparameters, joint loss.
    parts : tuple of tuple of Fold
        The folds of each repeat.
    """

    model: str
    margin: pd.DataFrame
    probability: pd.DataFrame
    folds: pd.DataFrame
    parts: tuple[tuple[Fold, ...], ...] = field(default=(), repr=False)


def gather(name: str, repeats: list[list[Fold]], samples: pd.Index) -> OutOfFold:
    """Return the folds of every repeat as predictions of all samples."""
    margins = [pd.concat([f.margin for f in folds]).reindex(samples) for folds in repeats]
    chances = [pd.concat([f.probability for f in folds]).reindex(samples) for folds in repeats]
    rows = [
        {
            "model": name,
            "repeat": repeat,
            "fold": number,
            "test_arms": len(fold.split.test),
            "parameters": fold.parameters,
            "joint_loss": fold.loss,
        }
        for repeat, folds in enumerate(repeats)
        for number, fold in enumerate(folds)
    ]
    return OutOfFold(
        name,
        sum(margins) / len(margins),
        sum(chances) / len(chances),
        pd.DataFrame(rows),
        tuple(tuple(folds) for folds in repeats),
    )
