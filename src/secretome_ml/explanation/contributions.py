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
from secretome_ml.features.batch import Batch, batch_of
from secretome_ml.features.columns import Array, Features
from secretome_ml.features.encoder import Encoder
from secretome_ml.models.contract import EffectModel
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.vocabulary.phrases import phrase

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


def driver_texts(
    found: TermMap, contributions: Array, most: int = 5, least: float = 0.005
) -> NDArray[np.object_]:
    """Return, per sample, the strongest terms, signed: `VEGFA (elevated) +0.41; hypoxia +0.22`.

    What was not stated is no driver that anybody could look up; it stays in the table of contributions.

    Parameters
    ----------
    found : TermMap
        The terms of the samples.
    contributions : array, samples by terms
        As `TermMap.contributions` gives them.
    most : int
        Terms named, at most.
    least : float
        Smaller contributions are not named.
    """
    size = np.abs(contributions).T
    size[size < least] = 0.0
    size[[found.base, found.unstated]] = 0.0
    named = np.flatnonzero(size.max(axis=1, initial=0.0) > 0.0)
    size, labels = size[named], found.named()["term"].to_numpy()
    samples, texts = np.arange(len(found.samples)), np.full(len(found.samples), "", dtype=object)
    for rank in range(min(most, len(named))):
        strongest = size.argmax(axis=0)
        rows = np.flatnonzero(size[strongest, samples] > 0.0)
        if not len(rows):
            break
        place = named[strongest[rows]]
        own = _signed(labels, found.states(rows, place), place, contributions[rows, place])
        texts[rows] = own if rank == 0 else texts[rows] + "; " + own
        size[strongest[rows], rows] = 0.0
    return texts


def _signed(
    labels: NDArray[np.object_], states: NDArray[np.object_], place: NDArray[np.intp], contribution: Array
) -> NDArray[np.object_]:
    """Return `VEGFA (elevated) +0.41`, each distinct text made once."""
    cents = np.rint(contribution * 100.0)
    # Half a cent is rounded as text is: by the exact number.
    tied = np.flatnonzero(np.abs(np.abs(contribution * 100.0 - cents) - 0.5) < 1e-9)
    cents[tied] = [round(float(f"{contribution[i]:.2f}") * 100.0) for i in tied]
    state, _ = pd.factorize(states)
    least, width = int(cents.min()), int(cents.max() - cents.min()) + 1
    keys = (place * (int(state.max()) + 1) + state) * width + (cents - least).astype(np.int64)
    _, first, code = np.unique(keys, return_index=True, return_inverse=True)
    texts = [f"{phrase(labels[place[i]], states[i])} {cents[i] / 100.0:+.2f}" for i in first.tolist()]
    return np.array(texts, dtype=object)[code]
