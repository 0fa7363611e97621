"""Every promise of docs/reliability.md names a test that exists, and every figure its command."""

import ast
import re

from conftest import ROOT

PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)


def test_the_page_names_tests():
    assert len(NAMED) > 30


def test_every_test_that_is_named_exists():
    functions: dict[str, set[str]] = {}
    for file, name in NAMED:
        if file not in functions:
            assert (ROOT / file).is_file(), file
            tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
            functions[file] = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
        assert name in functions[file], f"{file}::{name}"


def rows_after(title: str) -> list[list[str]]:
    part = PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def test_every_promise_has_a_test():
    for title in (
        "In the data",
        "In the file",
        "In the bundle",
        "In the store and on the disk",
        "In the machine",
    ):
        rows = rows_after(title)
        assert rows
        for row in rows:
            assert len(row) == 3, row
            assert "::" in row[2], row


def test_every_figure_has_its_command():
    for row in rows_after("Results"):
        assert len(row) == 3, row
        assert "`" in row[2], row
