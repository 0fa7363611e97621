"""Ask the service a thousand times, in every way it is asked, and print how its memory grows.

`python tools/soak.py --requests 1000` starts a service in a process of its own, warms it with a tenth of the
requests, and prints a row for each fifth of the rest: resident memory (MiB), answers by status, and the time.
"""

from __future__ import annotations

import argparse
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx

EXAMPLE = Path(__file__).resolve().parents[1] / "data" / "examples" / "adipose_hypoxia.csv"


def asked(client: httpx.Client) -> Iterator[int]:
    """Yield the statuses of an endless mixture of requests."""
    number = 0
    while True:
        number += 1
        factor = {"name": "VEGFA", "value": number % 900 + 1, "unit": "pg/mL"}
        sample = {"sample": f"s{number}", "cell_source": "adipose", "factors": [factor]}
        yield client.post("/api/v1/score", json={"samples": [sample]}).status_code
        yield client.post("/api/v1/explain", json={"samples": [sample]}).status_code
        yield client.get("/").status_code
        yield client.get("/evidence", params={"text": f"hypoxia {number % 50}"}).status_code
        yield client.get("/evidence/factors/VEGFA").status_code
        if number % 5 == 0:
            answer = client.post("/upload", files={"file": (f"lot{number}.csv", EXAMPLE.read_bytes())})
            while "/jobs/" in answer.url.path and 'http-equiv="refresh"' in answer.text:
                time.sleep(0.05)
                answer = client.get(answer.url)
            yield answer.status_code
            yield client.get(f"{answer.url}/samples/1").status_code
        yield client.post(
            "/api/v1/score", content=b"{", headers={"content-type": "application/json"}
        ).status_code


def resident(process: int) -> float:
    """Return the resident memory of a process and its children in MiB."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid,rss"], capture_output=True, text=True, check=True).stdout
    rows = [tuple(map(int, row.split())) for row in listed.splitlines()[1:]]
    family = {process} | {pid for pid, parent, _ in rows if parent == process}
    return sum(rss for pid, _, rss in rows if pid in family) / 1024


def main() -> None:
    """Ask, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1000)
    chosen = parser.parse_args()
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        port = opened.getsockname()[1]
    words = ["-m", "secretome_ml", "ui", "--port", str(port)]
    service = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}", timeout=120, follow_redirects=True, trust_env=False
        )
        for _ in range(600):
            try:
                client.get("/api/v1/health")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        answers = asked(client)
        for _ in range(chosen.requests // 10):
            next(answers)
        print("| requests | memory (MiB) | statuses | seconds |\n|---|---|---|---|")
        print(f"| warm | {resident(service.pid):.0f} | | |")
        for part in range(1, 6):
            begun = time.monotonic()
            found = Counter(next(answers) for _ in range(chosen.requests // 5))
            told = ", ".join(f"{status}: {count}" for status, count in sorted(found.items()))
            seconds = time.monotonic() - begun
            print(
                f"| {part * chosen.requests // 5} | {resident(service.pid):.0f} | {told} | {seconds:.0f} |",
                flush=True,
            )
            if re.search(r"\b5\d\d:", told):
                raise SystemExit("The service failed.")
    finally:
        service.terminate()
        service.wait()


if __name__ == "__main__":
    main()
