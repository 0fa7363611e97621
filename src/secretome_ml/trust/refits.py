"""The model refitted on resampled studies: how far its scores and reasons move with the evidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from secretome_ml.features.columns import FeatureColumn, Features
from secretome_ml.models.contract import EffectModel, ModelState
from secretome_ml.models.targets import Targets
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.trust.resampling import study_draws


def fit_refits(
    model: EffectModel,
    features: Features,
    targets: Targets,
    groups: pd.Series,
    draws: int,
    seed: int,
    jobs: int = 1,
) -> tuple[EffectModel, ...]:
    """Fit a model with the same hyperparameters once per bootstrap draw of studies.

    Studies that repeat each other are drawn together. See Efron, doi:10.1214/aos/1176344552.

    Parameters
    ----------
    model : EffectModel
        The fitted model, whose hyperparameters every draw takes.
    features : Features
        All training samples, with the columns of the model.
    targets : Targets
        Their labels.
    groups : pandas.Series
        Study to group of studies that repeat each other.
    draws, seed : int
        Number of draws, and their seed.
    jobs : int
        Processes.
    """
    from joblib import Parallel, delayed  # heavy, and only training needs it

    own = groups.reindex(study_of(features.samples)).to_numpy()
    names, member = np.unique(own.astype(str), return_inverse=True)
    taken = study_draws(len(names), draws, seed)
    found = Parallel(n_jobs=jobs, inner_max_num_threads=1)(
        delayed(_refit)(model, features, targets, pd.Series(counts[member], index=features.samples))
        for counts in taken
    )
    return tuple(found)


def _refit(model: EffectModel, features: Features, targets: Targets, times: pd.Series) -> EffectModel:
    """Fit on the samples that were drawn, each weighing as often as it was drawn."""
    drawn = times.index[times > 0]
    part = targets.take(drawn)
    # Both arms of a comparison are of one study, so they were drawn equally often.
    pairs = part.comparisons.assign(
        weight=part.comparisons["weight"] * part.comparisons["arm"].map(times).astype(float)
    )
    weighted = replace(part, weights=part.weights * times.loc[drawn], comparisons=pairs)
    fresh: EffectModel = type(model)(**model.get_params())
    return fresh.fit(features.take(drawn), weighted)


def refits_state(refits: tuple[EffectModel, ...]) -> ModelState:
    """Return the refits as JSON values."""
    return {"draws": [refit.state() for refit in refits]}


def refits_from_state(
    kind: type[EffectModel], state: ModelState, columns: tuple[FeatureColumn, ...]
) -> tuple[EffectModel, ...]:
    """Rebuild the refits of one kind of model on the columns of the encoder."""
    return tuple(kind.from_state(draw, columns) for draw in state["draws"])
