"""Compare two preparations: their scores, the difference with its interval, and what makes it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.explanation.compare import (
    DIFFERENCE_COLUMNS,
    PARTS,
    refit_score_differences,
    refit_term_differences,
    term_differences,
    with_interval,
)
from secretome_ml.explanation.ordering import ordered_rightly
from secretome_ml.model import Model
from secretome_ml.profiles import Profiles, join_profiles

_SCORED = ("score", "probability", "probability_low", "probability_high", "in_domain", "domain_reason")
NO_REFITS = "The bundle holds no refits on resampled studies: no interval of a difference can be given."


@dataclass(frozen=True)
class Compared:
    """Two preparations side by side; every difference is b minus a.

    Parameters
    ----------
    a, b : str
        Their names.
    scores : pandas.DataFrame
        One row per effect: score, probability with its interval and domain of each (`_a`, `_b`);
        `difference` of the scores with `difference_low`, `difference_high` and `same_sign`, the share of
        refits on resampled studies in which it has the same sign; `right`, `right_low`, `right_high`,
        `right_pairs`, `right_studies`: how often held-out comparisons with a predicted difference of this
        size were ordered rightly; `from_both`, `from_stated`, `from_one`: what factors that both measured,
        what is stated, and factors that only one measured make of the difference.
    terms : pandas.DataFrame
        Columns `DIFFERENCE_COLUMNS`; per effect the differences add up to that of the scores. What both
        measured stands first, apart from what only one did.
    level : float
        Level of the intervals.
    notes : tuple of str
        What a reader of the numbers should know.
    """

    a: str
    b: str
    scores: pd.DataFrame
    terms: pd.DataFrame
    level: float
    notes: tuple[str, ...] = ()


def compare(model: Model, first: Profiles, second: Profiles) -> Compared:
    """Compare two samples, each given as profiles of one sample.

    Parameters
    ----------
    model : Model
        A trained model.
    first, second : Profiles
        One sample each, as `choose_pair` gives them.

    Examples
    --------
    >>> from secretome_ml import load_model, read_profiles
    >>> profiles = read_profiles("data/examples/adipose_hypoxia.csv")
    >>> found = compare(load_model(), *choose_pair(profiles, None))
    >>> bool(found.scores.set_index("effect").at["angiogenic", "difference"] > 0)
    True
    """
    # One thread for linear algebra and trees: two rows gain nothing from more.
    with threadpool_limits(1):
        return _compare(model, join_profiles([first, second]))


def _compare(model: Model, profiles: Profiles) -> Compared:
    pair = (str(profiles.samples[0]), str(profiles.samples[1]))
    scores, terms = model.score_and_explain(profiles)
    (features, maps), level = model.encoded(profiles), model.intervals.level
    table = _side_by_side(scores, pair)
    moved = refit_score_differences(model.resampled, features, pair)
    own = with_interval(table.set_index("effect")["difference"], moved.T, level)
    table = table.assign(difference_low=own["low"].to_numpy(), difference_high=own["high"].to_numpy())
    same = [_same_sign(moved, row["effect"], row["difference"]) for row in table.to_dict("records")]
    table = pd.concat([table.assign(same_sign=same), _ordering(model, table, level)], axis=1)
    found = term_differences(terms, *pair)
    spread = refit_term_differences(model.resampled, features, maps, pair)
    bounds = with_interval(found.set_index(["effect", "term"])["difference"], spread, level)
    found = found.assign(difference_low=bounds["low"].to_numpy(), difference_high=bounds["high"].to_numpy())
    table = table.merge(_by_part(found), on="effect", how="left")
    notes = () if len(model.resampled) else (NO_REFITS,)
    return Compared(*pair, table, found[list(DIFFERENCE_COLUMNS)], level, (*notes, *_outside(table, pair)))


def _by_part(terms: pd.DataFrame) -> pd.DataFrame:
    """Return, per effect, what each part of its terms adds to the difference."""
    sums = terms.pivot_table(index="effect", columns="part", values="difference", aggfunc="sum")
    sums = (
        sums.reindex(columns=list(PARTS))
        .fillna(0.0)
        .set_axis(["from_both", "from_stated", "from_one"], axis=1)
    )
    return sums.reset_index()


def choose_pair(
    first: Profiles, second: Profiles | None, sample_a: str | None = None, sample_b: str | None = None
) -> tuple[Profiles, Profiles]:
    """Return the two samples to compare, each as profiles of its own.

    Parameters
    ----------
    first : Profiles
        Holds a; both, where there is no second.
    second : Profiles, optional
        Holds b.
    sample_a, sample_b : str, optional
        Needed where a file has more samples than are wanted.

    Raises
    ------
    InputRefused
        If a named sample is not there, or it is not clear which samples are meant.
    """
    if second is None:
        if sample_a is None and sample_b is None and len(first) == 2:
            sample_a, sample_b = (str(s) for s in first.samples)
        if sample_a is None or sample_b is None or sample_a == sample_b:
            what = f"One file was given; it holds {len(first)} samples, and two different ones are compared."
            raise InputRefused([_problem("A", what, first)])
        return _one(first, sample_a, "--sample-a"), _one(first, sample_b, "--sample-b")
    a, b = _one(first, sample_a, "--sample-a"), _one(second, sample_b, "--sample-b")
    if a.samples[0] == b.samples[0]:
        return _renamed(a, f"{a.samples[0]} (A)"), _renamed(b, f"{b.samples[0]} (B)")
    return a, b


def _one(profiles: Profiles, sample: str | None, option: str) -> Profiles:
    if sample is None and len(profiles) == 1:
        sample = str(profiles.samples[0])
    if sample is None:
        raise InputRefused([_problem(option, f"The file holds {len(profiles)} samples.", profiles)])
    if sample not in profiles.samples:
        raise InputRefused([_problem(option, f"There is no sample '{sample[:60]}'.", profiles)])
    return profiles.take([sample])


def _problem(where: str, what: str, profiles: Profiles) -> Problem:
    listed = ", ".join(str(s) for s in profiles.samples[:6]) + (", ..." if len(profiles) > 6 else "")
    return Problem(where, None, None, what, f"Name one with --sample-a and --sample-b: {listed}.")


def _renamed(profiles: Profiles, name: str) -> Profiles:
    """Return the profiles of one sample under another name."""
    frames = {
        part: getattr(profiles, part).assign(sample=name).astype({"sample": "string"})
        for part in ("preconditioning", "manipulations", "factors", "unknown")
    }
    return replace(profiles, context=profiles.context.set_axis(pd.Index([name], name="sample")), **frames)


def _side_by_side(scores: pd.DataFrame, pair: tuple[str, str]) -> pd.DataFrame:
    sides = [scores[scores["sample"] == name].set_index("effect")[list(_SCORED)] for name in pair]
    table = pd.concat([sides[0].add_suffix("_a"), sides[1].add_suffix("_b")], axis=1)
    return table.assign(difference=table["score_b"] - table["score_a"]).reset_index()


def _same_sign(moved: pd.DataFrame, effect: str, difference: float) -> float:
    if moved.empty:
        return float("nan")
    return float((np.sign(moved[effect].to_numpy(dtype=float)) == np.sign(difference)).mean())


def _ordering(model: Model, table: pd.DataFrame, level: float) -> pd.DataFrame:
    rows = []
    for row in table.to_dict("records"):
        own = model.held_out[model.held_out["effect"] == row["effect"]]
        found = ordered_rightly(own, float(row["difference"]), level=level)
        rows.append((found.value, found.low, found.high, found.n, found.studies))
    names = ["right", "right_low", "right_high", "right_pairs", "right_studies"]
    return pd.DataFrame(rows, columns=names, index=table.index)


def _outside(table: pd.DataFrame, pair: tuple[str, str]) -> list[str]:
    first = table.iloc[0]
    return [
        f"{name} lies outside the domain of the model: {first[f'domain_reason_{side}']}."
        for side, name in zip("ab", pair, strict=True)
        if not first[f"in_domain_{side}"]
    ]
