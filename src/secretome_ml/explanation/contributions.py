"""Contributions per encoded column, summed to the biological thing behind each."""

from __future__ import annotations

import pandas as pd

from secretome_ml.explanation.division import NOTHING_USUAL
from secretome_ml.explanation.naming import about_absence
from secretome_ml.explanation.term_map import BASE_TERM, TERM_COLUMNS, TermMap, term_map
from secretome_ml.features.columns import Features
from secretome_ml.features.knowledge import KnowledgeBlock
from secretome_ml.models.contract import EffectModel
from secretome_ml.profiles.profiles import Profiles

__all__ = [
    "BASE_TERM",
    "TERM_COLUMNS",
    "Typical",
    "drivers_text",
    "explain_margin",
    "term_maps",
    "typical_parts",
]

# Per effect, the mean amount of a (knowledge column, term) over the training arms.
Typical = dict[str, dict[tuple[str, str], float]]

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
    maps = term_maps(features, profiles, knowledge, typical, model.effects_)
    frames = [
        found.table(found.contributions(model.contributions(features, effect)), effect)
        for effect, found in maps.items()
    ]
    return pd.concat(frames, ignore_index=True)


def term_maps(
    features: Features,
    profiles: Profiles,
    knowledge: KnowledgeBlock | None,
    typical: Typical | None = None,
    effects: tuple[str, ...] = (),
) -> dict[str, TermMap]:
    """Return, per effect, how contributions of columns become contributions of terms.

    It depends on the samples alone: several models of the same columns are explained by one map.
    """
    found = {}
    for effect in effects or features.effects:
        parts = knowledge.parts(profiles, effect) if knowledge is not None else None
        found[effect] = term_map(features, effect, parts, (typical or {}).get(effect, NOTHING_USUAL))
    return found


def typical_parts(knowledge: KnowledgeBlock, profiles: Profiles) -> Typical:
    """Return, per effect, the mean amount of every (column, term) over the profiles, small ones left out."""
    found: Typical = {}
    for effect in knowledge.effects:
        parts = knowledge.parts(profiles, effect)
        mean = parts.groupby(["column", "term"])["amount"].sum() / len(profiles)
        found[effect] = {key: float(m) for key, m in mean.items() if abs(m) >= _LEAST_TYPICAL}
    return found


def drivers_text(terms: pd.DataFrame, most: int = 5, least: float = 0.005) -> str:
    """Return the strongest terms of one sample and effect, signed: `VEGFA +0.41; hypoxia +0.22`.

    What contributes because a sample does not have or does not state it is left out (`about_absence`): a
    name alone would be read as if it had. It stays in the table of contributions.

    Examples
    --------
    >>> drivers_text(pd.DataFrame({"term": ["VEGFA", "IL6"], "value": [2, 1], "contribution": [0.412, -0.1]}))
    'VEGFA +0.41; IL6 -0.10'
    """
    shown = terms[~about_absence(terms) & (terms["contribution"].abs() >= least)]
    shown = shown[shown["term"] != BASE_TERM]
    shown = shown.reindex(shown["contribution"].abs().sort_values(ascending=False, kind="stable").index).head(
        most
    )
    return "; ".join(f"{t} {c:+.2f}" for t, c in zip(shown["term"], shown["contribution"], strict=True))
