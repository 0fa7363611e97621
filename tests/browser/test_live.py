"""Sliders of a sample: the probabilities follow, can be undone, and are those of the model."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from browser.pasting import paste
from browser.test_accessibility import findings
from conftest import ROOT
from secretome_ml import load_model, read_profiles

EXAMPLE = ROOT / "data" / "examples" / "bench_lot.csv"


@pytest.fixture
def sample(open_page: Callable[..., Page]):
    def opened(**options) -> Page:
        page = open_page(**options)
        paste(page, EXAMPLE.read_text(encoding="utf-8"))
        page.wait_for_url("**/results/**")
        page.goto(f"{page.url}/samples/1")
        expect(page.get_by_role("heading", name="Move what it holds")).to_be_visible()
        return page

    return opened


def shown(page: Page, which: str = "now") -> list[str]:
    return page.locator(f"#live td[data-{which}]").all_inner_texts()


def slide(page: Page, factor: str, level: float) -> None:
    """Move a slider as a hand does, and wait until the scores have followed."""
    with page.expect_response(re.compile("/live")):
        page.get_by_label(factor, exact=True).fill(str(level))


def test_the_probabilities_are_those_of_the_model(sample):
    page = sample()
    slide(page, "VEGFA", 0.2)
    profiles = read_profiles(EXAMPLE).take(read_profiles(EXAMPLE).samples[:1])
    factors = profiles.factors
    at = {"VEGFA": 0.2}
    for slider in page.locator("#live input[type=range]").all():
        at.setdefault(str(slider.get_attribute("data-factor")), float(slider.input_value()))
    levels = factors["factor"].astype(object).map(at).fillna(factors["level"]).astype(float)
    scores = load_model().score(replace(profiles, factors=factors.assign(level=levels)))
    expect(page.locator("#live td[data-now]").first).to_have_text(
        f"{scores['probability'][0]:.0%}".replace("%", "\u00a0%")
    )
    assert shown(page) == [f"{p:.0%}".replace("%", "\u00a0%") for p in scores["probability"]]


def test_a_move_can_be_undone_and_two_variants_kept(sample):
    page = sample()
    as_read = shown(page)
    page.get_by_role("button", name="Keep as A").click()
    slide(page, "VEGFA", -0.5)
    expect(page.locator("#live td[data-now]").first).not_to_have_text(as_read[0])
    moved = shown(page)
    page.get_by_role("button", name="Keep as B").click()
    assert (shown(page, "a"), shown(page, "b")) == (as_read, moved)
    with page.expect_response(re.compile("/live")):
        page.get_by_role("button", name="Undo").click()
    expect(page.locator("#live td[data-now]").first).to_have_text(as_read[0])
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_an_amount_stands_beside_the_level(sample):
    page = sample()
    told = page.locator("#live .slide", has_text="VEGFA").locator("output")
    expect(told).to_contain_text("pg/mL")
    before = told.inner_text()
    slide(page, "VEGFA", 1.8)
    expect(told).not_to_have_text(before)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_axe_finds_nothing_serious(sample, scheme: str):
    page = sample(viewport={"width": 375, "height": 800}, color_scheme=scheme, bypass_csp=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert findings(page) == []


def test_without_scripts_there_are_no_sliders(open_page: Callable[..., Page]):
    page = open_page(java_script_enabled=False)
    paste(page, EXAMPLE.read_text(encoding="utf-8"))
    page.wait_for_url("**/results/**")
    page.goto(f"{page.url}/samples/1")
    expect(page.locator("#live")).to_be_hidden()
    expect(page.get_by_role("heading", name="Change something")).to_be_visible()
