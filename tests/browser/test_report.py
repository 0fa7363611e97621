"""The report of a real export, opened from disk: it asks for nothing, runs nothing, prints whole."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from browser.conftest import FLAGS, Watched
from browser.test_accessibility import PHONE, findings

MOST_BYTES = 3_000_000
HOSTILE = "<script>alert(1)</script>"
A4_POINTS = (595, 842)


@pytest.fixture(scope="package")
def reports(tmp_path_factory: pytest.TempPathFactory, export: tuple[Path, Path]) -> dict[str, Path]:
    """Return the report of fifty real samples, and that of one with a script for a name."""
    from secretome_ml import load_model, read_profiles
    from secretome_ml.workflows.report import write_report

    folder, model = tmp_path_factory.mktemp("reports"), load_model()
    table, sheet = export
    made = {"fifty": folder / "fifty.html", "hostile": folder / "hostile.html"}
    write_report(model, read_profiles(table, metadata=sheet), made["fifty"], date="2026-01-31")
    wide = folder / "wide.csv"
    wide.write_text(f"sample,cell_source,VEGF-A\n{HOSTILE},adipose,elevated\n", encoding="utf-8")
    write_report(model, read_profiles(wide), made["hostile"])
    return made


@pytest.fixture
def from_disk(browser: Browser, reports: dict[str, Path]) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a report; afterwards it may have asked for nothing but itself."""
    contexts, watched, opened = [], Watched(), []

    def open_it(which: str, **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        watched.follow(page)
        page.goto(reports[which].as_uri())
        opened.append(reports[which].as_uri())
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert watched.requests == opened
    assert watched.complaints == []
    assert watched.dialogs == []


def test_a_real_export_is_small_and_asks_for_nothing(
    from_disk: Callable[..., Page], reports: dict[str, Path]
):
    assert reports["fifty"].stat().st_size < MOST_BYTES
    page = from_disk("fifty")
    page.wait_for_load_state("networkidle")
    assert page.locator("table.grid tbody tr").count() == 50
    assert page.get_by_role("heading", name="Read this first").is_visible()
    assert page.get_by_text("read as fragpipe; sample sheet fact_secr.xlsx").is_visible()


def test_a_script_in_a_name_is_a_name(from_disk: Callable[..., Page]):
    page = from_disk("hostile")
    assert page.get_by_role("heading", name=HOSTILE).first.is_visible()
    assert page.locator("script").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(from_disk: Callable[..., Page], scheme: str):
    assert findings(from_disk("hostile", color_scheme=scheme, bypass_csp=True)) == []


def test_axe_finds_nothing_serious_in_fifty(from_disk: Callable[..., Page]):
    assert findings(from_disk("fifty", bypass_csp=True)) == []


def test_it_fits_a_phone(from_disk: Callable[..., Page]):
    page = from_disk("fifty", viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_figures_are_at_least_a_column_wide_on_paper(from_disk: Callable[..., Page]):
    """At their own width or wider, text drawn at 6 points is 6 points or larger."""
    page = from_disk("fifty", viewport={"width": 703, "height": 1000})
    page.emulate_media(media="print")
    scales = page.evaluate(
        """[...document.querySelectorAll('figure svg')].filter(s => s.getClientRects().length).map(
            s => s.getBoundingClientRect().width * 0.75 / s.viewBox.baseVal.width)"""
    )
    assert len(scales) > 5
    assert min(scales) > 0.99


def test_it_prints_whole(reports: dict[str, Path], tmp_path: Path):
    chromium = shutil.which("chromium")
    assert chromium is not None
    printed = tmp_path / "hostile.pdf"
    options = ["--headless", "--no-pdf-header-footer", f"--user-data-dir={tmp_path / 'profile'}"]
    command = [chromium, *FLAGS, *options, f"--print-to-pdf={printed}", reports["hostile"].as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    content = printed.read_bytes()
    assert content.startswith(b"%PDF")
    boxes = re.findall(rb"/MediaBox ?\[0 0 ([0-9.]+) ([0-9.]+)\]", content)
    assert boxes
    assert {(round(float(w)), round(float(h))) for w, h in boxes} == {A4_POINTS}
    assert b"https://doi.org/" in content, "the studies are links in the PDF too"
