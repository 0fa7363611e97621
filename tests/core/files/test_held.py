"""A reader finds one folder, whole, wherever a writer comes between its steps."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from secretome_ml import load_evidence
from secretome_ml.bundle import make_bundle, read_bundle, write_bundle
from secretome_ml.core.files import HeldFolder, held, read_steadily, replace_folder, whole

FILES = ("a", "b", "c")


def both(folder: HeldFolder) -> dict[str, bytes]:
    return {name: folder.read(name) for name in FILES}


def interrupted(monkeypatch: pytest.MonkeyPatch, at: int, change: Callable[[], None]) -> list[int]:
    """Make `change` before the `at`-th opening by the reader; return the list that counts them."""
    counted: list[int] = []
    real = os.open

    def opened(*arguments: object, **named: object) -> int:
        counted.append(1)
        if len(counted) == at:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(held.os, "open", real)
                change()
        return real(*arguments, **named)

    monkeypatch.setattr(held.os, "open", opened)
    return counted


@pytest.mark.parametrize("at", [1, 2, 3, 4])
@pytest.mark.parametrize("exchanged", [True, False], ids=["exchange", "two renames"])
def test_a_folder_that_is_replaced_between_two_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, exchanged: bool
):
    if not exchanged:
        monkeypatch.setattr(whole, "exchange", lambda *_: False)
    old, new = dict.fromkeys(FILES, b"old"), dict.fromkeys(FILES, b"new")
    replace_folder(tmp_path / "f", old)
    with monkeypatch.context() as patch:
        counted = interrupted(patch, at, lambda: replace_folder(tmp_path / "f", new))
        found = read_steadily(tmp_path / "f", both)
    assert len(counted) >= at
    assert found in (old, new)


def test_the_old_folder_is_read_to_its_end_while_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Moved away and not yet removed: no second try is needed."""
    replace_folder(tmp_path / "f", dict.fromkeys(FILES, b"old"))

    def move() -> None:
        (tmp_path / "f").rename(tmp_path / "away")
        replace_folder(tmp_path / "f", dict.fromkeys(FILES, b"new"))

    counted = interrupted(monkeypatch, 3, move)
    assert read_steadily(tmp_path / "f", both) == dict.fromkeys(FILES, b"old")
    assert len(counted) == 4


def test_a_file_that_is_missing_where_nobody_writes_is_told_at_once(tmp_path: Path):
    replace_folder(tmp_path / "f", {"a": b"1"})
    with pytest.raises(FileNotFoundError, match="f/b"):
        read_steadily(tmp_path / "f", both)
    with pytest.raises(FileNotFoundError):
        read_steadily(tmp_path / "none", both)
    with pytest.raises(NotADirectoryError):
        read_steadily(tmp_path / "f" / "a", both)


def test_a_folder_that_is_replaced_for_ever_is_given_up(tmp_path: Path):
    replace_folder(tmp_path / "f", {"a": b"1"})
    tries = []

    def always_late(folder: HeldFolder) -> bytes:
        tries.append(1)
        shutil.rmtree(tmp_path / "f")
        (tmp_path / "f").mkdir()
        return folder.read("a")

    with pytest.raises(OSError, match="again and again"):
        read_steadily(tmp_path / "f", always_late)
    assert len(tries) > 100


def test_no_handle_stays_open(tmp_path: Path):
    replace_folder(tmp_path / "f", {"a": b"1", "d/x": b"2"})
    before = len(os.listdir("/proc/self/fd"))
    read_steadily(tmp_path / "f", lambda folder: folder.read("a"))
    for name in ("none", "d"):
        with pytest.raises(OSError, match=name):
            read_steadily(tmp_path / "f", lambda folder, name=name: folder.read(name))
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_bundle_is_one_or_the_other_wherever_it_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    parts = {"model.json": {"x": 1.5}}, {"card.md": b"# Card", "trees.md": b"#"}
    one, other = (make_bundle("small", *parts, command) for command in ("one", "other"))
    seen = set()
    for at in range(1, len(one.files) + 4):
        write_bundle(one, tmp_path / "b")
        with monkeypatch.context() as patch:
            interrupted(patch, at, lambda: write_bundle(other, tmp_path / "b"))
            found = read_bundle(tmp_path / "b")  # audited: a mixture would be refused
        seen.add(found.values("provenance.json")["command"])
    assert seen == {"one", "other"}


def test_evidence_is_one_or_the_other_wherever_it_is_replaced(
    few, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A mixture of tables would be read without a word: studies of one corpus, outcomes of another."""
    one, other = (few.subset(few.studies["study"][part]) for part in (slice(0, 3), slice(3, 6)))
    seen = set()
    for at in range(1, len(one.tables) + 3):
        one.save(tmp_path / "corpus")
        with monkeypatch.context() as patch:
            interrupted(patch, at, lambda: other.save(tmp_path / "corpus"))
            seen.add(load_evidence(tmp_path / "corpus").digest)
    assert seen == {one.digest, other.digest}
