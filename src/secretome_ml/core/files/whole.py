"""Outputs are written aside and moved into place, so that nothing half-written is ever left."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.core.files.exchange import exchange
from secretome_ml.core.files.leftovers import NEW, OLD, aside, sweep


def sha256(content: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def write_file(path: Path, content: bytes | str) -> None:
    """Write one file aside and move it into place; a device or pipe such as /dev/stdout is written to.

    Raises
    ------
    OSError
        Naming `path`; what stood there still stands there.
    """
    data = content.encode() if isinstance(content, str) else content
    if _is_channel(path):
        with path.open("wb") as stream:
            stream.write(data)
        return
    target = path.resolve()  # a link stays, the file that it names is replaced
    temporary = aside(target.parent)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target.parent)
        _write(temporary, data)
        os.replace(temporary, target)
        _sync(target.parent)
    except OSError as error:
        error.filename, error.filename2 = str(path), None  # not the name that was written aside
        raise
    finally:
        with suppress(OSError):
            temporary.unlink()


def replace_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder of files aside and swap it with what stood there.

    Files of the old folder that the new one does not name are gone afterwards.

    Raises
    ------
    OSError
        Naming `folder`; what stood there still stands there.
    """
    folder = folder.absolute()
    temporary = aside(folder.parent)
    new = temporary / NEW / folder.name
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        sweep(folder.parent)
        new.mkdir(parents=True)
        for name, content in files.items():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            _write(new / name, content)
        for inner in (new, *(p for p in new.rglob("*") if p.is_dir())):
            _sync(inner)
        _swap(new, folder, temporary / OLD / folder.name)
        _sync(folder.parent)
    except OSError as error:
        error.filename, error.filename2 = str(folder), None
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def refuse_foreign(folder: Path, *own: str) -> None:
    """Refuse to replace a folder that holds anything whose name does not end in one of `own`.

    Raises
    ------
    InputRefused
        Naming what stands there, so that nothing of the user's is ever replaced unasked.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputRefused([Problem(str(folder), None, None, "This is no folder.", "Name another one.")])
    foreign = sorted(p.name for p in folder.iterdir() if not p.name.endswith(own))
    if foreign:
        what = f"The folder holds {foreign[0]!r}, which would be lost."
        raise InputRefused([Problem(str(folder), None, None, what, "Name a new or empty folder.")])


def _swap(new: Path, folder: Path, old: Path) -> None:
    """Put `new` in the place of `folder`, at once where the file system can, else over `old`."""
    if not os.path.lexists(folder):
        os.rename(new, folder)
        return
    if exchange(new, folder):
        return
    old.parent.mkdir()
    os.rename(folder, old)  # killed after this line, the next run puts it back
    try:
        os.rename(new, folder)
    except BaseException:
        os.rename(old, folder)
        raise


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(folder: Path) -> None:
    """Make the names in a folder lasting."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_channel(path: Path) -> bool:
    """Say whether a path is a device, a pipe, or a name for an open file: nothing is moved over those."""
    if path.absolute().parts[1:2] in (("dev",), ("proc",)):
        return True
    try:
        kind = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(kind) and not stat.S_ISDIR(kind)
