"""What stands around the service, layer by layer, in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from secretome_ml.core.errors import SecretomeError
from secretome_ml.web.guard import COOKIE, Sessions
from secretome_ml.web.settings import Settings
from web.web_clients import client_of, wait_for

TOKEN = "correct-horse-battery-staple"
ONE = {"samples": [{"sample": "a"}]}


@pytest.fixture(scope="module")
def guarded():
    """Return a client of a service that asks for a token."""
    with client_of(token=TOKEN) as client:
        yield client


# Headers


@pytest.mark.parametrize("path", ["/api/v1/health", "/api/v1/none", "/login", "/none", "/static/none"])
def test_every_answer_carries_the_headers(service_client, path: str):
    headers = service_client.get(path).headers
    policy = dict(p.strip().split(" ", 1) for p in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*"} & set(" ".join(policy.values()).split())
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "server" not in headers
    assert "x-powered-by" not in headers


def test_a_failure_is_answered_without_its_traceback(monkeypatch, caplog):
    with client_of() as client:
        wait_for(lambda: client.app.state.service.status != "loading")

        def fail(*_: object) -> None:
            raise RuntimeError("secret /home/ada/model")

        monkeypatch.setattr("secretome_ml.web.api.answers.render", fail)
        answer = client.post("/api/v1/score", json=ONE)
    assert answer.status_code == 500
    assert answer.headers["content-security-policy"]
    assert not {"secret", "Traceback", "ada", "RuntimeError"} & set(answer.text.replace("/", " ").split())
    request = answer.json()["instance"].removeprefix("urn:request:")
    logged = [r for r in caplog.records if r.exc_info]
    assert [request in r.getMessage() for r in logged] == [True], "the log tells what happened, by its id"


def test_a_missing_model_is_said_without_its_folder(tmp_path: Path):
    with client_of(model=str(tmp_path / "nowhere")) as client:
        wait_for(lambda: client.get("/api/v1/health").json()["status"] == "failed")
        answer = client.post("/api/v1/score", json=ONE)
    assert answer.status_code == 503
    assert str(tmp_path) not in answer.text


def test_static_files_are_not_listed_and_nothing_beside_them_is_given(service_client):
    assert service_client.get("/static/").status_code == 404
    assert service_client.get("/static").status_code in (307, 404)
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd"):
        assert service_client.get(path).status_code == 404


def test_a_parameter_that_makes_no_sense_is_no_failure(service_client):
    for page in ("a", "%C2%B2", "1e999", "%00"):
        answer = service_client.get(f"/evidence?page={page}")
        assert answer.status_code == 422
        assert answer.headers["content-type"].startswith("text/html")


# Hosts and sites


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8000", ""]
)
def test_other_host_names_are_refused(service_client, host: str):
    assert service_client.get("/api/v1/health", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000"])
def test_own_host_names_are_answered(service_client, host: str):
    assert service_client.get("/api/v1/health", headers={"host": host}).status_code == 200


def test_a_further_name_can_be_allowed():
    with client_of(allowed_hosts=("secretome.example",)) as client:
        assert client.get("/login", headers={"host": "Secretome.Example"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "http://127.0.0.1:8000.evil.example"},
        {"sec-fetch-site": "same-origin", "origin": "http://evil.example"},
    ],
)
def test_other_sites_cannot_make_a_browser_send(service_client, headers: dict[str, str]):
    assert service_client.post("/api/v1/score", json=ONE, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers", [{}, {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:8000"}]
)
def test_own_pages_and_programs_can_send(service_client, headers: dict[str, str]):
    assert service_client.post("/api/v1/score", json=ONE, headers=headers).status_code == 200


def test_a_link_from_elsewhere_still_opens_a_page(service_client):
    assert service_client.get("/login", headers={"sec-fetch-site": "cross-site"}).status_code == 200


# Token


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "secretome.example"])
def test_no_listening_beyond_this_machine_without_a_token(host: str):
    with pytest.raises(SecretomeError, match="give a token"):
        Settings(host=host)
    assert Settings(host=host, token=TOKEN).token == TOKEN


@pytest.mark.parametrize("token", ["", "short", "ünïcödé-but-long-enough"])
def test_a_token_that_is_easily_guessed_is_refused(token: str):
    with pytest.raises(SecretomeError, match="easily guessed"):
        Settings(token=token)


def test_the_token_is_not_printed():
    assert TOKEN not in repr(Settings(token=TOKEN))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": "Bearer wrong"},
        {"authorization": f"Bearer {TOKEN}x"},
        {"authorization": "Bearer"},
        {"authorization": b"Bearer \xff\xfe"},
        {"cookie": f"{COOKIE}={TOKEN}"},
        {"cookie": f"{COOKIE}=9999999999.00"},
        {"cookie": f"{COOKIE}=x.y"},
        {"cookie": f"{COOKIE}="},
    ],
)
def test_without_the_token_nothing_is_answered(guarded, headers: dict[str, Any]):
    answer = guarded.post("/api/v1/score", json=ONE, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert guarded.get("/api/v1/metrics", headers=headers).status_code == 401
    page = guarded.get("/somewhere", headers=headers, follow_redirects=False)
    assert (page.status_code, page.headers["location"]) == (303, "/login?next=/somewhere")


def test_with_the_token_the_api_answers(guarded):
    assert guarded.get("/api/v1/metrics", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert guarded.get("/api/v1/health").status_code in (200, 503), "health needs no token"


def test_a_browser_signs_in_once(guarded):
    assert guarded.post("/login", data={"token": "wrong"}).status_code == 401
    answer = guarded.post("/login", data={"token": TOKEN, "next": "/evidence"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/evidence")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.casefold()
    assert TOKEN not in cookie
    assert guarded.get("/api/v1/metrics").status_code == 200
    guarded.cookies.clear()
    assert guarded.get("/api/v1/metrics").status_code == 401


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nb: c"]
)
def test_signing_in_never_leads_elsewhere(guarded, wanted: str):
    answer = guarded.post("/login", data={"token": TOKEN, "next": wanted}, follow_redirects=False)
    assert answer.headers["location"] == "/"
    guarded.cookies.clear()


def test_a_cookie_of_another_process_or_an_old_one_is_not_valid(monkeypatch):
    ours, other = Sessions(TOKEN), Sessions(TOKEN)
    assert ours.valid(ours.new())
    assert not ours.valid(other.new())
    monkeypatch.setattr("secretome_ml.web.guard.SESSION_S", 0.0)
    brief = Sessions(TOKEN)
    assert not brief.valid(brief.new())


# Bodies


def test_a_body_that_says_it_is_too_large(service_client):
    most = service_client.app.state.settings.max_body_bytes
    headers = {"content-type": "application/json", "content-length": str(most + 1)}
    assert service_client.post("/api/v1/score", content=b"{}", headers=headers).status_code == 413


def test_a_body_that_does_not_say_how_large_it_is():
    with client_of(max_body_bytes=1000) as client:
        chunks = (b"x" * 100 for _ in range(11))
        answer = client.post("/api/v1/score", content=chunks, headers={"content-type": "application/json"})
        assert answer.status_code == 413
        form = client.post("/api/v1/score", files={"file": b"x" * 2000})
        assert form.status_code == 413
        assert form.headers["content-type"] == "application/problem+json"
