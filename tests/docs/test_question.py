"""The worked question: terminal, Python and page give one answer."""

import doctest
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient

from conftest import ROOT
from secretome_ml import load_evidence, load_model, read_profiles
from secretome_ml.design.measure import what_to_measure
from secretome_ml.web.app import create_app
from secretome_ml.web.settings import Settings
from secretome_ml.workflows.design import design

LOT = ROOT / "data" / "examples" / "bench_lot.csv"
NUMBERS = ["score", "probability", "probability_low", "probability_high", "percentile"]
WORDS = ["effect", "verdict", "reading", "drivers"]


@pytest.fixture(scope="module")
def scores() -> pd.DataFrame:
    return load_model().score(read_profiles(LOT))


def same(found: pd.DataFrame, scores: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(found[WORDS], scores[WORDS], check_dtype=False)
    pd.testing.assert_frame_equal(found[NUMBERS], scores[NUMBERS], check_dtype=False, rtol=1e-9)


def test_the_page_of_the_documents_runs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)
    page = ROOT / "docs" / "question.md"
    found = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert found.attempted > 5
    assert found.failed == 0
    assert LOT.read_text(encoding="utf-8").strip() in page.read_text(encoding="utf-8")


def test_the_terminal_says_what_python_says(command: Callable[..., Any], scores: pd.DataFrame):
    same(pd.DataFrame(command("score", LOT, "--json", "--quiet").json), scores)


def test_the_page_says_it_too(scores: pd.DataFrame):
    with TestClient(create_app(Settings()), base_url="http://localhost") as client:
        answer = client.post("/upload", files={"file": ("bench_lot.csv", LOT.read_bytes(), "text/csv")})
        for _ in range(600):
            if 'http-equiv="refresh"' not in answer.text:
                break
            answer = client.get(str(answer.url))
        table = client.get(f"{answer.url.path}/scores.csv").text
        shown = client.get(f"{answer.url.path}/samples/1").text
    same(pd.read_csv(io.StringIO(table)), scores)
    assert "VEGFA" in shown
    assert "850 pg/mL" in shown


def test_what_to_change_and_to_measure_is_the_same(command: Callable[..., Any]):
    options = ["--effect", "angiogenic", "--json", "--quiet"]
    said = command("design", LOT, *options, "--only", "preconditioning,product", "--no-gene").json["ranked"]
    lot, model, corpus = read_profiles(LOT), load_model(), load_evidence()
    ours = design(model, lot, corpus, ["angiogenic"], only=["preconditioning", "product"], gene=False)
    assert [row["change"] for row in said] == ours.ranked["change"].tolist()
    assert [row["gain"] for row in said] == pytest.approx(ours.ranked["gain"].tolist())
    told = command("measure", LOT, *options, "--panel", 5).json["factors"]
    known = what_to_measure(model, lot, corpus, "angiogenic", (), 5).factors
    assert [row["factor"] for row in told] == known["factor"].tolist()


def test_the_report_of_the_lot_is_made(command: Callable[..., Any], tmp_path: Path):
    done = command("score", LOT, "--report", tmp_path / "lot.html", "--out", tmp_path / "lot.csv")
    assert done.code == 0, done.err
    page = (tmp_path / "lot.html").read_text(encoding="utf-8")
    assert "850 pg/mL" in page
    assert "To paste into a paper" in page
