"""Facts that published measurements state about amounts and products, and the two that no profile shows."""

from pathlib import Path

import pandas as pd
import pytest

from conftest import ROOT
from secretome_ml import load_model, read_profiles


@pytest.fixture
def scores(tmp_path: Path):
    def of(text: str) -> pd.DataFrame:
        path = tmp_path / "t.csv"
        path.write_text(text)
        return load_model().score(read_profiles(path)).set_index(["effect", "sample"])

    return of


def test_medium_of_umbilical_cord_and_marrow_above_that_of_fat(scores) -> None:
    """10.1038/s41536-019-0070-y: endothelial cells and plugs, Wharton's jelly and marrow above adipose."""
    told = scores(
        "sample,cell_type,cell_source,product,preconditioning,VEGF\n"
        "wj,MSC,umbilical_cord,CM,none,\nbm,MSC,bone_marrow,CM,none,\nad,MSC,adipose,CM,none,\n"
    ).loc["angiogenic", "score"]
    assert min(told["wj"], told["bm"]) > told["ad"]


def test_fractions_without_vegf_are_the_lowest(scores) -> None:
    """10.1186/s12967-023-04602-9: secretome and proteins make tubes alike; vesicles without VEGF do not."""
    told = scores(
        "sample,cell_type,cell_source,product,VEGF\nsecretome,ASC,adipose,CM,detected\n"
        "protein,ASC,adipose,soluble_fraction,detected\nev,ASC,adipose,ev,not_detected\n"
    )
    tubes = told.loc["angiogenic", "score"]
    assert abs(tubes["secretome"] - tubes["protein"]) < 0.3
    assert min(tubes["secretome"], tubes["protein"]) > tubes["ev"] + 0.3


def test_one_factor_alone_does_less_than_the_medium_that_holds_it(scores) -> None:
    """10.1186/s13287-017-0488-3, figure 4: VEGF alone moves migration, and no proliferation."""
    told = scores(
        "sample,cell_type,cell_source,product,VEGF [pg/mL]\n"
        "medium,MSC,bone_marrow,CM,2000\nalone,none,,recombinant_factor,2000\n"
    ).loc["angiogenic"]
    assert told.loc["alone", "score"] < told.loc["medium", "score"]
    assert told.loc["alone", "verdict"] == "not judged"


@pytest.mark.parametrize("doi", [
    "10.1186/s13287-017-0488-3", "10.1016/j.jcyt.2023.03.008", "10.3389/fcell.2023.1282860",
])  # fmt: skip
def test_what_no_profile_shows_is_said(doi: str) -> None:
    """An optimum of VEGF at 2 ng/mL, and batches of vesicles that no protein or microRNA tells apart."""
    assert doi in (ROOT / "docs" / "method.md").read_text(encoding="utf-8").partition("## Features")[0]
    assert doi in (ROOT / "src" / "secretome_ml" / "report" / "card.py").read_text(encoding="utf-8")
