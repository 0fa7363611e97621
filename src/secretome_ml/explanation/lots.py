"""Many samples of one file together: how groups of them score, and what drifts from lot to lot."""

from __future__ import annotations

import numpy as np
import pandas as pd

from secretome_ml.explanation.cohorts import PRECONDITIONING, cohort_of
from secretome_ml.profiles.profiles import CONTEXT_COLUMNS, Profiles

GROUPED_COLUMNS = ("group", "n", "effect", "percentile", "low", "high")
DRIFT_COLUMNS = ("factor", "n", "rho", "p", "q", "first", "last", "unit")
# Fewer lots put every factor that moves at all in perfect order.
FEWEST_LOTS = 6
# The share of false ones among the drifts that are called so.
FALSE_SHARE = 0.1


def groupings(profiles: Profiles) -> list[str]:
    """Return by what the samples of a file can be grouped: whatever two or more values are stated of.

    Examples
    --------
    >>> from secretome_ml import read_profiles
    >>> from secretome_ml.core.paths import data_dir
    >>> groupings(read_profiles(data_dir() / "examples" / "adipose_hypoxia.csv"))
    ['preconditioning']
    """
    stated = [c for c in CONTEXT_COLUMNS if profiles.context[c].nunique() > 1]
    return [*([PRECONDITIONING] if grouped_by(profiles, PRECONDITIONING).nunique() > 1 else []), *stated]


def grouped_by(profiles: Profiles, by: str) -> pd.Series:
    """Return, per sample, its group; missing where it is not stated."""
    return cohort_of(profiles, by) if by == PRECONDITIONING else profiles.context[by].astype("string")


def group_scores(scores: pd.DataFrame, group: pd.Series, level: float = 0.9) -> pd.DataFrame:
    """Return the mean percentile of every group and effect, with the interval of that mean.

    Parameters
    ----------
    scores : pandas.DataFrame
        As `Model.score` gives them.
    group : pandas.Series
        Sample to group; samples without one are left out.
    level : float
        Of the interval: Student's, missing for fewer than three samples.

    Returns
    -------
    pandas.DataFrame
        Columns `GROUPED_COLUMNS`, in the order in which the groups come.
    """
    from scipy.stats import t

    own = scores.assign(group=scores["sample"].map(group).astype(object)).dropna(subset=["group"])
    told = (
        own.groupby(["group", "effect"], sort=False)["percentile"].agg(["mean", "std", "size"]).reset_index()
    )
    size = told["size"].to_numpy(dtype=float)
    half = t.ppf(0.5 + level / 2, np.maximum(size - 1.0, 1.0)) * told["std"].to_numpy() / np.sqrt(size)
    half = np.where(size >= 3, half, np.nan)
    mean = told["mean"].to_numpy(dtype=float)
    table = told.assign(
        n=told["size"], percentile=mean, low=np.maximum(mean - half, 0.0), high=np.minimum(mean + half, 100.0)
    )
    return table[list(GROUPED_COLUMNS)]


def drifting(profiles: Profiles) -> pd.DataFrame:
    """Return which factors rise or fall from lot to lot, in the order of the file; the clearest first.

    Spearman's rank correlation of the amount (of the level, where no amount is given) with the place in the
    file, for factors that at least six lots measured. q is p after Benjamini and Hochberg
    (doi:10.1111/j.2517-6161.1995.tb02031.x), because many factors are looked at.

    Parameters
    ----------
    profiles : Profiles
        The lots, in the order in which they were made.

    Returns
    -------
    pandas.DataFrame
        Columns `DRIFT_COLUMNS`: `first` and `last` are the amounts of the first and the last lot that
        measured it, or its levels.
    """
    from scipy.stats import false_discovery_control, spearmanr

    order = {sample: i for i, sample in enumerate(profiles.samples)}
    rows = profiles.factors.dropna(subset=["factor", "level"])
    rows = rows.assign(place=rows["sample"].map(order)).sort_values("place", kind="stable")
    found = []
    for factor, own in rows.groupby("factor", sort=True, observed=True):
        own = own.drop_duplicates("sample")
        measured = bool(own["value"].notna().all()) and own["unit"].nunique(dropna=False) == 1
        shown = own["value" if measured else "level"].astype(float)
        if len(own) < FEWEST_LOTS or shown.nunique() < 2:
            continue
        rho, p = spearmanr(own["place"], shown)
        unit = own["unit"].iloc[0] if measured else "level"
        unit = unit if isinstance(unit, str) else ""
        found.append((str(factor), len(own), float(rho), float(p), shown.iloc[0], shown.iloc[-1], unit))
    table = pd.DataFrame(found, columns=["factor", "n", "rho", "p", "first", "last", "unit"])
    table["q"] = false_discovery_control(table["p"]) if len(table) else []
    return table.sort_values(["p", "factor"], kind="stable")[list(DRIFT_COLUMNS)].reset_index(drop=True)


def against_lot(scores: pd.DataFrame, effect: str, reference: str) -> pd.DataFrame:
    """Return the lots in their order, with how far each scores from a reference lot.

    Parameters
    ----------
    scores : pandas.DataFrame
        As `Model.score` gives them.
    effect, reference : str
        Which effect, and the lot that the others are held against.

    Returns
    -------
    pandas.DataFrame
        Columns `sample, percentile, verdict, in_domain, difference` (log odds).
    """
    own = scores[scores["effect"] == effect]
    base = float(own.loc[own["sample"] == reference, "score"].iloc[0])
    found = own.assign(difference=own["score"] - base)
    return found[["sample", "percentile", "verdict", "in_domain", "difference"]].reset_index(drop=True)


def strongest_factors(terms: pd.DataFrame, effect: str, most: int) -> list[tuple[str, float]]:
    """Return the factors that move one effect of the samples most: mean size of the contribution."""
    own = terms[(terms["effect"] == effect) & (terms["kind"] == "factor")]
    size = own["contribution"].abs().groupby(own["term"].astype(object)).sum() / own["sample"].nunique()
    ordered = size.sort_values(ascending=False, kind="stable").head(most)
    return [(str(term), float(value)) for term, value in ordered.items() if value > 0]
