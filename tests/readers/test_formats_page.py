"""docs/formats.md lists the formats as the registry of readers does, in its words."""

import runpy

import pytest

from conftest import ROOT

BUILD = runpy.run_path(str(ROOT / "tools" / "build_formats.py"))
PAGE = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["formats", "not read"])
def test_the_page_is_what_the_registry_of_readers_says(name: str) -> None:
    rows = BUILD["blocks"]()[name]
    assert len(rows) > 15
    assert BUILD["written"](PAGE, name, rows) == PAGE, "run tools/build_formats.py"
