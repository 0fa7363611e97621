"""Several changes together: taken greedily, the joint gain predicted anew at every step, never summed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from secretome_ml.design.change import Change, Preparation
from secretome_ml.design.scoring import Scored, score_preparations
from secretome_ml.design.trials import Trials
from secretome_ml.explanation.compare import with_interval
from secretome_ml.model import Model
from secretome_ml.profiles import Profiles

COCKTAIL_COLUMNS = (
    "step", "change", "effect", "gain", "low", "high", "probability", "probability_gain",
    "probability_gain_low", "probability_gain_high", "helps", "step_gain", "step_low", "step_high",
    "together",
)  # fmt: skip


def cocktail(
    model: Model,
    start: Profiles,
    changes: Sequence[Change],
    trials: Trials,
    effects: Sequence[str],
    most: int = 3,
) -> pd.DataFrame:
    """Add one change after another, each time the one that gains most on the first effect.

    A change is added while it gains beyond its interval over what is there, the whole stays inside the
    domain, and no other effect becomes clearly worse than at the start.

    Parameters
    ----------
    model : Model
        A trained model.
    start : Profiles
        The preparation to change, one sample.
    changes : sequence of Change
        Changes to choose from.
    trials : Trials
        What the studies tried.
    effects : sequence of str
        The first is to be gained, the others are not to be lost.
    most : int
        Changes to combine, at most.

    Returns
    -------
    pandas.DataFrame
        One row per step and effect: joint gain over the start, gain of the step over the step before, and
        `together`, the number of studies with an arm that states all that was changed.
    """
    taken: list[Change] = []
    rows: list[dict[str, object]] = []
    before: tuple[pd.Series, pd.DataFrame] | None = None
    own = Preparation.of(start)
    while len(taken) < most:
        left = [c for c in changes if all(c.goes_with(t) for t in taken) and c not in taken]
        if not left:
            break
        base = _all(taken, own)
        scored = score_preparations(model, start, [c.apply(base) for c in left])
        found = _best(scored, effects, before, model.intervals.level)
        if found is None:
            break
        place, step = found
        taken.append(left[place])
        together = trials.together_in(frozenset().union(*(t.brings for t in taken)))
        for effect in effects:
            joint = scored.gains(effect).iloc[place]
            rows.append(
                {
                    "step": len(taken),
                    "change": left[place].label,
                    "effect": effect,
                    **joint.to_dict(),
                    **{f"step_{n}": step.at[effect, n] for n in ("gain", "low", "high")},
                    "together": len(together),
                }
            )
        gain = scored.margin.iloc[place + 1] - scored.margin.iloc[0]
        before = gain, pd.DataFrame(scored.refits[:, place], columns=scored.margin.columns)
    return pd.DataFrame(rows).reindex(columns=list(COCKTAIL_COLUMNS))


def _best(
    scored: Scored, effects: Sequence[str], before: tuple[pd.Series, pd.DataFrame] | None, level: float
) -> tuple[int, pd.DataFrame] | None:
    """Return the place of the change with the largest clear step, and its step per effect."""
    steps = {e: _steps(scored, e, before, level) for e in effects}
    first = steps[effects[0]]
    good = (scored.reasons[1:] == "") & (first["low"] > 0).to_numpy()
    for effect in effects[1:]:
        good &= ~(scored.gains(effect)["high"] < 0).to_numpy()
    if not good.any():
        return None
    place = int(np.where(good, first["gain"].to_numpy(dtype=float), -np.inf).argmax())
    return place, pd.DataFrame({e: s.iloc[place] for e, s in steps.items()}).T


def _steps(
    scored: Scored, effect: str, before: tuple[pd.Series, pd.DataFrame] | None, level: float
) -> pd.DataFrame:
    """Return gain, low and high of every preparation over the step before."""
    gain = scored.margin[effect].iloc[1:] - float(scored.margin[effect].iloc[0])
    over = scored.refits[:, :, scored.margin.columns.get_loc(effect)]
    if before is not None:
        gain = gain - float(before[0][effect])
        over = over - before[1][effect].to_numpy(dtype=float)[:, None]
    return with_interval(gain, pd.DataFrame(over.T, index=gain.index), level).assign(gain=gain)


def _all(changes: Sequence[Change], start: Preparation) -> Preparation:
    for change in changes:
        start = change.apply(start)
    return start
