"""`mlflow models serve` with our model, beside the same server with a bare XGBoost model.

Usage: python benchmarks/serving.py [--requests 60] [--json]

Both servers run at once, on this machine, and are asked in turn, so that what else the machine does
meets both alike. Ours reads text (names, levels, preconditioning), encodes, scores, calibrates, and says
interval, domain and drivers; the bare one gets the ready matrix of numbers and returns one margin per
sample and effect from the trees of the same bundle. The ratio is the price of everything around the trees.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

SIZES = (1, 10, 100)
_SECONDS_TO_START = 120.0
_WARM_UP = 3


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=60, help="requests of each size to each server")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given.requests)
    print(json.dumps(found.to_dict("records"), indent=1) if given.json else markdown(found))


def measure(requests: int = 60) -> pd.DataFrame:
    """Return one row per size of request.

    Returns
    -------
    pandas.DataFrame
        `rows`: samples in a request; `ours_ms`, `bare_ms`: median latencies in milliseconds;
        `ours_p95_ms`, `bare_p95_ms`; `ratio`: ours over bare, the median of the paired ratios, with
        `low` and `high`, the ends of its 90 % bootstrap interval over requests.
    """
    rows = []
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as servers:
        paths = _save_models(Path(folder))
        ours, bare = (servers.enter_context(_served(path)) for path in paths)
        for size in SIZES:
            times = _ask_in_turn([(ours, _our_body(size)), (bare, _bare_body(size))], requests)
            ratios = times[:, 0] / times[:, 1]
            generator = np.random.default_rng(0)
            drawn = np.median(generator.choice(ratios, (1000, len(ratios))), axis=1)
            median, late = np.median(times, axis=0) * 1e3, np.quantile(times, 0.95, axis=0) * 1e3
            rows.append(
                {
                    "rows": size,
                    "ours_ms": median[0],
                    "ours_p95_ms": late[0],
                    "bare_ms": median[1],
                    "bare_p95_ms": late[1],
                    "ratio": float(np.median(ratios)),
                    "low": float(np.quantile(drawn, 0.05)),
                    "high": float(np.quantile(drawn, 0.95)),
                }
            )
    return pd.DataFrame(rows)


def markdown(found: pd.DataFrame) -> str:
    """Return the table as it stands in the documents."""
    lines = [
        "| samples per request | ours, median (p95) | bare XGBoost, median (p95) | ratio (90 % interval) |",
        "|---|---|---|---|",
    ]
    for row in found.to_dict("records"):
        lines.append(
            f"| {row['rows']} | {row['ours_ms']:.0f} ({row['ours_p95_ms']:.0f}) ms "
            f"| {row['bare_ms']:.0f} ({row['bare_p95_ms']:.0f}) ms "
            f"| {row['ratio']:.1f} ({row['low']:.1f} to {row['high']:.1f}) |"
        )
    return "\n".join(lines)


def _save_models(folder: Path) -> tuple[Path, Path]:
    """Save the released bundle as a model of MLflow's, and its trees alone as another."""
    import mlflow

    from benchmarks.service_bare import booster_of
    from secretome_ml import load_model
    from secretome_ml.core.paths import models_dir

    released = models_dir() / "default"
    booster = booster_of(load_model())
    booster.feature_names = None  # the server hands over a plain matrix
    shutil.copytree(released, folder / "bundle")
    ours, bare = folder / "ours", folder / "bare"
    mlflow.pyfunc.save_model(
        str(ours), loader_module="secretome_ml.serving", data_path=str(folder / "bundle"), pip_requirements=[]
    )
    mlflow.xgboost.save_model(booster, str(bare), pip_requirements=[])
    return ours, bare


def _our_body(size: int) -> bytes:
    sources = ("adipose", "bone_marrow", "umbilical_cord", "")
    levels = ("elevated", "decreased", "unchanged", "not_detected")
    rows = [
        {
            "sample": f"arm {i}",
            "cell_type": "MSC",
            "cell_source": sources[i % 4],
            "species": "human",
            "stage": "adult",
            "donor": "",
            "product": ("conditioned_medium", "exosome")[i % 2],
            "culture": "2d",
            "fraction": "",
            "preconditioning": ("hypoxia(o2=1%, hours=48)", "none")[i // 2 % 2],
            "factors": f"VEGF-A={levels[i % 4]}; IL-6={levels[i // 4 % 4]}; HGF={levels[i // 16 % 4]}",
        }
        for i in range(size)
    ]
    return json.dumps({"dataframe_records": rows}).encode()


def _bare_body(size: int) -> bytes:
    """Return a ready matrix as wide as the trees know it: one row per sample and effect."""
    from secretome_ml import load_model

    model = load_model()
    effects = len(model.effects)
    columns = len(model.encoder.columns) + effects
    values = np.random.default_rng(0).choice([0.0, 1.0, 2.0], (size * effects, columns))
    values[:, -effects:] = np.tile(np.eye(effects), (size, 1))
    return json.dumps({"inputs": values.tolist()}).encode()


def _ask_in_turn(asked: list[tuple[str, bytes]], requests: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return requests by servers: seconds from sending to the whole answer."""
    times = np.zeros((_WARM_UP + requests, len(asked)))
    for turn in range(len(times)):
        for place, (address, body) in enumerate(asked):
            request = urllib.request.Request(
                f"{address}/invocations", body, {"Content-Type": "application/json"}
            )
            start = time.perf_counter()
            with urllib.request.urlopen(request, timeout=60) as answer:
                answer.read()
            times[turn, place] = time.perf_counter() - start
    return times[_WARM_UP:]


@contextlib.contextmanager
def _served(model: Path) -> Iterator[str]:
    """Serve a model on a free port of this machine until the block ends."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    words = [sys.executable, "-m", "mlflow", "models", "serve", "--model-uri", str(model)]
    words += ["--env-manager", "local", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    quiet = {"PATH": programs, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    log = model.with_suffix(".log")
    with log.open("wb") as stream:
        process = subprocess.Popen(
            words, stdout=stream, stderr=stream, env={**os.environ, **quiet}, start_new_session=True
        )
    try:
        until = time.monotonic() + _SECONDS_TO_START
        while True:
            try:
                with urllib.request.urlopen(f"{address}/health", timeout=2):
                    break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
                    raise SystemExit(f"The model server did not start:\n{said}") from None
                time.sleep(0.2)
        yield address
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


if __name__ == "__main__":
    main()
