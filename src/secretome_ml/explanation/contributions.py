"""Contributions per encoded column, summed to the biological thing behind each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from secretome_ml.features.columns import Features
from secretome_ml.features.knowledge import KnowledgeBlock
from secretome_ml.models.contract import EffectModel
from secretome_ml.profiles.profiles import Profiles

# Per effect, the mean amount of a (knowledge column, term) over the training arms.
Typical = dict[str, dict[tuple[str, str], float]]

TERM_COLUMNS = ("sample", "effect", "term", "kind", "value", "contribution")
BASE_TERM = "base value"

# A sum of opposing parts may be near zero; its parts are never blown up by more than about three.
_LEAST_NET_SHARE = 0.3
_LEAST_TYPICAL = 0.01


def explain_margin(
    model: EffectModel,
    features: Features,
    profiles: Profiles,
    knowledge: KnowledgeBlock | None,
    typical: Typical | None = None,
) -> pd.DataFrame:
    """Return what drives each margin, one row per sample, effect and term.

    Contributions of columns with the same parent are summed with their sign. The contribution of a
    signed sum of known roles is divided among the factors and conditions in it, in proportion to how far
    each lies from its average over the training arms (`typical`, as `typical_parts` gives it); what
    cannot be divided stays with the sum. Per sample and effect the contributions, the base
    value among them, add up to the margin to 1e-5.

    Returns
    -------
    pandas.DataFrame
        Columns `TERM_COLUMNS`; `value` is the encoded value where one column stands behind a term.
    """
    frames = []
    for effect in model.effects_:
        found = model.contributions(features, effect)
        values = features.for_effect(effect).to_numpy(dtype=float)
        long = _by_column(found, values, features, effect)
        if knowledge is not None:
            usual = (typical or {}).get(effect, {})
            long = _divide_known(long, knowledge.parts(profiles, effect), usual)
        frames.append(_by_term(long, features.samples).assign(effect=effect))
    return pd.concat(frames, ignore_index=True)[list(TERM_COLUMNS)]


def typical_parts(knowledge: KnowledgeBlock, profiles: Profiles) -> Typical:
    """Return, per effect, the mean amount of every (column, term) over the profiles, small ones left out."""
    found: Typical = {}
    for effect in knowledge.effects:
        parts = knowledge.parts(profiles, effect)
        mean = parts.groupby(["column", "term"])["amount"].sum() / len(profiles)
        found[effect] = {key: float(m) for key, m in mean.items() if abs(m) >= _LEAST_TYPICAL}
    return found


def _by_column(found: np.ndarray, values: np.ndarray, features: Features, effect: str) -> pd.DataFrame:
    columns = features.columns
    count = len(features.samples)
    names = [c.name for c in columns]
    return pd.DataFrame(
        {
            "sample": np.repeat(features.samples.to_numpy(), len(columns) + 1),
            "column": [*names, BASE_TERM] * count,
            "term": [*(c.parent for c in columns), BASE_TERM] * count,
            "kind": [*(c.kind for c in columns), "context"] * count,
            "value": np.column_stack([values, np.full(count, np.nan)]).ravel(),
            "contribution": found.ravel(),
        }
    )


def _divide_known(
    long: pd.DataFrame, parts: pd.DataFrame, usual: Mapping[tuple[str, str], float] = MappingProxyType({})
) -> pd.DataFrame:
    """Move each knowledge column's contribution to the parts of its sum, by how far each is from usual."""
    whole = long.set_index(["sample", "column"])["contribution"]
    parts = parts[parts["amount"] != 0]
    parts = parts.groupby(["sample", "column", "term"], as_index=False, sort=False).agg(
        kind=("kind", "first"), value=("value", "first"), amount=("amount", "sum")
    )
    own = [usual.get(key, 0.0) for key in zip(parts["column"], parts["term"], strict=True)]
    away = parts["amount"] - np.array(own)
    keys = [parts["sample"], parts["column"]]
    # What is usual and not there moves the sum too; it has no part to be given to.
    total = pd.Series(dict(usual), dtype=float).groupby(level=0).sum() if usual else pd.Series(dtype=float)
    expected = parts["column"].map(total).fillna(0.0)
    missing = pd.Series(own, index=parts.index, dtype=float).groupby(keys).transform("sum") - expected
    net = away.groupby(keys).transform("sum") + missing
    gross = away.abs().groupby(keys).transform("sum") + missing.abs()
    divisor = np.sign(net) * np.maximum(net.abs(), _LEAST_NET_SHARE * gross)
    share = (away / divisor.where(divisor != 0)).fillna(0.0)
    given = share.to_numpy() * whole.reindex(pd.MultiIndex.from_frame(parts[["sample", "column"]])).to_numpy()
    moved = parts.assign(contribution=given, value=pd.to_numeric(parts["value"], errors="coerce"))
    taken = moved.groupby(["sample", "column"])["contribution"].sum()
    index = pd.MultiIndex.from_frame(long[["sample", "column"]])
    rest = long["contribution"].to_numpy() - np.nan_to_num(taken.reindex(index).to_numpy(dtype=float))
    # Where nothing with a known role is stated, that itself is what contributes.
    nothing = (long["kind"] == "knowledge").to_numpy() & ~index.isin(taken.index)
    terms = np.where(nothing, "no " + long["term"], long["term"])
    return pd.concat(
        [long.assign(contribution=rest, term=terms), moved[list(long.columns)]], ignore_index=True
    )


def _by_term(long: pd.DataFrame, samples: pd.Index) -> pd.DataFrame:
    """Sum the contributions of one term with their sign; samples keep their order."""
    grouped = long.groupby(["sample", "term"], sort=False)
    terms = grouped.agg(
        kind=("kind", "first"), value=("value", "first"), contribution=("contribution", "sum")
    )
    place = pd.Series(np.arange(len(samples)), index=samples)
    return terms.reset_index().sort_values("sample", key=lambda names: names.map(place), kind="stable")


def drivers_text(terms: pd.DataFrame, most: int = 5, least: float = 0.005) -> str:
    """Return the strongest terms of one sample and effect, signed: `VEGFA +0.41; hypoxia +0.22`.

    Examples
    --------
    >>> drivers_text(pd.DataFrame({"term": ["VEGFA", "IL6"], "value": [2, 1], "contribution": [0.412, -0.1]}))
    'VEGFA +0.41; IL6 -0.10'
    """
    shown = terms[(terms["term"] != BASE_TERM) & (terms["contribution"].abs() >= least)]
    shown = shown.reindex(shown["contribution"].abs().sort_values(ascending=False, kind="stable").index).head(
        most
    )
    return "; ".join(f"{t} {c:+.2f}" for t, c in zip(shown["term"], shown["contribution"], strict=True))
