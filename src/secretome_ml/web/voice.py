"""What the service says on stderr while it runs: one line a record, whatever a caller has sent."""

from __future__ import annotations

import logging

from secretome_ml.core.logs import PACKAGE, visible

_FORMAT = "%(asctime)s %(levelname)s %(message)s"
_WEB = "secretome_ml.web"


class MarkedLines(logging.Formatter):
    """Marks every line after the first, so that no text of a caller can pass for a record of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record, hidden characters spelt out."""
        return visible(super().format(record), keep="\n").replace("\n", "\n  | ")


def speak(verbose: bool) -> None:
    """Print failures as they come, with their tracebacks, and every request when verbose."""
    handler = logging.StreamHandler()
    handler.setFormatter(MarkedLines(_FORMAT))
    log = logging.getLogger(_WEB)
    log.addHandler(handler)
    log.setLevel(logging.INFO if verbose else logging.WARNING)
    # A command's log is kept in memory to its end; a service has no end, and what it reads concerns the
    # caller alone, who finds it in the answer.
    log.propagate = False
    logging.getLogger(PACKAGE).setLevel(logging.ERROR)
