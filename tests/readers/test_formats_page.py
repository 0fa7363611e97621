"""docs/formats.md lists the formats as the registry of readers does, in its words."""

import re

from conftest import ROOT
from secretome_ml.readers import READERS
from secretome_ml.readers.formats.not_read import NOT_READ

PAGE = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")


def block(name: str) -> list[str]:
    found = re.search(rf"<!-- {name} -->\n(?P<rows>.*?)\n<!-- end -->", PAGE, re.DOTALL)
    assert found, name
    return found["rows"].splitlines()[2:]


def test_the_page_lists_what_the_registry_holds() -> None:
    assert block("formats") == [
        f"| `{name}` | {reader.what} | {reader.sign} | {reader.says} |" for name, reader in READERS.items()
    ]


def test_the_page_lists_what_is_recognised_and_not_read() -> None:
    assert block("not read") == [f"| {kind.what} | {kind.remedy} |" for kind in NOT_READ]
