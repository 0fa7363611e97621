"""What only a real server shows: slow clients, large bodies, several at once, and a crash."""

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

from secretome_ml.errors import SecretomeError
from secretome_ml.paths import data_dir
from secretome_ml.web.server import listen
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
def hasty():
    """Return a client of a server that waits a short time only, and takes little."""
    with server_of(
        header_timeout_s=0.4, body_timeout_s=0.4, write_timeout_s=0.4, max_body_bytes=100_000
    ) as client:
        wait_for(lambda: client.get("/api/v1/health").status_code == 200)
        yield client


@pytest.mark.parametrize("sent", [b"", b"GET / HT", HEAD], ids=["nothing", "half a line", "half a head"])
def test_a_head_that_does_not_come_is_not_waited_for(hasty, sent: bytes):
    with connect(hasty) as opened:
        opened.sendall(sent)
        assert everything(opened).startswith(b"HTTP/1.1 408")


def test_a_head_that_trickles_is_not_waited_for(hasty):
    """More bytes do not buy more time."""
    with connect(hasty) as opened:
        opened.sendall(HEAD)
        opened.settimeout(0.05)

        def cut() -> bool:
            try:
                opened.sendall(b"X-More: y\r\n")
                return opened.recv(1000).startswith(b"HTTP/1.1 408")
            except TimeoutError:
                return False

        wait_for(cut, seconds=30)


def test_a_body_that_does_not_come_is_not_waited_for(hasty):
    with connect(hasty) as opened:
        opened.sendall(HEAD + b"Content-Length: 1000\r\n\r\n{")
        answer = everything(opened)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"application/problem+json" in answer


def test_a_form_that_does_not_come_is_not_waited_for(hasty):
    head = HEAD.replace(b"application/json", b"multipart/form-data; boundary=b")
    with connect(hasty) as opened:
        part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nsam'
        opened.sendall(head + b"Content-Length: 1000\r\n\r\n" + part)
        assert everything(opened).startswith(b"HTTP/1.1 408")


def test_a_body_without_length_is_cut_at_the_limit(hasty):
    answer = hasty.post(
        "/api/v1/score",
        content=(b"x" * 10_000 for _ in range(11)),
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: " + b"y" * 20_000 + b"\r\n\r\n",
        b"GET /" + b"y" * 20_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"".join(b"X%d: y\r\n" % i for i in range(5000)) + b"\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\n\r\n",
        HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        HEAD + b"Content-Length: -2\r\n\r\n{}",
    ],
    ids=[
        "long header", "long path", "many headers", "TLS", "no host", "two lengths", "smuggling", "negative",
    ],
)  # fmt: skip
def test_a_damaged_head_is_refused(hasty, sent: bytes):
    with connect(hasty) as opened:
        opened.sendall(sent)
        try:
            status = int(opened.recv(1000).split(b" ", 2)[1])
        except ConnectionResetError:
            return  # closed before all of it was read
    assert 400 <= status < 500


def test_who_does_not_read_is_let_go(hasty):
    """Pipelined requests whose answers nobody takes must not fill the memory."""
    with connect(hasty) as opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        opened.setblocking(False)
        sent = 0

        def cut() -> bool:
            nonlocal sent
            try:
                sent += opened.send(one * 50)
            except BlockingIOError:
                return False
            except (ConnectionResetError, BrokenPipeError):
                return True
            return False

        wait_for(cut)
    assert hasty.get("/api/v1/health").status_code == 200


def test_who_leaves_in_the_middle_is_no_failure(hasty, caplog):
    with connect(hasty) as opened:
        opened.sendall(HEAD + b"Content-Length: 1000\r\n\r\n{")
    assert hasty.get("/api/v1/health").status_code == 200
    assert "Traceback" not in caplog.text


def test_slow_clients_do_not_keep_others_out(hasty):
    many = [connect(hasty) for _ in range(30)]
    for opened in many:
        opened.sendall(b"GET / HT")
    assert hasty.get("/api/v1/health").status_code == 200
    for opened in many:
        opened.close()


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
        assert all(len(a.json()["rows"]) == 60 for a in answers if a.status_code == 200)
        assert all("retry-after" in a.headers for a in answers if a.status_code == 503)
        assert client.post("/api/v1/score", json=samples).status_code == 200, "its place is free again"


def test_a_taken_port_is_said():
    with listen("127.0.0.1", 0) as opened:
        opened.listen()
        with pytest.raises(SecretomeError, match="Choose another --port"):
            listen("127.0.0.1", opened.getsockname()[1])


CRASHING = """
import sys
from secretome_ml.web.folder import UploadFolder
folder = UploadFolder(__import__("pathlib").Path(sys.argv[1]))
print(folder.removed, flush=True)
with folder.use() as inner:
    (inner / "upload").write_bytes(b"someone's data")
    sys.stdin.read()
"""


def test_what_a_crash_leaves_is_gone_at_the_next_start(tmp_path: Path):
    root = tmp_path / "uploads"
    command = [sys.executable, "-c", CRASHING, str(root)]
    first, other = (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    )
    for process in (first, other):
        assert process.stdout is not None
        assert process.stdout.readline() == "0\n"
    wait_for(lambda: len(list(root.glob("*/*/upload"))) == 2)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert len(list(root.glob("*/*/upload"))) == 2, "the crash left its upload"
    third = subprocess.run(command, input="", capture_output=True, text=True, check=True)
    assert third.stdout == "1\n"
    assert len(list(root.glob("*/*/upload"))) == 1, "the other service lives, and keeps its own"
    other.communicate("")
    assert other.returncode == 0


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
        assert len(list(tmp_path.glob("*/service-*"))) == 1
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert "Traceback" not in said
    assert "levels" not in said, "what was read concerns the caller alone"
    assert list(tmp_path.glob("*/service-*")) == []
