"""The page and the tests agree: every row has its test, every test its row."""

import ast
import runpy
from collections import Counter
from pathlib import Path

from .hands import CASES
from .rows import OUTCOMES, PAGE, page_rows
from .test_hands import test_of_another_hand as of_another_hand

FOLDER = Path(__file__).parent


def judging_tests() -> dict[str, str]:
    """Return the name of every test of this folder that takes a row, and its module."""
    found = {}
    for path in sorted(FOLDER.glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if (
                isinstance(node, ast.FunctionDef)
                and node.name.startswith("test_")
                and path.stem != "test_page"
            ):
                assert node.args.args[0].arg == "row", f"{node.name} does not ask its row"
                found[node.name] = path.stem
    found |= {f"{of_another_hand.__name__}[{name}]": found[of_another_hand.__name__] for name in CASES}
    del found[of_another_hand.__name__]
    return found


def test_every_row_has_its_test_and_every_test_its_row():
    assert {name: row.place for name, row in page_rows().items()} == judging_tests()


def test_every_row_says_what_happens():
    rows = page_rows().values()
    assert len(rows) >= 30
    assert {r.outcome for r in rows} == set(OUTCOMES)
    assert all(len(r.mistake) > 10 and r.message for r in rows)
    assert len({r.mistake for r in rows}) == len(rows)


def test_the_page_is_what_its_command_writes():
    build = runpy.run_path(str(PAGE.parents[1] / "tools" / "build_mistakes.py"))
    text = PAGE.read_text(encoding="utf-8")
    assert build["built"](text) == text, "run tools/build_mistakes.py"
    counted = Counter(r.outcome for r in page_rows().values())
    told = ", ".join(
        f"{counted[o]} {words}"
        for o, words in zip(
            OUTCOMES, ("give the same answer", "warn", "are refused", "cannot be recognised"), strict=True
        )
    )
    assert f"{sum(counted.values())} mistakes: {told}." in text
