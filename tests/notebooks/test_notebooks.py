"""The tutorials run, say what they said, and say what is so."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SCORE, TRAIN, READ = NOTEBOOKS
MOST_BYTES = 500_000
# Another machine rounds the last digit otherwise.
CLOSE = 0.02

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_MACHINE = re.compile(r"/(?:home|root|tmp|Users|work|mnt|var)/|\\Users\\|\b[A-Z]:\\")


def _tool() -> Any:
    spec = importlib.util.spec_from_file_location("run_notebooks", ROOT / "tools" / "run_notebooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def outputs(notebook: Any) -> list[tuple[str, str]]:
    """Return kind and text of every output, cell by cell; a figure's text is what is written in it."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output["output_type"] == "stream":
                found.append((output["name"], output["text"]))
                continue
            data = output["data"]
            kind = "image/svg+xml" if "image/svg+xml" in data else "text/plain"
            text = " ".join(re.findall(r">([^<>]+)</text>", data[kind])) if "svg" in kind else data[kind]
            found.append((kind, text))
    return found


@pytest.fixture(scope="module")
def again() -> dict[Path, list[tuple[str, str]]]:
    """Return what every notebook prints when it is run now; an error in a cell is raised."""
    tool = _tool()
    return {path: outputs(tool.executed(path)) for path in NOTEBOOKS}


def kept(path: Path) -> list[tuple[str, str]]:
    return outputs(nbformat.read(path, as_version=4))


def test_there_are_three():
    assert [p.name[:2] for p in NOTEBOOKS] == ["1_", "2_", "3_"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_it_prints_what_it_kept(again: dict[Path, list[tuple[str, str]]], path: Path):
    before, now = kept(path), again[path]
    assert [kind for kind, _ in before] == [kind for kind, _ in now]
    for (_, old), (_, new) in zip(before, now, strict=True):
        assert _NUMBER.sub("#", old).split() == _NUMBER.sub("#", new).split()
        numbers = ([float(n) for n in _NUMBER.findall(text)] for text in (old, new))
        for said, found in zip(*numbers, strict=True):
            assert found == pytest.approx(said, abs=CLOSE), "run tools/run_notebooks.py"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_it_is_small_and_leaves_nothing_of_a_machine(path: Path):
    content = path.read_text(encoding="utf-8")
    assert len(content.encode()) < MOST_BYTES
    assert not _MACHINE.search(content)
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    printed = outputs(notebook)
    assert len(printed) >= 4
    assert "stderr" not in {kind for kind, _ in printed}
    assert all(cell.get("execution_count") is None for cell in notebook.cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_files_that_the_text_names_are_there(path: Path):
    text = "".join(c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown")
    for name in re.findall(r"`(docs/[a-z_-]+\.md)`", text):
        assert (ROOT / name).is_file(), name


def test_the_scores_are_those_of_the_model(again: dict[Path, list[tuple[str, str]]]):
    from secretome_ml import load_model, read_profiles

    example = ROOT / "data" / "examples" / "adipose_hypoxia.csv"
    shown = next(text for _, text in again[SCORE] if "probability_low" in text)
    for row in load_model().score(read_profiles(example)).to_dict("records"):
        line = next(
            line for line in shown.splitlines() if row["sample"] in line and f" {row['effect']} " in line
        )
        assert f"{row['score']:.2f}" in line
        assert f"{row['probability']:.2f}" in line


def test_most_tested_arms_were_beneficial(again: dict[Path, list[tuple[str, str]]], corpus: Any):
    """The shares, by another road: counted from the table of outcomes."""
    shown = next(text for _, text in again[SCORE] if "tested arms" in text)
    outcomes = corpus.outcomes[corpus.outcomes["effect"] == "angiogenic"]
    benefit = (outcomes["result"] == "beneficial").groupby([outcomes["study"], outcomes["arm"]]).mean()
    decided = benefit[benefit != 0.5]
    expected = f"angiogenic: {(decided > 0.5).mean():.2f} "
    assert expected in shown
    assert f"of {len(decided)} tested arms" in shown.splitlines()[0]


def test_the_strange_preparation_is_outside_and_its_unknown_name_is_told(
    again: dict[Path, list[tuple[str, str]]],
):
    text = next(text for _, text in again[SCORE] if "my new protein" in text)
    assert "osteoblast" in text.splitlines()[1]


def test_a_mistake_is_refused_with_its_place(again: dict[Path, list[tuple[str, str]]]):
    text = next(text for _, text in again[TRAIN] if "normoxya" in text)
    assert "row 1" in text
    assert "is no arm of this study" in text


def test_training_shows_the_baselines_and_wide_intervals(again: dict[Path, list[tuple[str, str]]]):
    shown = next(text for _, text in again[TRAIN] if "known_factor_list" in text)
    assert {"prevalence", "cell_source_only", "informed"} <= set(shown.split())
    scores = next(text for _, text in again[TRAIN] if "probability_low" in text)
    rows = re.findall(r"^\d+ +asc_\w+ +\w+", scores, re.MULTILINE)
    assert len(rows) >= 6


def test_contributions_add_up_and_the_shaky_term_is_there(again: dict[Path, list[tuple[str, str]]]):
    total, score = next(
        re.findall(r"-?\d+\.\d+", text) for _, text in again[READ] if "sum of all terms" in text
    )
    assert total == score
    shown = next(text for _, text in again[READ] if "same_sign" in text)
    shares = [float(s) for s in re.findall(r"(\d\.\d\d) *$", shown, re.MULTILINE)]
    assert min(shares) < 0.9, "the text speaks of terms that are not stable"


def test_hgf_was_measured_in_normoxia_alone():
    from secretome_ml import read_profiles

    factors = read_profiles(ROOT / "data" / "examples" / "adipose_hypoxia.csv").factors
    assert factors.loc[factors["factor"] == "HGF", "sample"].tolist() == ["asc_normoxia"]
