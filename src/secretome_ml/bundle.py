"""A saved model as a folder without pickle: written aside, audited before anything is built from it."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
import re
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from secretome_ml.bundle_forms import read_form
from secretome_ml.core.errors import BundleChanged, BundleMissing, BundleProtocolUnknown, BundleRefused
from secretome_ml.core.files import HeldFolder, read_steadily, recover, refuse_foreign, replace_folder, sha256
from secretome_ml.core.version import __version__, library_versions

PROTOCOL = 2
MANIFEST = "manifest.json"
PROVENANCE = "provenance.json"

_PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}\.(json|md)")
# JSON takes up to sixty times its size while it is read.
LARGEST_FILE = 8 * 1024 * 1024
LARGEST_BUNDLE = 24 * 1024 * 1024
LARGEST_MANIFEST = 32 * 1024
MOST_FILES = 32


@dataclass(frozen=True)
class Bundle:
    """The files of a bundle, checked.

    Parameters
    ----------
    manifest : dict
        Protocol, name, digest, and the SHA-256 of every file.
    files : dict of str to bytes
        Content by file name.
    """

    manifest: dict[str, Any]
    files: dict[str, bytes]

    @property
    def digest(self) -> str:
        """Digest of everything that decides a prediction; the same training gives the same digest."""
        return str(self.manifest["digest"])

    def values(self, name: str) -> dict[str, Any]:
        """Return a JSON file of the bundle, in the form that its name asks for."""
        return read_form(name, self.files[name])


def make_bundle(name: str, values: Mapping[str, Any], files: Mapping[str, bytes], command: str) -> Bundle:
    """Return a bundle ready to write.

    Parameters
    ----------
    name : str
        Name of the bundle.
    values : mapping of str to JSON values
        JSON files by name.
    files : mapping of str to bytes
        Other files by name.
    command : str
        The exact command that made it; kept in `provenance.json`, outside the digest.
    """
    content = {n: to_json(v) for n, v in values.items()} | dict(files)
    _refuse_too_much({n: len(c) for n, c in content.items()}, f"The bundle '{name}'")
    checks = {n: sha256(c) for n, c in sorted(content.items())}
    provenance = {
        "command": command,
        "secretome_ml": __version__,
        "python": platform.python_version(),
        "libraries": library_versions(),
    }
    content[PROVENANCE] = to_json(provenance)
    manifest = {
        "protocol": PROTOCOL,
        "name": name,
        "digest": _digest(checks),
        "files": {n: sha256(c) for n, c in sorted(content.items())},
    }
    return Bundle(manifest, content)


def write_bundle(bundle: Bundle, folder: Path) -> None:
    """Write a bundle; the folder is the old or the new, never a mix.

    Raises
    ------
    InputRefused
        If the folder holds something that is no bundle, which would be lost.
    """
    if not (folder / MANIFEST).is_file():
        refuse_foreign(folder)
    replace_folder(folder, {**bundle.files, MANIFEST: to_json(bundle.manifest)})


def read_bundle(folder: Path | str) -> Bundle:
    """Read and audit a bundle.

    Raises
    ------
    BundleMissing
        If the folder, its manifest or one of its files is not there.
    BundleProtocolUnknown
        If it was written to another protocol.
    BundleChanged
        If a file is not the one that was written, or does not belong.
    """
    root = Path(folder)
    recover(root)
    try:
        return read_steadily(root, _read_bundle)
    except (FileNotFoundError, NotADirectoryError):
        raise BundleMissing(
            f"There is no bundle at {root}; train one with `secretome-ml train --out {root}`."
        ) from None
    except OSError as error:
        raise BundleRefused(f"{root} cannot be read ({error.strerror}); restore it.") from None


def _read_bundle(held: HeldFolder) -> Bundle:
    root = held.path
    manifest = _read_manifest(held)
    stated = _stated_files(manifest, root)
    for extra in sorted(held.names() - {*stated, MANIFEST}):
        raise BundleChanged(
            f"{root}: '{extra}' does not belong to the bundle; remove it or restore the bundle."
        )
    _refuse_large(held, [*stated, MANIFEST])
    files = {name: _read_plain(held, name) for name in stated}
    for name, content in files.items():
        if sha256(content) != stated[name]:
            raise BundleChanged(f"{root}: {name} is not the file that was written; restore it or train anew.")
    decisive = {n: c for n, c in stated.items() if n != PROVENANCE}
    if _digest(decisive) != manifest.get("digest"):
        raise BundleChanged(
            f"{root}: the manifest's digest does not fit its files; restore it or train anew."
        )
    return Bundle(manifest, files)


def to_json(values: Any) -> bytes:
    """Return JSON bytes, the same for the same values; NaN and infinities are refused."""
    text = json.dumps(values, sort_keys=True, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return (text + "\n").encode()


def _read_manifest(held: HeldFolder) -> dict[str, Any]:
    root, content = held.path, _read_plain(held, MANIFEST)
    if len(content) > LARGEST_MANIFEST:
        raise BundleChanged(
            f"{root}: {MANIFEST} is {len(content)} bytes large; it has at most {LARGEST_MANIFEST}."
        )
    manifest = read_form(MANIFEST, content)
    protocol = manifest.get("protocol")
    if type(protocol) is not int or protocol != PROTOCOL:  # True equals 1 and is no protocol
        raise BundleProtocolUnknown(
            f"{root}: written to protocol {str(protocol)[:40]!r}; this version reads {PROTOCOL}. "
            "Train it anew, or install the version that wrote it."
        )
    return manifest


def _stated_files(manifest: dict[str, Any], root: Path) -> dict[str, str]:
    stated = manifest.get("files")
    if not isinstance(stated, dict) or not stated or len(stated) > MOST_FILES:
        raise BundleChanged(f"{root}: {MANIFEST} does not list its files; restore it or train anew.")
    for name, check in stated.items():
        if not _PLAIN_NAME.fullmatch(name) or not isinstance(check, str):
            raise BundleRefused(
                f"{root}: {MANIFEST} names '{name[:60]}', which no bundle holds; do not trust it."
            )
    return stated


def _refuse_large(held: HeldFolder, names: list[str]) -> None:
    """Refuse a bundle that is too large as a whole, before anything of it is read."""
    with suppress(OSError):  # a file that is missing is named where it is read
        _refuse_too_much({name: held.size(name) for name in names}, str(held.path))


def _refuse_too_much(sizes: Mapping[str, int], what: str) -> None:
    largest = max(sizes, key=lambda name: sizes[name], default="")
    if sum(sizes.values()) > LARGEST_BUNDLE or sizes.get(largest, 0) > LARGEST_FILE:
        raise BundleRefused(
            f"{what} is {sum(sizes.values())} bytes large, {sizes[largest]} of them {largest}; a bundle has "
            f"at most {LARGEST_BUNDLE}, a file of it {LARGEST_FILE}. Do not trust it, or train with fewer "
            "refits or rounds."
        )


def _read_plain(held: HeldFolder, name: str) -> bytes:
    path = held.path / name
    try:
        # Neither a link is followed nor a pipe waited for; what is asked about is what is then read.
        with held.open(name, os.O_NOFOLLOW | os.O_NONBLOCK) as stream:
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise BundleRefused(f"{path} is no plain file; restore it or train the bundle anew.")
            if found.st_size > LARGEST_FILE:
                raise BundleRefused(
                    f"{path} is {found.st_size} bytes large; a bundle's file has at most {LARGEST_FILE}."
                )
            return stream.read(LARGEST_FILE)
    except FileNotFoundError:
        raise BundleMissing(f"{path} is missing; restore it or train the bundle anew.") from None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK):
            raise BundleRefused(f"{path} is a symbolic link; a bundle holds plain files only.") from None
        raise BundleRefused(f"{path} cannot be read ({error.strerror}); restore it or train anew.") from None


def _digest(checks: Mapping[str, str]) -> str:
    total = hashlib.sha256()
    for name in sorted(checks):
        total.update(f"{name}={checks[name]}\n".encode())
    return total.hexdigest()
