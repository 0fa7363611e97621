"""Disk full, no permission, another clock, Ctrl-C, two at once: a clear message, an exit code, no debris."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import ROOT, make_arm, make_record, run_command
from reliability.faults import Faults, disk_full, run_in_child, signalled, tree
from secretome_ml import load_evidence
from secretome_ml.core.files import write_file

PROFILES = "sample,cell_type,cell_source,product,VEGF-A\nA,MSC,adipose,conditioned_medium,elevated\n"
MOST_STEPS, UNHURT = 100, 99


@pytest.fixture
def scored(trained, tmp_path: Path):
    """Return a function that scores one profile to `out/scores.csv`, as a command, and says how it ended."""
    (tmp_path / "input.csv").write_text(PROFILES, encoding="utf-8")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "scores.csv").write_bytes(b"old")

    def run() -> tuple[int, str]:
        out = tmp_path / "out" / "scores.csv"
        done = run_command(
            "score", tmp_path / "input.csv", "--model", trained.bundle, "--out", out, "--quiet"
        )
        return done.code, done.err

    return run


def test_a_disk_that_is_full_at_any_write(scored, tmp_path: Path):
    refused = 0
    for at in range(1, MOST_STEPS):

        def work(at: int = at) -> tuple[int, str]:
            faults = Faults(tmp_path, at, disk_full, making_only=True)
            code, said = scored()
            return (code, said) if faults.count >= at else (UNHURT, said)

        code, said = run_in_child(work)
        if code == UNHURT:
            break
        assert code in (0, 1), said
        if code == 1:
            refused += 1
            assert "scores.csv: No space left on device" in said
        assert list(tree(tmp_path / "out")) == ["scores.csv"], "debris"
        content = (tmp_path / "out" / "scores.csv").read_bytes()
        assert content == b"old" or content.startswith(b"sample,effect")
        write_file(tmp_path / "out" / "scores.csv", b"old")
    sys.stdout.write(f"disk full {at - 1} times, {refused} refused\n")
    assert refused >= 3, "the file, its content, its name"


def test_scores_and_contributions_are_replaced_together_or_not_at_all(trained, tmp_path: Path):
    """The disk is full at any write, or has room for the scores and none for what belongs to them."""
    (tmp_path / "input.csv").write_text(PROFILES, encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    old = {"scores.contributions.csv": b"old", "scores.csv": b"old"}

    def run() -> tuple[int, str]:
        for name, content in old.items():
            (out / name).write_bytes(content)
        words = [tmp_path / "input.csv", "--model", trained.bundle, "--out", out / "scores.csv", "--explain"]
        done = run_command("score", *words, "--quiet")
        return done.code, done.err

    assert run()[0] == 0
    new = tree(out)
    assert set(new) == set(old)
    assert len(new["scores.csv"]) + 800 < len(new["scores.contributions.csv"])
    outcomes = []
    for at in range(1, MOST_STEPS):

        def work(at: int = at) -> tuple[int, str]:
            faults = Faults(out, 2 + at, disk_full, making_only=True)  # two writes are the old ones
            code, said = run()
            return (code, said) if faults.count >= 2 + at else (UNHURT, said)

        code, said = run_in_child(work)
        if code == UNHURT:
            break
        assert code in (0, 1), said
        assert tree(out) == (old if code == 1 else new)
        outcomes.append(code)
    sys.stdout.write(f"disk full {len(outcomes)} times, {sum(outcomes)} refused\n")
    assert sum(outcomes) >= 6

    def no_room() -> tuple[int, str]:
        import resource

        room = len(new["scores.csv"]) + 400
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        return run()

    code, said = run_in_child(no_room)
    assert code == 1
    assert "scores.contributions.csv: File too large" in said
    assert tree(out) == old


def test_a_device_that_is_full(few, tmp_path: Path):
    few.save(tmp_path / "corpus")
    done = run_command("evidence", "export", "/dev/full", "--evidence", tmp_path / "corpus")
    assert done.code == 1
    assert "No space left" in done.err


def test_a_limit_on_the_size_of_files(scored, tmp_path: Path):
    def work() -> tuple[int, str]:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        return scored()

    code, said = run_in_child(work)
    assert code == 1
    assert "scores.csv: File too large" in said
    assert tree(tmp_path / "out") == {"scores.csv": b"old"}


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_in_the_middle_of_a_write(scored, tmp_path: Path, number: int, code: int):
    for at in (1, 2, 3):

        def work(at: int = at) -> tuple[int, str]:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            Faults(tmp_path / "out", at, signalled(number))
            return scored()

        found, said = run_in_child(work)
        assert found == code, said
        assert "Stopped" in said
        assert "Traceback" not in said
        assert list(tree(tmp_path / "out")) == ["scores.csv"], "debris"


@pytest.mark.parametrize("moment", [0.0, -1e9, 4e9])
def test_another_clock_changes_nothing(scored, tmp_path: Path, monkeypatch, moment: float):
    scored()
    before = tree(tmp_path / "out")
    monkeypatch.setattr(time, "time", lambda: moment)
    code, said = scored()
    monkeypatch.undo()
    assert code == 0, said
    assert tree(tmp_path / "out") == before


def test_two_imports_at_once_both_arrive(few, tmp_path: Path):
    """Each adds another study; neither is lost, whichever comes first."""
    few.subset(few.studies["study"][:3]).save(tmp_path / "corpus")
    before = len(load_evidence(tmp_path / "corpus").studies)
    running = []
    for number in (61, 62):
        new = tmp_path / f"{number}.jsonl"
        arm = make_arm(factors=[{"name": "VEGF", "state": "elevated"}])
        new.write_text(json.dumps(make_record(number, arm, title=f"Study {number}")) + "\n", encoding="utf-8")
        words = ["evidence", "import", str(new), "--evidence", str(tmp_path / "corpus")]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        running.append(subprocess.Popen([sys.executable, "-m", "secretome_ml", *words], env=environment))
    assert [p.wait(300) for p in running] == [0, 0]
    assert len(load_evidence(tmp_path / "corpus").studies) == before + 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["61.jsonl", "62.jsonl", "corpus"]


def test_two_writers_of_one_bundle_and_a_reader(few_model, tmp_path: Path):
    """Whoever reads meanwhile finds one bundle or the other, whole."""
    from secretome_ml.bundle import read_bundle, write_bundle

    one, other = few_model.to_bundle("one"), few_model.to_bundle("other")
    write_bundle(one, tmp_path / "b")
    writers = []
    for bundle in (one, other):
        process = os.fork()
        if process == 0:
            try:
                for _ in range(3):  # fewer swaps than a reader tries again
                    write_bundle(bundle, tmp_path / "b")
                os._exit(0)
            finally:
                os._exit(1)
        writers.append(process)
    while writers:
        assert read_bundle(tmp_path / "b").digest == few_model.digest
        done, status = os.waitpid(writers[0], os.WNOHANG)
        if done:
            assert os.WEXITSTATUS(status) == 0
            writers.remove(done)
    assert read_bundle(tmp_path / "b").digest == few_model.digest
    assert [p.name for p in tmp_path.iterdir()] == ["b"]
