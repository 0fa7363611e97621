"""The way of a user: upload a real export, read the drivers, change a factor, compare, follow a study, take
the report home."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.pasting import paste

MOST_BYTES = 3_000_000
# A row of a waterfall is rounded to two decimals.
ROUNDED = 0.005

TWO = (
    "sample,cell_type,cell_source,species,product,preconditioning,VEGF-A,HGF\n"
    "plain,MSC,adipose,human,conditioned medium,none,detected,detected\n"
    'hypoxic,MSC,adipose,human,conditioned medium,"hypoxia(o2=1%, hours=48)",elevated,\n'
)


def number(text: str) -> float:
    return float(text.split()[0].replace("−", "-").replace("+", ""))


def numbers(page: Page, effect: str) -> list[float]:
    """Return the numbers of a waterfall, from the base value to the score."""
    rows = page.locator(f"section[aria-labelledby=why-{effect}] table.steps tbody td.number")
    return [number(text) for text in rows.all_inner_texts()]


def chances(page: Page) -> list[str]:
    return page.locator(".effects .big").all_inner_texts()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_an_upload_to_the_report(
    open_page: Callable[..., Page], export: tuple[Path, Path], tmp_path: Path, scripts: bool
):
    page = open_page(java_script_enabled=scripts)
    page.goto("/")
    page.get_by_label("A table, or an export of your instrument").set_input_files(export[0])
    page.get_by_text("Sample sheet, format, control, sheet of a workbook").click()
    page.get_by_label("Sample sheet", exact=True).set_input_files(export[1])
    page.get_by_role("button", name="Score it").click()
    page.wait_for_url("**/results/**")
    result = page.url
    expect(page.locator(".lead")).to_contain_text("50 samples")
    expect(page.locator("table.samples tbody tr")).to_have_count(50)

    page.get_by_role("link", name="Umb_c_203").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Umb_c_203")
    drivers = numbers(page, "angiogenic")
    assert sum(drivers[:-1]) == pytest.approx(drivers[-1], abs=ROUNDED * len(drivers))
    before = chances(page)

    page.get_by_label("Factor", exact=True).fill("VEGF-A")
    page.get_by_label("New level", exact=True).select_option("elevated")
    page.get_by_role("button", name="Score the change").click()
    page.wait_for_url("**/samples/2")
    expect(page.locator("section[aria-labelledby=moved] > ul")).to_contain_text(
        "VEGFA: not measured → elevated"
    )
    rows = page.locator("table.sides tbody tr")
    told = [rows.nth(i).locator("td strong").first.inner_text() for i in range(rows.count())]
    assert told[: len(before)] == before
    rows_before = rows.count()
    moved = number(rows.first.locator("td.number strong").inner_text())
    assert moved > 0
    after = numbers(page, "angiogenic")[-1]
    assert after - drivers[-1] == pytest.approx(moved, abs=3 * ROUNDED)
    terms = page.locator("section[aria-labelledby=moved-angiogenic] tbody th[scope=row]")
    expect(terms.filter(has_text="VEGFA").first).to_be_visible()

    page.get_by_role("link", name="The sample as it was read").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Umb_c_203")
    # Waits for the page, which a bare read would not.
    expect(page.locator(".effects .big")).to_have_text(before)

    page.get_by_label("with", exact=True).select_option(label="Ost_c_9")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url("**/comparisons/**")
    expect(page.get_by_role("heading", level=1)).to_have_text("Umb_c_203 and Ost_c_9")
    expect(page.locator("table.sides tbody tr")).to_have_count(rows_before)

    page.go_back() if scripts else page.goto(result)
    page.goto(f"{result}/samples/4")
    study = page.locator(".why li > a").first
    named = study.inner_text()
    study.click()
    page.wait_for_url("**/evidence/studies/**")
    expect(page.get_by_role("heading", level=1)).to_have_text(named)
    expect(page.get_by_role("heading", name="Arms")).to_be_visible()

    if not scripts:  # the form that asks for the report is the same with scripts
        return
    page.goto(result)
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download the report").click()
    report = tmp_path / "report.html"
    coming.value.save_as(report)
    assert report.stat().st_size < MOST_BYTES
    opened = open_page()
    opened.goto(report.as_uri())
    expect(opened.locator("body")).to_contain_text("Umb_c_203")
    expect(opened.locator("body")).to_contain_text("not a clinical device")


def test_the_scores_are_those_of_the_model(open_page: Callable[..., Page], tmp_path: Path):
    """By another road: the package reads and scores the same table."""
    from secretome_ml import load_model, read_profiles

    page = open_page()
    paste(page, TWO)
    page.wait_for_url("**/results/**")
    page.get_by_role("link", name="hypoxic").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("hypoxic")
    (tmp_path / "two.csv").write_text(TWO, encoding="utf-8")
    scores = load_model().score(read_profiles(tmp_path / "two.csv"))
    own = scores[scores["sample"] == "hypoxic"]
    # Effects from the fourth on are folded away.
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    told = [f"{100 * p:.0f}\u00a0%" for p in own["probability"]]
    assert chances(page) == told[: len(chances(page))]
    assert len(chances(page)) >= 3
    for row in own.to_dict("records"):
        assert numbers(page, row["effect"])[-1] == pytest.approx(row["score"], abs=ROUNDED + 1e-9)


def test_a_preparation_described_by_hand(open_page: Callable[..., Page]):
    page = open_page(java_script_enabled=False)
    page.goto("/describe")
    page.get_by_label("Cell source").select_option("adipose")
    page.get_by_label("Product").select_option("exosome")
    page.get_by_label("Factor", exact=True).fill("MCP-1")
    page.get_by_label("Level", exact=True).select_option("decreased")
    page.get_by_role("button", name="More rows").click()
    expect(page.get_by_label("Factor", exact=True)).to_have_value("MCP-1")
    expect(page.locator("input[name=factor]")).to_have_count(12)
    page.get_by_role("button", name="Score it").click()
    page.wait_for_url("**/samples/1")
    expect(page.locator("dl.facts").first).to_contain_text("adipose tissue")
    page.get_by_text("The 1 measured factor").click()
    expect(page.locator("ul.columns")).to_have_text(re.compile(r"CCL2\s+decreased"))


def test_ranked_changes_of_a_preparation(open_page: Callable[..., Page]):
    page = open_page(java_script_enabled=False)
    page.goto("/design")
    page.get_by_label("Cell source").select_option("adipose")
    page.get_by_label("Product").select_option("conditioned_medium")
    page.get_by_label("Anti-inflammatory").select_option("keep")
    page.get_by_role("button", name="Rank the changes").click()
    page.wait_for_url(re.compile(r"/design/\S+"))
    changes = page.locator("ol.changes > li")
    assert changes.count() > 3
    gains = [number(t) for t in changes.locator("tbody tr:first-child td.number").all_inner_texts()]
    assert gains[0] > 0
    changes.first.get_by_text("Its studies").click()
    changes.first.locator("details a").first.click()
    page.wait_for_url("**/evidence/studies/**")
