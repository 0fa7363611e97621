"""Named errors and signals become a clear message on stderr and an exit code; nothing else is swallowed."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from secretome_ml.core.errors import SecretomeError

INTERRUPTED = 130
_ENDED = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


def run_guarded(app: Callable[..., Any]) -> int:
    """Run the command line and return its exit code.

    0 done, 1 failed, 2 wrong usage, 3 input refused; 130 after Ctrl-C, 128 + its number after a signal.
    """
    try:
        with _signals_raise():
            app()
    except SystemExit as stop:
        if stop.code == INTERRUPTED:
            _say("Stopped.")
        if stop.code is None or isinstance(stop.code, int):
            return stop.code or 0
        _say(str(stop.code))
        return 1
    except KeyboardInterrupt:
        _say("Stopped.")
        return INTERRUPTED
    except SecretomeError as error:
        _say(f"Error: {error}")
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _say(f"Error: {place}{error.strerror or error}.")
        return 1
    except MemoryError:
        _say("Error: the memory does not suffice. Split the input, or take fewer --jobs.")
        return 1
    return 0


@contextmanager
def _signals_raise() -> Iterator[None]:
    """Let the signals that end a process unwind it instead, so that what was written aside is removed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _stop) for number in _ENDED}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, frame: FrameType | None) -> None:
    _say(f"Stopped by {signal.Signals(number).name}.")
    raise SystemExit(128 + number)


def _say(text: str) -> None:
    from secretome_ml.core.logs import visible

    print(visible(text, keep="\n"), file=sys.stderr)  # noqa: T201
