"""Work, kept results, uploads and logs are bounded and private; the command starts nothing unprotected."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from secretome_ml.errors import SecretomeError
from secretome_ml.web.folder import UploadFolder
from secretome_ml.web.jobs import Jobs
from secretome_ml.web.pool import Pool
from secretome_ml.web.refusals import Refused
from secretome_ml.web.results import Results
from secretome_ml.web.voice import MarkedLines
from web.web_clients import wait_for

TOKEN = "correct-horse-battery-staple"


def run_apart(work: Coroutine[Any, Any, Any]) -> Any:
    """Run on a thread of its own: a browser test of the same process may have left its loop running here."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


# Work


def test_the_pool_is_bounded_and_a_late_worker_keeps_its_place():
    pool, hold = Pool(workers=1, waiting=1, seconds=0.05), threading.Event()

    async def three() -> list[int]:
        results = await asyncio.gather(*(pool.run(hold.wait) for _ in range(3)), return_exceptions=True)
        return [r.status_code for r in results if isinstance(r, Refused)]

    assert run_apart(three()) == [503, 503, 503]
    assert pool.held == 1, "the one that waited was taken back; the one that runs cannot be"
    hold.set()
    wait_for(lambda: pool.held == 0)
    assert run_apart(pool.run(lambda: 42)) == 42
    pool.close()


def test_results_end_by_time_and_by_room():
    now = [0.0]
    results: Results[str] = Results(most=10, seconds=5.0, clock=lambda: now[0])
    first, second = results.put("first", 6), results.put("second", 4)
    assert results.get(first) == "first"
    third = results.put("third", 4)
    assert (results.get(first), results.get(second), results.get(third)) == ("first", None, "third")
    now[0] = 5.1
    assert results.get(first) is None
    assert len({results.put(str(i)) for i in range(100)}) == 100


def test_jobs_tell_how_they_end():
    jobs = Jobs(most=2, seconds=60.0)
    go = threading.Event()

    def work(progress) -> str:
        progress(1, 2, "reading")
        go.wait()
        raise SecretomeError("Nothing to do.")

    name = jobs.start(work)
    job = wait_for(lambda: (found := jobs.get(name)) and found.what and found)
    assert (job.state, job.done, job.total) == ("running", 1, 2)
    jobs.start(lambda progress: 1)
    with pytest.raises(Refused) as refused:
        jobs.start(lambda progress: 2)
    assert refused.value.status_code == 503
    go.set()
    jobs.close(wait=True)
    assert job.state == "failed"
    assert job.refusal is not None
    assert job.refusal.detail == "Nothing to do."
    assert jobs.get("guessed") is None


# Files


def test_uploads_lie_in_a_private_folder_and_go(tmp_path: Path):
    root = tmp_path / "uploads"
    folder = UploadFolder(root)
    with folder.use() as inner:
        (inner / "upload").write_bytes(b"x")
        assert inner.stat().st_mode & 0o077 == 0
        assert root.stat().st_mode & 0o077 == 0
    assert not inner.exists()
    folder.close()
    assert list(root.iterdir()) == []


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path):
    root = tmp_path / "uploads"
    root.mkdir(mode=0o755)
    root.chmod(0o777)
    with pytest.raises(SecretomeError, match="yours alone"):
        UploadFolder(root)
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(SecretomeError, match="yours alone"):
        UploadFolder(tmp_path / "link")


def test_two_services_do_not_take_each_others_folders(tmp_path: Path):
    first = UploadFolder(tmp_path / "uploads")
    second = UploadFolder(tmp_path / "uploads")
    assert (first.removed, second.removed) == (0, 0)
    assert first.path.is_dir()
    first.close()
    second.close()


def test_nothing_of_an_upload_stays(service_client):
    service = service_client.app.state.service
    service_client.post("/api/v1/score", files={"file": ("a.csv", b"sample,cell_source\na,adiposs\n")})
    assert [p.name for p in service.folder.path.iterdir()] == ["lock"]


# Logs


def test_a_caller_writes_no_lines_into_the_log(service_client, caplog):
    caplog.set_level(logging.DEBUG, "secretome_ml.web")
    name = "a\nCRITICAL forged"
    service_client.get("/login%0aCRITICAL forged", headers={"user-agent": "x\tCRITICAL forged"})
    service_client.post("/api/v1/score", json={"samples": [{"sample": name, "cell_source": name}]})
    service_client.post("/api/v1/score", files={"file": (name, b"sample\n")})
    web = [r for r in caplog.records if r.name.startswith("secretome_ml.web")]
    assert web
    assert not any("forged" in r.getMessage() for r in web)


def test_what_is_logged_is_one_record_a_line():
    try:
        raise ValueError("a\nCRITICAL forged\x1b[31m\u202e")
    except ValueError:
        record = logging.getLogger("x").makeRecord("x", 40, "f", 1, "failed", (), sys.exc_info())
    first, *others = MarkedLines("%(levelname)s %(message)s").format(record).split("\n")
    assert first == "ERROR failed"
    assert all(line.startswith("  | ") for line in others)
    assert not any("\x1b" in line or "\u202e" in line for line in others)


# The command


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--host", "0.0.0.0"), "give a token"),
        (("--host", "0.0.0.0", "--token", "short"), "easily guessed"),
        (("--host", "192.0.2.7", "--port", "0", "--token", TOKEN), "Cannot listen"),
    ],
)
def test_the_command_does_not_start_unprotected(command, options: tuple[str, ...], said: str):
    done = command("ui", *options)
    assert done.code == 1
    assert said in done.err
    assert "Listening" not in done.out
    assert TOKEN not in done.out + done.err
