"""The help that is printed at once is the help that the commands have."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_rendered_help_is_that_of_the_commands():
    """Rendered anew in a process of its own; when it differs, run `python tools/build_help.py`."""
    code = "import json, build_help; print(json.dumps(build_help.rendered()))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "tools"), str(ROOT / "src")])}
    made = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    stored = json.loads((ROOT / "src" / "secretome_ml" / "cli" / "help.json").read_text(encoding="utf-8"))
    assert json.loads(made.stdout) == stored


def test_help_loads_no_command_line_library():
    code = (
        "import sys; sys.argv = ['secretome-ml', 'train', '--help']\n"
        "from secretome_ml.cli.start import main; main()\n"
        "print(sorted({'typer', 'rich', 'pandas', 'mlflow'} & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    made = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert made.stdout.startswith("Usage: secretome-ml train")
    assert made.stdout.splitlines()[-1] == "[]"
