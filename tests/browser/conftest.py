"""A real server on a free port of this machine, and Debian's Chromium that asks it alone."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE_MS = 60_000


@dataclass(frozen=True)
class Running:
    """A running service: its address for a browser, and what is behind it."""

    address: str
    service: Any


@pytest.fixture(scope="package")
def running() -> Iterator[Running]:
    """Return a service with the released model."""
    from secretome_ml.web.server import listen, make_server
    from secretome_ml.web.settings import Settings

    opened = listen("127.0.0.1", 0)
    port = opened.getsockname()[1]
    server = make_server(Settings(port=port))
    thread = threading.Thread(target=server.run, args=([opened],))
    thread.start()
    try:
        end = time.monotonic() + 60
        while not server.started:
            if time.monotonic() > end:
                pytest.fail("the service did not start")
            time.sleep(0.05)
        app: Any = server.config.app
        yield Running(f"http://127.0.0.1:{port}", app.state.service)
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="package")
def address(running: Running) -> str:
    """Return the address of the running service."""
    return running.address


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Return Chromium without a window."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("the browser tests need Debian's chromium (apt-get install chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield opened
        opened.close()


@dataclass
class Watched:
    """What a page asked for and complained about."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        """Write down everything that happens on a page."""
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._asked)

    def _said(self, message: Any) -> None:
        # Chromium says so of every answer that is not 2xx; the tests look at those answers themselves.
        if message.type == "error" and "the server responded with a status of 4" not in message.text:
            self.complaints.append(message.text)

    def _asked(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page; afterwards nothing may have left this machine or failed."""
    contexts, watched = [], Watched()

    def opened(**options: Any) -> Page:
        context = browser.new_context(base_url=address, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        watched.follow(page)
        return page

    yield opened
    for context in contexts:
        context.close()
    elsewhere = [url for url in watched.requests if not url.startswith((f"{address}/", "file://", "data:"))]
    assert elsewhere == [], "a page asked another host"
    assert watched.complaints == []
    assert watched.dialogs == [], "a script of the input ran"


@pytest.fixture(scope="package")
def export(shared_folder: Path) -> tuple[Path, Path]:
    """Return a real export of a stem-cell secretome, and its sample sheet."""
    folder = shared_folder / "readers" / "fragpipe_msc_secretome"
    return folder / "combined_protein_secr_fragpipe.tsv.gz", folder / "fact_secr.xlsx"
