"""Evidence: studies that the model has learned from, samples that meet twice."""

import json

from conftest import ROOT
from secretome_ml import load_evidence
from secretome_ml.evidence import write_records
from secretome_ml.workflows.score import evaluate, read_inputs

EXAMPLE = ROOT / "data" / "examples" / "adipose_hypoxia.csv"


def records_of_a_trained_study(released, folder):
    """Return the records of one study that the released model has learned from."""
    studies = sorted(str(s["study"]) for s in released.studies)
    path = folder / "records.jsonl"
    path.write_text(write_records(load_evidence().subset(studies[:1])), encoding="utf-8")
    return path


def test_trained_evidence_judged_as_new(row, released):
    studies = sorted(str(s["study"]) for s in released.studies)[:20]
    row.refuses(lambda: evaluate(released, load_evidence().subset(studies)))


def test_trained_evidence_scored_as_new(row, released, command, tmp_path):
    path = records_of_a_trained_study(released, tmp_path)
    done = command("score", path)
    assert done.code == 0, done.err
    row.warns_on_stderr(done.err)


def test_a_trained_study_under_another_name(row, released, command, tmp_path):
    path = records_of_a_trained_study(released, tmp_path)
    record = json.loads(path.read_text(encoding="utf-8"))
    record["study"]["id"] = "s-00000001"
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    done = command("score", path)
    assert done.code == 0, done.err
    row.warns_on_stderr(done.err)


def test_one_file_given_twice(row):
    row.refuses(lambda: read_inputs([EXAMPLE, EXAMPLE]))
