"""The shipped configuration of nginx, before a real service: what the service leaves to the proxy."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from web.web_clients import server_of, wait_for

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "nginx.conf"
NGINX = shutil.which("nginx") or ("/usr/sbin/nginx" if Path("/usr/sbin/nginx").exists() else None)
# Where all tests are due, a missing nginx fails.
ALL_TESTS = bool(os.environ.get("SECRETOME_ML_ALL_TESTS"))
pytestmark = pytest.mark.skipif(NGINX is None and not ALL_TESTS, reason="nginx is not installed")


def free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Return a client of nginx before a service, with shorter times and without TLS."""
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    with server_of(allowed_hosts=("secretome.example.org",), trusted_proxies=("127.0.0.1",)) as service:
        wait_for(lambda: service.get("/api/v1/health").status_code == 200)
        text = CONFIGURATION.read_text(encoding="utf-8")
        changes = {
            "listen 443 ssl": f"listen 127.0.0.1:{port}",
            "127.0.0.1:8000": f"127.0.0.1:{service.base_url.port}",
            "client_header_timeout 10s": "client_header_timeout 1s",
            "client_body_timeout 10s": "client_body_timeout 1s",
        }
        for found, put in changes.items():
            assert found in text
            text = text.replace(found, put)
        text = "\n".join(line for line in text.splitlines() if "ssl_certificate" not in line)
        temporary = "".join(
            f"{kind}_temp_path {folder}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        whole = f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\nevents {{}}\n"
        whole += f"http {{ access_log off; {temporary}\n{text}\n}}\n"
        path = folder / "nginx.conf"
        path.write_text(whole, encoding="utf-8")
        process = subprocess.Popen([str(NGINX), "-e", f"{folder}/error.log", "-c", str(path)])
        client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False,
            headers={"host": "secretome.example.org"},
        )  # fmt: skip
        try:
            wait_for(lambda: answers(client), seconds=30)
            yield client
        finally:
            client.close()
            process.terminate()
            process.wait()


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/api/v1/health").status_code == 200
    except httpx.TransportError:
        return False


def test_a_sample_is_scored_through_it(proxied):
    answer = proxied.post("/api/v1/score", json={"samples": [{"sample": "a", "cell_source": "adipose"}]})
    assert answer.status_code == 200
    assert answer.json()["rows"]


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: secretome.example.org\r\n",
        b"POST /api/v1/score HTTP/1.1\r\nHost: secretome.example.org\r\nContent-Length: 100\r\n\r\n{",
    ],
    ids=["head", "body"],
)
def test_who_does_not_send_is_let_go(proxied, sent: bytes):
    with socket.create_connection(("127.0.0.1", proxied.base_url.port), timeout=60) as opened:
        opened.sendall(sent)
        answer = b""
        while part := opened.recv(65536):
            answer += part
    assert answer == b"" or answer.startswith(b"HTTP/1.1 408")


def test_large_heads_and_bodies_are_refused(proxied):
    assert proxied.get("/", headers={"x": "y" * 40_000}).status_code == 400
    assert proxied.post("/upload", content=b"x" * (33 * 2**20)).status_code == 413


def test_two_lengths_of_one_body_are_refused(proxied):
    head = b"POST /api/v1/score HTTP/1.1\r\nHost: secretome.example.org\r\n"
    with socket.create_connection(("127.0.0.1", proxied.base_url.port), timeout=60) as opened:
        opened.sendall(head + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}")
        assert opened.recv(1000).startswith(b"HTTP/1.1 400")


def test_a_page_of_another_site_is_refused_through_it(proxied):
    answer = proxied.post("/api/v1/score", json={"samples": []}, headers={"origin": "http://evil.example"})
    assert answer.status_code == 403


def test_guessing_and_flooding_are_slowed(proxied):
    guesses = [proxied.post("/login", data={"token": "wrong"}).status_code for _ in range(15)]
    assert 429 in guesses
    flood = [proxied.get("/static/icon.svg").status_code for _ in range(300)]
    assert flood[0] == 200
    assert 429 in flood
