"""The parts of a bundle, each alone and small, so that many are tried: trees, manifest, JSON parts.

`python fuzz/parts.py --seconds 60`. The first byte chooses the part, the rest is its content as it lies on
disk. Trees that pass the checker go to the native loader and predictor; whole models, which take a second
each, are for `fuzz/bundle.py`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import engine

if __name__ == "__main__":
    with engine.instrumented():
        from secretome_ml import model as _model  # noqa: F401

import numpy as np
import xgboost as xgb

from secretome_ml.audit import named_errors
from secretome_ml.bundle import MANIFEST, Bundle, make_bundle, read_bundle, write_bundle
from secretome_ml.errors import BundleRefused
from secretome_ml.features.encoder import Encoder
from secretome_ml.models.ubjson import check_booster
from secretome_ml.paths import models_dir
from secretome_ml.recipe import recipe_from_dict
from secretome_ml.trust.calibration import Calibrator
from secretome_ml.trust.domain import Domain
from secretome_ml.trust.intervals import Intervals

COLUMNS = 3
NAMES = [f"f{i}" for i in range(COLUMNS)]
ROWS = np.array([[0.0, 1.0, 2.0], [np.nan, -1.0, 0.5], [1e30, 0.0, np.nan]], dtype=np.float32)
KEPT = 2

JSON_PARTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "encoder": lambda values: Encoder.from_state(values).columns,
    "recipe": recipe_from_dict,
    "calibrator": Calibrator.from_state,
    "intervals": Intervals.from_state,
    "domain": Domain.from_state,
}


def trees(content: bytes) -> None:
    """Check trees; those that pass must load natively and give finite numbers."""
    try:
        check_booster(content, NAMES)
    except ValueError:  # what `named_errors` names
        return
    booster = xgb.Booster({"nthread": 1})
    try:
        booster.load_model(bytearray(content))
    except xgb.core.XGBoostError:  # what the model names
        return
    matrix = xgb.DMatrix(ROWS, feature_names=NAMES, nthread=1)
    numbers = booster.predict(matrix, output_margin=True), booster.predict(matrix, pred_contribs=True)
    if not all(np.isfinite(found).all() for found in numbers):
        raise AssertionError("forged trees passed the checker and give no numbers")


def manifest(content: bytes) -> None:
    """Read a bundle of two files whose manifest is forged."""
    (_folder() / MANIFEST).write_bytes(content)
    try:
        read_bundle(_folder())
    except BundleRefused:
        return


def json_part(name: str, content: bytes) -> None:
    """Build one part of a model from its JSON."""
    try:
        values = Bundle({}, {"part.json": content}).values("part.json")
        with named_errors():
            JSON_PARTS[name](values)
    except BundleRefused:
        return


def one(data: bytes) -> None:
    """Give the content to the part that its first byte names."""
    if not data:
        return
    targets = [trees, manifest, *JSON_PARTS]
    chosen = targets[data[0] % len(targets)]
    if isinstance(chosen, str):
        json_part(chosen, data[1:])
    else:
        chosen(data[1:])


def seeds() -> list[bytes]:
    """Return every part as it is written: trees of two depths, the manifest, cut-down JSON parts."""
    parts = [_trees(1), (_folder() / MANIFEST).read_bytes(), *_json_parts()]
    return [bytes([number]) + content for number, content in enumerate(parts)] + [b"\x00" + _trees(3)]


def _trees(depth: int) -> bytes:
    """Train a booster of two trees on numbers that are the same each time."""
    rows = np.random.default_rng(0).normal(size=(60, COLUMNS))
    matrix = xgb.DMatrix(rows, label=rows[:, 0] * rows[:, 1], feature_names=NAMES, nthread=1)
    settings = {"max_depth": depth, "nthread": 1, "base_score": 0.0, "tree_method": "hist"}
    return bytes(xgb.train(settings, matrix, num_boost_round=2).save_raw("ubj"))


def _json_parts() -> list[bytes]:
    found = read_bundle(models_dir() / "default")
    trust, encoder = found.values("trust.json"), found.values("encoder.json")
    trust["intervals"]["draws"] = trust["intervals"]["draws"][:KEPT]
    trust["domain"]["nearest"]["arms"] = trust["domain"]["nearest"]["arms"][:KEPT]
    encoder["typical_parts"] = {}
    values = {**trust, "encoder": encoder, "recipe": found.values("recipe.json")}
    return [json.dumps(values[name]).encode() for name in JSON_PARTS]


@cache
def _folder() -> Path:
    """Return a folder with a bundle of two files, in memory where the system has such a place."""
    write_bundle(make_bundle("small", {"a.json": {"x": 1}}, {"card.md": b"#\n"}, "x"), _place() / "b")
    return _place() / "b"


@cache
def _scratch() -> tempfile.TemporaryDirectory[str]:
    memory = Path("/dev/shm")
    return tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)


def _place() -> Path:
    return Path(_scratch().name)


if __name__ == "__main__":
    engine.run(one, seeds(), longest=20_000)
