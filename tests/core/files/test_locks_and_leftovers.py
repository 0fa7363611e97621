"""A killed swap is undone by whoever comes next; links in a folder are never followed while clearing up."""

import os
from pathlib import Path

from secretome_ml.core.files import only_one, recover, scratch_folder
from secretome_ml.core.files.leftovers import OLD, aside, sweep


def dead(path: Path) -> Path:
    """Rename what this process made as if its maker had started at another time."""
    parts = path.name.split("-")
    parts[-2] = "1"
    other = path.with_name("-".join(parts))
    path.rename(other)
    return other


def test_a_folder_that_was_moved_away_comes_back(tmp_path: Path):
    left = aside(tmp_path)
    (left / OLD / "corpus").mkdir(parents=True)
    (left / OLD / "corpus" / "a").write_bytes(b"1")
    dead(left)
    recover(tmp_path / "corpus")
    assert (tmp_path / "corpus" / "a").read_bytes() == b"1"
    assert [p.name for p in tmp_path.iterdir()] == ["corpus"]


def test_what_stands_is_never_replaced_by_what_was_left(tmp_path: Path):
    left = aside(tmp_path)
    (left / OLD / "corpus").mkdir(parents=True)
    (left / OLD / "corpus" / "a").write_bytes(b"old")
    dead(left)
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a").write_bytes(b"new")
    sweep(tmp_path)
    assert (tmp_path / "corpus" / "a").read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["corpus"]


def test_a_link_among_the_leftovers_is_removed_and_not_followed(tmp_path: Path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "thesis").write_bytes(b"work")
    left = aside(tmp_path)
    left.symlink_to(tmp_path / "kept")
    dead(left)
    inside = aside(tmp_path)
    inside.mkdir()
    (inside / "link").symlink_to(tmp_path / "kept")
    dead(inside)
    sweep(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["kept"]
    assert (tmp_path / "kept" / "thesis").read_bytes() == b"work"


def test_another_machines_leftovers_stay(tmp_path: Path):
    """On a shared file system the process may well live there."""
    name = dead(_touched(tmp_path))
    parts = name.name.split("-")
    parts[2] = "0" * 8
    other = name.with_name("-".join(parts))
    name.rename(other)
    sweep(tmp_path)
    assert other.exists()


def _touched(folder: Path) -> Path:
    path = aside(folder)
    path.touch()
    return path


def test_scratch_is_private_and_goes(monkeypatch, tmp_path: Path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    dead(_touched(tmp_path))
    with scratch_folder() as folder:
        assert folder.parent == tmp_path
        assert folder.stat().st_mode & 0o777 == 0o700
        assert list(tmp_path.iterdir()) == [folder], "what was left is gone"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_needs_no_lock(tmp_path: Path):
    with only_one(tmp_path / "none"):
        pass
    assert not os.path.lexists(tmp_path / "none")
