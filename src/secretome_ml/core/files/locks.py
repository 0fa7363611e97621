"""One process at a time changes a folder; the lock is the folder itself and ends with the process."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from secretome_ml.core.files.leftovers import sweep

log = logging.getLogger(__name__)

_NO_LOCKS = (errno.ENOLCK, errno.EBADF, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL)


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Let one process at a time into the block, for reading a folder, changing and replacing it.

    What killed processes left beside the folder is removed first.

    Parameters
    ----------
    folder : Path
        The folder. Nothing is written into it; where there is none, there is nothing to lock.
    """
    handle = _locked(folder)
    try:
        sweep(folder.absolute().parent)
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _locked(folder: Path) -> int | None:
    while folder.is_dir():
        handle = os.open(folder, os.O_RDONLY)
        try:
            _wait(handle, folder)
            # Whoever was in before may have put another folder in its place.
            if os.path.samestat(os.fstat(handle), folder.stat()):
                return handle
        except OSError as error:
            os.close(handle)
            if error.errno not in _NO_LOCKS:
                raise
            log.warning("%s lies where folders cannot be locked; change it by one command at a time", folder)
            return None
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
    return None


def _wait(handle: int, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        log.info("another process changes %s; waiting for it", folder)
        fcntl.flock(handle, fcntl.LOCK_EX)
