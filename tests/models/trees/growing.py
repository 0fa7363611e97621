"""Boosters of many shapes, small enough to be worked by other libraries too."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import xgboost as xgb

from secretome_ml.models.trees import Forest, read_forest


@dataclass(frozen=True)
class Grown:
    """A booster, its trees as read, and rows that it was not trained on."""

    booster: xgb.Booster
    forest: Forest
    rows: np.ndarray


def make_rows(count: int, features: int, missing: float, seed: int) -> np.ndarray:
    """Return rows with gaps; a column of few values, one that never changes, one that is always missing."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(count, features)).astype(np.float32)
    rows[:, 0] = rng.integers(-1, 3, count)
    rows[rng.random(rows.shape) < missing] = np.nan
    if features > 3:
        rows[:, 2], rows[:, 3] = 1.0, np.nan
    return rows


def grow(features: int = 7, missing: float = 0.3, rounds: int = 12, seed: int = 0, **settings: Any) -> Grown:
    """Train on products and sums, so that one feature is split more than once on one path."""
    rows = make_rows(400, features, missing, seed)
    filled = np.nan_to_num(rows)
    target = filled[:, 0] * filled[:, 1] + np.sin(3 * filled[:, -1]) + filled[:, 1]
    if settings.get("objective") == "binary:logistic":
        target = (target > 0.5).astype(float)
    settings = {"eta": 0.3, "seed": seed, "nthread": 1, "max_depth": 4, **settings}
    booster = xgb.train(settings, xgb.DMatrix(rows, target), num_boost_round=rounds)
    return Grown(booster, forest_of(booster), make_rows(60, features, missing, seed + 1))


def forest_of(booster: xgb.Booster) -> Forest:
    """Read the trees by JSON, the other of XGBoost's two formats."""
    return read_forest(json.loads(bytes(booster.save_raw("json"))))
