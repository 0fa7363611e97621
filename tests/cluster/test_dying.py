"""Workers, clients, schedulers and disks that die: what remains, and that a rerun completes it."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cluster.conftest import FILES, environment, start_cluster, written
from secretome_ml.core.errors import WorkersLost

pytest.importorskip("distributed")
from secretome_ml.cluster.scheduler import open_cluster
from secretome_ml.cluster.spread import over_cluster
from secretome_ml.workflows.score_files import Reading, score_files, score_one, targets_of


def score_slowly(model, source, target, reading):
    """Give the test time to kill somebody."""
    time.sleep(0.2)
    return score_one(model, source, target, reading)


def tasks(model, inputs: Path, out: Path, files: int = FILES):
    sources = [str(p) for p in sorted(inputs.iterdir())][:files]
    return [
        (model, s, t, Reading()) for s, t in zip(sources, targets_of(sources, str(out), ".csv"), strict=True)
    ]


def words(inputs: Path, out: Path, *more: object) -> list[str]:
    return [sys.executable, "-m", "secretome_ml", "score", str(inputs), "--out", str(out), *map(str, more)]


def wait_for(folder: Path, count: int) -> None:
    """Wait until so many outputs are there."""
    end = time.monotonic() + 120
    while len(written(folder)) < count:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_lost_worker_costs_only_its_files(cluster, model, inputs, expected, tmp_path: Path):
    out = tmp_path / "out"
    with open_cluster(cluster.address, 2) as client:
        doomed = next(iter(client.run(os.getpid).values()))
        found = []
        for _, scored in over_cluster(client)(score_slowly, tasks(model, inputs, out)):
            if not found:
                os.kill(doomed, signal.SIGKILL)
            found.append(scored.state)
    assert len(found) == FILES
    assert set(found) <= {"scored", "kept"}  # kept: written just before its worker was killed
    assert written(out) == expected


def test_a_killed_client_leaves_whole_files_and_a_rerun_completes_them(
    cluster, inputs, expected, command, tmp_path: Path
):
    out = tmp_path / "out"
    started = subprocess.Popen(
        words(inputs, out, "--scheduler", cluster.address), env=environment(), stderr=subprocess.DEVNULL
    )
    wait_for(out, 2)
    started.send_signal(signal.SIGKILL)
    started.wait()
    time.sleep(1.0)  # files that the workers had begun
    left = written(out)
    assert {n: c for n, c in left.items() if not n.startswith(".")}.items() <= expected.items()
    done = command("score", inputs, "--out", out, "--scheduler", cluster.address, "--json")
    assert done.code == 0, done.err
    states = [one["state"] for one in done.json]
    assert states.count("kept") >= 2
    assert set(states) <= {"scored", "kept"}
    assert {n: c for n, c in written(out).items() if not n.startswith(".")} == expected


def test_a_scheduler_that_dies_is_reported_and_what_was_finished_is_kept(
    model, inputs, expected, tmp_path: Path
):
    out = tmp_path / "out"
    mortal = start_cluster(tmp_path)
    with open_cluster(mortal.address, 2) as client:
        results = over_cluster(client)(score_slowly, tasks(model, inputs, out))
        for _ in range(2):
            next(results)
        mortal.kill()
        with pytest.raises(WorkersLost, match=r"scheduler is gone.*run .* again"):
            list(results)
    left = written(out)
    assert 2 <= len(left) < FILES
    assert left.items() <= expected.items()
    states = [one.state for one in _here(model, inputs, out)]
    assert states.count("kept") == len(left)
    assert written(out) == expected


def test_a_scheduler_that_is_not_there_is_said_to_be_missing(command, inputs, tmp_path: Path):
    done = command("score", inputs, "--out", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:9")
    assert done.code == 1
    assert "No Dask scheduler answers at tcp://127.0.0.1:9" in done.err
    assert not (tmp_path / "out").exists()


def test_files_beyond_a_size_limit_fail_alone(inputs, expected, command, tmp_path: Path):
    """The limit of the process stands for a disk that fills up: small outputs fit, large ones do not."""
    out = tmp_path / "out"
    sizes = sorted(len(c) for c in expected.values())
    limit = sizes[len(sizes) // 2]
    done = subprocess.run(
        words(inputs, out, "--jobs", 1),
        env=environment(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert written(out) == {name: c for name, c in expected.items() if len(c) <= limit}
    _completes(command, inputs, out, expected)


def _completes(command, inputs: Path, out: Path, expected: dict[str, bytes]) -> None:
    """Run it again: what was finished is kept, the rest is made."""
    before = len(written(out))
    done = command("score", inputs, "--out", out, "--jobs", 1, "--json")
    assert done.code == 0, done.err
    assert [one["state"] for one in done.json].count("kept") >= before - 1
    assert written(out) == expected


def _here(model, inputs: Path, out: Path):
    from secretome_ml.core.parallel import over_processes

    sources = [str(p) for p in sorted(inputs.iterdir())]
    return score_files(model, sources, targets_of(sources, str(out), ".csv"), Reading(), over_processes(1))
