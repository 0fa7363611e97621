"""Render the help of every command into `src/secretome_ml/cli/help.json`.

Usage: python tools/build_help.py, after any change to a command, an option or its text.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))
TARGET = ROOT / "src" / "secretome_ml" / "cli" / "help.json"


def command_paths() -> list[tuple[str, ...]]:
    """Return every command as the words that call it; the empty tuple is the program itself."""
    from typer.main import get_command

    from secretome_ml.cli.main import app

    found: list[tuple[str, ...]] = []
    waiting = [((), get_command(app))]
    while waiting:
        words, command = waiting.pop(0)
        found.append(words)
        waiting += [((*words, name), part) for name, part in getattr(command, "commands", {}).items()]
    return found


def render(words: tuple[str, ...]) -> str:
    """Return the help text of one command, 80 columns wide."""
    from secretome_ml.cli.main import app

    text = io.StringIO()
    with contextlib.redirect_stdout(text), contextlib.suppress(SystemExit):
        app(args=[*words, "--help"], prog_name="secretome-ml")
    return text.getvalue()


def rendered() -> dict[str, str]:
    """Return every help text by the words that call the command."""
    os.environ["COLUMNS"] = "80"
    return {" ".join(words): render(words) for words in command_paths()}


if __name__ == "__main__":
    TARGET.write_text(json.dumps(rendered(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{TARGET.name}: {len(command_paths())} texts")
