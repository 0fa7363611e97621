"""Adapt a model to a laboratory's own lots, and say whether it predicts them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import pandas as pd

from secretome_ml.adaptation.adjusted import Adaptation, lot_columns
from secretome_ml.adaptation.fit import FLAT, Array, fit
from secretome_ml.adaptation.judged import FACTOR, MEAN, Judged, judge
from secretome_ml.adaptation.lots import Lots
from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.features.batch import Batch, batch_of
from secretome_ml.model import Model, Scored
from secretome_ml.vocabulary.phrases import FACTOR as FACTOR_TERM

# A handful of weights, and each for a factor that most lots measured.
MOST_FACTORS, MOST_LOTS_MEASURED = 5, 0.75


@dataclass(frozen=True)
class Adapted:
    """A model adapted to lots, and how well it predicts them.

    Parameters
    ----------
    model : Model
        The parent with the adaptation in it.
    lots : Lots
        What it was adapted to.
    judged : Judged
        Each lot as the others predict it.
    notes : tuple of str
        What a reader of the numbers should know.
    """

    model: Model
    lots: Lots
    judged: Judged
    notes: tuple[str, ...] = ()

    @property
    def adaptation(self) -> Adaptation:
        """What the model learnt of the lots."""
        return cast("Adaptation", self.model.adapted)

    def answer(self) -> str:
        """Return in a sentence or two whether the model predicts these lots."""
        mean, factor = (self.judged.better(than) for than in (MEAN, FACTOR))
        told = {
            "yes": "The adapted model predicts these lots better than their mean does",
            "no": "The adapted model predicts these lots worse than their mean does",
            "not told apart": "It cannot be told that the adapted model predicts these lots better than "
            "their mean",
        }[mean]
        beside = {
            "yes": "better than the best single factor",
            "no": "worse than the best single factor",
            "not told apart": "not told apart from the best single factor",
        }[factor]
        return f"{told}; {beside}."


def adapt(
    model: Model, lots: Lots, effect: str, lower_is_better: bool = False, level: float = 0.9, seed: int = 0
) -> Adapted:
    """Tie the model's score for an effect to what a laboratory measured of its lots.

    Parameters
    ----------
    model : Model
        A trained model; it is the prior, and stays as it is.
    lots : Lots
        As `read_lots` gives them.
    effect : str
        The effect that the outcome is a measure of.
    lower_is_better : bool
        Whether a low outcome is what the effect is called, as proliferation of T cells for suppression.
    level : float
        Level of the intervals.
    seed : int
        Seed of the draws of lots.

    Raises
    ------
    InputRefused
        If the profiles of the lots do not differ in anything that the model sees.

    Examples
    --------
    >>> from secretome_ml import load_model
    >>> from secretome_ml.adaptation.lots import read_lots
    >>> from secretome_ml.core.paths import data_dir
    >>> lots = read_lots(data_dir() / "examples" / "simulated_lots.csv", outcome="migration")
    >>> found = adapt(load_model(), lots, "angiogenic")
    >>> found.judged.better("mean")
    'yes'
    """
    batch = batch_of(lots.profiles)
    scored = model.scored(batch)
    margin = scored.per_effect[model.effects.index(effect)]["score"]
    factors = _handful(scored, batch, effect)
    columns = lot_columns(margin, batch, factors, lower_is_better)
    singles = dict(_singles(lots, batch))
    if np.ptp(margin) <= FLAT and not factors:
        file = lots.profiles.origins[0].file if lots.profiles.origins else "lots"
        what = "Nothing that the model sees differs between the lots: no amount with a unit, no state."
        remedy = "Give amounts with their unit (pg/mL), states, or levels against a control."
        raise InputRefused([Problem(file, None, None, what, remedy)])
    groups = {n: g for n, g in (("donor", lots.donors), ("batch", lots.batches)) if g is not None}
    judged = judge(lots.names, columns, lots.outcome, lots.kind, singles, groups, level, seed)
    adaptation = Adaptation(
        parent=model.digest,
        effect=effect,
        outcome=lots.name,
        assay=lots.assay,
        lower_is_better=lower_is_better,
        level=level,
        factors=factors,
        fit=fit(columns, lots.outcome, lots.kind),
        lots=_plain(judged.predicted),
        compared=_plain(judged.compared),
    )
    adapted = replace(model, adapted=adaptation, card=f"{model.card.rstrip()}\n\n{adaptation.card()}")
    notes = _outside(lots, scored)
    return Adapted(replace(adapted, digest=adapted.to_bundle("").digest), lots, judged, notes)


def _outside(lots: Lots, scored: Scored) -> tuple[str, ...]:
    """Return which lots lie outside the domain of the model, and why; `score` expects nothing of such."""
    reasons = scored.shared["domain_reason"]
    told: dict[str, list[str]] = {}
    for name, reason in zip(lots.names, reasons, strict=True):
        if reason:
            told.setdefault(str(reason), []).append(name)
    return tuple(
        f"{len(names)} of {len(lots)} lots lie outside the domain of the model ({', '.join(names[:4])}"
        f"{', ...' if len(names) > 4 else ''}): {reason}"
        for reason, names in told.items()
    )


def _handful(scored: Scored, batch: Batch, effect: str) -> tuple[str, ...]:
    """Return the factors that get a weight: those by which the model itself tells the lots apart most.

    The outcome has no say in it, so that the choice is the same whichever lot is left out.
    """
    known = scored.maps[effect]
    names = [term.word if term.about == FACTOR_TERM else "" for term in known.terms]
    moves = dict(zip(names, scored.contributions[effect].std(axis=0), strict=True))
    measured = (~np.isnan(batch.levels)).mean(axis=1) >= MOST_LOTS_MEASURED
    with np.errstate(invalid="ignore"):
        varied = {f: float(np.nanstd(row)) for f, row in zip(batch.factors, batch.levels, strict=True)}
    open_ = [f for f, use in zip(batch.factors, measured, strict=True) if use and varied[f] > FLAT]
    moved = {f: -round(moves.get(f, 0.0), 6) for f in open_}
    return tuple(sorted(open_, key=lambda f: (moved[f], -varied[f], f))[:MOST_FACTORS])


def _singles(lots: Lots, batch: Batch) -> Iterator[tuple[str, Array]]:
    """Yield what a rule of one factor may choose from: levels, and logs of amounts that every lot has."""
    for factor, row in zip(batch.factors, batch.levels, strict=True):
        if not np.isnan(row).any() and np.ptp(row) > FLAT:
            yield factor, row
    rows = lots.profiles.factors.dropna(subset=["factor", "value"])
    for factor, own in rows.groupby("factor", sort=True):
        amounts = own.groupby("sample")["value"].first().reindex(lots.names).astype("float64")
        if amounts.notna().all() and (amounts > 0.0).all() and own["unit"].nunique(dropna=False) == 1:
            logs = np.log2(amounts.to_numpy(dtype=float))
            if np.ptp(logs) > FLAT:
                yield f"{factor} (log2 amount)", logs


def _plain(table: pd.DataFrame) -> list[dict[str, object]]:
    """Return rows as a bundle keeps them: ten digits, missing as null."""
    return [{str(k): _plain_value(v) for k, v in row.items()} for row in table.to_dict("records")]


def _plain_value(value: object) -> object:
    if isinstance(value, int | float):
        return float(f"{value:.10g}") if np.isfinite(value) else None
    return str(value)
