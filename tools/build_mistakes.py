"""Write the mistakes of other hands and all counts into docs/mistakes.md.

Usage: python tools/build_mistakes.py, after any change to `tests/mistakes/hands.py` or to the page.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
PAGE = ROOT / "docs" / "mistakes.md"
WORDS = {
    "same answer": "give the same answer",
    "warns": "warn",
    "refuses": "are refused",
    "not recognisable": "cannot be recognised",
}


def rows() -> list[str]:
    """Return the rows of the page for the cases of `tests/mistakes/hands.py`."""
    from mistakes.hands import CASES

    return [
        f"| {case.mistake} | {case.outcome} | {f'`{case.message}`' if case.message else 'none'} | "
        f"`tests/mistakes/test_hands.py::test_of_another_hand[{name}]` |"
        for name, case in CASES.items()
    ]


def counted(page: str) -> str:
    """Return the sentence that counts the rows of a page."""
    outcomes = Counter(re.findall(r"^\| [^|]+ \| ([^|]+) \| [^|]*\| `tests/mistakes/", page, re.MULTILINE))
    return (
        f"{sum(outcomes.values())} mistakes: "
        + ", ".join(f"{outcomes[o]} {w}" for o, w in WORDS.items())
        + "."
    )


def built(page: str) -> str:
    """Return the page with the section of other hands and the counts of today."""
    page = re.sub(
        r"(<!-- other hands -->\n(?:.*\n){2})(?:\|.*\n)*", lambda m: m[1] + "\n".join(rows()) + "\n", page
    )
    return re.sub(r"^\d+ mistakes: .*$", lambda _: counted(page), page, count=1, flags=re.MULTILINE)


if __name__ == "__main__":
    PAGE.write_text(built(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
