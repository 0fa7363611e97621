"""The whole leaderboard on few studies and a small model: every section, every row with its run."""

import re
from pathlib import Path

from conftest import HEADLINE, ROOT
from experiments.bench import make_bench
from experiments.leaderboard import leaderboard
from secretome_ml.recipe import Recipe


def test_every_section_is_there_and_every_row_names_its_run(few):
    runs: dict[str, dict] = {}

    def log(name, parameters, metrics):
        assert parameters["evidence_digest"] == few.digest
        runs[name] = metrics
        return f"run-{len(runs)}"

    recipe = Recipe(effects=HEADLINE, model="informed", compare=())
    bench = make_bench(recipe, few, repeats=1, jobs=1, fast=True, log=log)
    sections = leaderboard(bench, ROOT / "experiments" / "tried.csv")
    text = "\n".join(section.markdown() for section in sections)
    for title in ("Ranking", "Probability", "Calibration", "Reliability", "Coverage", "Conformal",
                  "Applicability domain", "What is still wrong", "Harder splits", "Null", "Learning curve",
                  "Ablation", "Rivals", "Error by cell"):  # fmt: skip
        assert re.search(rf"^## {title}", text, re.MULTILINE), title
    assert set(re.findall(r"run-\d+", text)) == {f"run-{i + 1}" for i in range(len(runs))}
    assert 0.5 < runs["ranking informed"]["all"] < 1.0


def test_what_exists_for_us_is_not_installed():
    """The wheel holds the package and its data; of the measurements only the recipe."""
    import tomllib

    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = table["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["packages"] == ["src/secretome_ml"]
    shipped = [p for p in wheel["force-include"] if Path(p).parts[0] == "experiments"]
    assert shipped == ["experiments/default.toml"]
