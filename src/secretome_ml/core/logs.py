"""What was decided and why: records of the standard `logging`, shown on the terminal and kept with the run.

Every module asks `logging.getLogger(__name__)`: `info` is a remark that its user sees, `debug` the reason
behind it (seen with `--verbose`), `warning` what to look at (shown once, at the end).
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

PACKAGE = "secretome_ml"
MOST_LINES = 20_000

# Control characters, line separators, marks and overrides of writing direction, halves of surrogate pairs.
HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_WATCHED = (PACKAGE, "py.warnings")

# A library is silent until its user asks: without this, Python prints warnings of unconfigured loggers.
logging.getLogger(PACKAGE).addHandler(logging.NullHandler())


def visible(text: str, keep: str = "") -> str:
    r"""Return text in which nothing hides: control and direction characters are spelt out.

    Parameters
    ----------
    text : str
        Text of a user: a sample, a column, a file name.
    keep : str
        Hidden characters that stay, such as a line end.

    Examples
    --------
    >>> print(visible("a\x1b[31m\nb\u202e"))
    a\x1b[31m\x0ab\u202e
    """
    return HIDDEN.sub(lambda found: found[0] if found[0] in keep else _spelt(found[0]), text)


def _spelt(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


class RunLog(logging.Handler):
    """The log of one run: JSON lines to keep, remarks for the terminal, warnings for its end.

    Parameters
    ----------
    command : str
        What was called; it stands in the first line.
    shown : int
        Least level that is printed on stderr as it comes; warnings wait for the end.

    Attributes
    ----------
    run : str
        Sixteen hexadecimal digits; they stand in every line.
    warnings : dict of str to int
        Every warning once, with how often it came.
    """

    def __init__(self, command: str, shown: int = logging.CRITICAL + 1) -> None:
        super().__init__(logging.DEBUG)
        self.run = secrets.token_hex(8)
        self.shown = shown
        self.warnings: dict[str, int] = {}
        self._lines: list[str] = []
        self._left_out = 0
        began = {"name": PACKAGE, "levelno": logging.DEBUG, "levelname": "DEBUG"}
        self.emit(logging.makeLogRecord({**began, "msg": f"run {self.run}: {command}"}))

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record, and print it where it is to be seen."""
        said = record.getMessage()
        if record.name == "py.warnings":  # `file:line: Category: what` and the line of code below it
            said = said.split("\n", 1)[0].split(": ", 1)[-1]
        if len(self._lines) < MOST_LINES:
            self._lines.append(self._line(record, said))
        else:
            self._left_out += 1
        if record.levelno >= logging.WARNING:
            if said in self.warnings or len(self.warnings) < MOST_LINES:
                self.warnings[said] = self.warnings.get(said, 0) + 1
        elif record.levelno >= self.shown:
            print(visible(said), file=sys.stderr)  # noqa: T201

    def text(self) -> str:
        """Return the log so far, one JSON object a line; only ASCII, so that nothing in it can act."""
        left = [json.dumps({"run": self.run, "left_out": self._left_out})] if self._left_out else []
        return "".join(f"{line}\n" for line in (*self._lines, *left))

    def tell_warnings(self) -> None:
        """Print every warning once on stderr."""
        for said, count in self.warnings.items():
            times = f" ({count} times)" if count > 1 else ""
            print(f"Warning: {visible(said)}{times}", file=sys.stderr)  # noqa: T201

    def _line(self, record: logging.LogRecord, said: str) -> str:
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "run": self.run,
            "level": record.levelname.lower(),
            "from": record.name.removeprefix(f"{PACKAGE}."),
            "said": said,
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[0]:
            told["error"] = f"{record.exc_info[0].__name__}: {record.exc_info[1]}"
        return json.dumps(told, default=str)


def facts(**values: object) -> dict[str, dict[str, object]]:
    """Return values as the `extra` of a log call; they become fields of the JSON line.

    Examples
    --------
    >>> with keep_log("example") as log:
    ...     logging.getLogger("secretome_ml.profiles").debug("read as wide", extra=facts(format="wide"))
    >>> json.loads(log.text().splitlines()[-1])["format"]
    'wide'
    """
    return {"facts": values}


@contextmanager
def keep_log(command: str, quiet: bool = True, verbose: bool = False) -> Iterator[RunLog]:
    """Collect what the package logs, and the warnings of its libraries, until the block is left.

    Parameters
    ----------
    command : str
        What is run.
    quiet, verbose : bool
        Print nothing; or print the reasons too.
    """
    shown = logging.DEBUG if verbose else logging.INFO
    log = RunLog(command, logging.CRITICAL + 1 if quiet else shown)
    before = logging.getLogger(PACKAGE).level
    for name in _WATCHED:
        logging.getLogger(name).addHandler(log)
    logging.getLogger(PACKAGE).setLevel(logging.DEBUG)
    logging.captureWarnings(True)
    try:
        yield log
    finally:
        logging.captureWarnings(False)
        logging.getLogger(PACKAGE).setLevel(before)
        for name in _WATCHED:
            logging.getLogger(name).removeHandler(log)
        if not quiet:
            log.tell_warnings()


def run_log() -> RunLog | None:
    """Return the log that is being kept, for whoever writes it beside a result; None where none is."""
    kept = [h for h in logging.getLogger(PACKAGE).handlers if isinstance(h, RunLog)]
    return kept[-1] if kept else None
