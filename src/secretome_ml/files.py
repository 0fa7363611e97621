"""Outputs are written aside and moved into place, so that nothing half-written is ever left."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from secretome_ml.errors import InputRefused, Problem


def sha256(content: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def write_file(path: Path, content: bytes | str) -> None:
    """Write one file aside and move it into place."""
    data = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def replace_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder of files aside and swap it with what stood there.

    Files of the old folder that the new one does not name are gone afterwards.
    """
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.old.", dir=folder.parent))
    try:
        for name, content in files.items():
            (aside / name).parent.mkdir(parents=True, exist_ok=True)
            (aside / name).write_bytes(content)
        aside.chmod(0o777 & ~_umask())
        if folder.exists() or folder.is_symlink():
            os.replace(folder, old / folder.name)
        os.replace(aside, folder)
    except BaseException:
        if (old / folder.name).exists() and not folder.exists():
            os.replace(old / folder.name, folder)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


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


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
