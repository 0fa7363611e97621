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

from secretome_ml.core.errors import SecretomeError
from secretome_ml.web.refusals import Refused
from secretome_ml.web.voice import MarkedLines
from secretome_ml.web.work import Job, Kept, Pool
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
    kept = Kept(most=10, seconds=60.0)
    first, second = kept.put("first", 6), kept.put("second", 4)
    assert kept.get(first) == "first"
    third = kept.put("third", 4)
    assert (kept.get(first), kept.get(second), kept.get(third)) == ("first", None, "third")
    whole = kept.put("larger than all", 11)
    assert (kept.get(first), kept.get(whole)) == (None, "larger than all")
    brief = Kept(10, 0.0)
    assert brief.get(brief.put("gone")) is None
    assert len({kept.put(str(i)) for i in range(100)}) == 100


def test_jobs_tell_how_they_end():
    pool, go = Pool(workers=1, waiting=1), threading.Event()

    def work(progress) -> str:
        progress(1, 2, "reading")
        go.wait()
        raise SecretomeError("Nothing to do.")

    job = Job.begin(pool, work)
    wait_for(lambda: job.what)
    assert (job.waiting, job.done, job.total, job.result, job.refusal) == (False, 1, 2, None, None)
    second = Job.begin(pool, lambda progress: "/results/x")
    assert second.waiting
    with pytest.raises(Refused) as refused:
        Job.begin(pool, lambda progress: "/results/y")
    assert refused.value.status_code == 503
    go.set()
    wait_for(lambda: second.result == "/results/x")
    assert job.refusal is not None
    assert (job.refusal.detail, job.result) == ("Nothing to do.", None)
    pool.close()


# Files


def test_nothing_of_an_upload_stays(service_client, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen: list[int] = []
    from secretome_ml.readers import source

    opened = source.open_source

    def look(path: Path) -> Any:
        seen.extend(
            (
                path.stat().st_mode & 0o077 and path.parent.stat().st_mode & 0o077,
                len(list(tmp_path.iterdir())),
            )
        )
        return opened(path)

    monkeypatch.setattr("secretome_ml.readers.source.open_source", look)
    service_client.post("/api/v1/score", files={"file": ("a.csv", b"sample,cell_source\na,adiposs\n")})
    assert seen == [0, 1], "read from a folder of ours alone"
    assert list(tmp_path.iterdir()) == []


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
