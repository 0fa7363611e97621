"""Two preparations side by side: which terms make the difference of their scores."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from secretome_ml.explanation.contributions import explain_margin
from secretome_ml.explanation.term_map import TermMap
from secretome_ml.features.columns import Features
from secretome_ml.models.contract import EffectModel
from secretome_ml.vocabulary.phrases import level_words

BOTH, STATED, ONE = "measured in both", "stated", "measured in one"
PARTS = (BOTH, STATED, ONE)
"""Where a term of a difference comes from: what both measured stands first, apart from what only one did."""

DIFFERENCE_COLUMNS = (
    "effect", "part", "term", "kind", "state_a", "state_b", "value_a", "value_b", "contribution_a",
    "contribution_b",
    "difference", "difference_low", "difference_high",
)  # fmt: skip

_SMALLEST = 1e-9


def term_differences(terms: pd.DataFrame, a: str, b: str) -> pd.DataFrame:
    """Return, per effect and term, what each of two samples gets from it, and b minus a.

    What both measured comes first, then what is stated of cells and product, then what only one measured: a
    factor that one side never looked for is no difference of the preparations.

    Per effect the differences add up to the difference of the two scores, as the contributions add up to
    each score. A term that a sample does not have gives it nothing; its value is then missing, never zero.

    Parameters
    ----------
    terms : pandas.DataFrame
        Contributions of both samples, as `Model.explain` gives them.
    a, b : str
        The two samples.

    Returns
    -------
    pandas.DataFrame
        `effect, part, term, kind, state_a, state_b, value_a, value_b, contribution_a, contribution_b,
        difference`; per effect and part the largest difference first. The state of a term that a sample has
        is `yes` where its name says it all.

    Examples
    --------
    >>> from secretome_ml import load_model, read_profiles
    >>> terms = load_model().explain(read_profiles("data/examples/adipose_hypoxia.csv"))
    >>> found = term_differences(terms, "asc_normoxia", "asc_hypoxia")
    >>> "hypoxia" in set(found.loc[found["effect"] == "angiogenic", "term"].head(3))
    True
    """
    keys = ["effect", "term"]
    sides = {s: terms[terms["sample"] == n].set_index(keys) for s, n in (("a", a), ("b", b))}
    order = list(dict.fromkeys([*sides["a"].index, *sides["b"].index]))
    table = pd.DataFrame(index=pd.MultiIndex.from_tuples(order, names=keys))
    kinds = [side["kind"].reindex(table.index) for side in sides.values()]
    table["kind"] = kinds[0].fillna(kinds[1])
    for side, rows in sides.items():
        told = rows["state"].replace("", "yes").reindex(table.index)
        table[f"state_{side}"] = told.where(table["kind"] != "factor", told.fillna(level_words(math.nan)))
        table[f"state_{side}"] = table[f"state_{side}"].fillna("not stated")
    for name in ("value", "contribution"):
        for side, rows in sides.items():
            table[f"{name}_{side}"] = rows[name].reindex(table.index).astype(float)
    given = table[["contribution_a", "contribution_b"]].fillna(0.0)
    table[["contribution_a", "contribution_b"]] = given
    table["difference"] = given["contribution_b"] - given["contribution_a"]
    table = table[(given.abs() > _SMALLEST).any(axis=1)].reset_index()
    place = pd.Categorical(table["effect"], categories=list(dict.fromkeys(terms["effect"])), ordered=True)
    given = table[["value_a", "value_b"]].notna().to_numpy()
    factor = table["kind"].eq("factor").to_numpy()
    table["part"] = np.select([factor & given.all(axis=1), factor & given.any(axis=1)], [BOTH, ONE], STATED)
    part = pd.Categorical(table["part"], categories=list(PARTS), ordered=True)
    sizes = table.assign(place=place, at=part, size=table["difference"].abs())
    sizes = sizes.sort_values(["place", "at", "size"], ascending=[True, True, False], kind="stable")
    return sizes.drop(columns=["place", "at", "size"]).reset_index(drop=True)


def refit_term_differences(
    refits: Sequence[EffectModel], features: Features, maps: Mapping[str, TermMap], pair: tuple[str, str]
) -> pd.DataFrame:
    """Return the difference of every term under every refit: rows (effect, term), one column per refit."""
    found = []
    for refit in refits:
        terms = explain_margin(refit, features, maps)
        found.append(term_differences(terms, *pair).set_index(["effect", "term"])["difference"])
    return pd.concat(found, axis=1, ignore_index=True).fillna(0.0) if found else pd.DataFrame()


def refit_score_differences(
    refits: Sequence[EffectModel], features: Features, pair: tuple[str, str]
) -> pd.DataFrame:
    """Return the score of b minus that of a under every refit: refits by effects."""
    a, b = pair
    rows = []
    for refit in refits:
        margin = refit.margin(features)
        rows.append(margin.loc[b] - margin.loc[a])
    return pd.DataFrame(rows).reset_index(drop=True)


def with_interval(value: pd.Series, over_refits: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return the low and high end of a number's interval over refits; missing where there are no refits.

    The interval is the spread of the refits about their median, laid about the number itself: a refit sees
    some studies twice and fits them harder, which moves all refits to one side.

    Parameters
    ----------
    value : pandas.Series
        The number by the model itself.
    over_refits : pandas.DataFrame
        The same number under each refit, one column per refit, indexed as `value`.
    level : float
        Level of the interval, e.g. 0.9.

    Examples
    --------
    >>> with_interval(pd.Series([1.0]), pd.DataFrame([[1.0, 2.0, 4.0]]), level=1.0).values.tolist()
    [[0.0, 3.0]]
    """
    if over_refits.empty:
        return pd.DataFrame({"low": np.nan, "high": np.nan}, index=value.index)
    tail = (1.0 - level) / 2.0
    own = over_refits.reindex(value.index).fillna(0.0).to_numpy(dtype=float)
    low, middle, high = np.quantile(own, [tail, 0.5, 1.0 - tail], axis=1)
    number = value.to_numpy(dtype=float)
    return pd.DataFrame({"low": number - (middle - low), "high": number + (high - middle)}, index=value.index)
