"""Write the tables of docs/formats.md from the registry of readers: `python tools/build_formats.py`.

With `--speed` the table of speeds is measured anew (some minutes, one file at a time in a folder of its own).
"""

from __future__ import annotations

import re
from pathlib import Path

from secretome_ml.readers import READERS
from secretome_ml.readers.formats.not_read import NOT_READ
from secretome_ml.readers.opening import NOT_OPENED

PAGE = Path(__file__).resolve().parents[1] / "docs" / "formats.md"


def blocks() -> dict[str, list[str]]:
    """Return the rows of every table that the registry states."""
    return {
        "formats": [f"| `{n}` | {r.what} | {r.sign} | {r.says} |" for n, r in READERS.items()],
        "not read": [
            *(f"| {kind.what} | {kind.remedy} |" for kind in NOT_READ),
            *(f"| The file is {what} | {remedy} |" for what, remedy in dict.fromkeys(NOT_OPENED.values())),
        ],
    }


def written(page: str, name: str, rows: list[str]) -> str:
    """Return the page with the rows of one table replaced; its two lines of header stay."""
    found = re.search(rf"(<!-- {name} -->\n(?:.*\n){{2}})(?:.*\n)*?(<!-- end -->)", page)
    if found is None:
        raise SystemExit(f"docs/formats.md has no table '{name}'")
    return page[: found.end(1)] + "".join(f"{row}\n" for row in rows) + page[found.start(2) :]


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    for name, rows in blocks().items():
        page = written(page, name, rows)
    PAGE.write_text(page, encoding="utf-8")
