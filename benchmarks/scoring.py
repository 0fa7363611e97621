"""Scoring from file to file, beside XGBoost's bare prediction on the ready matrix, readers, and memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from benchmarks import made
from benchmarks.measure import Figure, compare, in_child, seconds
from secretome_ml import load_model
from secretome_ml.model import Model

FACTORS = 200
# The peak of this process alone: `ru_maxrss` would begin with that of the process that started it.
_PEAK = """
import json, re, sys
from pathlib import Path
from secretome_ml import load_model
from secretome_ml.core.files import write_table
from secretome_ml.stream import open_long
from secretome_ml.workflows.score import scored_batches
batches = scored_batches(load_model(), open_long(sys.argv[1]))
write_table((batch.scores() for batch in batches), Path(sys.argv[2]))
with open("/proc/self/status") as lines:
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", lines.read())[1]) / 1024
print(json.dumps({"peak": peak}))
"""


def figures(folder: Path, quick: bool) -> Iterator[Figure | str]:
    """Yield the figures."""
    count = 50_000 if quick else 1_000_000
    table = made.parquet(folder / "scored.parquet", count, FACTORS)
    large, released = made.large_model(200 if quick else 1000), load_model()
    effects = len(released.effects)
    rows = _ready(table, large)
    for name, model, rounds in (
        (f"{made.trees_of(large).rounds:,} trees of depth 6", large, 2),
        ("the released model", released, 3),
    ):
        yield compare(
            f"{count:,} x {FACTORS} factors from Parquet to Parquet, three effects, {name}",
            f"`inplace_predict` on the ready matrix ({rows.shape[1]} columns), once per effect",
            lambda m=model: made.score_file(m, table, folder / "scores.parquet"),
            lambda m=model, ready=rows: [_bare(m, ready) for _ in range(effects)],
            rounds,
            most=1.0,
        )
    away = _difference(folder, large)
    yield f"Largest difference from `Model.score` on 500 of these rows: {away:.1e}."
    del rows
    yield compare(
        f"the same from Parquet to Parquet, {made.trees_of(large).rounds:,} trees",
        "pandas reading the same file",
        lambda: made.score_file(large, table, folder / "scores.parquet"),
        lambda: pd.read_parquet(table),
        1,
    )
    table.unlink()
    yield _csv(folder, 20_000 if quick else 100_000, released)
    yield _memory(folder, quick)


def _ready(table: Path, model: Model) -> np.ndarray:
    """Return the ready matrix for one effect, in memory as XGBoost likes it best."""
    small = made.first_rows(table, 100_000)
    part = made.matrix(small, model)
    part = part[: len(part) // len(model.effects)]
    small.unlink()
    count = pq.read_metadata(table).num_rows
    return np.resize(part, (count, part.shape[1])) if count > len(part) else part


def _bare(model: Model, rows: np.ndarray) -> np.ndarray:
    booster = made.trees_of(model).booster_
    booster.set_param({"nthread": 0})
    found: np.ndarray = booster.inplace_predict(rows, predict_type="margin", validate_features=False)
    return found


def _difference(folder: Path, model: Model) -> float:
    from secretome_ml.readers.streaming import stream_profiles

    small = made.parquet(folder / "small.parquet", 500, FACTORS)
    made.score_file(model, small, folder / "small.scores.parquet")
    found = pq.read_table(folder / "small.scores.parquet")["score"].to_numpy()
    parts = []
    for profiles in stream_profiles(small):
        features = model.encoder.transform(profiles)
        parts.append(model.estimator.margin(features)[list(model.effects)].to_numpy().ravel())
    return float(np.abs(found - np.concatenate(parts)).max())


def _csv(folder: Path, count: int, model: Model) -> Figure:
    """Hold scoring a CSV against the fastest reader plus scoring the same rows from Parquet."""
    text = made.csv(folder / "scored.csv", count, FACTORS)
    table = made.parquet(folder / "same.parquet", count, FACTORS)
    readers = {"pyarrow": lambda: pacsv.read_csv(text), "pandas": lambda: pd.read_csv(text)}
    times = {name: seconds(read) for name, read in readers.items()}
    fastest = min(times, key=lambda name: times[name])
    found = compare(
        f"{count:,} x {FACTORS} factors from CSV to Parquet, the released model",
        f"the fastest reader ({fastest}) plus the same from Parquet",
        lambda: made.score_file(model, text, folder / "scores.parquet"),
        lambda: (readers[fastest](), made.score_file(model, table, folder / "scores.parquet")),
        3,
        most=1.2,
    )
    text.unlink()
    table.unlink()
    return found


def _memory(folder: Path, quick: bool) -> Figure:
    """Hold the peak memory of ten times as many rows against that of the fewer."""
    base = 100_000 if quick else 1_000_000
    peaks = []
    for count in (base, 10 * base):
        table = made.parquet(folder / "long.parquet", count, 20)
        peaks.append(in_child(_PEAK, str(table), str(folder / "long.scores.parquet"))["peak"])
        table.unlink()
        (folder / "long.scores.parquet").unlink()
    ratio = peaks[1] / peaks[0]
    return Figure(
        f"peak memory at {10 * base:,} rows x 20 factors",
        f"at {base:,} rows",
        "at most 1.2",
        ratio,
        ratio,
        ratio,
        f"{peaks[1]:.0f} MB",
        f"{peaks[0]:.0f} MB",
        ratio <= 1.2,
    )
