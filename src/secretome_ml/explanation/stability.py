"""Do the reasons hold when other studies are drawn? Every term's contribution over refits of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.explanation.compare import with_interval
from secretome_ml.explanation.term_map import TERM_COLUMNS, TermMap
from secretome_ml.features.columns import Features
from secretome_ml.models.contract import EffectModel
from secretome_ml.profiles.from_evidence import study_of

Array = NDArray[np.float64]

# A sign that fewer than nine refits in ten share is not stable.
STABLE = 0.9
_TINY = 1e-9

SAMPLE_COLUMNS = (*TERM_COLUMNS, "low", "high", "same_sign", "stable")
TERM_STABILITY_COLUMNS = (
    "effect", "term", "kind", "adds", "low", "high", "same_sign", "stable", "samples", "studies",
)  # fmt: skip


def sample_stability(
    maps: Mapping[str, TermMap],
    features: Features,
    model: EffectModel,
    refits: Sequence[EffectModel],
    level: float = 0.9,
) -> pd.DataFrame:
    """Return the contributions of every sample with their spread over refits on resampled studies.

    Parameters
    ----------
    maps : mapping of str to TermMap
        As `term_maps` gives them, for the samples.
    features : Features
        The samples, encoded.
    model : EffectModel
        The model.
    refits : sequence of EffectModel
        The model refitted on resampled studies; may be empty.
    level : float
        Level of the interval.

    Returns
    -------
    pandas.DataFrame
        Columns `SAMPLE_COLUMNS`: contributions as `explain_margin` gives them, the ends of their interval,
        the share of refits in which a term has the same sign, and whether that share is 0.9 or more. Without
        refits these are missing, and nothing is called stable.
    """
    frames = []
    for effect, found in maps.items():
        own = found.contributions(model.contributions(features, effect))
        over = [found.contributions(refit.contributions(features, effect)) for refit in refits]
        table = found.table(own, effect)
        spread = pd.DataFrame({i: values[found.present] for i, values in enumerate(over)})
        frames.append(_with_spread(table, "contribution", spread, level))
    return pd.concat(frames, ignore_index=True)[list(SAMPLE_COLUMNS)]


def term_stability(
    maps: Mapping[str, TermMap],
    features: Features,
    model: EffectModel,
    refits: Sequence[EffectModel],
    level: float = 0.9,
) -> pd.DataFrame:
    """Return what having each thing adds to the score, with its spread over refits on resampled studies.

    `adds` is the mean contribution over the samples that state the term, turned round where a sample has
    less of it (a factor that is decreased or not detected, a gene that is silenced): what more of it adds.

    Parameters
    ----------
    maps, features, model, refits, level
        As for `sample_stability`.

    Returns
    -------
    pandas.DataFrame
        Columns `TERM_STABILITY_COLUMNS`; per effect the largest mean magnitude times share of samples first.
        `samples` and `studies` state the term.
    """
    frames = []
    for effect, found in maps.items():
        turned = _directions(found)
        count = np.abs(turned).sum(axis=0)
        stated = count > 0
        stated[[found.base, found.unstated]] = False

        def adds(contributions: Array, turned: Array = turned, count: Array = count) -> Array:
            total: Array = (turned * contributions).sum(axis=0) / np.maximum(count, 1.0)
            return total

        own = adds(found.contributions(model.contributions(features, effect)))
        over = [adds(found.contributions(refit.contributions(features, effect))) for refit in refits]
        table = pd.DataFrame(
            {
                "effect": effect,
                **found.named()[["term", "kind"]].to_dict("series"),
                "adds": own,
                "samples": count.astype(int),
                "studies": _studies(turned != 0, found.samples),
            }
        )
        spread = pd.DataFrame({i: values[stated] for i, values in enumerate(over)})
        table = _with_spread(table[stated].reset_index(drop=True), "adds", spread, level)
        weight = table["adds"].abs() * table["samples"]
        frames.append(table.loc[weight.sort_values(ascending=False, kind="stable").index])
    return pd.concat(frames, ignore_index=True)[list(TERM_STABILITY_COLUMNS)]


def sign_words(same_sign: float, refits: int) -> str:
    """Return how stable a sign is, as words.

    Examples
    --------
    >>> sign_words(1.0, 20), sign_words(0.7, 20), sign_words(float("nan"), 0)
    ('same sign in 20 of 20 refits', 'sign not stable: the same in 14 of 20 refits', 'stability not known')
    """
    if np.isnan(same_sign) or refits == 0:
        return "stability not known"
    told = f"{round(same_sign * refits)} of {refits} refits"
    return f"same sign in {told}" if same_sign >= STABLE else f"sign not stable: the same in {told}"


def _with_spread(table: pd.DataFrame, column: str, over: pd.DataFrame, level: float) -> pd.DataFrame:
    """Add the interval, the share of refits with the same sign, and whether it is stable."""
    value = table[column]
    if over.empty:
        return table.assign(low=np.nan, high=np.nan, same_sign=np.nan, stable=False)
    over.index = table.index
    ends = with_interval(value, over, level)
    same = (np.sign(over.to_numpy()) == np.sign(value.to_numpy())[:, None]).mean(axis=1)
    share = np.where(np.abs(value) > _TINY, same, np.nan)
    return table.assign(low=ends["low"], high=ends["high"], same_sign=share, stable=share >= STABLE)


def _directions(found: TermMap) -> Array:
    """Return samples by terms: 1 where a sample has it, -1 where it has less, 0 where it says nothing."""
    turned = np.where(found.values > 0, 1.0, -1.0)
    return np.where(found.present & ~np.isnan(found.values), turned, 0.0)


def _studies(stated: NDArray[np.bool_], samples: pd.Index) -> NDArray[np.int64]:
    """Return, per column, the number of studies of which a sample states it."""
    _, member = np.unique(study_of(samples.astype(str)).astype(str), return_inverse=True)
    any_of = np.zeros((member.max() + 1 if len(member) else 0, stated.shape[1]), dtype=bool)
    np.logical_or.at(any_of, member, stated)
    found: NDArray[np.int64] = any_of.sum(axis=0)
    return found
