"""How often held-out comparisons in which one thing was changed came out as predicted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from secretome_ml.explanation.ordering import hits_of
from secretome_ml.profiles import Profiles
from secretome_ml.profiles.facts import done_fact
from secretome_ml.trust.resampling import mean_over_studies
from secretome_ml.validation.pair_kinds import pair_kinds

AGREEMENT_COLUMNS = (
    "changed", "effect", "right", "low", "high", "rule", "rule_low", "rule_high",
    "over_rule", "over_rule_low", "over_rule_high", "pairs", "studies",
)  # fmt: skip
INSTEAD = "instead"
KINDS = {
    "agent": "an agent added",
    "gene": "a gene over-expressed or knocked down",
    INSTEAD: "one agent, dose or gene instead of another",
    "source": "cell source",
    "product": "product, culture, or what was done to it",
}


def held_out_kinds(held_out: pd.DataFrame, arms: Profiles) -> pd.DataFrame:
    """Return the held-out comparisons whose arms are known, with what differs between the two.

    Parameters
    ----------
    held_out : pandas.DataFrame
        As a model keeps it: `effect, arm, than, study, direction, gap`.
    arms : Profiles
        Arms of the evidence.

    Returns
    -------
    pandas.DataFrame
        `effect, study, gap, kind, hit, rule`: `kind` as `pair_kinds` tells it, with `instead` where one
        agent, dose or gene stands against another; `hit` is 1 where the better arm scored higher, `rule`
        where more was done to the cells of the better arm; one half at a tie.
    """
    pairs = held_out[held_out["arm"].isin(arms.samples) & held_out["than"].isin(arms.samples)]
    rule = hits_of(_more_done(pairs, arms))
    kinds = pair_kinds(arms, pairs)
    instead = kinds.isin(("agent", "gene")) & (rule == 0.5)
    hits = hits_of(pairs["gap"].to_numpy(dtype=float))
    own = pairs[["effect", "study", "gap"]]
    return own.assign(kind=kinds.mask(instead, INSTEAD), hit=hits, rule=rule)


def agreement_by_kind(held_out: pd.DataFrame, effects: Sequence[str], level: float) -> pd.DataFrame:
    """Return how often the better of two arms that differ in one thing scored higher, held out.

    Every comparison was scored by a model that had not seen its study; a tie counts one half. Beside it
    stands a rule that needs no model: what was done to the cells helps, a knocked-down gene harms.

    Parameters
    ----------
    held_out : pandas.DataFrame
        As `held_out_kinds` gives it.
    effects : sequence of str
        Effects to tell apart.
    level : float
        Level of the intervals over resampled studies.

    Returns
    -------
    pandas.DataFrame
        Columns `AGREEMENT_COLUMNS`: per kind of change over all effects, then per effect; `over_rule` is
        the share ordered rightly minus that of the rule.
    """
    table = held_out[held_out["kind"].isin(KINDS)]
    parts = [("any one of these", "all", table)]
    parts += [(words, "all", table[table["kind"] == kind]) for kind, words in KINDS.items()]
    parts += [
        (words, effect, table[(table["kind"] == kind) & (table["effect"] == effect)])
        for kind, words in KINDS.items()
        for effect in effects
    ]
    rows = []
    for words, effect, part in parts:
        over = part.assign(over=part["hit"] - part["rule"])
        found = [mean_over_studies(over[c], over["study"], level) for c in ("hit", "rule", "over")]
        told = [number for one in found for number in (one.value, one.low, one.high)]
        rows.append((words, effect, *told, found[0].n, found[0].studies))
    return pd.DataFrame(rows, columns=list(AGREEMENT_COLUMNS))


def _more_done(pairs: pd.DataFrame, arms: Profiles) -> np.ndarray:
    """Return how much more was done to the cells of the better arm; what was taken away counts against."""
    facts = [done_fact(row) for row in arms.preconditioning.to_dict("records")]
    done = arms.preconditioning[["sample"]].assign(fact=facts).dropna().drop_duplicates()
    taken = done["fact"].str.startswith("knock down ") | done["fact"].str.endswith(" blocked")
    number = (1.0 - 2.0 * taken).groupby(done["sample"]).sum()
    first, second = (pairs[c].map(number).fillna(0).to_numpy(dtype=float) for c in ("arm", "than"))
    more: np.ndarray = (first - second) * np.sign(pairs["direction"].to_numpy(dtype=float))
    return more
