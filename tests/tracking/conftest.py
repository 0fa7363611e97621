"""A real tracking server on a real PostgreSQL, and model servers: started once, stopped at the end."""

import contextlib
import functools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, Outcome, Trained, run_command
from secretome_ml.tracking import Run
from tracking import workers

SECONDS_TO_START = 120


def missing(what: str) -> None:
    """Skip where a server is not installed; where all tests are due, that is a failure."""
    message = f"{what} is not installed (see docs/mlflow.md, For developers)"
    if os.environ.get("SECRETOME_ML_ALL_TESTS"):
        pytest.fail(message)
    pytest.skip(message)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a process that finds this checkout and talks to nobody."""
    path = os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")]))
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    quiet = {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
    }
    return {**os.environ, **quiet, "PYTHONPATH": path, "PATH": programs, **more}


@contextlib.contextmanager
def serving(words: list[str], address: str, log: Path, env: dict[str, str]) -> Iterator[str]:
    """Run a web server until the block ends; yields its address once it answers."""
    with log.open("wb") as stream:
        process = subprocess.Popen(
            words, stdout=stream, stderr=subprocess.STDOUT, env=env, cwd=log.parent, start_new_session=True
        )
    try:
        until = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                with urllib.request.urlopen(f"{address}/health", timeout=2):
                    break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    pytest.fail(f"{words[:5]} did not start:\n{log.read_text(errors='replace')[-3000:]}")
                time.sleep(0.2)
        yield address
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="package")
def postgres() -> Iterator[str]:
    """Start PostgreSQL on a socket in a folder of its own; yields the address of an empty database."""
    places = [*Path("/usr/lib/postgresql").glob("*/bin"), *map(Path, os.get_exec_path())]
    binaries = next((p for p in places if (p / "initdb").exists()), None)
    if binaries is None:
        missing("PostgreSQL")
    folder = Path(tempfile.mkdtemp(prefix="postgres-", dir="/tmp"))
    # PostgreSQL refuses to run as root; Debian's package brings this user.
    other = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    if other:
        shutil.chown(folder, "postgres", "postgres")
    words = [binaries / "initdb", "-D", folder / "data", "-A", "trust", "-U", "postgres", "--no-sync"]
    subprocess.run(words, check=True, capture_output=True, cwd="/", **other)
    options = ["-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
    server = subprocess.Popen(
        [binaries / "postgres", "-D", folder / "data", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        **other,
    )
    try:
        ready = [binaries / "pg_isready", "-h", folder, "-U", "postgres"]
        until = time.monotonic() + SECONDS_TO_START
        while subprocess.run(ready, capture_output=True, check=False).returncode:
            assert server.poll() is None, "PostgreSQL stopped"
            assert time.monotonic() < until, "PostgreSQL did not start"
            time.sleep(0.1)
        subprocess.run(
            [binaries / "createdb", "-h", folder, "-U", "postgres", "mlflow"], check=True, capture_output=True
        )
        yield f"postgresql+psycopg2://postgres@/mlflow?host={folder}"
    finally:
        server.send_signal(signal.SIGINT)  # "fast": sessions are ended, nothing waits
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Server:
    """A tracking server: its address, and the folder below which its artifacts lie."""

    address: str
    artifacts: Path


@pytest.fixture(scope="package")
def tracking(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start `mlflow server` on PostgreSQL, with an artifact store that it serves itself."""
    pytest.importorskip("psycopg2")
    folder = tmp_path_factory.mktemp("tracking")
    port = free_port()
    words = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", postgres]
    words += ["--artifacts-destination", str(folder / "artifacts"), "--host", "127.0.0.1"]
    words += ["--port", str(port), "--workers", "1"]
    with serving(words, f"http://127.0.0.1:{port}", folder / "server.log", environment()) as address:
        yield Server(address, folder / "artifacts")


RECIPE = """name = "{0}"
[evidence]
effects = ["angiogenic", "anti_inflammatory", "anti_fibrotic"]
[models]
model = "{0}"
compare = []
"""


@dataclass(frozen=True)
class Versions:
    """Two versions of `secretome`, trained on the same few studies and folds, registered over HTTP.

    Parameters
    ----------
    folder : path
        Where the commands were run; the bundles lie in it by the name of the recipe.
    first, second : str
        The runs, of the models `logistic` and `informed`.
    report : dict
        What `train --json` said of the first.
    refused : Outcome
        What `train` said of the second, for which no server was there.
    waiting : list of str
        What then lay in experiments/unlogged.
    """

    folder: Path
    first: str
    second: str
    report: dict[str, Any]
    refused: Outcome
    waiting: list[str]


@pytest.fixture(scope="package")
def versions(tracking: Server, trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Versions:
    """Train two recipes. The server is not there for the second one, which is logged afterwards."""
    folder = tmp_path_factory.mktemp("versions")

    def train(name: str, address: str) -> Outcome:
        (folder / f"{name}.toml").write_text(RECIPE.format(name), encoding="utf-8")
        return run_command(
            "train", folder / f"{name}.toml", "--evidence", trained.evidence, "--fast", "--jobs", 1, "--json",
            "--tracking-uri", address, "--register", "secretome", "--out", folder / name,
        )  # fmt: skip

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        done = train("logistic", tracking.address)
        assert done.code == 0, done.err
        refused = train("informed", f"http://127.0.0.1:{free_port()}")
        waiting = sorted(p.name for p in (folder / "experiments" / "unlogged").iterdir())
        logged = run_command("models", "log", "--tracking-uri", tracking.address, "--json")
        assert logged.code == 0, logged.err
    (second,) = logged.json.values()
    return Versions(folder, done.json["run_id"], second, done.json, refused, waiting)


@pytest.fixture(scope="package")
def small_run(trained: Trained) -> Callable[..., Run]:
    """Return runs that cost no training: the trained bundle with made-up figures."""
    return functools.partial(workers.small_run, str(trained.bundle))
