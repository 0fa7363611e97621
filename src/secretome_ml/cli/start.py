"""Where every command starts: help is printed as it was rendered, anything else goes to the command line.

Importing typer alone costs more than five empty Python processes; a help text need not wait for it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_RENDERED = Path(__file__).with_name("help.json")


def rendered_help(arguments: list[str]) -> str | None:
    """Return the help text of `<command> [<command>] --help`; None when something else is asked for.

    Examples
    --------
    >>> rendered_help(["train", "--help"]).splitlines()[0]
    'Usage: secretome-ml train [OPTIONS] [recipe]'
    >>> rendered_help(["train"]) is None
    True
    """
    if not arguments or arguments[-1] != "--help":
        return None
    import json

    texts: dict[str, str] = json.loads(_RENDERED.read_text(encoding="utf-8"))
    return texts.get(" ".join(arguments[:-1]))


def main() -> None:
    """Run the command line."""
    # Batches run side by side on the cores; small matrices gain nothing from more threads of their own.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    text = rendered_help(sys.argv[1:])
    if text is None:
        from secretome_ml.cli.main import main as run

        run()
    else:
        sys.stdout.write(text)
