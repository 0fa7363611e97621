"""`secretome-ml explain`: every table and figure, whole or not at all, nothing of the user's lost."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import HEADLINE
from secretome_ml.core.errors import InputRefused
from secretome_ml.core.paths import data_dir
from secretome_ml.workflows.explain import Cohorts, explain_corpus

EXAMPLE = data_dir() / "examples" / "adipose_hypoxia.csv"


@pytest.fixture(scope="module")
def learned(few_model, few, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("learned") / "explanation"
    explain_corpus(few_model, folder, Cohorts("cell_source", ("adipose", "bone_marrow")), evidence=few)
    return folder


@pytest.fixture(scope="module")
def explained(command, trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Explained by the command, over what an older run left; two samples are two cohorts."""
    folder = tmp_path_factory.mktemp("explained") / "out"
    folder.mkdir()
    for name in ("explanation.html", "waterfall_99_angiogenic.svg"):
        (folder / name).write_text("of an older run", encoding="utf-8")
    done = command("explain", EXAMPLE, "--model", trained.bundle, "--out", folder, "--by", "preconditioning")
    assert done.code == 0, done.err
    return folder


def test_what_the_model_learned_is_written_whole(learned: Path):
    names = {p.name for p in learned.iterdir()}
    assert {
        "contributions.parquet", "importance.csv", "pathways.csv", "families.csv", "stability.csv",
        "interactions.csv", "driver_studies.csv", "cohorts.csv", "explanation.html",
        "effects.svg", "cohorts.png",
    } <= names  # fmt: skip
    for effect in HEADLINE:
        for kind in ("beeswarm", "bar", "pathways", "stability"):
            assert (learned / f"{kind}_{effect}.svg").stat().st_size > 2000
            assert (learned / f"{kind}_{effect}.png").read_bytes().startswith(b"\x89PNG")
    page = (learned / "explanation.html").read_text(encoding="utf-8")
    assert "Pathways, stability, interactions" in page
    assert len(page) < 3_000_000


def test_pathways_and_cohorts_rest_on_the_written_contributions(learned: Path):
    terms = pd.read_parquet(learned / "contributions.parquet")
    own = terms[terms["term"] != "base value"].groupby("effect")["contribution"].sum()
    pathways = pd.read_csv(learned / "pathways.csv")
    added = (pathways["mean"] * pathways["samples"]).groupby(pathways["effect"]).sum()
    assert np.abs(added - own).max() < 1e-6
    cohorts = pd.read_csv(learned / "cohorts.csv")
    assert set(cohorts["cohort_a"]) == {"adipose"}
    assert ((cohorts["low"] <= cohorts["high"]) | cohorts["low"].isna()).all()


def test_stability_says_which_signs_hold(learned: Path):
    table = pd.read_csv(learned / "stability.csv")
    assert table["same_sign"].dropna().between(0, 1).all()
    assert (table["stable"] == (table["same_sign"] >= 0.9)).all()


def test_every_driver_is_traced_to_studies(learned: Path):
    studies = pd.read_csv(learned / "driver_studies.csv")
    assert set(studies["side"]) == {"supports", "against"}
    assert studies["term"].nunique() > 10
    assert (studies["doi"].notna() | studies["locator"].notna()).mean() > 0.9


def test_profiles_get_studies_spread_and_page(explained: Path):
    terms = pd.read_csv(explained / "contributions.csv")
    scores = pd.read_csv(explained / "scores.csv").set_index(["sample", "effect"])["score"]
    assert (terms.groupby(["sample", "effect"])["contribution"].sum() - scores).abs().max() < 1e-5
    assert (terms["low"] <= terms["high"]).all()
    studies = pd.read_csv(explained / "studies.csv")
    assert set(studies["sample"]) == {"asc_normoxia", "asc_hypoxia"}
    assert set(studies["effect"]) == set(HEADLINE)
    page = (explained / "explanation.html").read_text(encoding="utf-8")
    assert ": nearest studies" in page
    for doi in studies.groupby(["sample", "effect"], sort=False)["doi"].first().dropna():
        assert f"https://doi.org/{doi}" in page


def test_profiles_get_figures_and_nothing_else_is_left(explained: Path):
    for effect in HEADLINE:
        for kind in ("waterfall_01", "waterfall_02", "beeswarm", "bar"):
            assert (explained / f"{kind}_{effect}.svg").stat().st_size > 2000
            assert (explained / f"{kind}_{effect}.png").read_bytes().startswith(b"\x89PNG")
    page = (explained / "explanation.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert 'src="http' not in page
    assert (explained / "importance.csv").is_file()
    assert not list(explained.rglob(".*")), "debris"


def test_the_folder_is_replaced_as_a_whole(explained: Path):
    assert not (explained / "waterfall_99_angiogenic.svg").exists()
    assert (explained / "waterfall_02_angiogenic.svg").exists()


def test_two_samples_against_each_other(explained: Path):
    table = pd.read_csv(explained / "cohorts.csv")
    assert {table["cohort_a"].iloc[0], table["cohort_b"].iloc[0]} == {"none", "hypoxia"}


@pytest.mark.parametrize("name", ["thesis.docx", "data.csv"])
def test_nothing_of_the_users_is_replaced(command, trained, tmp_path: Path, name: str):
    (tmp_path / name).write_text("mine", encoding="utf-8")
    done = command("explain", EXAMPLE, "--model", trained.bundle, "--out", tmp_path)
    assert done.code == 3
    assert name in done.err
    assert (tmp_path / name).read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--between", "adipose,bone_marrow"), 2, "--by"),
        (("--by", "cell_source", "--between", "adipose"), 2, "two cohorts"),
        (("--by", "colour"), 3, "cell_source"),
        (("--by", "cell_source"), 3, "two are needed"),
        (("--by", "preconditioning", "--between", "none,heat_shock"), 3, "hypoxia"),
    ],
)
def test_cohorts_that_cannot_be_told_apart(command, trained, tmp_path: Path, options, code: int, said: str):
    done = command("explain", EXAMPLE, "--model", trained.bundle, "--out", tmp_path / "x", *options)
    assert said in done.err.replace("\n", " "), done.err
    assert done.code == code
    assert not (tmp_path / "x").exists(), "half an explanation was left behind"


def test_a_folder_that_is_a_file_is_refused(few_model, few, tmp_path: Path):
    (tmp_path / "x").write_text("mine", encoding="utf-8")
    with pytest.raises(InputRefused, match="would be lost"):
        explain_corpus(few_model, tmp_path / "x", evidence=few)
