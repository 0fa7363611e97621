"""Faults injected into a process: killed at its n-th write, disk full, no permission."""

import errno
import json
import os
import random
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from secretome_ml.core.files import whole

# What the interpreter tells an audit hook before it does it; `open` counts when it is for writing.
_CHANGES = {
    "os.rename",
    "os.mkdir",
    "os.remove",
    "os.rmdir",
    "os.truncate",
    "os.chmod",
    "os.link",
    "os.symlink",
}

_REMOVING = {"os.remove", "os.rmdir"}

Act = Callable[[], None]


class Faults:
    """Counts the changes that a process makes on disk below a folder, and acts before the n-th.

    Counted are every opening for writing, rename, exchange, making and removing, and every fsync. An audit
    hook cannot be taken out again, so this belongs into a process that ends.
    """

    def __init__(self, below: Path, at: int, act: Act, making_only: bool = False) -> None:
        self.below, self.at, self.act, self.count = str(below), at, act, 0
        self.making_only = making_only
        self.seen: list[str] = []
        self._wrap_fsync()
        self._wrap_exchange()
        sys.addaudithook(self._heard)

    def _heard(self, event: str, arguments: tuple) -> None:
        if event == "open":
            path, mode, flags = arguments
            writing = flags & (os.O_WRONLY | os.O_RDWR) if isinstance(flags, int) else "r" not in str(mode)
            if writing and isinstance(path, (str, bytes)):
                self.step(os.fsdecode(path))
        elif event in (_CHANGES - _REMOVING if self.making_only else _CHANGES):
            path = arguments[1] if event == "os.rename" else arguments[0]
            self.step(os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else "", event)

    def _wrap_fsync(self) -> None:
        real = os.fsync

        def fsync(handle: int) -> None:
            self.step(os.readlink(f"/proc/self/fd/{handle}"))
            real(handle)

        os.fsync = fsync

    def _wrap_exchange(self) -> None:
        real = whole.exchange

        def exchange(one: Path, other: Path) -> bool:
            self.step(str(other), "exchange")
            return real(one, other)

        whole.exchange = exchange

    def watch_commits(self) -> None:
        """Count every commit to a database too."""
        from sqlalchemy import event
        from sqlalchemy.engine import Engine

        event.listen(Engine, "commit", lambda _: self.step(self.below, "commit"))

    def step(self, path: str, what: str = "write") -> None:
        if not os.path.abspath(path).startswith(self.below):
            return
        self.count += 1
        self.seen.append(f"{what} {os.path.abspath(path)}")
        if self.count == self.at:
            self.act()


def die() -> None:
    """End at once, as a power cut does."""
    os.kill(os.getpid(), signal.SIGKILL)


def disk_full() -> None:
    """Refuse the change."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def signalled(number: int) -> Act:
    """Send this process a signal."""
    return lambda: os.kill(os.getpid(), number)


def killed_at(work: Callable[[], None], below: Path, at: int, commits: bool = False) -> bool:
    """Run `work` in a forked process that is killed before its n-th change below a folder; say if it was.

    Raises
    ------
    AssertionError
        If it neither was killed nor ended well.
    """
    process = os.fork()
    if process == 0:
        code = 1
        try:
            faults = Faults(below, at, die)
            if commits:
                faults.watch_commits()
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    status = os.waitpid(process, 0)[1]
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "the work failed by itself"
    return False


def run_in_child(work: Callable[[], tuple[int, str]]) -> tuple[int, str]:
    """Run a command in a forked process and return its exit code and what it said on stderr."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            os.close(reading)
            os.write(writing, json.dumps(work()).encode())
        except BaseException as error:
            os.write(writing, json.dumps([-1, repr(error)]).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        answer = stream.read()
    os.waitpid(process, 0)
    code, said = json.loads(answer)
    return code, said


def chosen(steps: int, count: int) -> list[int]:
    """Return random steps at which to kill, counted from 1, always the same ones; `KILLS=30` asks for 30."""
    wanted = int(os.environ.get("KILLS", count))
    return sorted(random.Random(7).sample(range(1, steps + 1), min(wanted, steps)))


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, hidden ones too."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
