"""Percentiles among preparations of one's choice: of a cell source, a product, or those that were tested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.evidence import Evidence
from secretome_ml.model import Model
from secretome_ml.models.targets import targets_from_evidence
from secretome_ml.profiles import profiles_from_evidence
from secretome_ml.profiles.profiles import CONTEXT_COLUMNS
from secretome_ml.vocabulary.columns import context_columns

ALL, TESTED = "all", "tested"
# A percentile among fewer says little more than a rank.
FEWEST_ARMS = 20


@dataclass(frozen=True)
class PublishedArms:
    """The arms of the evidence, scored.

    Parameters
    ----------
    context : pandas.DataFrame
        Sample to what is stated of its cells and product.
    scores : pandas.DataFrame, samples by effects
        Scores of a model.
    tested : pandas.DataFrame, samples by effects
        Whether a study tested the effect of the arm.
    """

    context: pd.DataFrame = field(repr=False)
    scores: pd.DataFrame = field(repr=False)
    tested: pd.DataFrame = field(repr=False)

    @classmethod
    def of(cls, model: Model, evidence: Evidence) -> PublishedArms:
        """Score the arms of the studies that the model learned from."""
        known = {str(study["study"]) for study in model.studies}
        evidence = evidence.subset([s for s in evidence.studies["study"] if s in known])
        profiles = profiles_from_evidence(evidence)
        scores = model.score(profiles).pivot(index="sample", columns="effect", values="score")
        scores = scores.loc[profiles.samples, list(model.effects)]
        tested = targets_from_evidence(evidence, model.effects).outcomes.reindex(scores.index).notna()
        return cls(profiles.context, scores, tested[list(model.effects)])

    def among(self, choice: str, effect: str) -> pd.Series:
        """Return the scores of the arms of a choice, ordered.

        Parameters
        ----------
        choice : str
            `all`, `tested` (the effect was tested), or `<column>=<word>` such as `cell_source=adipose`.
        effect : str
            The effect.

        Raises
        ------
        InputRefused
            If there is no such choice.
        """
        own = self.scores[effect]
        column, _, word = choice.partition("=")
        if choice == ALL:
            return own.sort_values()
        if choice == TESTED:
            return own[self.tested[effect]].sort_values()
        if column not in CONTEXT_COLUMNS or not word:
            what = f"'{choice}' is no choice of preparations."
            remedy = f"Write {ALL}, {TESTED}, or a column and a word: cell_source=adipose, product=exosome."
            raise InputRefused([Problem("--among", None, None, what, remedy)])
        return own[self.context[column].eq(word).fillna(False).to_numpy(dtype=bool)].sort_values()


def with_reference(model: Model, evidence: Evidence, choice: str) -> Model:
    """Return a model whose percentiles are among the arms of a choice.

    Parameters
    ----------
    model : Model
        Any model; its scores and verdicts stay.
    evidence : Evidence
        The published arms.
    choice : str
        As for `PublishedArms.among`.

    Raises
    ------
    InputRefused
        If there is no such choice, or fewer than 20 arms of it for an effect.

    Examples
    --------
    >>> from secretome_ml import load_evidence, load_model
    >>> model = with_reference(load_model(), load_evidence(), "cell_source=adipose")
    >>> len(model.reference["angiogenic"]) > 100
    True
    """
    arms = PublishedArms.of(model, evidence)
    reference = {effect: arms.among(choice, effect).to_numpy(dtype=float) for effect in model.effects}
    few = {effect: len(scores) for effect, scores in reference.items() if len(scores) < FEWEST_ARMS}
    if few:
        told = ", ".join(f"{effect} {count}" for effect, count in few.items())
        what = f"Fewer than {FEWEST_ARMS} published arms are '{choice}' ({told})."
        raise InputRefused([Problem("--among", None, None, what, "Choose a commoner word, or all.")])
    return replace(model, reference=reference)


def percentiles_among(
    arms: PublishedArms, context: pd.Series, scores: Mapping[str, float]
) -> dict[str, dict[str, tuple[float, int]]]:
    """Return, for every choice that fits a preparation, its percentile and the number of arms, by effect.

    Parameters
    ----------
    arms : PublishedArms
        The published arms.
    context : pandas.Series
        What is stated of the preparation.
    scores : mapping of str to float
        Its scores by effect.

    Returns
    -------
    dict
        Choice to effect to (percentile, arms); effects with fewer than 20 arms of a choice are left out.
    """
    found: dict[str, dict[str, tuple[float, int]]] = {}
    for choice in choices_of(context):
        own = {effect: arms.among(choice, effect).to_numpy(dtype=float) for effect in scores}
        found[choice] = {
            effect: (percentile(values, scores[effect]), len(values))
            for effect, values in own.items()
            if len(values) >= FEWEST_ARMS
        }
    return {choice: told for choice, told in found.items() if told}


def percentile(reference: NDArray[np.float64], score: float) -> float:
    """Return the share of ordered scores that lie below one, ties half, in percent."""
    below = int(np.searchsorted(reference, score - 1e-6))
    upto = int(np.searchsorted(reference, score + 1e-6, side="right"))
    return 50.0 * (below + upto) / len(reference)


def choices_of(context: pd.Series) -> list[str]:
    """Return the choices that fit one preparation: all arms, those like it in one thing, those tested."""
    watched = [c.name for c in context_columns() if c.domain]
    return [ALL, *(f"{c}={context[c]}" for c in watched if isinstance(context[c], str)), TESTED]
