"""`--check` shows the reading: columns, direction, scale, counts, rows left out, and worked values."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from conftest import run_command
from secretome_ml.readers import check_input, read_profiles

MINIMAL = Path(__file__).parent / "minimal"
READ = sorted(p.name for p in MINIMAL.iterdir() if not p.name.startswith(("F1", "I9", "G1_sheet", "G3")))


@pytest.mark.parametrize("file", READ)
def test_every_reading_is_shown(file: str) -> None:
    report = check_input(MINIMAL / file)
    profiles = read_profiles(MINIMAL / file)
    assert report.ok
    assert report.columns
    assert report.scale
    assert 1 <= len(report.worked) <= 3
    counted = {row["sample"]: sum(v for k, v in row.items() if k != "sample") for row in report.directions}
    assert counted == Counter(profiles.factors["sample"].astype(str))
    for worked in report.worked:
        same = profiles.factors[
            (profiles.factors["sample"].astype(str) == worked["sample"])
            & (profiles.factors["factor"].astype(str) == worked["factor"])
        ]
        assert len(same) == 1
        assert float(str(worked["value"]).split()[0]) == pytest.approx(float(same["value"].iloc[0]), rel=1e-5)
        assert float(str(worked["level"])) == pytest.approx(float(same["level"].iloc[0]), abs=6e-3)
    for dropped in report.dropped.items():
        assert f"{dropped[1]} rows dropped: {dropped[0]}" in " ".join(profiles.notes)


def test_columns_of_a_result() -> None:
    report = check_input(MINIMAL / "A1_perseus_significant.csv")
    assert report.columns["Student's T-test Difference hyp_ctrl"] == "log2 fold change"
    assert report.columns["Student's T-test Significant hyp_ctrl"] == "flag"
    assert report.columns["-Log Student's T-test p-value hyp_ctrl"] == "p value"
    assert report.directions == [
        {"sample": "A1_perseus_significant", "elevated": 1, "unchanged": 1, "decreased": 2}
    ]
    assert [w["state"] for w in report.worked] == ["elevated", "decreased", "unchanged"]


def test_warnings_of_one_kind_are_one_line_and_unknown_names_stand_once(tmp_path: Path) -> None:
    rows = "\n".join(f"strange{i},{i + 1}.5,{i + 2}.5,{i + 3}.5" for i in range(5))
    (tmp_path / "t.csv").write_text(f"Gene,a,b,c\nVEGFA,100.5,200,300\nIL6,5.5,6,7\n{rows}\n")
    report = check_input(tmp_path / "t.csv")
    assert sorted(n["name"] for n in report.names) == [f"strange{i}" for i in range(5)]
    assert {n["samples"] for n in report.names} == {3}
    told = [(w.what, w.remedy) for w in report.warnings]
    assert len(told) == len(set(told))


def test_the_command_says_the_same_in_json_and_breaks_no_name() -> None:
    file = MINIMAL / "F4_maxquant_contaminants.txt"
    shown = json.loads(run_command("score", file, "--check", "--json").out)[0]
    report = check_input(file)
    assert shown["columns"] == report.columns
    assert shown["dropped"] == report.dropped == {"contaminant": 2}
    assert shown["directions"] == report.directions
    assert shown["worked"] == report.worked
    assert shown["scale"] == report.scale == "linear amounts without a unit"
    text = run_command("score", MINIMAL / "A1_perseus_significant.csv", "--check").out
    lines = text[text.index("Columns") :].splitlines()
    for title in ("Columns", "Levels up and down", "Three values, worked"):
        assert any(line.startswith(title) for line in lines)
    assert sum("A1_perseus_significant" in line for line in lines) >= 4


def test_a_refusal_ends_with_three() -> None:
    ended = run_command("score", MINIMAL / "F1_fragpipe_combined_peptide.tsv", "--check")
    assert ended.code == 3
    assert "combined_protein.tsv" in ended.out
