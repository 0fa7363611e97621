"""A service in process, and real servers on free ports of this machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from secretome_ml.web.app import create_app
from secretome_ml.web.server import listen, make_server
from secretome_ml.web.settings import Settings

HERE = "http://127.0.0.1:8000"


def wait_for(condition: Callable[[], Any], seconds: float = 120.0) -> Any:
    """Return what a condition gives once it is true; fail a test that would hang."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > end:
            pytest.fail("the condition did not come true")
        time.sleep(0.05)
    return found


@contextmanager
def client_of(**settings: Any) -> Iterator[TestClient]:
    """Give a client of an application in this process; errors come as answers, as they do over a wire."""
    app = create_app(Settings(**settings))
    with TestClient(app, base_url=HERE, raise_server_exceptions=False) as client:
        yield client


@contextmanager
def server_of(**settings: Any) -> Iterator[httpx.Client]:
    """Give a client of a real server."""
    opened = listen("127.0.0.1", 0)
    port = opened.getsockname()[1]
    server = make_server(Settings(**settings, port=port))
    thread = threading.Thread(target=server.run, args=([opened],))
    thread.start()
    try:
        wait_for(lambda: server.started)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120.0, trust_env=False) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()
