"""What differs between two groups of a file, factor by factor, beside what moves their scores apart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from secretome_ml.explanation.cohorts import COHORT_BY, cohort_of
from secretome_ml.profiles.profiles import Profiles

GROUP_COLUMNS = ("factor", "n_a", "n_b", "level_a", "level_b", "fold", "apart")
FEWEST = 3


def two_groups(profiles: Profiles) -> tuple[str, pd.Series, str, str] | None:
    """Return by what the samples of a file fall into groups, their groups, and the two largest; None if none.

    What was done to the cells comes first, then the columns of the context; each group has 3 samples or more.
    """
    for by in (COHORT_BY[-1], *COHORT_BY[:-1]):
        cohort = cohort_of(profiles, by)
        sizes = cohort.value_counts()
        large = [str(g) for g in sizes.index if sizes[g] >= FEWEST]
        if len(large) >= 2:
            return by, cohort, *sorted(large[:2])
    return None


def group_differences(profiles: Profiles, cohort: pd.Series, a: str, b: str) -> pd.DataFrame:
    """Return how each factor differs between two groups, the clearest first.

    Parameters
    ----------
    profiles : Profiles
        The samples.
    cohort : pandas.Series
        Sample to group.
    a, b : str
        The groups.

    Returns
    -------
    pandas.DataFrame
        Columns `GROUP_COLUMNS`: samples that measured the factor, mean levels, the ratio of the median
        amounts of a to b (missing without amounts), and the difference of the levels in standard deviations
        within the groups (Cohen, doi:10.4324/9780203771587). A factor that fewer than 3 samples of either
        group measured is left out.
    """
    rows = profiles.factors.dropna(subset=["factor", "level"])[["sample", "factor", "level", "value"]]
    rows = rows.assign(group=rows["sample"].map(cohort).astype(object), value=rows["value"].astype(float))
    rows = rows[rows["group"].isin([a, b])].astype({"level": float, "factor": object})
    grouped = rows.groupby(["factor", "group"])
    told = grouped.agg(
        n=("level", "size"), mean=("level", "mean"), var=("level", "var"), amount=("value", "median")
    )
    wide = told.unstack("group").dropna(subset=[("n", a), ("n", b)])
    wide = wide[(wide["n"] >= FEWEST).all(axis=1)]
    degrees = wide["n"] - 1
    within = np.sqrt((wide["var"].fillna(0.0) * degrees).sum(axis=1) / degrees.sum(axis=1))
    apart = (wide["mean"][a] - wide["mean"][b]) / within.where(within > 0)
    table = pd.DataFrame(
        {
            "n_a": wide["n"][a].astype(int),
            "n_b": wide["n"][b].astype(int),
            "level_a": wide["mean"][a],
            "level_b": wide["mean"][b],
            "fold": wide["amount"][a] / wide["amount"][b].where(wide["amount"][b] > 0),
            "apart": apart,
        }
    )
    # Clear is what few samples do not make by chance: the difference in standard errors.
    errors = np.sqrt(1.0 / table["n_a"] + 1.0 / table["n_b"])
    clear = table["apart"].abs() / errors
    order = clear.sort_values(ascending=False, kind="stable", na_position="last").index
    return table.loc[order].rename_axis("factor").reset_index()[list(GROUP_COLUMNS)]


def with_amounts(terms: pd.DataFrame, profiles: Profiles) -> pd.DataFrame:
    """Return contributions whose states tell the measured amount too: `elevated, 850 pg/mL`."""
    rows = profiles.factors.dropna(subset=["factor", "value"])
    rows = rows.drop_duplicates(["sample", "factor"])
    unit = rows["unit"].astype(object).fillna("intensity")
    amounts = {
        (s, f): f"{float(v):,.0f} {u}" if v >= 1000 else f"{float(v):.3g} {u}"
        for s, f, v, u in zip(rows["sample"], rows["factor"], rows["value"], unit, strict=True)
    }
    told = [
        ", ".join(filter(None, (state, amounts.get((s, t), "") if k == "factor" else "")))
        for s, t, k, state in zip(terms["sample"], terms["term"], terms["kind"], terms["state"], strict=True)
    ]
    return terms.assign(state=told)
