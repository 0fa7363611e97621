"""kill -9 before every single change on disk: what stands is the old or the new, a rerun completes it."""

import json
import os
import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest

from conftest import ROOT, make_arm, make_record, run_command
from reliability.faults import killed_at, tree
from secretome_ml import load_evidence
from secretome_ml.bundle import Bundle, make_bundle, read_bundle, write_bundle
from secretome_ml.core.errors import BundleMissing
from secretome_ml.core.files import replace_folder, whole, write_file

MOST_STEPS = 400


def survive(work, below: Path, check, every: int = 1) -> int:
    """Kill `work` before each of its changes, or before every n-th; `check` after each; return how many."""
    for at in range(1, MOST_STEPS, every):
        if not killed_at(work, below, at):
            sys.stdout.write(f"killed {(at - 1) // every} times\n")  # `pytest -rP` shows it
            return at - 1
        check()
    raise AssertionError(f"more than {MOST_STEPS} changes")


@pytest.fixture(params=["exchange", "two renames"])
def swap(request, monkeypatch):
    """Both ways in which a folder takes the place of another."""
    if request.param == "two renames":
        monkeypatch.setattr(whole, "exchange", lambda *_: False)
    return request.param


def test_a_file_is_the_old_or_the_new(tmp_path: Path):
    old, new = b"old" * 1000, b"new" * 1000
    write_file(tmp_path / "a", old)

    def check() -> None:
        assert (tmp_path / "a").read_bytes() in (old, new)

    steps = survive(lambda: write_file(tmp_path / "a", new), tmp_path, check)
    assert steps >= 4, "the killer saw no writes"
    assert tree(tmp_path) == {"a": new}


def small_bundle(command: str) -> Bundle:
    """Return a bundle of a few files: each is a few steps more, and none is of another kind."""
    return make_bundle("small", {"model.json": {"x": 1.5}}, {"card.md": b"# Card", "trees.md": b"#"}, command)


def test_a_bundle_is_the_old_or_the_new_and_never_half(tmp_path: Path, swap: str):
    folder = tmp_path / "models" / "mine"
    old, new = small_bundle("old"), small_bundle("new")
    commands = []

    def check() -> None:
        found = read_bundle(folder)  # audited: a mixture would be refused
        commands.append(found.values("provenance.json")["command"])

    write_bundle(old, folder)
    steps = survive(lambda: write_bundle(new, folder), tmp_path, check)
    assert steps > 10
    assert set(commands) == {"old", "new"}
    assert commands == sorted(commands, reverse=True), "it went back"
    assert sorted(p.name for p in (tmp_path / "models").iterdir()) == ["mine"], "debris"
    assert read_bundle(folder).files == new.files


def test_a_first_bundle_is_there_or_not(tmp_path: Path):
    new = small_bundle("new")

    def check() -> None:
        try:
            read_bundle(tmp_path / "mine")
        except BundleMissing:
            shutil.rmtree(tmp_path / "mine", ignore_errors=True)

    survive(lambda: write_bundle(new, tmp_path / "mine"), tmp_path, check)
    assert read_bundle(tmp_path / "mine").digest == new.digest
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


def test_an_import_leaves_the_old_corpus_or_the_new(few, tmp_path: Path):
    """The command itself, with real studies; a rerun after every kill ends with the same corpus.

    A command takes most of a second: every second of its changes is tried, of the same writing of a folder of
    which the tests above try each. `KILLS=30` tries all.
    """
    corpus, incoming = tmp_path / "corpus", tmp_path / "new.jsonl"
    small = few.subset(few.studies["study"][:3])
    small.save(corpus)
    record = make_record(77, make_arm(factors=[{"name": "VEGF", "state": "elevated"}]), title="A new study")
    incoming.write_text(json.dumps(record) + "\n", encoding="utf-8")
    before, digests = tree(corpus), []

    def work() -> None:
        assert run_command("evidence", "import", incoming, "--evidence", corpus, "--quiet").code == 0

    def check() -> None:
        digests.append(load_evidence(corpus).digest)

    work()
    after = tree(corpus)
    assert after != before
    replace_folder(corpus, before)
    steps = survive(work, tmp_path, check, every=1 if "KILLS" in os.environ else 2)
    assert steps > 10
    assert len(set(digests)) == 2
    assert tree(corpus) == after
    assert sorted(p.name for p in tmp_path.iterdir()) == ["corpus", "new.jsonl"], "debris"


def test_scores_and_contributions_are_of_one_run(trained, tmp_path: Path):
    """`score --out --explain`: the old pair, the new pair, or one table alone; never tables of two runs."""
    head = "sample,cell_type,cell_source,product,VEGF-A\n"
    for name in ("old", "new"):
        (tmp_path / f"{name}.csv").write_text(f"{head}{name},MSC,adipose,conditioned_medium,elevated\n")
    out = tmp_path / "out" / "scores.csv"
    found, states = [], {}

    def work(name: str = "new") -> None:
        words = [tmp_path / f"{name}.csv", "--model", trained.bundle, "--out", out, "--explain", "--quiet"]
        assert run_command("score", *words).code == 0

    def check() -> None:
        now = {n: c for n, c in tree(out.parent).items() if not n.startswith(".")}
        found.append(next(name for name, state in states.items() if state == now))
        for name, content in states[
            "old"
        ].items():  # the next one is killed on its way from the old to the new
            (out.parent / name).write_bytes(content)

    for name in ("old", "new"):
        work(name)
        states[name] = tree(out.parent)
        states[f"{name}, alone"] = {out.name: states[name][out.name]}
    check()
    steps = survive(work, tmp_path, check)
    assert steps > 12
    assert {"old", "new"} <= set(found)
    sys.stdout.write(f"{dict(Counter(found[1:]))}\n")
    assert tree(out.parent) == states["new"], "debris"


def test_an_adapted_bundle_is_the_old_or_the_new(tmp_path: Path):
    """`adapt --out`, with another outcome before: bundle and tables are each of one run."""
    example = ROOT / "data" / "examples" / "simulated_lots.csv"
    text = example.read_text(encoding="utf-8")
    (tmp_path / "old.csv").write_text("\n".join(text.splitlines()[:17]) + "\n", encoding="utf-8")
    (tmp_path / "new.csv").write_text(text, encoding="utf-8")
    out, states, found = tmp_path / "out" / "mine", {}, []

    def work(name: str = "new") -> None:
        words = [tmp_path / f"{name}.csv", "--effect", "angiogenic", "--outcome", "migration"]
        assert run_command("adapt", *words, "--out", out, "--quiet").code == 0

    def check() -> None:
        digest = read_bundle(out).digest  # audited: a mixture would be refused
        tables = {n: c for n, c in tree(out.with_name("mine.lots")).items() if not n.startswith(".")}
        found.append(
            tuple(next(n for n, s in states.items() if s[i] == now) for i, now in enumerate((digest, tables)))
        )
        restore()

    def restore() -> None:
        shutil.rmtree(out.parent)
        shutil.copytree(tmp_path / "kept", out.parent)

    for name in ("new", "old"):
        shutil.rmtree(out.parent, ignore_errors=True)
        work(name)
        states[name] = (read_bundle(out).digest, tree(out.with_name("mine.lots")))
    shutil.copytree(out.parent, tmp_path / "kept")
    steps = survive(work, tmp_path / "out", check, every=1 if "KILLS" in os.environ else 3)
    assert steps > 10
    assert ("old", "old") in found
    sys.stdout.write(f"{dict(Counter(found))}\n")
    assert (read_bundle(out).digest, tree(out.with_name("mine.lots"))) == states["new"]
    assert sorted(p.name for p in out.parent.iterdir()) == ["mine", "mine.lots"], "debris"
