"""Bundles from strangers: forged values, lengths and texts, every checksum right.

`python fuzz/bundle.py --bundles 2000 --parts 1000000` forges without help from the package's own reader: it
opens the JSON files of a bundle as any program would, changes values, lengths and texts, and signs what it
made. What loads must score with finite numbers, what does not must be refused by name, within the stated
memory and time. A part is one file and the object that is built from it; a whole bundle goes through
`load_model`.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import itertools
import json
import os
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import numpy as np

from secretome_ml.audit import named_errors
from secretome_ml.bundle import Bundle
from secretome_ml.core.errors import BundleRefused
from secretome_ml.core.paths import data_dir, models_dir
from secretome_ml.features.encoder import Encoder
from secretome_ml.model import load_model
from secretome_ml.models.trees.saved import booster_json, forest_from_state
from secretome_ml.recipe import recipe_from_dict
from secretome_ml.trust.calibration import Calibrator
from secretome_ml.trust.domain import Domain
from secretome_ml.trust.intervals import Intervals

# What a forger would write in place of a value; raw texts go into the file as they stand.
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 0.5, -0.5, 1e-320, 1e9, 1e308, -1e308, 2**31, 2**63, -(2**63), 10**19,
    3 * 10**9, "", "x", "angiogenic", "factor=VEGFA", "../x", "\ud800", "a" * 5000, [], {}, [None],
    [[]], [[[[[[[[]]]]]]]], {"a": {}}, [0.0], [1e308] * 3,
    ["x"], {"angiogenic": 1.0}, [0] * 5000, {str(i): i for i in range(500)},
)  # fmt: skip
RAW = ("NaN", "Infinity", "1e999", "-1e999", "9" * 5000, "[" * 5000, "01", "{}{}", '"\x00"', "1e-999")
SECONDS, MEBIBYTES = 5.0, 1024
# As large as a file of a bundle may be: what is repeated grows up to here.
FULL = 8 * 1024 * 1024


def forged(content: bytes, rng: random.Random, vast: float = 0.0) -> bytes:
    """Return JSON with up to three changes: another value, an item more or fewer, a list or object vast."""
    tree, raw = json.loads(content), None
    for _ in range(rng.choice((1, 1, 2, 3))):
        parent, key = _place(tree, rng)
        if parent is None:
            continue
        kind = rng.randrange(8)
        if rng.random() < vast:
            _grow(parent, parent[key], len(content))
            break
        if kind == 0:
            del parent[key]
        elif kind == 1 and isinstance(parent, list):
            parent.insert(key, parent[rng.randrange(len(parent))])
        elif kind == 2 and isinstance(parent, list):
            parent[:] = (parent * min(60, 1 + FULL // len(json.dumps(parent))))[:200_000]
        elif kind == 3:
            parent[key], raw = "@raw@", rng.choice(RAW)
        elif kind == 4 and isinstance(parent[key], (int, float)):
            parent[key] = parent[key] * rng.choice((-1, 0, 2, 10, 1e3, 1e6)) + rng.choice((0, 0, 1, -1))
        else:
            parent[key] = copy.deepcopy(rng.choice(ODD))
    text = json.dumps(tree)
    return (text.replace('"@raw@"', raw) if raw else text).encode("utf-8", "surrogatepass")


def _grow(parent: Any, item: Any, size: int) -> None:
    """Repeat an item until the file is about as large as a file may be."""
    times = max(1, (FULL - size) // (len(json.dumps(item)) + 12))
    if isinstance(parent, list):
        parent.extend([item] * times)
    else:
        parent.update({f"k{number}": item for number in range(times)})


def _place(tree: Any, rng: random.Random) -> tuple[Any, Any]:
    """Return somewhere in the tree, each level as likely as the next."""
    parent, key, place = None, None, tree
    for _ in range(rng.randint(1, 9)):
        if not isinstance(place, (dict, list)) or not place:
            break
        parent, key = (
            place,
            rng.choice(sorted(place)) if isinstance(place, dict) else rng.randrange(len(place)),
        )
        place = parent[key]
    return parent, key


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Return bytes with a piece set, cut, repeated or moved."""
    data = bytearray(content)
    at = rng.randrange(len(data) + 1)
    end = min(len(data), at + rng.choice((1, 2, 8, 200)))
    kind = rng.randrange(3)
    data[at:end] = (rng.randbytes(end - at), b"", data[at:end] * rng.randint(2, 50))[kind]
    return bytes(data)


def sign(folder: Path) -> None:
    """Make every checksum of a bundle fit."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    names = sorted(p.name for p in folder.iterdir() if p.name != "manifest.json")
    files = {n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in names}
    lines = "".join(f"{n}={files[n]}\n" for n in names if n != "provenance.json")
    manifest |= {"files": files, "digest": hashlib.sha256(lines.encode()).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@cache
def profiles() -> Any:
    """Return a few preparations to score."""
    from secretome_ml.readers import read_profiles

    return read_profiles(data_dir() / "examples" / "adipose_hypoxia.csv")


def whole(folder: Path) -> bool:
    """Load a bundle, score and explain with it and its refits; return whether it loaded."""
    try:
        model = load_model(folder)
        features = model.encoder.transform(profiles())
        margins = [fitted.margin(features) for fitted in model.resampled]
        scores, terms = model.score_and_explain(profiles())
    except BundleRefused:
        return False
    chances = scores[["probability", "probability_low", "probability_high"]]
    for found in (*margins, scores[["score", "percentile"]], terms[["contribution"]]):
        if not np.isfinite(found.to_numpy(dtype=float)).all():
            raise AssertionError("a forged bundle was loaded and gives scores that are no numbers")
    if not chances.stack().between(0, 1).all():
        raise AssertionError("a forged bundle was loaded and gives probabilities outside 0 and 1")
    return True


def bundles(count: int, seed: int, source: Path) -> Iterator[tuple[bool, float]]:
    """Forge whole bundles; yield whether each loaded, and the seconds it took."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as scratch:
        for _ in range(count):
            folder = Path(shutil.copytree(source, Path(scratch) / "b", dirs_exist_ok=True))
            for path in rng.sample(sorted(folder.glob("*.json")), rng.choice((1, 1, 2))):
                content = path.read_bytes()
                damage = rng.random() < 0.2
                path.write_bytes(damaged(content, rng) if damage else forged(content, rng, vast=0.05))
            if rng.random() < 0.95 and _is_object(folder / "manifest.json"):
                sign(folder)
            start = time.process_time()
            yield whole(folder), time.process_time() - start


def filled(source: Path) -> Iterator[tuple[bool, float]]:
    """Fill each file up to its limit with what costs most to build; yield as `bundles` does."""
    for name, key, item in itertools.product(sorted(PARTS), ("alone", "extra", "many"), ("[]", "{}", "1.5")):
        with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as scratch:
            folder = Path(shutil.copytree(source, Path(scratch) / "b"))
            known = "{" if key == "alone" else (folder / name).read_text(encoding="utf-8").rstrip()[:-1] + ","
            room = FULL - len(known.encode()) - 100
            if key == "many":
                entries = (f'"k{number}":{item}' for number in range(room // (len(item) + 11)))
                text = known + ",".join(entries) + "}"
            else:
                text = known + '"x":[' + ",".join([item] * (room // (len(item) + 1))) + "]}"
            (folder / name).write_text(text, encoding="utf-8")
            sign(folder)
            start = time.process_time()
            yield whole(folder), time.process_time() - start


def _is_object(path: Path) -> bool:
    try:
        return isinstance(json.loads(path.read_bytes()), dict)
    except (ValueError, RecursionError):
        return False


def _score_trees(values: dict[str, Any]) -> None:
    import xgboost as xgb

    forest = forest_from_state(values["forest"], 8)
    booster = xgb.Booster({"nthread": 1})
    booster.load_model(bytearray(booster_json(forest, [f"f{i}" for i in range(8)])))
    rows = np.array([[0.0] * 8, [np.nan] * 8, [1e30] * 8], dtype=np.float32)
    matrix = xgb.DMatrix(rows, feature_names=[f"f{i}" for i in range(8)], nthread=1)
    for wanted in ({"output_margin": True}, {"pred_contribs": True}):
        if not np.isfinite(booster.predict(matrix, **wanted)).all():
            raise AssertionError("forged trees passed the checks and give no numbers")


def _trust(values: dict[str, Any]) -> None:
    Calibrator.from_state(values["calibrator"])
    Intervals.from_state(values["intervals"])
    Domain.from_state(values["domain"])


PARTS = {
    "model.json": lambda values: _score_trees(values["values"]["trees"]),
    "trust.json": _trust,
    "encoder.json": Encoder.from_state,
    "recipe.json": recipe_from_dict,
    "resampled.json": lambda values: None,
    "held_out.json": lambda values: None,
    "evidence.json": lambda values: None,
    "metrics.json": lambda values: None,
}


def small_parts(source: Path) -> dict[str, bytes]:
    """Return the files of a bundle cut down so that a change meets what matters."""
    files = {name: json.loads((source / name).read_bytes()) for name in PARTS}
    trust, model = files["trust.json"], files["model.json"]
    trust["intervals"]["draws"] = trust["intervals"]["draws"][:2]
    trust["reference"] = {e: v[:3] for e, v in trust["reference"].items()}
    roles = files["encoder.json"]["roles"]
    for own in roles.values():
        own["factors"] = dict(list(own["factors"].items())[:3])
        own["conditions"] = own["conditions"][:3]
    model["values"]["trees"]["forest"] = {
        "nodes": [3, 1], "left": [1, -1, -1, -1], "right": [2, -1, -1, -1], "feature": [1, 0, 0, 0],
        "missing_left": [0, 1, 0, 0], "condition": [0.5, 1.0, -1.0, 0.25], "cover": [10.0, 4.0, 6.0, 10.0],
    }  # fmt: skip
    model["columns"] = model["columns"][:5]
    linear, trees = model["values"]["linear"], model["values"]["trees"]
    linear |= {"weights": {}, "means": {}, "typical": linear["typical"][:5], "scale": linear["scale"][:5]}
    trees["typical"] = trees["typical"][:5]
    encoder = files["encoder.json"]
    for _, block in encoder["fitted"]:
        block["columns"] = block["columns"] if block.get("found") else block["columns"][:3]
        block |= {"found": dict(list(block["found"].items())[:3])} if "found" in block else {}
    encoder["typical_parts"] = {effect: rows[:2] for effect, rows in encoder["typical_parts"].items()}
    trust["domain"]["studies"] = {k: dict(list(v.items())[:3]) for k, v in trust["domain"]["studies"].items()}
    trust["domain"]["nearest"]["facts"] = trust["domain"]["nearest"]["facts"][:40]
    trust["domain"]["nearest"]["arms"] = [[0, 1], [2], [3, 39]]
    for name, key in (("resampled.json", "draws"), ("held_out.json", "pairs"), ("evidence.json", "studies")):
        files[name][key] = files[name][key][: 1 if key == "draws" else 3]
    files["resampled.json"]["draws"] = [model["values"]]
    files["metrics.json"]["metrics"] = files["metrics.json"]["metrics"][:3]
    return {name: json.dumps(values).encode() for name, values in files.items()}


def part(name: str, content: bytes) -> bool:
    """Read one file and build what it holds; return whether that went well."""
    try:
        values = Bundle({}, {name: content}).values(name)
        with named_errors():
            PARTS[name](values)
    except BundleRefused:
        return False
    return True


def parts(count: int, seed: int, source: Path) -> Iterator[tuple[bool, float]]:
    """Forge parts, every third one trees; yield whether each was taken, and the seconds it took."""
    rng, known = random.Random(seed), small_parts(source)
    names = [*sorted(known), *["model.json"] * 3]
    for _ in range(count):
        name = rng.choice(names)
        content = (damaged if rng.random() < 0.3 else forged)(known[name], rng)
        start = time.process_time()
        yield part(name, content), time.process_time() - start


def main() -> None:
    """Forge as many as asked for, and say what became of them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--bundles", type=int, default=2000)
    parser.add_argument("--parts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--source", type=Path, default=models_dir() / "default")
    chosen = parser.parse_args()
    if chosen.bundles:
        counted(filled(chosen.source), "files filled to the limit", 10)
    counted(parts(chosen.parts, chosen.seed, chosen.source), "parts", 50_000)
    counted(bundles(chosen.bundles, chosen.seed, chosen.source), "bundles", 100)


def counted(tries: Iterator[tuple[bool, float]], what: str, every: int) -> None:
    """Say what became of tries, as they go on and in the end; stop where one goes beyond the limits."""
    done = taken = 0
    longest, start = 0.0, time.process_time()
    for fine, seconds in tries:
        done, taken, longest = done + 1, taken + fine, max(longest, seconds)
        if done % every == 0:
            used = f"{time.process_time() - start:.0f} s; at most {longest:.2f} s and {_used():.0f} MiB"
            print(f"... {done} {what} in {used}", file=sys.stderr, flush=True)
        if longest > SECONDS or _used() > MEBIBYTES:
            raise SystemExit(f"{what} number {done}: {seconds:.1f} s, {_used():.0f} MiB, beyond the limits")
    if done:
        print(f"{done} {what}: {taken} taken, the rest refused by name; ", end="")
        print(f"at most {longest:.2f} s of the processor and {_used():.0f} MiB")


def _used() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
