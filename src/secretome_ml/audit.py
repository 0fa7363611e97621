"""What is asked of the parts of a bundle before they are believed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd

from secretome_ml.core.errors import BundleChanged, BundleRefused, SecretomeError
from secretome_ml.features.columns import FeatureColumn, Features
from secretome_ml.models.contract import EffectModel


@contextmanager
def named_errors() -> Iterator[None]:
    """Turn whatever a damaged bundle sets off into the error that names it."""
    try:
        yield
    except BundleRefused:
        raise
    except SecretomeError as error:
        raise BundleChanged(f"The bundle asks for what does not exist: {error} Train it anew.") from error
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        raise BundleChanged(f"The bundle lacks or misplaces {error}; train it anew.") from error


def require_estimator(
    estimator: EffectModel, effects: tuple[str, ...], columns: tuple[FeatureColumn, ...]
) -> None:
    """Refuse an estimator of other effects, or with numbers that do not count like its columns."""
    require(estimator.effects_ == effects, "the effects of the model")
    default = type(estimator)().get_params()
    for name, value in estimator.get_params().items():
        kind = str if isinstance(default[name], str) else (int, float)
        require(isinstance(value, kind) and not isinstance(value, bool), f"the setting {name}")
    if hasattr(estimator, "base_"):
        require_numbers(estimator.base_, effects, "the base of the model")
    size = (len(columns),)
    for part in ("weights_", "means_"):
        arrays = getattr(estimator, part, None)
        if arrays is not None:
            require(set(arrays) == set(effects), f"the effects of {part[:-1]}")
            fits = all(a.shape == size and np.isfinite(a).all() for a in arrays.values())
            require(fits, f"{part[:-1]}, not one number per column")
    for part in ("typical_", "scale_"):
        array = getattr(estimator, part, np.ones(size))
        require(array.shape == size and not np.isinf(array).any(), f"{part[:-1]}, not one per column")
    require(bool((getattr(estimator, "scale_", np.ones(1)) > 0.0).all()), "scale, which must be above zero")
    for part in ("linear_", "trees_"):  # a blend is made of models
        if hasattr(estimator, part):
            require_estimator(getattr(estimator, part), effects, columns)


def require_numbers(values: dict[str, float], effects: tuple[str, ...], what: str) -> None:
    """Refuse anything but one finite number per effect."""
    require(set(values) == set(effects) and all(math.isfinite(v) for v in values.values()), what)


def require(fits: bool, what: str) -> None:
    """Refuse a bundle in which something does not fit."""
    if not fits:
        raise BundleChanged(f"The bundle's parts do not fit each other: {what}. Train it anew.")


# Made-up preparations: nothing stated, everything absent, everything there, everything elevated.
_PROBES = (float("nan"), 0.0, 1.0, 2.0)
_PROBE_TOLERANCE = 1e-4


def probe(estimator: EffectModel) -> dict[str, list[float]]:
    """Return, per effect, the scores of a few made-up preparations: the fingerprint of how it computes."""
    names = [f"probe {i}" for i in range(len(_PROBES))]
    common, own = (
        np.tile(_PROBES, (sum((c.effect is None) is shared for c in estimator.columns_), 1))
        for shared in (True, False)
    )
    features = Features(pd.Index(names), common, dict.fromkeys(estimator.effects_, own), estimator.columns_)
    return {effect: scores.round(6).tolist() for effect, scores in estimator.margin(features).items()}


def require_same_numbers(estimator: EffectModel, stated: dict[str, list[float]]) -> None:
    """Refuse a bundle for which the installed libraries compute other scores than those that made it.

    Raises
    ------
    BundleRefused
        If they do: a wrong score is worse than none.
    """
    found = probe(estimator)
    require(set(stated) == set(found), "the effects of the probe")
    for effect, scores in found.items():
        require(len(stated[effect]) == len(scores), "the scores of the probe")
        if not np.allclose(scores, np.array(stated[effect], dtype=float), atol=_PROBE_TOLERANCE, rtol=0.0):
            raise BundleRefused(
                f"The libraries installed here compute other {effect} scores than the bundle was made with. "
                "Install the versions that its provenance.json names, or train it anew."
            )
