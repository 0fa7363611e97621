"""How far predictions were off, kind of preparation by kind of preparation, where enough were tested."""

from __future__ import annotations

import pandas as pd

from secretome_ml.models.targets import Targets
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.profiles.profiles import Profiles

FEWEST_ARMS = 10
UNSTATED = "not stated"
CELL = ("cell_source", "product", "preconditioning")


def cells_of(profiles: Profiles) -> pd.DataFrame:
    """Return, per preparation, its cell: source, product, and what was done to the cells beforehand.

    Several kinds of preconditioning are one, joined by `+`; none stated is `not stated`.
    """
    context = profiles.context[["cell_source", "product"]].astype("object")
    done = profiles.preconditioning[["sample", "kind"]].drop_duplicates().sort_values("kind")
    kinds = done.groupby("sample")["kind"].agg("+".join).reindex(profiles.samples)
    return context.assign(preconditioning=kinds).fillna(UNSTATED)[list(CELL)]


def judged_outcomes(probability: pd.DataFrame, targets: Targets) -> pd.DataFrame:
    """Return every tested outcome beside its probability: `effect, sample, label, probability`."""
    tables = []
    for effect in targets.effects:
        label = targets.binary(effect)
        chance = probability.loc[label.index, effect].to_numpy(dtype=float)
        sample = label.index.astype(str)
        tables.append(
            pd.DataFrame(
                {"effect": effect, "sample": sample, "label": label.to_numpy(), "probability": chance}
            )
        )
    return pd.concat(tables, ignore_index=True)


def error_by_cell(outcomes: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Return how far out-of-fold probabilities lay from what was seen, one row per cell.

    Parameters
    ----------
    outcomes : pandas.DataFrame
        One row per tested outcome: `sample` (`<study>/<arm>`), `label` (0 or 1), `probability`.
    cells : pandas.DataFrame
        Samples by the columns that name a cell, as of `cells_of`.

    Returns
    -------
    pandas.DataFrame
        The columns of `cells`, then `arms`, `outcomes`, `studies`, `observed` (share beneficial),
        `predicted` (mean probability) and `brier` (mean squared error); most arms first. In a cell of
        fewer than `FEWEST_ARMS` arms the last three are NaN: too few to say.

    Examples
    --------
    >>> names = [f"s{i}/a" for i in range(11)]
    >>> cells = pd.DataFrame({"product": ["ev"] * 10 + ["cells"]}, index=names)
    >>> seen = pd.DataFrame({"sample": names, "label": [1.0] * 5 + [0.0] * 6, "probability": [0.5] * 11})
    >>> error_by_cell(seen, cells)[["product", "arms", "brier"]].to_dict("records")
    [{'product': 'ev', 'arms': 10, 'brier': 0.25}, {'product': 'cells', 'arms': 1, 'brier': nan}]
    """
    keys = list(cells)
    rows = outcomes.join(cells, on="sample")
    rows["study"] = study_of(pd.Index(rows["sample"]))
    rows["squared"] = (rows["label"] - rows["probability"]) ** 2
    table = rows.groupby(keys, sort=True).agg(
        arms=("sample", "nunique"),
        outcomes=("label", "size"),
        studies=("study", "nunique"),
        observed=("label", "mean"),
        predicted=("probability", "mean"),
        brier=("squared", "mean"),
    )
    judged = ["observed", "predicted", "brier"]
    table[judged] = table[judged].where(table["arms"] >= FEWEST_ARMS)
    return table.reset_index().sort_values(
        ["arms", *keys], ascending=[False, *[True] * len(keys)], ignore_index=True
    )
