"""What several browser tests do first."""

from playwright.sync_api import Page


def paste(page: Page, table: str) -> None:
    """Paste a table into the first page and send it."""
    page.goto("/")
    page.get_by_label("or paste a table").fill(table)
    page.get_by_role("button", name="Score it").click()
