"""Outputs appear whole or not at all, whatever happens on the way."""

import os
import stat
from pathlib import Path

import pytest

from secretome_ml import files
from secretome_ml.files import replace_folder, sha256, write_file


class Killed(BaseException):
    """What no ordinary handler catches, as an interrupt."""


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def fail_at(monkeypatch: pytest.MonkeyPatch, call: int) -> list[int]:
    """Make the `call`-th os.replace raise."""
    calls: list[int] = []
    real = os.replace

    def replace(source, target):
        calls.append(1)
        if len(calls) == call:
            raise Killed
        real(source, target)

    monkeypatch.setattr(files.os, "replace", replace)
    return calls


def test_sha256_is_that_of_the_standard():
    assert sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("text", ["", "ascii", "µ β γ 漢", "line\r\nends\n"])
def test_text_is_written_as_utf8_without_changes(tmp_path: Path, text: str):
    write_file(tmp_path / "deep" / "er" / "a.txt", text)
    assert (tmp_path / "deep" / "er" / "a.txt").read_bytes() == text.encode("utf-8")


def test_a_kill_leaves_the_old_file_and_no_debris(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_file(tmp_path / "a", b"old")
    fail_at(monkeypatch, 1)
    with pytest.raises(Killed):
        write_file(tmp_path / "a", b"new")
    assert content(tmp_path) == {"a": b"old"}


def test_a_full_disk_leaves_the_old_file_and_no_debris(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_file(tmp_path / "a", b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_file(tmp_path / "a", b"new")
    assert content(tmp_path) == {"a": b"old"}


@pytest.mark.parametrize("mask", [0o022, 0o027, 0o077])
def test_permissions_follow_the_umask(tmp_path: Path, mask: int):
    before = os.umask(mask)
    try:
        write_file(tmp_path / "a", b"1")
        replace_folder(tmp_path / "f", {"x": b"1"})
        assert os.umask(mask) == mask, "the umask was changed"
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o666 & ~mask
    assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == 0o777 & ~mask
    assert stat.S_IMODE((tmp_path / "f" / "x").stat().st_mode) == 0o666 & ~mask


def test_a_folder_is_replaced_as_a_whole(tmp_path: Path):
    replace_folder(tmp_path / "f", {"a": b"1", "b/c": b"2"})
    replace_folder(tmp_path / "f", {"a": b"3"})
    assert content(tmp_path) == {"f/a": b"3"}
    assert [p.name for p in tmp_path.iterdir()] == ["f"], "debris beside the folder"


@pytest.mark.parametrize("call", [1, 2])
def test_a_kill_while_a_folder_is_swapped_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int
):
    replace_folder(tmp_path / "f", {"a": b"old"})
    fail_at(monkeypatch, call)
    with pytest.raises(Killed):
        replace_folder(tmp_path / "f", {"a": b"new", "b": b"new"})
    assert content(tmp_path) == {"f/a": b"old"}
    assert [p.name for p in tmp_path.iterdir()] == ["f"], "debris beside the folder"


def test_a_folder_that_cannot_be_written_leaves_nothing(tmp_path: Path):
    with pytest.raises(OSError, match=r"."):
        replace_folder(tmp_path / "f", {"a": b"1", "a/b": b"2"})
    assert list(tmp_path.iterdir()) == []


def test_a_link_to_a_folder_is_not_followed_out(tmp_path: Path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "keep").write_bytes(b"1")
    (tmp_path / "f").symlink_to(tmp_path / "other")
    replace_folder(tmp_path / "f", {"a": b"2"})
    assert (tmp_path / "other" / "keep").read_bytes() == b"1"
    assert content(tmp_path / "f") == {"a": b"2"}
