"""What only a real server shows: damaged heads, large bodies, several at once, and a crash."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from secretome_ml import load_model
from secretome_ml.core.errors import SecretomeError
from secretome_ml.core.paths import data_dir
from secretome_ml.web.server import listen
from secretome_ml.web.service import remove_leftovers
from web.web_clients import server_of, wait_for

EXAMPLES = data_dir() / "examples"
HEAD = b"POST /api/v1/score HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


def connect(client: httpx.Client) -> socket.socket:
    return socket.create_connection((client.base_url.host, client.base_url.port), timeout=60)


def everything(opened: socket.socket) -> bytes:
    """Return what the server sends until it closes the connection."""
    parts = []
    while part := opened.recv(65536):
        parts.append(part)
    return b"".join(parts)


@pytest.fixture(scope="module")
def small():
    """Return a client of a server that takes little."""
    with server_of(max_body_bytes=100_000) as client:
        wait_for(lambda: client.get("/api/v1/health").status_code == 200)
        yield client


def test_a_body_without_length_is_cut_at_the_limit(small):
    answer = small.post(
        "/api/v1/score",
        content=(b"x" * 10_000 for _ in range(11)),
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\n\r\n",
        HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        HEAD + b"Content-Length: -2\r\n\r\n{}",
    ],
    ids=[
        "TLS", "no host", "two lengths", "negative",
    ],
)  # fmt: skip
def test_a_damaged_head_is_refused(small, sent: bytes):
    with connect(small) as opened:
        opened.sendall(sent)
        try:
            status = int(opened.recv(1000).split(b" ", 2)[1])
        except ConnectionResetError:
            return  # closed before all of it was read
    assert 400 <= status < 500


def test_who_leaves_in_the_middle_is_no_failure(small, caplog):
    with connect(small) as opened:
        opened.sendall(HEAD + b"Content-Length: 1000\r\n\r\n{")
    assert small.get("/api/v1/health").status_code == 200
    assert "Traceback" not in caplog.text


def test_uploads_at_once_do_not_mix():
    """Each caller gets the samples of its own file."""
    files = [
        EXAMPLES / n for n in ("adipose_hypoxia.csv", "bone_marrow_lps.xlsx", "adipose_freeze_dried.tsv")
    ]
    with server_of() as client:

        def score(path: Path) -> set[str]:
            answer = client.post("/api/v1/score", files={"file": (path.name, path.read_bytes())})
            assert answer.status_code == 200, answer.text
            return {row["sample"] for row in answer.json()["rows"]}

        alone = [score(path) for path in files]
        assert len(set.union(*alone)) == sum(map(len, alone)), "the files share no sample"
        with ThreadPoolExecutor(6) as callers:
            assert list(callers.map(score, files * 2)) == alone * 2


def test_more_than_may_wait_is_refused_and_none_is_lost():
    with server_of(workers=1, waiting=0) as client:
        wait_for(lambda: client.get("/api/v1/health").status_code == 200)
        samples = {"samples": [{"sample": f"s{i}", "cell_source": "adipose"} for i in range(20)]}
        with ThreadPoolExecutor(8) as callers:
            answers = list(callers.map(lambda _: client.post("/api/v1/score", json=samples), range(8)))
        statuses = [a.status_code for a in answers]
        assert set(statuses) <= {200, 503}
        assert 200 in statuses
        assert all(
            len(a.json()["rows"]) == 20 * len(load_model().effects) for a in answers if a.status_code == 200
        )
        assert all("retry-after" in a.headers for a in answers if a.status_code == 503)
        assert client.post("/api/v1/score", json=samples).status_code == 200, "its place is free again"


def test_a_taken_port_is_said():
    with listen("127.0.0.1", 0) as opened:
        opened.listen()
        with pytest.raises(SecretomeError, match="Choose another --port"):
            listen("127.0.0.1", opened.getsockname()[1])


def test_what_a_crash_leaves_is_gone_at_the_next_start(tmp_path: Path):
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    left = tmp_path / f"secretome-ml-upload-{int(ended.stdout)}-a"
    lives = tmp_path / f"secretome-ml-upload-{os.getpid()}-b"
    other = tmp_path / "secretome-ml-upload-x"
    for folder in (left, lives, other):
        folder.mkdir()
        (folder / "upload").write_bytes(b"someone's data")
    assert remove_leftovers(tmp_path) == 1
    assert sorted(tmp_path.iterdir()) == sorted([lives, other])


def test_the_command_serves_until_it_is_stopped(tmp_path: Path):
    """Start to finish as a user has it: a free port, an answer, Ctrl-C, nothing left."""
    command = [sys.executable, "-m", "secretome_ml", "ui", "--port", "0"]
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[2]

        def answered() -> bool:
            try:
                return httpx.get(f"{address}/api/v1/health", trust_env=False).status_code == 200
            except httpx.TransportError:
                return False

        wait_for(answered)
        table = (EXAMPLES / "adipose_hypoxia.csv").read_bytes()
        assert httpx.post(
            f"{address}/api/v1/score", files={"file": table}, trust_env=False, timeout=60
        ).is_success
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert "Traceback" not in said
    assert "levels" not in said, "what was read concerns the caller alone"
    assert list(tmp_path.glob("secretome-ml-*")) == []
