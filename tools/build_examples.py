"""Run the worked examples of the documents anew and put what they print below each command.

Usage: python tools/build_examples.py, after a release or a change to what a command prints. An example is a
block marked `console` whose first line is `$ secretome-ml ...`.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))
PAGES = (ROOT / "docs" / "laboratory.md",)
_BLOCK = re.compile(r"^```console\n\$ (secretome-ml [^\n]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def printed(line: str) -> str:
    """Return what a command prints on stdout, 80 columns wide, run where the data lies."""
    from secretome_ml.cli.guard import run_guarded
    from secretome_ml.cli.main import app

    os.environ["COLUMNS"] = "80"
    before, out = sys.argv, io.StringIO()
    sys.argv = shlex.split(line)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            code = run_guarded(app)
    finally:
        sys.argv = before
    if code:
        raise SystemExit(f"`{line}` ended with {code}")
    return "\n".join(row.rstrip() for row in out.getvalue().strip("\n").splitlines())


def renewed(text: str) -> str:
    """Return a document with the output of every example as it is today."""
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "data").symlink_to(ROOT / "data")
        os.chdir(folder)
        try:
            return _BLOCK.sub(lambda m: f"```console\n$ {m[1]}\n{printed(m[1])}\n```", text)
        finally:
            os.chdir(here)


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
        print(page.name)
