"""The report of real profiles: what it rests on, checked by another road."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conftest import ROOT
from secretome_ml import read_profiles
from secretome_ml.profiles import join_profiles
from secretome_ml.workflows.report import date_of, prevalence, report_html, write_report

EXAMPLES = ROOT / "data" / "examples"


@pytest.fixture(scope="module")
def profiles() -> Any:
    return read_profiles(EXAMPLES / "adipose_hypoxia.csv")


@pytest.fixture(scope="module")
def page(few_model: Any, profiles: Any, few: Any) -> str:
    return report_html(few_model, profiles, evidence=few)


def test_prevalence_is_the_share_of_tested_arms_that_had_the_effect(few_model: Any, few: Any):
    found = prevalence(few, few_model)
    for effect, share in found.items():
        outcomes = few.outcomes[few.outcomes["effect"] == effect]
        by_arm = (outcomes["result"] == "beneficial").groupby([outcomes["study"], outcomes["arm"]]).mean()
        decided = by_arm[by_arm != 0.5] > 0.5
        assert share.value == pytest.approx(decided.mean())
        assert share.low < share.value < share.high
        assert share.n == len(decided)
        assert share.studies == decided.index.get_level_values("study").nunique()


def test_profiles_know_the_files_they_were_read_from(profiles: Any):
    sheet = EXAMPLES / "bone_marrow_tgf_alpha_sheet.csv"
    other = read_profiles(EXAMPLES / "bone_marrow_tgf_alpha.csv", metadata=sheet)
    told = [(o.file, o.sheet) for o in join_profiles([profiles, other]).origins]
    assert told == [
        ("adipose_hypoxia.csv", ""),
        ("bone_marrow_tgf_alpha.csv", "bone_marrow_tgf_alpha_sheet.csv"),
    ]
    assert other.take(other.samples[:1]).origins == other.origins


def test_the_page_holds_the_models_numbers_and_the_nearest_studies(
    page: str, few_model: Any, profiles: Any, few: Any
):
    from secretome_ml.explanation.studies import studies_behind

    for row in few_model.score(profiles).to_dict("records"):
        assert f"<strong>{100 * row['probability']:.0f}" in page
    behind = studies_behind(profiles, few, few_model.effects)
    for doi in behind.groupby(["sample", "effect"], sort=False)["doi"].first().dropna():
        assert not doi or f"https://doi.org/{doi}" in page
    assert few_model.digest in page
    assert np.__version__ in page


def test_the_same_input_gives_the_same_bytes(
    page: str, few_model: Any, profiles: Any, few: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import time

    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert report_html(few_model, profiles, few_model.score_and_explain(profiles), few) == page
    write_report(few_model, profiles, tmp_path / "a.html", date="2026-02-03")
    assert "2026-02-03" in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_the_date_is_that_of_the_newest_file(tmp_path: Path):
    for name, seconds in (("old.csv", 1_000_000_000), ("new.csv", 1_700_000_000)):
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (seconds, seconds))
    assert date_of([tmp_path / "old.csv", tmp_path / "new.csv"]) == "2023-11-14"
    assert date_of([Path("-"), Path("s3://bucket/x.csv")]) == ""


def test_the_panel_of_a_real_export_is_asked(shared_folder: Path, few_model: Any):
    """Fifty samples against one another: some panels are large enough, and the page says what they gave."""
    folder = shared_folder / "readers" / "fragpipe_msc_secretome"
    table, sheet = folder / "combined_protein_secr_fragpipe.tsv.gz", folder / "fact_secr.xlsx"
    real = read_profiles(table, metadata=sheet)
    told = real.take(real.samples[:3])
    text = report_html(few_model, told)
    section = text[text.index('id="panel"') : text.index('id="methods"')]
    assert "could be asked" in section
    assert "read as fragpipe" in text
