"""The commands that read papers and answer from the corpus: what they print, write and refuse."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from conftest import run_command
from secretome_ml.evidence import load_evidence

PAPER = Path(__file__).parents[1] / "papers" / "examples" / "vessels.xml"


def test_from_a_paper_to_a_corpus_of_ones_own(tmp_path: Path):
    table = tmp_path / "candidates.csv"
    assert run_command("evidence", "propose", PAPER, "--out", table).code == 0
    with table.open(encoding="utf-8", newline="") as stream:
        rows = [{**row, "accept": "yes"} for row in csv.DictReader(stream)]
    with table.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    own = tmp_path / "own"
    dry = run_command("evidence", "accept", table, "--evidence", own, "--dry-run", "--json")
    assert json.loads(dry.out)["written"] is False
    assert not own.exists()
    done = run_command("evidence", "accept", table, "--evidence", own, "--json")
    assert json.loads(done.out)["accepted"] == len(rows)
    assert len(load_evidence(own).studies) == len(load_evidence().studies) + 1
    assert run_command("evidence", "validate", "--evidence", own).code == 0


def test_what_cannot_be_read_exits_with_3_and_writes_nothing(tmp_path: Path):
    (tmp_path / "scan.txt").write_text("\f\n\f", encoding="utf-8")
    refused = run_command("evidence", "propose", tmp_path / "scan.txt", "--out", tmp_path / "c.csv")
    assert refused.code == 3
    assert "a scan" in refused.err
    assert not (tmp_path / "c.csv").exists()


def test_cargo_as_json_and_as_a_file(tmp_path: Path):
    told = json.loads(run_command("evidence", "cargo", "VEGF", "--carrier", "vesicles", "--json").out)
    assert {row["factor"] for row in told} == {"VEGFA"}
    assert {row["carrier"] for row in told} == {"vesicles"}
    (tmp_path / "mine.txt").write_text("VEGF\nmoonlight\n", encoding="utf-8")
    out = tmp_path / "answer.csv"
    assert run_command("evidence", "cargo", "--list", tmp_path / "mine.txt", "--out", out).code == 0
    with out.open(encoding="utf-8", newline="") as stream:
        assert [r["answer"] for r in csv.DictReader(stream)] == ["reported", "unknown name"]
    assert run_command("evidence", "cargo", "--carrier", "bottles").code == 2


def test_quality_of_the_corpus_and_of_ones_own():
    whole = json.loads(run_command("evidence", "quality", "--json").out)
    assert len(whole) == len(load_evidence().studies)
    assert {row["passage"] for row in whole} == {True, None}, "unknown is null"
    own = json.loads(run_command("evidence", "quality", "data/examples/adipose_hypoxia.csv", "--json").out)
    assert all("passage" in row["to_state"] for row in own)


@pytest.mark.parametrize(
    ("about", "kind"),
    [("VEGFA", "factor"), ("hypoxia", "preconditioning"), ("umbilical cord", "cell_source")],
)
def test_show_answers_what_is_known(about: str, kind: str):
    told = json.loads(run_command("evidence", "show", about, "--no-strengths", "--json").out)
    assert told["kind"] == kind
    assert sum(row["studies"] for row in told["effects"]) > 50
    assert not set(told["gaps"]) & {row["effect"] for row in told["effects"]}
    printed = run_command("evidence", "show", about, "--no-strengths")
    assert "Nobody tested it for" in " ".join(printed.out.split())


def test_show_refuses_what_is_nothing():
    refused = run_command("evidence", "show", "moonlight")
    assert refused.code == 3
    assert "moonlight" in refused.err


def test_a_panel_against_what_was_reported(tmp_path: Path):
    factors = ["VEGF-A", "HGF", "FGF2", "ANGPT1", "IGF1", "IL-6", "IL-8", "MCP-1", "TIMP1", "TIMP2", "EGF"]
    states = ["elevated"] * 5 + ["detected"] * 6
    text = f"sample,cell_source,{','.join(factors)}\na,adipose,{','.join(states)}\n"
    (tmp_path / "panel.csv").write_text(text, encoding="utf-8")

    def asked(background: str) -> dict[str, object]:
        told = run_command("panel", tmp_path / "panel.csv", "--background", background, "--json")
        return json.loads(told.out)["asked"][0]

    measured, medium = asked("measured"), asked("medium")
    assert (measured["changed"], measured["background"]) == (5, 11)
    assert medium["changed"] == 5
    assert medium["background"] > 60
    assert run_command("panel", tmp_path / "panel.csv", "--background", "genome").code == 2
