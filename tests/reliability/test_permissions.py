"""What may not be read or written ends a command with its name and an exit code, and changes nothing."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import make_arm, make_record, run_command
from reliability.faults import run_in_child, tree

PROFILES = "sample,cell_type,cell_source,product,VEGF-A\nA,MSC,adipose,conditioned_medium,elevated\n"
NOBODY = 65534


@pytest.fixture(scope="module")
def place(trained, few) -> Iterator[Path]:
    """Return a folder that every user may enter: inputs, a bundle, a corpus, a folder with old scores."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    try:
        (folder / "input.csv").write_text(PROFILES, encoding="utf-8")
        record = make_record(
            77, make_arm(factors=[{"name": "VEGF", "state": "elevated"}]), title="A new study"
        )
        (folder / "new.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
        shutil.copytree(trained.bundle, folder / "bundle")
        few.subset(few.studies["study"][:3]).save(folder / "held" / "corpus")
        (folder / "out").mkdir()
        (folder / "out" / "scores.csv").write_bytes(b"old")
        # What is imported late and read once is so now, while it may be read.
        shutil.copytree(folder / "held" / "corpus", folder / "free" / "corpus")
        warm = (
            [
                "score",
                folder / "input.csv",
                "--model",
                folder / "bundle",
                "--out",
                folder / "free" / "scores.csv",
            ],
            ["evidence", "import", folder / "new.jsonl", "--evidence", folder / "free" / "corpus"],
        )
        assert [run_command(*words).code for words in warm] == [0, 0]
        yield folder
    finally:
        shutil.rmtree(folder)


def as_nobody(*words: object) -> tuple[int, str]:
    """Run a command as a user without rights: root gives them up, others have none to begin with."""

    def work() -> tuple[int, str]:
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        done = run_command(*words)
        return done.code, done.err

    return run_in_child(work)


def barred(path: Path, mode: int, *words: object) -> tuple[int, str]:
    """Run a command while a path has another mode; below it nothing may change."""
    usual = path.stat().st_mode
    before = tree(path.parent)
    path.chmod(mode)
    try:
        return as_nobody(*words)
    finally:
        path.chmod(usual)
        assert tree(path.parent) == before


def test_the_same_commands_succeed_where_they_may(place: Path):
    """Otherwise those below might fail for another reason."""
    code, said = as_nobody("score", place / "input.csv", "--model", place / "bundle", "--json", "--quiet")
    assert (code, said) == (0, "")


def test_scores_into_a_folder_that_may_not_be_written(place: Path):
    out = place / "out" / "scores.csv"
    words = ["score", place / "input.csv", "--model", place / "bundle", "--out", out, "--quiet"]
    code, said = barred(place / "out", 0o555, *words)
    assert (code, said) == (1, f"Error: {out}: Permission denied.\n")


def test_a_table_that_may_not_be_read(place: Path):
    words = ["score", place / "input.csv", "--model", place / "bundle", "--quiet"]
    code, said = barred(place / "input.csv", 0o000, *words)
    assert code in (1, 3)
    assert "input.csv" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("part", ["bundle", "bundle/model.json", "bundle/manifest.json"])
def test_a_bundle_that_may_not_be_read(place: Path, part: str):
    words = ["score", place / "input.csv", "--model", place / "bundle", "--quiet"]
    code, said = barred(place / part, 0o000, *words)
    assert code == 3
    assert f"{place / part} cannot be read (Permission denied)" in said


def test_an_import_into_a_corpus_that_may_not_be_written(place: Path):
    words = ["evidence", "import", place / "new.jsonl", "--evidence", place / "held" / "corpus", "--quiet"]
    code, said = barred(place / "held", 0o555, *words)
    assert (code, said) == (1, f"Error: {place / 'held' / 'corpus'}: Permission denied.\n")


def test_a_corpus_with_a_table_that_may_not_be_read(place: Path):
    corpus = place / "held" / "corpus"
    code, said = barred(corpus / "arms.csv", 0o000, "evidence", "stats", "--evidence", corpus)
    assert (code, said) == (1, f"Error: {corpus / 'arms.csv'}: Permission denied.\n")
