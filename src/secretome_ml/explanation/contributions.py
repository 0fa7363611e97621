"""Contributions per encoded column, summed to the biological thing behind each."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.explanation.stated import Stated, stated_terms
from secretome_ml.explanation.term_map import (
    BASE_TERM,
    NOTHING_USUAL,
    TERM_COLUMNS,
    UNSTATED_TERM,
    TermMap,
    term_map,
)
from secretome_ml.features.batch import Batch, Integers, batch_of
from secretome_ml.features.columns import Array, Features
from secretome_ml.features.encoder import Encoder
from secretome_ml.models.contract import EffectModel
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.vocabulary.phrases import phrase, state

__all__ = [
    "BASE_TERM",
    "TERM_COLUMNS",
    "UNSTATED_TERM",
    "Typical",
    "driver_texts",
    "effect_map",
    "explain_margin",
    "term_maps",
    "typical_parts",
]

# Per effect, the mean amount of a (knowledge column, factor or condition) over the training arms.
Typical = dict[str, dict[tuple[str, str], float]]

_LEAST_TYPICAL = 0.01


def explain_margin(model: EffectModel, features: Features, maps: Mapping[str, TermMap]) -> pd.DataFrame:
    """Return what drives each margin, one row per sample, effect and term.

    Contributions of columns with the same term are summed with their sign. Per sample and effect the
    contributions, the base value among them, add up to the margin to 1e-5.

    Returns
    -------
    pandas.DataFrame
        Columns `TERM_COLUMNS`; `value` is the level of a factor, 1 for what is stated, -1 for what is
        blocked.
    """
    frames = [
        found.table(found.contributions(model.contributions(features, effect)), effect)
        for effect, found in maps.items()
    ]
    return pd.concat(frames, ignore_index=True)


def term_maps(encoder: Encoder, batch: Batch, features: Features, typical: Typical) -> dict[str, TermMap]:
    """Return, per effect, how contributions of columns become contributions of terms.

    It depends on the samples alone: several models of the same columns are explained by one map.
    """
    stated = stated_terms(batch, features)
    return {e: effect_map(encoder, batch, features, typical, e, stated) for e in encoder.effects}


def effect_map(
    encoder: Encoder, batch: Batch, features: Features, typical: Typical, effect: str, stated: Stated
) -> TermMap:
    """Return the map of one effect."""
    knowledge = encoder.knowledge
    parts = knowledge.parts(batch, effect) if knowledge is not None else None
    return term_map(batch, features, effect, parts, typical.get(effect, NOTHING_USUAL), stated)


def typical_parts(encoder: Encoder, profiles: Profiles) -> Typical:
    """Return, per effect, the mean amount of every part of a sum over the profiles, small ones left out."""
    knowledge, batch, found = encoder.knowledge, batch_of(profiles), {}
    if knowledge is None:
        return {}
    for effect in encoder.effects:
        parts = knowledge.parts(batch, effect)
        sums: dict[tuple[str, str], float] = {}
        for part in parts.described:
            key = (part.column, part.key)
            sums[key] = sums.get(key, 0.0) + part.amount
        totals = parts.factors.amounts.sum(axis=1)
        sums |= {
            (knowledge.factors_column, f): float(t)
            for f, t in zip(parts.factors.factors, totals, strict=True)
        }
        mean = {key: float(total) / len(batch) for key, total in sums.items()}
        found[effect] = {key: m for key, m in sorted(mean.items()) if abs(m) >= _LEAST_TYPICAL}
    return found


def told_columns(stated: Stated, features: Features) -> Integers:
    """Return the columns of which anything that a sample states may have a share, whatever the effect."""
    # Each once: what comes after takes them for sorted and distinct.
    found: Integers = np.union1d(stated.columns, np.arange(len(features.common), len(features.columns)))
    return found


def driver_texts(
    found: TermMap, columns: Integers, given: Array, most: int = 5, least: float = 0.005
) -> NDArray[np.object_]:
    """Return, per sample, the strongest terms, signed: `VEGFA (elevated) +0.41; hypoxia +0.22`.

    What was not stated is no driver that anybody could look up; it stays in the table of contributions.

    Parameters
    ----------
    found : TermMap
        The terms of the samples.
    columns : array of int
        Columns, sorted and distinct, at least those of `told_columns`.
    given : array, columns by samples
        What each of them contributes.
    most : int
        Terms named, at most.
    least : float
        Smaller contributions are not named.
    """
    contributions, samples = found.told(columns, given), np.arange(len(found.samples))
    # Samples by terms: the strongest of a sample lie side by side.
    size = np.ascontiguousarray(np.abs(contributions).T)
    places, shares = [], []
    for _ in range(min(most, len(found.terms))):
        strongest = size.argmax(axis=1)
        there = size[samples, strongest] >= least
        if not there.any():
            break
        places.append(np.where(there, strongest, -1))
        shares.append(contributions[strongest, samples])
        size[samples, strongest] = 0.0
    if not places:
        return np.full(len(samples), "", dtype=object)
    pieces = _signed(found.stated, np.stack(places, axis=1), np.stack(shares, axis=1))
    return np.array(["; ".join(filter(None, row)) for row in pieces.tolist()], dtype=object)


def _signed(stated: Stated, place: Integers, contribution: Array) -> NDArray[np.object_]:
    """Return `VEGFA (elevated) +0.41`, each distinct text made once; None where no term is named."""
    cents = np.rint(contribution * 100.0)
    # Half a cent is rounded as text is: by the exact number.
    tied = np.abs(np.abs(contribution * 100.0 - cents) - 0.5) < 1e-9
    cents[tied] = [round(float(f"{value:.2f}") * 100.0) for value in contribution[tied].tolist()]
    least, row = int(cents.min()), np.arange(len(place))[:, None]
    span, width = int(cents.max()) - least + 1, int(stated.steps.max(initial=0)) + 1
    numbers = [f" {(least + i) / 100.0:+.2f}" for i in range(span)]
    named = place * width + stated.steps[row, place]
    code = np.where(place < 0, 0, named * span + (cents - least).astype(np.int64) + 1)
    met = np.zeros(len(stated.terms) * width * span + 1, dtype=bool)
    met[code] = True
    texts, words = np.full(len(met), None, dtype=object), dict[int, str]()
    values = np.empty(len(stated.terms) * width)
    values[named] = stated.values[row, place]
    for i in np.flatnonzero(met[1:]).tolist():
        name, number = divmod(i, span)
        if name not in words:
            term = name // width
            words[name] = phrase(stated.labels[term], state(stated.terms[term], float(values[name])))
        texts[i + 1] = words[name] + numbers[number]
    found: NDArray[np.object_] = texts[code]
    return found
