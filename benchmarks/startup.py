"""How long a command takes that has little to do."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Figure, compare
from secretome_ml.core.paths import data_dir

LIBRARIES = "import numpy, xgboost"


def figures(folder: Path, quick: bool) -> Iterator[Figure | str]:
    """Yield the figures."""
    rounds = 3 if quick else 7
    command = [sys.executable, "-m", "secretome_ml"]
    path = str(data_dir() / "examples" / "adipose_hypoxia.csv")
    run([*command, "score", path])  # writes the bytecode, as an installation does
    nothing, libraries = ([sys.executable, "-c", text] for text in ("pass", LIBRARIES))
    first = "the first score: one file of two profiles, in a new process"
    yield compare(
        "`score --help`",
        "`python -c pass`",
        lambda: run([*command, "score", "--help"]),
        lambda: run(nothing),
        rounds,
        most=5.0,
    )
    yield compare(
        first,
        f"`python -c '{LIBRARIES}'`",
        lambda: run([*command, "score", path]),
        lambda: run(libraries),
        rounds,
        most=1.2,
    )
    with tempfile.TemporaryDirectory(dir=folder) as cache:
        bare = {**os.environ, "PYTHONPYCACHEPREFIX": cache, "PYTHONDONTWRITEBYTECODE": "1"}
        yield compare(
            "the same without any bytecode",
            f"`python -c '{LIBRARIES}'` without any",
            lambda: run([*command, "score", path], bare),
            lambda: run(libraries, bare),
            1 if quick else 2,
        )


def run(command: list[str], environment: dict[str, str] | None = None) -> None:
    """Run a command to its end."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
