"""Runs a fuzz target: coverage-guided with atheris, or a fixed number of seeded mutations without it."""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

# Threads that wait for each other take longer than what they compute on a few rows.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

Target = Callable[[bytes], None]

# More than the largest seed needs, far less than the machine has: growth beyond it is a finding.
MEMORY_MIB, ONE_INPUT_SECONDS = 3000, 120


def mutations(seeds: Iterable[bytes], count: int, seed: int) -> Iterable[bytes]:
    """Yield changed seeds, the same for the same `seed`: bytes set, cut, repeated, moved."""
    known, rng = list(seeds), random.Random(seed)
    for _ in range(count):
        data = bytearray(rng.choice(known))
        for _ in range(rng.randint(1, 6)):
            at = rng.randrange(len(data) + 1)
            end = min(len(data), at + rng.choice((1, 1, 2, 8, 40)))
            kind = rng.randrange(4)
            if kind == 0:
                data[at:end] = rng.randbytes(end - at)
            elif kind == 1:
                del data[at:end]
            elif kind == 2:
                data[at:at] = data[at:end] * rng.randint(1, 8)
            else:
                data[at:at] = rng.choice(known)[: rng.randint(0, 60)]
        yield bytes(data)


def run(target: Target, seeds: Iterable[bytes], longest: int) -> None:
    """Fuzz from the command line: `--seconds N`, `--keep FOLDER` for inputs that were worth keeping."""
    import atheris

    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--keep", type=Path, help="Corpus folder; default: a temporary one.")
    chosen = parser.parse_args()
    known = list(seeds)
    target(known[0])  # vocabularies and the released bundle are read once, and not counted against an input
    with tempfile.TemporaryDirectory() as temporary:
        corpus = chosen.keep or Path(temporary)
        corpus.mkdir(parents=True, exist_ok=True)
        for number, content in enumerate(known):
            (corpus / f"seed_{number:03d}").write_bytes(content)
        options = [
            f"-max_total_time={chosen.seconds}",
            f"-timeout={ONE_INPUT_SECONDS}",
            f"-rss_limit_mb={MEMORY_MIB}",
            f"-max_len={longest}",
            "-print_final_stats=1",
            f"-artifact_prefix={Path.cwd() / 'finding-'}",
        ]
        atheris.Setup([sys.argv[0], *options, str(corpus)], target)
        atheris.Fuzz()


def instrumented() -> object:
    """Return the block in which imports of the package are watched for coverage."""
    import atheris

    return atheris.instrument_imports(include=["secretome_ml"], enable_loader_override=False)
