"""Outputs appear whole or not at all, whatever happens on the way."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from secretome_ml.core.files import replace_folder, sha256, whole, write_file


class Killed(BaseException):
    """What no ordinary handler catches, as an interrupt."""


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def fail_at(monkeypatch: pytest.MonkeyPatch, name: str, call: int) -> None:
    """Make the `call`-th os.rename or os.replace raise."""
    calls: list[int] = []
    real = getattr(os, name)

    def move(source, target):
        calls.append(1)
        if len(calls) == call:
            raise Killed
        real(source, target)

    monkeypatch.setattr(os, name, move)


def test_sha256_is_that_of_the_standard():
    assert sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("text", ["", "ascii", "µ β γ 漢", "line\r\nends\n"])
def test_text_is_written_as_utf8_without_changes(tmp_path: Path, text: str):
    write_file(tmp_path / "deep" / "er" / "a.txt", text)
    assert (tmp_path / "deep" / "er" / "a.txt").read_bytes() == text.encode("utf-8")


def test_a_kill_leaves_the_old_file_and_no_debris(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_file(tmp_path / "a", b"old")
    fail_at(monkeypatch, "replace", 1)
    with pytest.raises(Killed):
        write_file(tmp_path / "a", b"new")
    assert content(tmp_path) == {"a": b"old"}


def test_a_full_disk_leaves_the_old_file_and_no_debris(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_file(tmp_path / "a", b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
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
def test_an_interrupt_between_two_renames_leaves_the_old_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int
):
    """Where a file system cannot exchange two names."""
    monkeypatch.setattr(whole, "exchange", lambda *_: False)
    replace_folder(tmp_path / "f", {"a": b"old"})
    fail_at(monkeypatch, "rename", call)
    with pytest.raises(Killed):
        replace_folder(tmp_path / "f", {"a": b"new", "b": b"new"})
    assert content(tmp_path) == {"f/a": b"old"}
    assert [p.name for p in tmp_path.iterdir()] == ["f"], "debris beside the folder"


def test_a_file_system_that_cannot_exchange_names_is_served_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(whole, "exchange", lambda *_: False)
    for number in (b"1", b"2"):
        replace_folder(tmp_path / "f", {"a": number})
    assert content(tmp_path) == {"f/a": b"2"}
    assert [p.name for p in tmp_path.iterdir()] == ["f"]


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


def test_a_link_to_a_file_stays_and_the_file_is_written(tmp_path: Path):
    (tmp_path / "real").write_bytes(b"1")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_file(tmp_path / "link", b"2")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"2"


def test_devices_are_written_to_and_stay(tmp_path: Path):
    write_file(Path("/dev/null"), b"gone")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    program = (
        "from pathlib import Path; from secretome_ml.core.files import write_file;"
        "print('before', flush=True); write_file(Path('/dev/stdout'), b'told')"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environment, check=True)
    assert done.stdout == b"before\ntold"
    assert Path("/dev/stdout").is_symlink()


def test_what_a_dead_process_left_is_removed_and_what_a_living_one_writes_stays(tmp_path: Path):
    program = (
        "import sys; from pathlib import Path; from secretome_ml.core.files.leftovers import aside;"
        "path = aside(Path(sys.argv[1])); path.write_text('x'); print(path, flush=True); sys.stdin.read()"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        left = Path(process.stdout.readline().strip())
        write_file(tmp_path / "a", b"1")
        assert left.exists(), "its writer lives"
        process.kill()
        process.wait()
    write_file(tmp_path / "a", b"2")
    assert content(tmp_path) == {"a": b"2"}


def test_files_of_the_user_with_a_like_name_stay(tmp_path: Path):
    for name in (".secretome-ml", ".secretome-ml-notes", "secretome-ml-0a-1-1-0a", ".secretome-ml-x.part"):
        (tmp_path / name).write_bytes(b"mine")
    write_file(tmp_path / "a", b"1")
    assert len(list(tmp_path.iterdir())) == 5


def test_an_error_names_what_the_user_asked_for(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match=r"file/a'"):
        write_file(tmp_path / "file" / "a", b"1")
    with pytest.raises(OSError, match=r"file/f'"):
        replace_folder(tmp_path / "file" / "f", {"a": b"1"})


def test_changes_of_one_folder_wait_for_each_other(tmp_path: Path):
    """Each process adds one to a number in a folder that every change replaces; no addition is lost."""
    replace_folder(tmp_path / "f", {"n": b"0"})
    program = (
        "import sys; from pathlib import Path; from secretome_ml.core.files import only_one, replace_folder\n"
        "folder = Path(sys.argv[1])\n"
        "for _ in range(20):\n"
        "    with only_one(folder):\n"
        "        number = int((folder / 'n').read_bytes())\n"
        "        replace_folder(folder, {'n': str(number + 1).encode()})\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    several = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "f")], env=environment)
        for _ in range(3)
    ]
    assert [p.wait(60) for p in several] == [0, 0, 0]
    assert content(tmp_path) == {"f/n": b"60"}
    assert [p.name for p in tmp_path.iterdir()] == ["f"]
