"""Names for what is being written, from which the next run sees that its writer is dead and removes it."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_NAME = re.compile(r"\.?secretome-ml-(?P<machine>[0-9a-f]{8})-(?P<process>\d+)-(?P<start>\d+)-[0-9a-f]{8}")
OLD, NEW = "old", "new"


def aside(folder: Path, hidden: bool = True) -> Path:
    """Return a name in `folder` that nobody else uses, and that tells which process made it."""
    process = os.getpid()
    name = f"secretome-ml-{_machine()}-{process}-{_start(process)}-{secrets.token_hex(4)}"
    return folder / f"{'.' * hidden}{name}"


def sweep(folder: Path) -> None:
    """Remove what dead processes of this machine left in a folder; what they had moved away comes back."""
    with suppress(OSError), os.scandir(folder) as entries:
        for name in [e.name for e in entries if left_behind(e.name)]:
            _put_back(folder / name)
            _remove(folder / name)


def recover(target: Path) -> None:
    """Put back a folder that a killed process had moved away and not yet replaced."""
    if not target.exists():
        sweep(target.absolute().parent)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a folder for temporary files; those of killed processes are removed on the way.

    Examples
    --------
    >>> with scratch_folder() as folder:
    ...     _ = (folder / "a").write_text("x")
    >>> folder.exists()
    False
    """
    root = Path(tempfile.gettempdir())
    sweep(root)
    folder = aside(root, hidden=False)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def left_behind(name: str) -> bool:
    """Say whether a name of `aside` is that of a process of this machine that is no more."""
    found = _NAME.fullmatch(name)
    if found is None or found["machine"] != _machine():
        return False
    return _start(int(found["process"])) != found["start"]


def _put_back(left: Path) -> None:
    """Undo a swap that was cut between its two steps."""
    with suppress(OSError):
        for old in (left / OLD).iterdir():
            if not (left.parent / old.name).exists():
                os.rename(old, left.parent / old.name)


def _remove(left: Path) -> None:
    if left.is_dir() and not left.is_symlink():
        shutil.rmtree(left, ignore_errors=True)
    else:
        with suppress(OSError):
            left.unlink()


def _machine() -> str:
    """Return a token of the machine and its table of processes: a container has one of its own."""
    try:
        table = os.readlink("/proc/self/ns/pid")
    except OSError:
        table = ""
    return hashlib.sha256(f"{platform.node()} {table}".encode()).hexdigest()[:8]


def _start(process: int) -> str | None:
    """Return when a process started, in ticks; None when there is none. Numbers of processes come again."""
    if Path("/proc/self/stat").exists():
        try:
            stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None
        fields = stat.rpartition(")")[2].split()
        return fields[19] if len(fields) > 19 else None
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return None
    except OSError:
        pass
    return "0"
