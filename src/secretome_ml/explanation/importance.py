"""What the model learned over many samples: signed mean and mean magnitude per term."""

from __future__ import annotations

import pandas as pd

from secretome_ml.explanation.term_map import BASE_TERM

IMPORTANCE_COLUMNS = ("effect", "term", "kind", "mean", "low", "high", "mean_magnitude", "samples")
GROUPED_COLUMNS = ("sample", "effect", "group", "family", "contribution")


def global_importance(terms: pd.DataFrame) -> pd.DataFrame:
    """Return, per effect and term, how it contributes over the samples.

    Parameters
    ----------
    terms : pandas.DataFrame
        As `explain_margin` gives it.

    Returns
    -------
    pandas.DataFrame
        `effect, term, kind, mean, low, high, mean_magnitude, samples`: the mean contribution over the
        samples that state the term with its 10th and 90th percentile, and the mean magnitude over all
        samples; contributions of one term are first
        summed with their sign within a sample, then magnitudes are averaged; strongest first.
    """
    shown = terms[terms["term"] != BASE_TERM]
    count = shown.groupby("effect")["sample"].nunique()
    grouped = shown.assign(magnitude=shown["contribution"].abs()).groupby(["effect", "term"], sort=False)
    table = grouped.agg(
        kind=("kind", "first"),
        mean=("contribution", "mean"),
        mean_magnitude=("magnitude", "sum"),
        samples=("magnitude", "size"),
    )
    ends = grouped["contribution"].quantile([0.1, 0.9]).unstack()
    table = table.assign(low=ends[0.1], high=ends[0.9]).reset_index()[list(IMPORTANCE_COLUMNS)]
    table["mean_magnitude"] /= table["effect"].map(count)
    return table.sort_values(
        ["effect", "mean_magnitude"], ascending=[True, False], kind="stable"
    ).reset_index(drop=True)


def by_family(terms: pd.DataFrame) -> pd.DataFrame:
    """Return contributions summed, with their sign, to families; per sample and effect they still add up.

    Parameters
    ----------
    terms : pandas.DataFrame
        As `explain_margin` gives it; the base value is left out.

    Returns
    -------
    pandas.DataFrame
        Columns `GROUPED_COLUMNS`.
    """
    own = terms[terms["term"] != BASE_TERM]
    grouped = own.groupby(["sample", "effect", "group", "family"], sort=False, observed=True)
    return grouped["contribution"].sum().reset_index()[list(GROUPED_COLUMNS)]


def family_importance(terms: pd.DataFrame, level: str = "group") -> pd.DataFrame:
    """Return, per effect and family or group, how it contributes over the samples.

    Contributions are first summed with their sign within a sample, so that members which oppose each
    other cancel; then magnitudes are averaged.

    Parameters
    ----------
    terms : pandas.DataFrame
        As `explain_margin` gives it.
    level : str
        `family` or `group`.

    Returns
    -------
    pandas.DataFrame
        `effect, <level>, mean, low, high, mean_magnitude, samples`; strongest first.
    """
    summed = by_family(terms).groupby(["sample", "effect", level], sort=False)["contribution"].sum()
    named = summed.reset_index().rename(columns={level: "term"}).assign(kind=level)
    return global_importance(named).drop(columns="kind").rename(columns={"term": level})
