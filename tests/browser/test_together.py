"""Fifty real samples together: groups of the sheet, the map of factors, lots against one of them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture(scope="module")
def result() -> dict[str, str]:
    """Return where the result of the export is kept, once it is."""
    return {}


@pytest.fixture
def together(open_page: Callable[..., Page], export: tuple[Path, Path], result: dict[str, str]):
    def opened(query: str = "", **options) -> Page:
        page = open_page(**options)
        if "address" not in result:
            page.goto("/")
            page.locator("#file").set_input_files(export[0])
            page.locator("#sheet").set_input_files(export[1])
            page.get_by_role("button", name="Score it").click()
            page.wait_for_url("**/results/**")
            result["address"] = page.url
        page.goto(f"{result['address']}/together{query}")
        return page

    return opened


def test_groups_of_the_sheet_and_the_map(together):
    page = together("?by=cell_type")
    rows = page.locator("table.groups tbody tr")
    expect(rows).to_have_count(6)
    counts = rows.locator("td").first.all_inner_texts()
    assert all(count.isdigit() for count in counts)
    assert sum(int(row.locator("td").first.inner_text()) for row in rows.all()) == 50
    expect(page.locator("table.map thead th")).to_have_count(51)
    expect(page.locator("table.map tbody tr")).to_have_count(15)
    expect(page.locator("#drifts + div tbody tr").first).to_be_visible()


def test_another_effect_and_reference_are_asked_for_by_the_form(together):
    page = together()
    page.get_by_label("Effect").select_option("anti_fibrotic")
    page.get_by_label("Reference lot").select_option(label="DPSCs_c_12")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="Factors that move anti-fibrotic")).to_be_visible()
    expect(page.get_by_role("row", name="DPSCs_c_12").last).to_contain_text("reference")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_axe_finds_nothing_serious(together, scheme: str):
    from browser.test_accessibility import findings

    page = together(viewport={"width": 375, "height": 800}, color_scheme=scheme, bypass_csp=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert findings(page) == []
