"""Harder splits than folds: later years, one cell source, one preconditioning, one factor held out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from secretome_ml.errors import NotEnoughEvidence
from secretome_ml.evaluation.splits import Split
from secretome_ml.models.targets import study_of
from secretome_ml.profiles.profiles import Profiles


@dataclass(frozen=True)
class HeldOut:
    """A split with what it holds out."""

    what: str
    value: str
    split: Split


def later_years(samples: pd.Index, studies: pd.DataFrame, groups: pd.Series, share: float = 0.2) -> HeldOut:
    """Return the split that learns from earlier studies and is judged on the latest ones.

    Studies without a year are on neither side: they may be later than the rest.

    Parameters
    ----------
    samples : pandas.Index
        `<study>/<arm>` names.
    studies : pandas.DataFrame
        The studies table.
    groups : pandas.Series
        Study to group of studies that repeat each other.
    share : float
        Least share of the dated studies on the test side.
    """
    year = studies.set_index("study")["year"].astype("Float64").astype(float)
    year = year.reindex(pd.unique(study_of(samples)))
    dated = year.dropna()
    if dated.nunique() < 2:
        raise NotEnoughEvidence("Fewer than two years are stated; later years cannot be held out.")
    cut = float(np.quantile(dated, 1.0 - share, method="lower"))
    cut = cut if cut > dated.min() else float(dated[dated > dated.min()].min())
    split = _split(samples, set(dated.index[dated >= cut]), groups, allowed=set(dated.index))
    return HeldOut("later years", f"{cut:.0f} and later", split)


def one_source_out(profiles: Profiles, groups: pd.Series, min_studies: int = 15) -> list[HeldOut]:
    """Return one split per cell source that enough studies state; the test side states it in some arm."""
    stated = profiles.context["cell_source"].dropna()
    return _each(
        "cell source", profiles.samples, pd.Series(stated.to_numpy(), index=stated.index), groups, min_studies
    )


def one_preconditioning_out(profiles: Profiles, groups: pd.Series, min_studies: int = 15) -> list[HeldOut]:
    """Return one split per kind of preconditioning that enough studies state."""
    rows = profiles.preconditioning[~profiles.preconditioning["kind"].str.startswith("other:")]
    stated = pd.Series(rows["kind"].to_numpy(), index=rows["sample"])
    return _each("preconditioning", profiles.samples, stated, groups, min_studies)


def one_factor_out(profiles: Profiles, groups: pd.Series, min_studies: int = 15) -> list[HeldOut]:
    """Return one split per factor that enough studies measured."""
    rows = profiles.factors.dropna(subset="level")
    stated = pd.Series(rows["factor"].to_numpy(), index=rows["sample"])
    return _each("factor", profiles.samples, stated, groups, min_studies)


def _each(
    what: str, samples: pd.Index, stated: pd.Series, groups: pd.Series, min_studies: int
) -> list[HeldOut]:
    """Return a split for every value of `stated` (sample to value) that `min_studies` studies state."""
    pairs = pd.DataFrame(
        {"study": study_of(stated.index), "value": stated.to_numpy(dtype=object)}
    ).drop_duplicates()
    counts = pairs["value"].value_counts()
    every = set(study_of(samples))
    return [
        HeldOut(
            what, str(value), _split(samples, set(pairs.loc[pairs["value"] == value, "study"]), groups, every)
        )
        for value in sorted(counts.index[counts >= min_studies])
    ]


def _split(samples: pd.Index, tested: set[str], groups: pd.Series, allowed: set[str]) -> Split:
    """Return the tested studies against the allowed ones that share no group with them."""
    study = study_of(samples)
    barred = set(groups.reindex(list(tested)))
    test = np.array([s in tested for s in study])
    train = np.array([s in allowed and groups[s] not in barred for s in study])
    return Split(samples[train], samples[test])
