"""What is known of an effect, component by component: a network meta-analysis of the compared arms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from secretome_ml.core.errors import NotEnoughEvidence
from secretome_ml.evidence import Evidence
from secretome_ml.models.targets import targets_from_evidence
from secretome_ml.profiles.facts import interventions
from secretome_ml.profiles.from_evidence import profiles_from_evidence
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.trust.resampling import study_draws
from secretome_ml.vocabulary import donor_state
from secretome_ml.vocabulary.columns import names_where

Array = NDArray[np.float64]

LEAGUE_COLUMNS = (
    "component", "kind", "strength", "low", "high", "studies", "pairs",
    "direct_pairs", "direct_share", "indirect_share", "disagree",
)  # fmt: skip

_CONTEXT = tuple(name for name in names_where(is_term=True) if name != "species")
# One unit of precision on the logit scale: a component of one study stays near zero.
_PENALTY = 1.0
_FEWEST_PAIRS = 10
_TOLERANCE, _MOST_STEPS = 1e-8, 50
# Two-sided 90 %, as the intervals.
_DISAGREE = 1.645


@dataclass(frozen=True)
class Network:
    """Compared arms as differences of their components.

    Parameters
    ----------
    components : tuple of (str, str)
        Name and kind of every component.
    differences : array, pairs by components
        1 where the first arm has it and the second has not, -1 the other way round.
    wins : array, pairs
        1 where the first arm did more, 0 where less, 0.5 where they were equal.
    studies : array of str, pairs
        Study of each pair.
    """

    components: tuple[tuple[str, str], ...]
    differences: Array
    wins: Array
    studies: NDArray[np.object_]


def network(evidence: Evidence, effect: str) -> Network:
    """Return the compared arms of an effect whose stated components differ.

    Raises
    ------
    NotEnoughEvidence
        If fewer than 10 pairs tell components apart.
    """
    profiles = profiles_from_evidence(evidence)
    pairs = targets_from_evidence(evidence, (effect,)).comparisons
    own = components(profiles)
    named = sorted({c for sample in {*pairs["arm"], *pairs["than"]} for c in own[sample]})
    place = {component: i for i, component in enumerate(named)}
    differences = np.zeros((len(pairs), len(named)))
    for row, (arm, than) in enumerate(zip(pairs["arm"], pairs["than"], strict=True)):
        for component in own[arm] - own[than]:
            differences[row, place[component]] = 1.0
        for component in own[than] - own[arm]:
            differences[row, place[component]] = -1.0
    told = np.abs(differences).sum(axis=1) > 0
    if told.sum() < _FEWEST_PAIRS:
        raise NotEnoughEvidence(
            f"{effect}: {int(told.sum())} compared pairs of arms differ in what is stated of them; "
            f"{_FEWEST_PAIRS} are needed. `evidence stats` counts the comparisons of every effect."
        )
    used = np.abs(differences[told]).sum(axis=0) > 0
    wins = (pairs["direction"].to_numpy(dtype=float) + 1.0) / 2.0
    return Network(
        tuple(c for c, u in zip(named, used, strict=True) if u),
        differences[told][:, used],
        wins[told],
        pairs["study"].to_numpy(dtype=object)[told],
    )


def league(
    evidence: Evidence, effect: str, level: float = 0.9, draws: int = 200, seed: int = 0
) -> pd.DataFrame:
    """Rank the components of preparations by what comparisons within studies say of them.

    The odds that one arm does more than another are the sum of the strengths of the components that only
    the first has, less those that only the second has: the model of Bradley and Terry
    (doi:10.2307/2334029) on additive components (Welton et al., doi:10.1093/aje/kwp014), drawn to zero.
    Direct evidence are the pairs that differ in that component alone; the indirect share is what all other
    pairs predict for them, and both are compared by node splitting (Dias et al., doi:10.1002/sim.3767).

    Parameters
    ----------
    evidence : Evidence
        Published studies.
    effect : str
        An effect of the vocabulary.
    level : float
        Level of the intervals, over resampled studies.
    draws, seed : int
        Of the bootstrap.

    Returns
    -------
    pandas.DataFrame
        Columns `LEAGUE_COLUMNS`, strongest first; `strength` in logits, `direct_share` the share of direct
        pairs that it wins, equal counting half. `disagree` where direct and indirect log odds lie 1.645
        standard errors apart.

    Raises
    ------
    NotEnoughEvidence
        If fewer than 10 pairs tell components apart.

    Examples
    --------
    >>> from secretome_ml import load_evidence
    >>> table = league(load_evidence(), "angiogenic", draws=20)
    >>> bool(table.set_index("component").loc["hypoxia", "strength"].item() > 0)
    True
    """
    net = network(evidence, effect)
    names, code = np.unique(net.studies.astype(str), return_inverse=True)
    strength = fit_strengths(net.differences, net.wins, np.ones(len(net.wins)))
    taken = study_draws(len(names), draws, seed)
    spread = np.stack([fit_strengths(net.differences, net.wins, own[code]) for own in taken])
    low, high = np.quantile(spread, [(1 - level) / 2, (1 + level) / 2], axis=0)
    alone = np.abs(net.differences).sum(axis=1) == 1
    rows = []
    for i, (name, kind) in enumerate(net.components):
        states = net.differences[:, i] != 0
        known = name, kind, strength[i], low[i], high[i], len(set(code[states])), int(states.sum())
        rows.append((*known, *_direct(net, i, states & alone)))
    table = pd.DataFrame(rows, columns=list(LEAGUE_COLUMNS))
    return table.sort_values(["strength", "component"], ascending=[False, True], ignore_index=True)


def fit_strengths(differences: Array, wins: Array, weights: Array) -> Array:
    """Return the strengths that maximise the penalised likelihood, by Newton's method.

    Parameters
    ----------
    differences : array, pairs by components
    wins : array, pairs
        0 to 1.
    weights : array, pairs

    Examples
    --------
    One component that wins three times out of four:

    >>> fit_strengths(np.ones((400, 1)), np.repeat([1.0, 0.0], [300, 100]), np.ones(400)).round(1).tolist()
    [1.1]
    """
    strength = np.zeros(differences.shape[1])
    for _ in range(_MOST_STEPS):
        chance = expit(differences @ strength)
        slope = differences.T @ (weights * (wins - chance)) - _PENALTY * strength
        step = np.linalg.solve(_curvature(differences, weights, strength), slope)
        strength = strength + step
        if np.abs(step).max() < _TOLERANCE:
            break
    return strength


def components(profiles: Profiles) -> dict[str, frozenset[tuple[str, str]]]:
    """Return, per sample, what is stated of it as (component, kind).

    A silenced gene is another component than the over-expressed one; a sham is none.
    """
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for sample, component in _stated(profiles):
        found[sample].add(component)
    return {str(sample): frozenset(found[str(sample)]) for sample in profiles.samples}


def _stated(profiles: Profiles) -> Iterator[tuple[str, tuple[str, str]]]:
    for column in _CONTEXT:
        for sample, value in profiles.context[column].dropna().items():
            yield str(sample), (str(value), column)
    for sample, text in profiles.context["donor"].dropna().items():
        for state in donor_state(str(text)):
            yield str(sample), (state, "donor")
    for row in interventions(profiles).itertuples(index=False):
        if row.direction == 0:
            continue
        target = row.target if isinstance(row.target, str) else None
        if row.kind == "genetic_modification":
            name = f"{target or 'a gene'} {'over-expressed' if row.direction > 0 else 'silenced'}"
        else:
            name = f"{target or row.kind}{'' if row.direction > 0 else ' blocked'}"
        yield str(row.sample), (name, "preconditioning")
    for row in profiles.manipulations.itertuples(index=False):
        target = f"{row.target} " if isinstance(row.target, str) else ""
        yield str(row.sample), (f"{target}{row.kind}", "manipulation")


def _direct(net: Network, component: int, direct: NDArray[np.bool_]) -> tuple[int, float, float, bool]:
    """Return the direct pairs of a component, its share of wins, what the others predict, and the test."""
    if not direct.any():
        return 0, np.nan, np.nan, False
    turned = net.differences[direct, component] < 0
    wins = np.where(turned, 1.0 - net.wins[direct], net.wins[direct])
    rest = (~direct).astype(float)
    others = fit_strengths(net.differences, net.wins, rest)
    error = np.linalg.inv(_curvature(net.differences, rest, others))[component, component]
    won, lost = wins.sum() + 0.5, len(wins) - wins.sum() + 0.5
    apart = abs(np.log(won / lost) - others[component]) / np.sqrt(error + 1.0 / won + 1.0 / lost)
    return int(direct.sum()), float(wins.mean()), float(expit(others[component])), bool(apart > _DISAGREE)


def _curvature(differences: Array, weights: Array, strength: Array) -> Array:
    chance = expit(differences @ strength)
    spread: Array = (differences.T * (weights * chance * (1.0 - chance))) @ differences
    return spread + _PENALTY * np.eye(len(strength))
