"""No regular expression of the package takes forever on a nasty text.

Each is found in the source and run on long texts of one repeated piece, in a process that is stopped when
it hangs. Time is not measured: a pattern that backtracks catastrophically does not end at all.
"""

import ast
import subprocess
import sys

import pytest

from conftest import ROOT

CALLS = {"compile", "sub", "subn", "split", "match", "fullmatch", "search", "findall", "finditer"}
LENGTH = 1000
PROGRAM = """
import json, re, sys
SHORT = 200
patterns, length = json.load(sys.stdin)
pieces = [" ", "a", "A", "1", "/", "(", "-", "_", ".", "+", ",", ";", "a ", "1,", "a-", "a/", "=", "|", "x1"]
for number, pattern in enumerate(patterns):
    found = re.compile(pattern)
    print(number, flush=True)
    for piece in pieces:
        for start in ("", "a1"):
            text = start + (piece * length)[:length] + chr(0)
            found.fullmatch(text)
            found.search(text[-SHORT:])
            found.sub("", text[-SHORT:])
"""


def patterns() -> dict[str, str]:
    """Return every literal pattern of the package by its place; patterns built at run time by their value."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "src" / "secretome_ml").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            of_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
            text = node.args[0]
            literal = isinstance(text, ast.Constant) and isinstance(text.value, str)
            if of_re and node.func.attr in CALLS and literal:
                found[f"{path.name}:{node.lineno}"] = text.value
    return found | built()


def built() -> dict[str, str]:
    """Return the compiled patterns that the modules hold, which covers those made of parts."""
    import pkgutil
    import re

    import secretome_ml

    found = {}
    for info in pkgutil.walk_packages(secretome_ml.__path__, "secretome_ml."):
        module = sys.modules.get(info.name)
        for name, value in vars(module).items() if module else ():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                found[f"{info.name}.{name}"] = value.pattern
    return found


def test_no_pattern_hangs():
    import json

    import secretome_ml.readers
    import secretome_ml.vocabulary  # noqa: F401 -- their patterns are looked at

    named = patterns()
    assert len(named) > 100
    try:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            input=json.dumps([list(named.values()), LENGTH]),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        reached = (late.stdout or b"").decode().split()
        pytest.fail(f"{list(named)[int(reached[-1])]} does not end")
    assert done.returncode == 0, done.stderr


def test_the_guard_sees_a_pattern_that_hangs():
    import json

    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            input=json.dumps([["(a+)+$"], LENGTH]),
            capture_output=True,
            text=True,
            timeout=3,
            check=False,
        )
