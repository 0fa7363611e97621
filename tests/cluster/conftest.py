"""A Dask cluster in a process of its own, and files to score with what they must give."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import ROOT

CLUSTER = """
import sys, time
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(2, threads_per_worker=1, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""
FILES = 6


@dataclass(frozen=True)
class Running:
    """A cluster and how to end it."""

    address: str
    process: subprocess.Popen

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def start_cluster(folder: Path) -> Running:
    script = folder / "start.py"
    script.write_text(CLUSTER, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(),
        start_new_session=True,
    )
    return Running(process.stdout.readline().strip(), process)


def environment() -> dict[str, str]:
    """Return an environment in which child processes import the checkout, and write no byte code."""
    return {
        **os.environ,
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests'}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@pytest.fixture(scope="package")
def cluster(tmp_path_factory):
    """Return a scheduler with two worker processes, apart from this process."""
    running = start_cluster(tmp_path_factory.mktemp("cluster"))
    assert running.address.startswith("tcp://127.0.0.1:")
    yield running
    running.kill()


@pytest.fixture(scope="package")
def model():
    """Return the released model."""
    from secretome_ml import load_model

    return load_model()


@pytest.fixture(scope="package")
def inputs(tmp_path_factory) -> Path:
    """Return a folder of canonical tables, each of other samples, and of more of them than the one before."""
    folder = tmp_path_factory.mktemp("inputs")
    for number in range(FILES):
        lines = ["sample,cell_type,cell_source,product,preconditioning,VEGF-A,IL-6"]
        for row in range(2 + number):
            level = ("elevated", "decreased", "")[row % 3]
            given = f"MSC,adipose,conditioned_medium,hypoxia(o2={number % 5 + 1}%)"
            lines.append(f"s{number}_{row},{given},{level},detected")
        (folder / f"f{number:02d}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="package")
def expected(inputs: Path, model) -> dict[str, bytes]:
    """Return what each file must give: read and scored one after the other in this process."""
    from secretome_ml import read_profiles

    return {
        f"{path.stem}.scores.csv": model.score(read_profiles(path)).to_csv(index=False).encode()
        for path in sorted(inputs.iterdir())
    }


def written(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder but the records of what is finished."""
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()} if folder.is_dir() else {}
