"""A folder is read through one handle, so that whoever replaces it meanwhile mixes nothing in."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

Read = TypeVar("Read")

# A try fails only when the folder was replaced and removed in the milliseconds that a reader needs.
_TRIES = 1000


class HeldFolder:
    """A folder that stays the one that was opened, whatever its name comes to mean.

    Parameters
    ----------
    path : Path
        The folder.

    Raises
    ------
    OSError
        If there is none, or it may not be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def __enter__(self) -> HeldFolder:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)

    def stands(self) -> bool:
        """Say whether the folder is still the one that its name leads to."""
        try:
            return os.path.samestat(os.fstat(self._handle), self.path.stat())
        except OSError:
            return False

    def names(self) -> set[str]:
        """Return the names in it."""
        return set(os.listdir(self._handle))

    def size(self, name: str) -> int:
        """Return the bytes that a name takes; a link is not followed."""
        return os.stat(name, dir_fd=self._handle, follow_symlinks=False).st_size

    def open(self, name: str, flags: int = 0) -> BinaryIO:
        """Open a file in it for reading."""

        def opener(name: str, _: int) -> int:
            return os.open(name, os.O_RDONLY | os.O_CLOEXEC | flags, dir_fd=self._handle)

        try:
            return open(name, "rb", opener=opener)
        except OSError as error:
            error.filename = str(self.path / name)
            raise

    def read(self, name: str) -> bytes:
        """Return the content of a file in it."""
        with self.open(name) as stream:
            return stream.read()


def read_steadily(folder: Path, read: Callable[[HeldFolder], Read]) -> Read:
    """Return what `read` makes of a folder; one that was removed on the way is followed by its successor.

    Raises
    ------
    OSError
        If there is no folder, or it is replaced again and again; and whatever `read` raises of a folder
        that stands.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a").write_text("x")
    ...     read_steadily(Path(folder), lambda held: held.read("a"))
    b'x'
    """
    for _ in range(_TRIES):
        with HeldFolder(folder) as held:
            try:
                return read(held)
            except Exception:
                if held.stands():
                    raise
    raise OSError(errno.EBUSY, "It is replaced again and again; wait until that has ended", str(folder))
