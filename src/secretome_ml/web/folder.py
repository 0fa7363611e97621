"""Folders for uploads: private to this process, removed after use, or after a crash at the next start."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from secretome_ml.errors import SecretomeError

_LOCK = "lock"


class UploadFolder:
    """A folder of this process alone, under one that all services of this user share.

    A lock is held on it while the process lives. The system gives it back however the process ends, so the
    next service to start can tell what a crash has left and removes it.

    Parameters
    ----------
    root : Path, optional
        The shared folder; default: `secretome-ml-<user>` among the system's temporary files.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or Path(tempfile.gettempdir()) / f"secretome-ml-{os.getuid()}"
        _make_private(self.root)
        self.removed = _sweep(self.root)
        self.path = Path(tempfile.mkdtemp(prefix="service-", dir=self.root))
        self._lock = _locked(self.path / _LOCK)

    @contextmanager
    def use(self) -> Iterator[Path]:
        """Give a folder for one request and remove it with everything in it."""
        with tempfile.TemporaryDirectory(prefix="request-", dir=self.path) as folder:
            yield Path(folder)

    def close(self) -> None:
        """Remove the folder of this process."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.close()


def _make_private(root: Path) -> None:
    """Make the shared folder, or refuse one that somebody else has put in its place."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = root.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise SecretomeError(
            f"{root} is not a folder of yours alone. Remove it, or set TMPDIR to another folder."
        )


def _sweep(root: Path) -> int:
    """Remove the folders whose process is gone; return their number."""
    removed = 0
    for folder in root.glob("service-*"):
        lock = folder / _LOCK
        try:
            held = lock.open("w")
        except OSError:
            continue  # a service that starts this moment has not locked its folder yet
        with held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed


def _locked(path: Path) -> IO[str]:
    stream = path.open("w")
    fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return stream
