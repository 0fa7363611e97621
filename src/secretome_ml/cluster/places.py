"""Files here and in object stores: a path, or a URL that fsspec knows, read and written as a whole."""

from __future__ import annotations

import glob
import hashlib
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from secretome_ml.core.errors import InputRefused, NotInstalled, Problem
from secretome_ml.core.files import write_file

_WILD = frozenset("*?[")
_PIECE = 2**20


def is_remote(place: str) -> bool:
    """Return whether a place is a URL of a store.

    Examples
    --------
    >>> is_remote("s3://bucket/a.csv"), is_remote("data/a.csv")
    (True, False)
    """
    return "://" in place


def expand(places: list[str]) -> list[str]:
    """Return the files that paths, folders and patterns name, sorted within each; hidden ones are left out.

    Parameters
    ----------
    places : list of str
        Files, folders, patterns with `*`, or URLs of any of them.

    Raises
    ------
    InputRefused
        If one of them names no file; all are listed.
    """
    found: list[str] = []
    problems = []
    for place in places:
        files = _remote_files(place) if is_remote(place) else _local_files(place)
        if not files:
            problems.append(Problem(place, None, None, "There is no such file.", "Check the path."))
        found += files
    if problems:
        raise InputRefused(problems)
    return list(dict.fromkeys(found))


@contextmanager
def local_copies(places: list[str]) -> Iterator[list[Path]]:
    """Yield local paths for places; a folder, a pattern or a URL stands for its files, `-` for itself."""
    named = [p for place in places for p in (expand([place]) if _stands_for_files(place) else [place])]
    with tempfile.TemporaryDirectory() as folder:
        yield [fetch(place, Path(folder)) for place in named]


def _stands_for_files(place: str) -> bool:
    return is_remote(place) or Path(place).is_dir() or bool(_WILD & set(place) and not Path(place).exists())


def fetch(place: str, folder: Path) -> Path:
    """Return a local file with the content of a place; what lies in a store is copied into the folder."""
    if not is_remote(place):
        return Path(place)
    store, path = _store(place)
    local = folder / path.rsplit("/", 1)[-1]
    store.get_file(path, str(local))
    return local


def deliver(content: bytes | Path, place: str) -> None:
    """Write bytes or a local file aside and move it to its place; nothing half-written is ever seen there."""
    if not is_remote(place):
        write_file(Path(place), content if isinstance(content, bytes) else content.read_bytes())
        return
    store, path = _store(place)
    aside = f"{path}.{uuid.uuid4().hex[:8]}.part"
    store.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
    try:
        if isinstance(content, Path):
            store.put_file(str(content), aside)
        else:
            store.pipe_file(aside, content)
        store.mv(aside, path)
    except BaseException:
        if store.exists(aside):
            store.rm_file(aside)
        raise


def content_of(place: str) -> bytes | None:
    """Return the content of a place, or None where nothing is."""
    try:
        with _opened(place) as stream:
            content: bytes = stream.read()
            return content
    except FileNotFoundError:
        return None


def digest_of(place: str) -> str | None:
    """Return the SHA-256 of a file, read in pieces; None where nothing is."""
    try:
        with _opened(place) as stream:
            found = hashlib.sha256()
            while piece := stream.read(_PIECE):
                found.update(piece)
            return found.hexdigest()
    except FileNotFoundError:
        return None


def _opened(place: str) -> BinaryIO:
    if not is_remote(place):
        return Path(place).open("rb")
    store, path = _store(place)
    opened: BinaryIO = store.open(path, "rb")
    return opened


def _local_files(place: str) -> list[str]:
    path = Path(place)
    if path.is_file():
        return [place]
    if path.is_dir():
        inside = sorted(p for p in path.iterdir() if p.is_file() and not p.name.startswith("."))
        return [str(p) for p in inside]
    if _WILD & set(place):
        return sorted(p for p in glob.glob(place) if Path(p).is_file())
    return []


def _remote_files(place: str) -> list[str]:
    store, path = _store(place)
    if _WILD & set(path):
        names = store.glob(path)
    elif store.isfile(path):
        return [place]
    else:
        names = store.ls(path, detail=False) if store.isdir(path) else []
    names = [n for n in names if store.isfile(n) and not n.rsplit("/", 1)[-1].startswith(".")]
    return sorted(str(store.unstrip_protocol(n)) for n in names)


def _store(place: str) -> tuple[Any, str]:
    """Return the store of a URL, and the path in it."""
    try:
        from fsspec.core import url_to_fs

        store: tuple[Any, str] = url_to_fs(place)
        return store
    except ImportError as error:
        what = "Stores need fsspec and, for s3:// or gs://, s3fs or gcsfs: pip install 'secretome-ml[dask]'"
        raise NotInstalled(f"{place}: {error}. {what}") from error
    except ValueError as error:
        problem = Problem(
            place, None, None, f"{error}.", "Use a path, s3://, gs:// or another URL of fsspec."
        )
        raise InputRefused([problem]) from error
