"""Many files into many outputs: where they lie, what is known to be finished, what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cluster.conftest import FILES, written
from secretome_ml.cluster.places import content_of, expand
from secretome_ml.core.errors import InputRefused
from secretome_ml.core.parallel import over_processes
from secretome_ml.workflows.score_files import Reading, score_files, targets_of

FEW = 3


@pytest.fixture
def run(inputs: Path, tmp_path: Path, model):
    """Return the states of a run over the first files, by file."""
    sources = [str(p) for p in sorted(inputs.iterdir())][:FEW]
    targets = targets_of(sources, str(tmp_path / "out"), ".csv")

    def again(model=model, **reading) -> list[str]:
        return [s.state for s in score_files(model, sources, targets, Reading(**reading), over_processes(1))]

    return again


def test_the_same_input_and_model_are_not_scored_twice(run, expected, tmp_path: Path):
    assert run() == ["scored"] * FEW
    assert run() == ["kept"] * FEW
    assert written(tmp_path / "out").items() <= expected.items()


def test_another_model_or_another_reading_is_scored_anew(run, model):
    run()
    assert run(model=replace(model, digest="another")) == ["scored"] * FEW
    assert run() == ["scored"] * FEW
    assert run(lenient=True) == ["scored"] * FEW


def test_a_damaged_output_or_record_is_made_again(run, expected, tmp_path: Path):
    run()
    out = tmp_path / "out"
    (out / "f00.scores.csv").write_bytes(expected["f00.scores.csv"][:-20])
    (out / "f01.scores.csv").unlink()
    (out / ".finished" / "f02.scores.csv.json").write_text("{", encoding="utf-8")
    assert run() == ["scored"] * FEW
    assert written(out).items() <= expected.items()
    assert run() == ["kept"] * FEW


def test_processes_write_what_one_process_writes(command, inputs, expected, tmp_path: Path):
    done = command("score", inputs, "--out", tmp_path / "out", "--jobs", 2)
    assert done.code == 0, done.err
    assert f"{FILES} scored" in done.err
    assert written(tmp_path / "out") == expected


def test_a_refused_file_does_not_stop_the_others(command, inputs, expected, tmp_path: Path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "f00.csv").write_bytes((inputs / "f00.csv").read_bytes())
    (tmp_path / "in" / "bad.csv").write_text("sample\tVEGF-A\nx\t1", encoding="utf-8")
    (tmp_path / "in" / "cut.parquet").write_bytes(b"PAR1 that ends in the middle")
    done = command("score", tmp_path / "in", "--out", tmp_path / "out", "--jobs", 1, "--json")
    told = {Path(one["source"]).name: one for one in done.json}
    assert told["f00.csv"]["state"] == "scored"
    assert told["cut.parquet"]["state"] == "refused"
    assert "cut.parquet" in told["cut.parquet"]["problem"]
    assert done.code == 3
    assert written(tmp_path / "out")["f00.scores.csv"] == expected["f00.scores.csv"]
    assert "cut.scores.csv" not in written(tmp_path / "out")


def test_a_store_is_read_and_written_by_its_url(command, inputs, expected):
    fsspec = pytest.importorskip("fsspec")
    store = fsspec.filesystem("memory")
    for path in sorted(inputs.iterdir())[:FEW]:
        store.pipe_file(f"/lab/in/{path.name}", path.read_bytes())
    done = command("score", "memory://lab/in", "--out", "memory://lab/out", "--jobs", 1, "--json")
    assert done.code == 0, done.err
    names = sorted(store.ls("/lab/out", detail=False))
    assert [n.rsplit("/", 1)[-1] for n in names] == [".finished", *sorted(expected)[:FEW]]
    for name in sorted(expected)[:FEW]:
        assert store.cat_file(f"/lab/out/{name}") == expected[name]
    again = command("score", "memory://lab/in/*.csv", "--out", "memory://lab/out", "--jobs", 1, "--json")
    assert [one["state"] for one in again.json] == ["kept"] * FEW
    alone = command("score", "memory://lab/in/f00.csv", "--json")
    assert len(alone.json) == len(expected["f00.scores.csv"].splitlines()) - 1
    store.rm("/lab", recursive=True)


def test_a_folder_stands_for_its_files(tmp_path: Path):
    for name in ("b.csv", "a.csv", ".hidden.csv"):
        (tmp_path / name).touch()
    (tmp_path / "deeper").mkdir()
    both = [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]
    assert expand([str(tmp_path)]) == both
    assert expand([str(tmp_path / "*.csv"), both[0]]) == both
    with pytest.raises(InputRefused, match=r"2 problems[\s\S]*nowhere\.csv[\s\S]*none/\*\.csv"):
        expand([both[0], str(tmp_path / "nowhere.csv"), str(tmp_path / "none/*.csv")])


def test_two_inputs_with_one_output_are_refused():
    with pytest.raises(InputRefused, match=r"y/a\.tsv.*out/a\.scores\.csv, as x/a\.csv is"):
        targets_of(["x/a.csv", "y/a.tsv"], "out", ".csv")


def test_an_unknown_store_is_refused(command, tmp_path: Path):
    done = command("score", "nonsense://a/b.csv", "--out", tmp_path / "out")
    assert done.code == 3
    assert "nonsense" in done.err
    assert "Traceback" not in done.err


def test_one_output_file_is_no_place_for_a_cluster(command, inputs, tmp_path: Path):
    done = command("score", inputs / "f00.csv", "--out", tmp_path / "a.csv", "--scheduler", "local")
    assert done.code == 2
    assert "folder" in done.err


def test_the_record_says_what_an_output_was_made_from(run, model, tmp_path: Path):
    run()
    said = json.loads(content_of(str(tmp_path / "out" / ".finished" / "f00.scores.csv.json")))
    assert said["made_from"]["model"] == model.digest
    assert len(said["output"]) == len(said["made_from"]["input"]) == 64
