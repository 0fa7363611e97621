"""Bundles from strangers: forged values and forged trees, every checksum right.

`python fuzz/bundle.py --seconds 60`. An input is a list of edits to the released bundle: which file, which
place in it, which other value. What loads must also score, with finite numbers; what does not must be
refused by name.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import engine

if __name__ == "__main__":
    with engine.instrumented():
        from secretome_ml.model import model_from_bundle
else:
    from secretome_ml.model import model_from_bundle

import numpy as np

from secretome_ml.bundle import Bundle, read_bundle, to_json
from secretome_ml.errors import BundleRefused
from secretome_ml.paths import models_dir

# Values that a forger would try.
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 0.5, -0.5, 1e-320, 1e9, 1e308, -1e308, 2**31, 2**63, -(2**63), 10**19,
    "", "x", "angiogenic", "factor=VEGFA", "../x", "card.md", "\ud800", "a" * 5000,
    [], {}, [None], [[]], [[[[[[[[]]]]]]]], {"a": {}}, [0.0], [1e308] * 3, ["x"], {"angiogenic": 1.0},
)  # fmt: skip
KEPT = 3
NOT_USED = {"provenance.json", *(f"resampled_{draw:02d}_trees.ubj" for draw in range(1, 100))}


@cache
def original() -> Bundle:
    """Return the released bundle, cut down so that an edit meets what matters: few studies, arms, draws."""
    found = read_bundle(models_dir() / "default")
    files = dict(found.files)
    trust, resampled = found.values("trust.json"), found.values("resampled.json")
    trust["intervals"]["draws"] = trust["intervals"]["draws"][:KEPT]
    trust["domain"]["nearest"]["arms"] = trust["domain"]["nearest"]["arms"][:KEPT]
    trust["reference"] = {e: v[:KEPT] for e, v in trust["reference"].items()}
    resampled["draws"] = resampled["draws"][:1]
    resampled["files"] = [n for n in resampled["files"] if n.startswith("resampled_00_")]
    evidence, held_out = found.values("evidence.json"), found.values("held_out.json")
    evidence["studies"] = evidence["studies"][:KEPT]
    held_out["pairs"] = held_out["pairs"][:KEPT]
    files |= {
        "trust.json": to_json(trust),
        "resampled.json": to_json(resampled),
        "evidence.json": to_json(evidence),
        "held_out.json": to_json(held_out),
    }
    return Bundle(found.manifest, files)


@cache
def profiles() -> Any:
    """Return a few preparations to score."""
    from secretome_ml.paths import data_dir
    from secretome_ml.readers import read_profiles

    return read_profiles(data_dir() / "examples" / "adipose_hypoxia.csv")


@cache
def encoded() -> Any:
    """Return them as the released encoder sees them."""
    return model_from_bundle(original()).encoder.transform(profiles())


def one(data: bytes) -> None:
    """Apply the edits, load, score with the model and its refits."""
    bundle = original()
    files, edited = dict(bundle.files), set()
    numbers = _Numbers(data)
    for _ in range(1 + numbers.below(3)):
        names = [n for n in files if n.endswith((".json", ".ubj")) and n not in NOT_USED]
        name = names[numbers.below(len(names))]
        edit = _edited_bytes if name.endswith(".ubj") else _edited_json
        files[name] = edit(files[name], numbers)
        edited.add(name)
    try:
        model = model_from_bundle(Bundle(bundle.manifest, files))
        refits = model.resampled
        features = model.encoder.transform(profiles()) if "encoder.json" in edited else encoded()
        margin = model.estimator.margin(features)
        numbers_out = [margin, model.calibrator.probability(margin), *model.intervals.bounds(margin)]
        numbers_out += [refit.margin(features) for refit in refits]
        if numbers.below(4) == 3:
            model.score(profiles())
    except BundleRefused:
        return
    if not all(np.isfinite(found.to_numpy(dtype=float)).all() for found in numbers_out):
        raise AssertionError("a forged bundle was loaded and gives scores that are no numbers")
    if not all(found.stack().between(0, 1).all() for found in numbers_out[1:4]):
        raise AssertionError("a forged bundle was loaded and gives probabilities outside 0 and 1")


def seeds() -> list[bytes]:
    """Return edits that reach every file."""
    places = (0, 97, 200)
    return [bytes([count, name, *([at] * 12)]) for count in (0, 2) for name in range(12) for at in places]


class _Numbers:
    """Numbers drawn from bytes; zero once they are used up."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def below(self, limit: int) -> int:
        width = 1 if limit <= 256 else 3
        taken = self.data[self.at : self.at + width]
        self.at += width
        return int.from_bytes(taken, "big") % limit if limit else 0


def _edited_bytes(content: bytes, numbers: _Numbers) -> bytes:
    data = bytearray(content)
    for _ in range(1 + numbers.below(4)):
        at = numbers.below(len(data) + 1)
        kind = numbers.below(4)
        if kind == 0:
            data[at : at + 1] = bytes([numbers.below(256)])
        elif kind == 1:
            data[at : at + 4] = bytes(numbers.below(256) for _ in range(4))
        elif kind == 2:
            del data[at : at + 1 + numbers.below(200)]
        else:
            data[at:at] = data[at : at + 1 + numbers.below(200)]
    return bytes(data)


def _edited_json(content: bytes, numbers: _Numbers) -> bytes:
    tree = json.loads(content)
    place, key = tree, None
    parent: Any = None
    for _ in range(12):
        if isinstance(place, dict) and place:
            key = sorted(place)[numbers.below(len(place))]
        elif isinstance(place, list) and place:
            key = numbers.below(len(place))
        else:
            break
        parent, place = place, place[key]
        if numbers.below(8) == 0:
            break
    if parent is None:
        return content
    kind = numbers.below(5)
    if kind == 0 and isinstance(parent, dict):
        del parent[key]
    elif kind == 1 and isinstance(parent, list):
        parent.append(parent[key])
    elif kind == 2 and isinstance(parent, list):
        del parent[key]
    else:
        parent[key] = ODD[numbers.below(len(ODD))]
    return json.dumps(tree, ensure_ascii=True, allow_nan=True).encode()


if __name__ == "__main__":
    engine.run(one, seeds(), longest=60)
