"""What a table holds is shown, never run."""

from collections.abc import Callable

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
