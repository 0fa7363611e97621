"""Every kind of page, in light and in dark: no serious finding of axe, no wider than a phone, by keyboard."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import axe_playwright_python
import httpx
import pytest
from playwright.sync_api import Page, expect

from browser.places import KINDS, every_kind

AXE = (Path(axe_playwright_python.__file__).with_name("axe.min.js")).read_text(encoding="utf-8")
ROOT = Path(__file__).resolve().parents[2]
PHONE = {"width": 375, "height": 800}


@pytest.fixture(scope="package")
def places(address: str) -> dict[str, str]:
    return every_kind(address, ROOT)


def findings(page: Page) -> list[str]:
    """Return what axe finds serious or critical, everything that folds opened."""
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert len(found["passes"]) > 5, "axe did not look"
    return [
        f"{v['id']}: {v['nodes'][0]['target']} {v['nodes'][0]['failureSummary']}"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_serious(open_page: Callable[..., Page], places: dict[str, str], kind: str):
    """The page is loaded once, and looked at in light, in the dark, and as wide as a phone."""
    # axe comes as a script, which the content security policy would rightly not let in.
    page = open_page(color_scheme="light", bypass_csp=True)
    page.goto(places[kind])
    assert findings(page) == []
    page.emulate_media(color_scheme="dark")
    assert findings(page) == [], "in the dark"
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    assert findings(page) == [], "on a phone"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_axe_sees_what_is_wrong(open_page: Callable[..., Page], places: dict[str, str]):
    """A check that finds nothing would pass every test above."""
    page = open_page(bypass_csp=True)
    page.goto(places["start"])
    page.evaluate("document.querySelector('label[for=pasted]').remove()")
    assert any("label" in finding for finding in findings(page))


def test_the_page_that_waits(open_page: Callable[..., Page], running: Any):
    let_go = threading.Event()

    def work(progress: Callable[[int, int, str], None]) -> str:
        progress(30, 120, "scoring")
        let_go.wait(60)
        return "/"

    place = f"{running.address}/jobs/{running.service.begin(work)}"
    try:
        page = open_page(bypass_csp=True)
        answer = httpx.get(place, trust_env=False).text
        while "30 of 120" not in answer:
            answer = httpx.get(place, trust_env=False).text
        assert '<meta http-equiv="refresh" content="1">' in answer
        # Looked at without its refresh, which would pull the page from under axe.
        held = answer.replace('<meta http-equiv="refresh" content="1">', "")
        page.route("**/jobs/**", lambda route: route.fulfill(body=held, content_type="text/html"))
        page.goto(place)
        assert findings(page) == []
    finally:
        let_go.set()


def test_it_is_used_by_keyboard(open_page: Callable[..., Page]):
    page = open_page()
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    outline = skip.evaluate("e => getComputedStyle(e).outlineStyle")
    assert outline not in ("none", "")
    page.get_by_label("or paste a table").focus()
    page.keyboard.type("sample,cell_source,VEGF-A\nby keys,adipose,elevated\n")
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Score it":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/results/**")
    expect(page.get_by_role("link", name="by keys")).to_be_visible()
