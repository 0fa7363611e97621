"""Cohort against cohort: which terms speak differently for adipose than for bone marrow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.core.errors import UnknownName
from secretome_ml.explanation.term_map import TermMap
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.trust.resampling import study_draws
from secretome_ml.vocabulary.columns import context_columns

Array = NDArray[np.float64]

PRECONDITIONING = "preconditioning"
COHORT_BY = (*(c.name for c in context_columns() if c.domain), PRECONDITIONING)
DIFFERENCE_COLUMNS = (
    "effect", "term", "kind", "mean_a", "mean_b", "difference", "low", "high", "samples_a", "samples_b",
)  # fmt: skip

_UNTREATED = "none"


def cohort_of(profiles: Profiles, by: str) -> pd.Series:
    """Return, per sample, the cohort that it belongs to; missing where it is not stated.

    Parameters
    ----------
    profiles : Profiles
        The samples.
    by : str
        One of `COHORT_BY`. By preconditioning a sample belongs to its kind (`hypoxia`), to several as
        `cytokine + hypoxia`, and to `none` where no preconditioning is stated.

    Raises
    ------
    UnknownName
        If there is no such grouping.

    Examples
    --------
    >>> from secretome_ml import read_profiles
    >>> from secretome_ml.core.paths import data_dir
    >>> profiles = read_profiles(data_dir() / "examples" / "adipose_hypoxia.csv")
    >>> cohort_of(profiles, "preconditioning").tolist()
    ['none', 'hypoxia']
    """
    if by not in COHORT_BY:
        raise UnknownName(f"Samples cannot be grouped by '{by}'; use one of {', '.join(COHORT_BY)}.")
    if by != PRECONDITIONING:
        return profiles.context[by].astype("string")
    kinds = profiles.preconditioning.dropna(subset="kind")
    kinds = kinds[kinds["kind"] != _UNTREATED].groupby("sample")["kind"]
    named = kinds.agg(lambda values: " + ".join(sorted(set(values))))
    return named.reindex(profiles.samples).fillna(_UNTREATED).astype("string")


def largest_cohorts(cohort: pd.Series, most: int = 2) -> list[str]:
    """Return the cohorts of the most studies, the largest first."""
    study = pd.Series(study_of(cohort.index.astype(str)), index=cohort.index)
    counts = study.groupby(cohort).nunique().sort_values(ascending=False, kind="stable")
    return [str(name) for name in counts.index[:most]]


def require_cohorts(cohort: pd.Series, names: Iterable[str]) -> None:
    """Refuse names of which there is no sample.

    Raises
    ------
    UnknownName
        Naming the largest cohorts that there are.
    """
    present = {str(c) for c in cohort.dropna()}
    for name in names:
        if name not in present:
            known = ", ".join(largest_cohorts(cohort, 12))
            raise UnknownName(f"No sample is of the cohort '{name}'; the largest are {known}.")


def cohort_difference(
    maps: Mapping[str, TermMap],
    contributions: Mapping[str, Array],
    cohort: pd.Series,
    a: str,
    b: str,
    level: float = 0.9,
    draws: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Return, per effect and term, the mean contribution in two cohorts and their difference.

    Parameters
    ----------
    maps : mapping of str to TermMap
        The samples' terms.
    contributions : mapping of str to array, samples by terms
        Per effect, as `TermMap.contributions` gives them.
    cohort : pandas.Series
        Sample to cohort, as `cohort_of` gives it.
    a, b : str
        The cohorts; the difference is a minus b.
    level : float
        Level of the interval over resampled studies; a sample that is of no study stands by itself.
    draws, seed : int
        Bootstrap draws and their seed.

    Returns
    -------
    pandas.DataFrame
        Columns `DIFFERENCE_COLUMNS`; per effect the differences of all terms add up to that of the mean
        scores. Largest difference first.

    Raises
    ------
    UnknownName
        If one of the cohorts has no sample.
    """
    require_cohorts(cohort, (a, b))
    names = cohort.reindex(next(iter(maps.values())).samples).fillna("").to_numpy(dtype=str)
    studies = study_of(cohort.index.astype(str)).astype(str)
    _, member = np.unique(studies, return_inverse=True)
    taken = study_draws(int(member.max()) + 1, draws, seed)
    frames = []
    for effect, found in maps.items():
        values = contributions[effect]
        sides = [_means(values, names == name, member, taken) for name in (a, b)]
        apart = sides[0][1] - sides[1][1]
        tail = (1.0 - level) / 2.0
        low, high = np.nanquantile(apart, [tail, 1.0 - tail], axis=0)
        means = [side[0] for side in sides]
        table = pd.DataFrame(
            {
                "effect": effect,
                **found.named()[["term", "kind"]].to_dict("series"),
                "mean_a": means[0],
                "mean_b": means[1],
                "difference": means[0] - means[1],
                "low": low,
                "high": high,
                "samples_a": int((names == a).sum()),
                "samples_b": int((names == b).sum()),
            }
        )
        table = table[(table[["mean_a", "mean_b"]].abs() > 1e-9).any(axis=1)]
        size = table["difference"].abs().sort_values(ascending=False, kind="stable")
        frames.append(table.loc[size.index])
    return pd.concat(frames, ignore_index=True)[list(DIFFERENCE_COLUMNS)]


def _means(
    values: Array, inside: NDArray[np.bool_], member: NDArray[np.int64], taken: Array
) -> tuple[Array, Array]:
    """Return the mean over a cohort's samples, and under every draw of studies (NaN where it drew none)."""
    sums = np.zeros((taken.shape[1], values.shape[1]))
    np.add.at(sums, member[inside], values[inside])
    counts = taken @ np.bincount(member[inside], minlength=taken.shape[1])
    drawn = (taken @ sums) / np.where(counts > 0, counts, np.nan)[:, None]
    return values[inside].mean(axis=0), drawn
