"""Splits in which a study is never on both sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.errors import NotEnoughEvidence, SecretomeError
from secretome_ml.models.targets import study_of


class StudyOnBothSides(SecretomeError):
    """A split puts arms of one study, or of studies that repeat each other, on both sides."""


@dataclass(frozen=True)
class Split:
    """Samples to learn from and samples to be judged on."""

    train: pd.Index
    test: pd.Index

    def __post_init__(self) -> None:
        shared = set(study_of(self.train)) & set(study_of(self.test))
        if shared:
            raise StudyOnBothSides(
                f"{len(shared)} studies are on both sides, e.g. {sorted(shared)[0]}; split by study."
            )


def study_folds(samples: pd.Index, folds: int, seed: int, groups: pd.Series | None = None) -> list[Split]:
    """Return `folds` splits; every study is tested once.

    Parameters
    ----------
    samples : pandas.Index
        `<study>/<arm>` names.
    folds : int
        Number of splits.
    seed : int
        Seed of the assignment.
    groups : pandas.Series, optional
        Study to group, where several studies must stay together; default: each study by itself.

    Raises
    ------
    NotEnoughEvidence
        If there are fewer groups than folds.
    """
    studies = study_of(samples)
    group = studies if groups is None else groups.reindex(studies).to_numpy(dtype=object)
    names = np.array(sorted(set(group)), dtype=object)
    if len(names) < folds:
        raise NotEnoughEvidence(f"{len(names)} studies cannot be split into {folds} folds; lower the folds.")
    order = np.random.default_rng(seed).permutation(len(names))
    fold_of = dict(zip(names[order], np.arange(len(names)) % folds, strict=True))
    place: NDArray[np.int64] = np.array([fold_of[g] for g in group])
    return [Split(samples[place != k], samples[place == k]) for k in range(folds)]
