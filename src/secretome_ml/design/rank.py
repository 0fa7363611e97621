"""Rank the changes of a preparation by predicted gain; refuse those that the evidence does not carry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from secretome_ml.core.errors import UnknownName
from secretome_ml.design.candidates import candidate_changes
from secretome_ml.design.change import Change, Preparation
from secretome_ml.design.pareto import front_numbers, front_share
from secretome_ml.design.scoring import score_preparations
from secretome_ml.design.trials import Trials
from secretome_ml.evidence import Evidence
from secretome_ml.explanation.ordering import ordered_rightly
from secretome_ml.model import Model
from secretome_ml.profiles import Profiles

# As many studies must have done a thing and tested it on the effect; the domain asks for as many.
LEAST_STUDIES = 2
BETTER, WORSE, NOISE, UNKNOWN = "better", "worse", "not told from noise", "no interval"
RANKED_COLUMNS = (
    "rank", "change", "slot", "what", "effect", "gain", "low", "high", "probability", "probability_gain",
    "probability_gain_low", "probability_gain_high", "helps", "verdict", "front", "front_share", "studies",
    "of_variant", "percentile_gain", "feasible",
    "tested", "tried_better", "tried_equal", "tried_worse", "right", "right_low", "right_high",
    "right_pairs", "reported",
)  # fmt: skip
THIS_WEEK, OTHER_CELLS, ENGINEERING = "with the same cells", "with other cells", "by engineering the cells"
SLOTS = {
    "preconditioning": ("preconditioning",),
    "product": ("product", "culture"),
    "source": ("cell source",),
    "factor": ("factor",),
}
REFUSED_COLUMNS = ("change", "slot", "reason")


@dataclass(frozen=True)
class Ranking:
    """Changes of a preparation.

    Parameters
    ----------
    changes : dict of str to Change
        The ranked changes by their label.
    ranked : pandas.DataFrame
        One row per change and effect, `RANKED_COLUMNS`, the best change first.
    refused : pandas.DataFrame
        Changes that are not ranked, with the reason.
    """

    changes: dict[str, Change]
    ranked: pd.DataFrame
    refused: pd.DataFrame


def rank_changes(
    model: Model,
    start: Profiles,
    evidence: Evidence,
    arms: Profiles,
    trials: Trials,
    held_out: pd.DataFrame,
    effects: Sequence[str],
    keep: Sequence[str] = (),
    wanted: Callable[[Change], bool] = lambda _: True,
) -> Ranking:
    """Rank every change that the evidence carries by what the model predicts for it.

    Changes that clearly lose an effect to keep come last. Several effects are sorted into fronts; within a
    front, and for one effect, changes that are clearly better on the first effect come first, then the
    higher gain.

    Parameters
    ----------
    model : Model
        A trained model.
    start : Profiles
        The preparation to change, one sample inside the domain.
    evidence, arms, trials
        The studies, their arms as profiles, and what they tried.
    held_out : pandas.DataFrame
        Held-out comparisons with what differs, as `held_out_kinds` gives them.
    effects : sequence of str
        All effects to look at; the first decides within a front.
    keep : sequence of str
        Those among them that are not to be lost.
    wanted : function
        Says of a change whether it is looked at, as `wanted_changes` gives it.
    """
    own = Preparation.of(start)
    carried, refused = [], []
    for change in filter(wanted, candidate_changes(own, evidence, arms)):
        reason = _not_carried(change, trials, effects)
        if reason:
            refused.append((change.label, change.slot, reason))
        else:
            carried.append(change)
    scored = score_preparations(model, start, [c.apply(own) for c in carried])
    reasons = scored.reasons[1:].tolist()
    inside = scored.reasons[1:] == ""
    refused += [
        (c.label, c.slot, f"outside the domain: {why}")
        for c, fits, why in zip(carried, inside, reasons, strict=True)
        if not fits
    ]
    kept = [c for c, fits in zip(carried, inside, strict=True) if fits]
    frames = []
    for effect in effects:
        gains = scored.gains(effect)[inside].reset_index(drop=True)
        rows = _rows(kept, gains, effect, trials, held_out, model.intervals.level)
        frames.append(rows.assign(percentile_gain=_percentile_gains(model, start, effect, rows["gain"])))
    places = [list(model.effects).index(e) for e in effects]
    draws = scored.refits[:, inside][:, :, places]
    loses = np.any([f["verdict"] == WORSE for f, e in zip(frames, effects, strict=True) if e in keep], axis=0)
    ranked = _ordered(frames, draws, np.broadcast_to(loses, len(kept)))
    return Ranking({c.label: c for c in kept}, ranked, pd.DataFrame(refused, columns=list(REFUSED_COLUMNS)))


def feasible(change: Change) -> str:
    """Return what a change asks for: work of a week with the same cells, other cells, or engineering."""
    if change.slot == "cell source":
        return OTHER_CELLS
    gene = any(row["kind"] == "genetic_modification" for row in change.add)
    return ENGINEERING if gene else THIS_WEEK


def wanted_changes(only: Sequence[str] = (), gene: bool = True) -> Callable[[Change], bool]:
    """Return a function that says whether a change is looked at.

    Parameters
    ----------
    only : sequence of str
        What may be changed, of `SLOTS`; empty = everything.
    gene : bool
        Whether cells may be engineered.

    Raises
    ------
    UnknownName
        If one of the names is none of `SLOTS`.
    """
    for name in only:
        if name not in SLOTS:
            raise UnknownName(f"'{name[:40]}' cannot be changed alone; use {', '.join(SLOTS)}.")
    slots = {slot for name in only or SLOTS for slot in SLOTS[name]}
    return lambda change: change.slot in slots and (gene or feasible(change) != ENGINEERING)


def best_variants(ranked: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return the best changes; of variants that differ in oxygen and time alone, the best ranked one."""
    kept = ranked.drop_duplicates("what")["change"].head(most)
    return ranked[ranked["change"].isin(kept)]


def verdict(low: float, high: float) -> str:
    """Return whether a gain is told from noise.

    Examples
    --------
    >>> verdict(0.1, 0.5), verdict(-0.2, 0.3)
    ('better', 'not told from noise')
    """
    if np.isnan(low):
        return UNKNOWN
    return BETTER if low > 0 else WORSE if high < 0 else NOISE


def _not_carried(change: Change, trials: Trials, effects: Sequence[str]) -> str:
    """Return why the evidence does not carry a change; empty where it does."""
    if len(change.studies) < LEAST_STUDIES:
        return f"{len(change.studies)} of the studies did it; {LEAST_STUDIES} are needed"
    for effect in effects:
        number = len(trials.tested_in(change, effect))
        if number < LEAST_STUDIES:
            told = effect.replace("_", "-")
            return f"{number} studies that did it tested the {told} effect; {LEAST_STUDIES} are needed"
    return ""


def _rows(
    changes: Sequence[Change],
    gains: pd.DataFrame,
    effect: str,
    trials: Trials,
    held_out: pd.DataFrame,
    level: float,
) -> pd.DataFrame:
    rows = []
    for change, gain in zip(changes, gains["gain"], strict=True):
        directions = trials.of(change, effect)["direction"].value_counts()
        found = ordered_rightly(held_out[held_out["kind"] == _pair_kind(change)], float(gain), level=level)
        rows.append(
            {
                "change": change.label,
                "slot": change.slot,
                "what": change.what,
                "effect": effect,
                "studies": len(change.studies),
                "of_variant": change.of_this_variant(),
                "feasible": feasible(change),
                "tested": len(trials.tested_in(change, effect)),
                **{f"tried_{n}": int(directions.get(d, 0)) for n, d in _TRIED.items()},
                "right": found.value,
                "right_low": found.low,
                "right_high": found.high,
                "right_pairs": found.n,
                "reported": "; ".join(dict.fromkeys(c.words() for c in change.reported)),
            }
        )
    names = [c for c in RANKED_COLUMNS if c not in gains.columns]
    table = pd.concat([pd.DataFrame(rows).reindex(columns=names), gains], axis=1)
    return table.assign(verdict=[verdict(a, b) for a, b in zip(gains["low"], gains["high"], strict=True)])


def _percentile_gains(model: Model, start: Profiles, effect: str, gain: pd.Series) -> np.ndarray:
    """Return by how many percentiles among the published arms a gain of the score moves the start."""
    scores = model.score(start).set_index("effect")["score"]
    places = model.percentiles(effect, np.array([scores[effect], *(scores[effect] + gain)]))
    return np.asarray(places[1:] - places[0])


_TRIED = {"better": "higher", "equal": "equal", "worse": "lower"}


def _ordered(frames: list[pd.DataFrame], draws: np.ndarray, loses: np.ndarray) -> pd.DataFrame:
    gains = np.column_stack([f["gain"].to_numpy(dtype=float) for f in frames])
    several = len(frames) > 1
    fronts = front_numbers(gains) if several and len(gains) else np.ones(len(gains), dtype=np.int64)
    shares = front_share(draws) if several else np.full(len(gains), np.nan)
    first = frames[0]
    order = pd.DataFrame(
        {
            "loses": loses,
            "front": fronts,
            "clear": (first["verdict"] != BETTER) & (first["verdict"] != UNKNOWN),
            "gain": -first["gain"],
            "change": first["change"],
        }
    ).sort_values(["loses", "front", "clear", "gain", "change"], kind="stable")
    ranks = pd.Series(np.arange(1, len(order) + 1), index=order.index)
    whole = pd.concat([f.assign(rank=ranks, front=fronts, front_share=shares) for f in frames])
    return whole.sort_values("rank", kind="stable")[list(RANKED_COLUMNS)].reset_index(drop=True)


def _pair_kind(change: Change) -> str:
    """Return the kind of held-out comparison that a change is judged by."""
    if change.slot == "preconditioning":
        gene = any(row["kind"] == "genetic_modification" for row in change.add)
        return "gene" if gene else "agent"
    return "source" if change.slot == "cell source" else "product"
