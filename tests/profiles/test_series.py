"""Ten lots of one factor after another: distinct levels and scores, in the order that biology expects."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from secretome_ml import load_model, read_profiles
from secretome_ml.core.paths import data_dir
from secretome_ml.evidence import HEADLINE_EFFECTS
from secretome_ml.profiles.levels.reference import known_range
from secretome_ml.readers.genes import resolve_name

# The analytes of the common 27-, 30- and 45-plex panels, and three that MSC laboratories add.
PANELS = (
    *("IL-1b", "IL-1ra", "IL-2", "IL-4", "IL-5", "IL-6", "IL-7", "IL-8", "IL-9", "IL-10", "IL-12(p70)"),
    *("IL-13", "IL-15", "IL-17A", "Eotaxin", "FGF basic", "G-CSF", "GM-CSF", "IFN-g", "IP-10", "MCP-1"),
    *("MIP-1a", "MIP-1b", "PDGF-BB", "RANTES", "TNF-a", "VEGF", "EGF", "HGF", "MIG", "IL-2R", "BDNF"),
    *("GRO-alpha", "IL-1alpha", "IL-18", "IL-21", "IL-22", "IL-23", "IL-27", "IL-31", "LIF", "NGF-beta"),
    *("PlGF-1", "SCF", "SDF-1alpha", "TNF-beta", "VEGF-D", "IFN-alpha2", "PGE2", "TSG-6", "IDO"),
)
# The series of VEGF that a published study took its lots through, ten steps of 1.7-fold.
SERIES = 31.0 * (4000.0 / 31.0) ** (np.arange(10) / 9)
# No study with a comparison measured it and no role is known: its amount moves the level and no score.
NOTHING_KNOWN = {"IL2RA"}
# A learnt column may dip by so much where its role says it rises; the whole series rises.
DIP = 0.02


def amounts(factor: str) -> np.ndarray:
    """Return the series, moved so that its middle is that of the factor's range."""
    own = known_range(factor, "concentration", "adipose", "conditioned_medium")
    assert own is not None, factor
    return SERIES * (own.low * own.high) ** 0.5 / (SERIES[0] * SERIES[-1]) ** 0.5


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Return factor, lot, level and the three headline scores."""
    factors = [str(resolve_name(name).factor) for name in PANELS]
    path = tmp_path_factory.mktemp("series") / "lots.csv"
    rows = [
        {"sample": f"{f}/{i}", "factor": f, "value": value}
        for f in factors
        for i, value in enumerate(amounts(f))
    ]
    told = {"unit": "pg/mL", "cell_type": "MSC", "cell_source": "adipose", "product": "CM"}
    pd.DataFrame(rows).assign(**told).to_csv(path, index=False)
    profiles = read_profiles(path)
    scores = load_model().score(profiles).pivot(index="sample", columns="effect", values="score")
    found = profiles.factors.set_index("sample")[["factor", "level"]].join(scores).reset_index()
    found["lot"] = found["sample"].str.rsplit("/", n=1).str[1].astype(int)
    return found.sort_values(["factor", "lot"])


def test_the_panels_are_known_whole(series: pd.DataFrame) -> None:
    assert series["factor"].nunique() == len(PANELS) >= 50
    assert (series.groupby("factor").size() == 10).all()


def test_levels_rise_with_every_step(series: pd.DataFrame) -> None:
    steps = series.groupby("factor")["level"].diff().dropna()
    assert steps.min() > 0.05


@pytest.mark.parametrize("effect", HEADLINE_EFFECTS)
def test_ten_lots_have_ten_scores(series: pd.DataFrame, effect: str) -> None:
    flat = series.groupby("factor")[effect].nunique().loc[lambda n: n < 10]
    assert set(flat.index) <= NOTHING_KNOWN


@pytest.mark.parametrize("effect", HEADLINE_EFFECTS)
def test_scores_run_the_way_of_the_factors_role(series: pd.DataFrame, effect: str) -> None:
    roles = pd.read_csv(data_dir() / "knowledge" / "roles.csv").query("effect == @effect")
    sign = roles.set_index("factor")["role"].map({"promotes": 1.0, "inhibits": -1.0})
    sign = sign[~sign.index.duplicated(keep=False)]
    seen = 0
    for factor, lots in series.groupby("factor"):
        if factor not in sign.index:
            continue
        scores = sign[factor] * lots[effect].to_numpy()
        assert scores[-1] - scores[0] > 0.1, factor
        assert np.diff(scores).min() > -DIP, factor
        seen += 1
    assert seen >= 25


def test_one_factor_measured_in_ten_lots_of_one_study(tmp_path: Path) -> None:
    """VEGF alone tells how far nine lots moved endothelial cells (10.1186/s13287-017-0488-3, r2 = 0.78)."""
    path = tmp_path / "lots.csv"
    told = ",MSC,bone_marrow,conditioned_medium"
    path.write_text(
        "sample,cell_type,cell_source,product,VEGF [pg/mL]\n"
        + "".join(f"lot {i}{told},{float(a)!r}\n" for i, a in enumerate(SERIES))
    )
    scores = load_model().score(read_profiles(path)).query("effect == 'angiogenic'")["score"].to_numpy()
    assert np.all(np.diff(scores) > 0.02)
