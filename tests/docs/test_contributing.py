"""CONTRIBUTING is carried out in a copy: every change that names its file is scored, explained and shown."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from conftest import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
_STEP = re.compile(r"<!-- (file|line): (\S+) -->\n```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)
NEW_EFFECT = "lymphangiogenic"


def perform(copy: Path) -> list[str]:
    """Make every change in a copy of the repository; return the files that it touched."""
    touched = []
    for what, name, text in _STEP.findall(TEXT):
        path = copy / name
        assert path.exists() == (what == "line"), name
        before = path.read_text(encoding="utf-8") if what == "line" else ""
        path.write_text(before + text, encoding="utf-8")
        touched.append(name)
    return touched


class Copy:
    """A copy of the package and its data in which every change was made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        skip = shutil.ignore_patterns("__pycache__", "artifacts", "*.db", "examples")
        for name in ("src", "data", "experiments"):
            shutil.copytree(ROOT / name, folder / name, ignore=skip)
        self.touched = perform(folder)

    def run(self, *words: object, code: int = 0) -> str:
        """Run `secretome-ml` of the copy."""
        environment = {
            **os.environ, "PYTHONPATH": str(self.folder / "src"), "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        environment.pop("MLFLOW_TRACKING_URI", None)
        done = subprocess.run(
            [sys.executable, "-m", "secretome_ml", *map(str, words)],
            cwd=self.folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Copy:
    return Copy(tmp_path_factory.mktemp("contributed"))


@pytest.fixture(scope="module")
def evidence(copy: Copy, few) -> Path:
    """Return few studies that also tested the new effect, met the new kind, and stated the new column."""
    folder = copy.folder / "few"
    few.save(folder)
    tables = {
        n: pd.read_csv(folder / f"{n}.csv", dtype=str, keep_default_na=False)
        for n in ("arms", "outcomes", "preconditioning")
    }
    tested = tables["outcomes"]
    # Another effect: which way the vessels moved is no readout of it.
    unread = {"readout_direction": "", "wanted_direction": ""}
    more = tested[tested["effect"] == "angiogenic"].assign(effect=NEW_EFFECT, **unread)
    more["number"] = (more["number"].astype(int) + 100).astype(str)
    tables["outcomes"] = pd.concat([tested, more])
    place = list(tables["arms"].columns).index("fraction") + 1
    words = ["serum_free" if i % 2 else "platelet_lysate" for i in range(len(tables["arms"]))]
    tables["arms"].insert(place, "medium", words)
    hypoxia = tables["preconditioning"]["kind"] == "hypoxia"
    assert hypoxia.sum() >= 4
    every_other = hypoxia & (hypoxia.cumsum() % 2 == 0)
    tables["preconditioning"].loc[every_other, "kind"] = "vibration_of_dishes"
    tables["preconditioning"].loc[every_other, "o2_percent"] = ""
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def bundle(copy: Copy, evidence: Path) -> Path:
    recipe = copy.folder / "experiments" / "four-effects.toml"
    with recipe.open("a", encoding="utf-8") as more:
        more.write('\n[features]\nmin_studies = 1\n\n[models]\ncompare = ["factor_count"]\n')
    copy.run("train", recipe, "--evidence", evidence, "--out", "bundle", "--fast", "--jobs", 1, "--quiet")
    return copy.folder / "bundle"


PROFILES = """sample,cell_type,cell_source,product,medium,preconditioning,VEGF-A
A,MSC,adipose,exosome,hPL,dish vibration,elevated
B,MSC,adipose,exosome,serum-free,none,elevated
"""


def test_every_kind_of_change_is_described_and_small(copy: Copy):
    """A reader and a model are a file each, a kind of preconditioning a row, an effect a row and a recipe."""
    assert copy.touched == [
        "src/secretome_ml/readers/formats/antibody_array.py",
        "src/secretome_ml/models/factor_count.py",
        "data/vocabulary/context_columns.csv",
        "data/vocabulary/media.csv",
        "data/vocabulary/preconditioning.csv",
        "data/vocabulary/effects.csv",
        "experiments/four-effects.toml",
    ]


def test_the_effect_the_column_and_the_kind_are_scored_explained_and_shown(copy: Copy, bundle: Path):
    (copy.folder / "p.csv").write_text(PROFILES, encoding="utf-8")
    scores = json.loads(copy.run("score", "p.csv", "--model", bundle, "--json"))
    assert {row["effect"] for row in scores} >= {NEW_EFFECT, "angiogenic"}
    copy.run("explain", "p.csv", "--model", bundle, "--out", "explained", "--quiet")
    terms = pd.concat(
        pd.read_csv(p) for p in (copy.folder / "explained").rglob("*.csv") if "contribution" in p.name
    )
    own = terms[(terms["sample"] == "A") & (terms["effect"] == NEW_EFFECT)]
    assert own["term"].str.contains("vibration").any()
    assert own["term"].str.contains("medium").any()
    page = next((copy.folder / "explained").rglob("*.html")).read_text(encoding="utf-8")
    for words in ("lymphangiogenic", "vibration", "medium"):
        assert words in page


def test_the_model_is_judged_beside_the_others(bundle: Path):
    judged = json.loads((bundle / "metrics.json").read_text(encoding="utf-8"))["metrics"]
    assert {"factor_count", "blend"} <= {row["model"] for row in judged}


def test_the_reader_reads_and_refuses(copy: Copy, bundle: Path):
    good = "Array ID,Target,Signal\na,VEGF-A,1200\na,IL-6,\nb,VEGF-A,300\nb,IL-6,20\n"
    (copy.folder / "array.csv").write_text(good, encoding="utf-8")
    told = copy.run("score", "array.csv", "--model", bundle, "--json", "--lenient")
    assert {row["sample"] for row in json.loads(told)} == {"a", "b"}
    (copy.folder / "array.csv").write_text(good.replace("1200", "much"), encoding="utf-8")
    copy.run("score", "array.csv", "--model", bundle, "--json", code=3)
