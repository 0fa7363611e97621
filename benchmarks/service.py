"""Load on the scoring service beside a bare FastAPI + XGBoost service, in one run, on loopback.

    python -m benchmarks.service

Both answer the same number of samples to the same client; rounds alternate, so that what else the machine
does meets both. The bare service does a small part of the work (see `benchmarks/service_bare.py`): its
figures are the floor that HTTP, JSON and the trees set.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from benchmarks.service_bare import booster_of
from secretome_ml import load_model

ROUNDS = 3
_SAMPLE = {
    "cell_type": "MSC",
    "cell_source": "adipose",
    "species": "human",
    "product": "conditioned medium",
    "preconditioning": [{"kind": "hypoxia", "o2_percent": 1, "hours": 48}],
    "factors": [
        {"name": "VEGF-A", "state": "elevated"},
        {"name": "HGF", "value": 1200.0, "unit": "pg/mL"},
        {"name": "IL-6", "state": "detected"},
        {"name": "TGF-β1", "state": "decreased"},
    ],
}


@dataclass(frozen=True)
class Load:
    """How the services are asked.

    Parameters
    ----------
    samples : int
        Samples in one request.
    callers : int
        Callers at once; each waits for its answer before it asks again.
    requests : int
        Requests of all callers together.
    """

    samples: int
    callers: int
    requests: int


LOADS = (Load(1, 1, 40), Load(1, 16, 160), Load(1, 64, 640), Load(16, 1, 30), Load(16, 16, 120))


@dataclass(frozen=True)
class Held:
    """What a service held: requests a second, seconds per request, and requests that failed."""

    throughput: float
    seconds: list[float]
    errors: int

    def quantile(self, share: float) -> float:
        """Return a quantile of the seconds per request."""
        return float(np.quantile(self.seconds, share))


async def ask(port: int, path: str, body: bytes, load: Load) -> Held:
    """Put a load on a service and return what it held."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    left, seconds, errors = iter(range(load.requests)), [], 0

    async def call() -> None:
        nonlocal errors
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in left:
            begun = time.perf_counter()
            writer.write(head + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = next(n for n in answer.lower().split(b"\r\n") if n.startswith(b"content-length:"))
            await reader.readexactly(int(length.split(b":")[1]))
            seconds.append(time.perf_counter() - begun)
            errors += not answer.startswith(b"HTTP/1.1 200")
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(call() for _ in range(load.callers)))
    return Held(load.requests / (time.perf_counter() - begun), seconds, errors)


@contextmanager
def running(*words: str) -> Iterator[int]:
    """Start a server on a free port and stop it in the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, *(w.format(port=port) for w in words)], stdout=subprocess.DEVNULL
    )
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


def wait_until_ready(port: int, path: str, body: bytes, seconds: float = 120.0) -> None:
    """Ask until a service answers."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if asyncio.run(ask(port, path, body, Load(1, 1, 1))).errors == 0:
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"no answer from port {port} in {seconds:g} s")


def bodies(samples: int) -> tuple[bytes, bytes]:
    """Return a request for our service and one for the bare one, of as many samples."""
    ours = {"samples": [{"sample": f"s{i}", **_SAMPLE} for i in range(samples)]}
    model = load_model()
    width = booster_of(model).num_features()  # type: ignore[attr-defined]
    chosen = np.random.default_rng(0)
    # One row per sample and effect, mostly missing, as real profiles are.
    rows = [
        [float(v) if v > 0.9 else None for v in chosen.random(width)]
        for _ in range(len(model.effects) * samples)
    ]
    return json.dumps(ours).encode(), json.dumps({"rows": rows}).encode()


def measure(share: float = 1.0) -> list[tuple[Load, list[Held], list[Held]]]:
    """Return, per load, what our service and the bare one held in each round."""
    found: list[tuple[Load, list[Held], list[Held]]] = [
        (replace(load, requests=max(load.callers, round(share * load.requests))), [], []) for load in LOADS
    ]
    own = ("-m", "secretome_ml", "ui", "--port", "{port}")
    with running(*own) as port, running("-m", "benchmarks.service_bare", "{port}") as bare_port:
        our_body, bare_body = bodies(1)
        wait_until_ready(port, "/api/v1/score", our_body)
        wait_until_ready(bare_port, "/predict", bare_body)
        for _ in range(ROUNDS):
            for load, ours, bare in found:
                our_body, bare_body = bodies(load.samples)
                ours.append(asyncio.run(ask(port, "/api/v1/score", our_body, load)))
                bare.append(asyncio.run(ask(bare_port, "/predict", bare_body, load)))
    return found


def table(found: list[tuple[Load, list[Held], list[Held]]]) -> str:
    """Return the figures as a Markdown table: medians over the rounds, the range of the ratio."""
    lines = [
        "| samples | callers | service | requests/s | samples/s | p50 ms | p99 ms | errors | of bare |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for load, ours, bare in found:
        ratios = [o.throughput / b.throughput for o, b in zip(ours, bare, strict=True)]
        share = f"{median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"
        for name, held, ratio in (("secretome-ml", ours, share), ("bare", bare, "1")):
            rate = median(h.throughput for h in held)
            middle, late = (1000 * median(h.quantile(q) for h in held) for q in (0.5, 0.99))
            errors = sum(h.errors for h in held)
            lines.append(
                f"| {load.samples} | {load.callers} | {name} | {rate:.1f} | {rate * load.samples:.0f} "
                f"| {middle:.1f} | {late:.1f} | {errors} | {ratio} |"
            )
    return "\n".join(lines)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="Load on the scoring service.")
    parser.add_argument(
        "--share", type=float, default=1.0, help="Share of the requests; less is a quick look."
    )
    print(table(measure(parser.parse_args().share)))


if __name__ == "__main__":
    main()
