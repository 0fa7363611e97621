"""Named errors become a clear message on stderr and an exit code; nothing else is swallowed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from secretome_ml.errors import SecretomeError


def run_guarded(app: Callable[..., Any]) -> int:
    """Run the command line and return its exit code: 0 done, 1 failed, 2 wrong usage, 3 input refused."""
    try:
        app()
    except SystemExit as stop:
        if stop.code is None or isinstance(stop.code, int):
            return stop.code or 0
        print(stop.code, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)  # noqa: T201
        return 130
    except SecretomeError as error:
        print(f"Error: {error}", file=sys.stderr)  # noqa: T201
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(f"Error: {error.filename or ''}: {error.strerror}.", file=sys.stderr)  # noqa: T201
        return 1
    return 0
