"""What the model learned over many samples: signed mean and mean magnitude per term."""

from __future__ import annotations

import pandas as pd

from secretome_ml.explanation.contributions import BASE_TERM


def global_importance(terms: pd.DataFrame) -> pd.DataFrame:
    """Return, per effect and term, how it contributes over the samples.

    Parameters
    ----------
    terms : pandas.DataFrame
        As `explain_margin` gives it.

    Returns
    -------
    pandas.DataFrame
        `effect, term, kind, signed_sum, mean_magnitude, samples`; contributions of one term are first
        summed with their sign within a sample, then magnitudes are averaged; strongest first.
    """
    shown = terms[terms["term"] != BASE_TERM]
    count = shown.groupby("effect")["sample"].nunique()
    grouped = shown.assign(
        magnitude=shown["contribution"].abs(), active=shown["contribution"].abs() > 1e-9
    ).groupby(["effect", "term"], sort=False)
    table = grouped.agg(
        kind=("kind", "first"),
        signed_sum=("contribution", "sum"),
        mean_magnitude=("magnitude", "sum"),
        samples=("active", "sum"),
    ).reset_index()
    table["mean_magnitude"] /= table["effect"].map(count)
    return table.sort_values(
        ["effect", "mean_magnitude"], ascending=[True, False], kind="stable"
    ).reset_index(drop=True)
