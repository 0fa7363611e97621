"""Design: which changes of a preparation the model expects to help, and which studies speak for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
from threadpoolctl import threadpool_limits

from secretome_ml.core.errors import InputRefused, Problem, UnknownName
from secretome_ml.design.agreement import INSTEAD, agreement_by_kind, held_out_kinds
from secretome_ml.design.change import Change, Preparation, preparations_as_profiles
from secretome_ml.design.cocktail import cocktail
from secretome_ml.design.rank import BETTER, Ranking, rank_changes, wanted_changes
from secretome_ml.design.trials import TRIAL_COLUMNS, read_trials
from secretome_ml.evidence import Evidence
from secretome_ml.explanation.studies import studies_behind
from secretome_ml.model import Model
from secretome_ml.profiles import Profiles, profiles_from_evidence
from secretome_ml.trust.resampling import mean_over_studies
from secretome_ml.vocabulary import Terms

NOTHING = "Nothing here is better than noise: no change has an interval of its gain above zero."
# So many of the best changes are shown with the studies nearest to what they lead to.
_WITH_STUDIES = 10
_NEAREST = 4
# So many of the best changes may enter a cocktail.
_MIXED = 25


@dataclass(frozen=True)
class Designed:
    """Changes of one preparation.

    Parameters
    ----------
    start : pandas.DataFrame
        Scores of the start, as `Model.score` gives them, of the effects asked for.
    effects : tuple of str
        Effects to gain and to keep, the first to gain first.
    ranked, refused : pandas.DataFrame
        As in `secretome_ml.design.rank.Ranking`.
    cocktail : pandas.DataFrame
        Several changes together, as `secretome_ml.design.cocktail` gives them.
    trials : pandas.DataFrame
        Comparisons within a study that tried one of the changes, columns `TRIAL_COLUMNS`.
    nearest : pandas.DataFrame
        Nearest studies to what the best changes lead to: `change` and the columns of `studies_behind`.
    level : float
        Level of the intervals.
    notes : tuple of str
        What a reader of the numbers should know.
    """

    start: pd.DataFrame
    effects: tuple[str, ...]
    ranked: pd.DataFrame
    refused: pd.DataFrame
    cocktail: pd.DataFrame
    trials: pd.DataFrame
    nearest: pd.DataFrame
    level: float
    notes: tuple[str, ...] = ()


def design(
    model: Model,
    start: Profiles,
    evidence: Evidence,
    effects: Sequence[str],
    keep: Sequence[str] = (),
    most: int = 3,
    only: Sequence[str] = (),
    gene: bool = True,
) -> Designed:
    """Rank the changes of a preparation for one effect, or for several at once.

    Parameters
    ----------
    model : Model
        A trained model.
    start : Profiles
        The preparation to change, one sample.
    evidence : Evidence
        The studies whose changes are considered.
    effects, keep : sequence of str
        Effects to gain, and effects not to lose, by any name that resolves.
    most : int
        Changes to combine in a cocktail, at most.
    only : sequence of str
        What may be changed: `preconditioning`, `product`, `source`, `factor`; empty = everything.
    gene : bool
        Whether cells may be engineered.

    Raises
    ------
    InputRefused
        If the start lies outside the domain of the model.
    UnknownName
        If the model does not predict one of the effects.

    Examples
    --------
    >>> from secretome_ml import load_evidence, load_model
    >>> from secretome_ml.design.start import read_start
    >>> start = read_start("cell_source=adipose; product=conditioned_medium; preconditioning=none")
    >>> found = design(load_model(), start, load_evidence(), ["angiogenic"])
    >>> best = found.ranked[found.ranked["verdict"] == "better"]
    >>> bool((best["low"] > 0).all())
    True
    """
    # One thread for linear algebra and trees: small matrices gain nothing from more.
    with threadpool_limits(1):
        wanted = wanted_changes(only, gene)
        named = _effects(model, effects), _effects(model, keep)
        return _design(model, start, evidence, *named, most, wanted)


def _design(
    model: Model,
    start: Profiles,
    evidence: Evidence,
    effects: tuple[str, ...],
    keep: tuple[str, ...],
    most: int,
    looked_at: Callable[[Change], bool],
) -> Designed:
    wanted = tuple(dict.fromkeys([*effects, *keep]))
    scores = model.score(start)
    _require_inside(scores)
    arms = profiles_from_evidence(evidence)
    trials = read_trials(evidence, arms)
    held_out = held_out_kinds(model.held_out, arms)
    ranking = rank_changes(model, start, evidence, arms, trials, held_out, wanted, keep, looked_at)
    better = _better(ranking, wanted[0])
    mixed = cocktail(model, start, [ranking.changes[c] for c in better], trials, wanted, most)
    tried = [trials.of(c, e) for c in ranking.changes.values() for e in wanted]
    notes = [_order_note(held_out, model.intervals.level)]
    if not len(model.resampled):
        notes.append("The bundle holds no refits on resampled studies: no interval of a gain can be given.")
    elif not better:
        notes.append(NOTHING)
    return Designed(
        scores[scores["effect"].isin(wanted)].reset_index(drop=True),
        wanted,
        ranking.ranked,
        ranking.refused,
        mixed,
        _joined(tried),
        _nearest(ranking, start, evidence, arms, wanted),
        model.intervals.level,
        tuple(notes),
    )


def _effects(model: Model, named: Sequence[str]) -> tuple[str, ...]:
    terms, found = Terms(), []
    for name in named:
        effect = terms.resolve("effect", name) or name
        if effect not in model.effects:
            raise UnknownName(f"The model does not predict '{name[:60]}'; use {', '.join(model.effects)}.")
        found.append(effect)
    return tuple(dict.fromkeys(found))


def one_change_held_out(model: Model, evidence: Evidence) -> pd.DataFrame:
    """Return how often the better of two arms that differ in one thing scored higher, held out.

    See `secretome_ml.design.agreement.agreement_by_kind`.
    """
    held_out = held_out_kinds(model.held_out, profiles_from_evidence(evidence))
    return agreement_by_kind(held_out, model.effects, model.intervals.level)


def _order_note(held_out: pd.DataFrame, level: float) -> str:
    own = held_out[held_out["kind"] == INSTEAD]
    start = "That a change helps is better known than which of two helps more: of held-out comparisons of "
    start += "one agent, dose or gene with another"
    if own.empty:
        return f"{start} there is none."
    found = mean_over_studies(own["hit"], own["study"], level)
    share = f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})"
    return f"{start}, {share} of {found.n} were ordered rightly."


def _require_inside(scores: pd.DataFrame) -> None:
    first = scores.iloc[0]
    if not first["in_domain"]:
        what = f"The start lies outside the domain of the model: {first['domain_reason']}."
        remedy = "Start from a preparation like those of the studies, or state more about it."
        raise InputRefused([Problem("start", str(first["sample"]), None, what, remedy)])


def _better(ranking: Ranking, effect: str) -> list[str]:
    ranked = ranking.ranked
    hit = (ranked["effect"] == effect) & (ranked["verdict"] == BETTER)
    # Of variants in oxygen and time the best ranked is enough.
    return [str(c) for c in ranked[hit].drop_duplicates("what")["change"].head(_MIXED)]


def _nearest(
    ranking: Ranking, start: Profiles, evidence: Evidence, arms: Profiles, effects: tuple[str, ...]
) -> pd.DataFrame:
    best = [str(c) for c in ranking.ranked.drop_duplicates("what")["change"].head(_WITH_STUDIES)]
    if not best:
        return pd.DataFrame(columns=["change"])
    own = Preparation.of(start)
    changed = preparations_as_profiles([ranking.changes[c].apply(own) for c in best], best)
    found = studies_behind(changed, evidence, effects, _NEAREST, arms)
    return found.rename(columns={"sample": "change"})


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(TRIAL_COLUMNS))
