"""What a table holds is shown, never run."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.pasting import paste

SCRIPT = "<script>alert(1)</script>"
HANDLER = '<img src=x onerror="alert(2)">'
TABLE = (
    f"sample\tcell_source\tVEGF-A\t{SCRIPT}\n"
    f"{SCRIPT}\tadipose\televated\t1\n"
    f"{HANDLER}\tadipose\tdetected\t2\n"
)


def test_a_script_in_a_sample_name_is_text(open_page: Callable[..., Page]):
    """Dialogs and refusals of the content security policy fail the test when the page closes."""
    page = open_page()
    paste(page, TABLE)
    page.wait_for_url("**/results/**")
    expect(page.locator("table.samples tbody th").first).to_contain_text(SCRIPT)
    expect(page.get_by_role("heading", name="Names that were not recognised")).to_be_visible()
    page.get_by_role("link", name=SCRIPT).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(SCRIPT)
    assert page.title().startswith(SCRIPT)
    page.get_by_label("Factor", exact=True).fill("HGF")
    page.get_by_role("button", name="Score the change").click()
    page.wait_for_url("**/samples/2")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{SCRIPT}, changed")


@pytest.mark.parametrize("page_of", ["/evidence?text=", "/evidence/factors/", "/design?sample=", "/models/"])
def test_a_script_in_an_address_is_text(open_page: Callable[..., Page], page_of: str):
    page = open_page()
    page.goto(page_of + "%3Cscript%3Ealert(1)%3C/script%3E")
    expect(page.locator("main")).to_be_visible()
    assert page.locator("script:not([src])").count() == 0


def test_another_site_can_send_nothing(open_page: Callable[..., Page], address: str):
    """A form on another site, as the browser itself sends it."""
    page = open_page()
    form = (
        f'<form method="post" action="{address}/describe"><input name="cell_source" value="adipose"></form>'
    )
    page.goto("data:text/html," + form)
    with page.expect_navigation() as sent:
        page.evaluate("document.forms[0].submit()")
    answer = sent.value
    assert answer is not None
    assert answer.status == 403
    expect(page.get_by_role("heading", level=1)).to_have_text("This is not allowed")


# A text of each kind that a page could run: element, handler, attribute that is left, address, template.
HOSTILE = {
    "file": '"><img src=x onerror=alert(1)>',
    "sample": "<script>alert(2)</script>",
    "donor": "<svg onload=alert(3)>",
    "factor": "<iframe src=javascript:alert(4)>",
    "group": "' onmouseover='alert(5)",
    "agent": "{{7*7}}<details open ontoggle=alert(6)>",
}


@pytest.mark.parametrize(("agent", "pages"), [("", 5), (HOSTILE["agent"], 1)], ids=["read", "refused"])
def test_no_name_of_a_table_runs_on_any_page(
    open_page: Callable[..., Page], tmp_path: Path, agent: str, pages: int
):
    """A file whose every name is hostile; every page that its result links to is opened and looked at."""
    head = f"sample,cell_source,product,donor,preconditioning,VEGF-A,{HOSTILE['factor']}\n"
    rows = [
        [f"{HOSTILE['sample']} {i}", "adipose", "conditioned_medium", HOSTILE["donor"],
         agent or "hypoxia", "elevated", "1"]
        for i in (1, 2)
    ]  # fmt: skip
    table = head + "".join(",".join(f'"{c}"' for c in row) + "\n" for row in rows)
    file = tmp_path / f"{HOSTILE['file']}.csv".replace("/", "")
    file.write_text(table, encoding="utf-8")
    page = open_page()
    page.goto("/")
    page.locator("#file").set_input_files(file)
    if not agent:
        names = [row[0] for row in rows]
        sheet = tmp_path / "sheet.csv"
        sheet.write_text(
            f'sample,group\n"{names[0]}","{HOSTILE["group"]}"\n"{names[1]}",plain\n', encoding="utf-8"
        )
        page.locator("#sheet").set_input_files(sheet)
    page.get_by_role("button", name="Score it").click()
    expect(page.locator("main")).to_contain_text(re.compile("alert"))
    if not agent:
        page.wait_for_url("**/results/**")
    first = page.url.partition("?")[0]
    waiting, seen = [page.url], set()
    while waiting:
        page.goto(waiting.pop())
        seen.add(page.url.partition("#")[0])
        assert page.locator("script:not([src])").count() == 0, page.url
        assert page.locator("[onerror], [onload], [ontoggle], [onmouseover], iframe").count() == 0, page.url
        assert "49" not in page.title()
        found = page.locator("a[href]").evaluate_all("links => links.map(link => link.href)")
        for link in (link.partition("#")[0] for link in found):
            if (
                link.startswith(first)
                and "." not in link.rpartition("/")[2]
                and link not in seen | set(waiting)
            ):
                waiting.append(link)
    assert len(seen) >= pages, seen
