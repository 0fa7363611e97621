"""The name of a fold: a digest of everything that decides its result."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from secretome_ml.evaluation.splits import Split
from secretome_ml.evaluation.tuning import Validation
from secretome_ml.features.columns import Features
from secretome_ml.models.registry import MODELS
from secretome_ml.models.targets import Targets, study_of

# Folders of the package whose code decides a fold once its features and labels are given.
_CODE = ("features", "trees", "models", "trust", "evaluation")
_LIBRARIES = ("numpy", "pandas", "scikit-learn", "scipy", "xgboost")


def ground_digest(features: Features, targets: Targets, plan: Validation) -> str:
    """Return the digest of what all folds of a validation share: data, plan, code, libraries.

    Encoded evidence and labels stand for the evidence, the vocabularies and the recipe behind them.
    """
    found = hashlib.sha256()
    said = {
        "plan": [plan.inner_folds, plan.seed, plan.min_studies],
        "columns": [c.state() for c in features.columns],
        "samples": list(features.samples),
        "effects": list(targets.effects),
        "groups": None if plan.groups is None else plan.groups.reindex(study_of(features.samples)).tolist(),
        "pairs": targets.comparisons.astype(str).to_numpy().tolist(),
        "code": _code_digest(),
        "libraries": [platform.python_version(), *(version(name) for name in _LIBRARIES)],
    }
    found.update(json.dumps(said).encode())
    for values in (features.common, *features.by_effect.values()):
        found.update(np.ascontiguousarray(values).tobytes())
    for frame in (targets.outcomes, targets.weights.to_frame()):
        found.update(_bytes(frame))
    found.update(_bytes(targets.comparisons[["direction", "weight"]]))
    return found.hexdigest()


def fold_key(ground: str, name: str, settings: Mapping[str, Any], split: Split) -> str:
    """Return the digest of one model on one split; 32 hexadecimal digits."""
    said = [ground, name, MODELS[name].grid, dict(settings), list(split.train), list(split.test)]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=repr).encode()).hexdigest()[:32]


def _bytes(frame: pd.DataFrame) -> bytes:
    return np.ascontiguousarray(frame.to_numpy(dtype=float)).tobytes()


@cache
def _code_digest() -> str:
    """Return the digest of the sources that decide a fold."""
    package = Path(__file__).resolve().parents[1]
    found = hashlib.sha256()
    for folder in _CODE:
        for path in sorted((package / folder).rglob("*.py")):
            found.update(path.relative_to(package).as_posix().encode())
            found.update(path.read_bytes())
    return found.hexdigest()
