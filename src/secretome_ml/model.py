"""A trained model: profiles in, scores and their drivers out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.adaptation.adjusted import ADAPTED_COLUMNS, Adaptation
from secretome_ml.audit import (
    named_errors,
    probe,
    require,
    require_estimator,
    require_numbers,
    require_same_numbers,
)
from secretome_ml.bundle import Bundle, make_bundle, read_bundle
from secretome_ml.core.numbers import to_numbers
from secretome_ml.core.paths import models_dir
from secretome_ml.explanation.contributions import Typical, driver_texts, effect_map, term_maps, told_columns
from secretome_ml.explanation.stated import stated_terms
from secretome_ml.explanation.term_map import TermMap
from secretome_ml.features.batch import Batch, batch_of, batches_of
from secretome_ml.features.columns import Array, Features
from secretome_ml.features.encoder import Encoder
from secretome_ml.models import MODELS, EffectModel, ModelState
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.recipe import Recipe, recipe_from_dict
from secretome_ml.trust.calibration import Calibrator
from secretome_ml.trust.domain import Domain
from secretome_ml.trust.intervals import Intervals
from secretome_ml.trust.refits import refits_from_state
from secretome_ml.trust.verdict import verdicts

RELEASED = "default"
ADAPTED = "adapted.json"
SCORE_COLUMNS = (
    "sample",
    "effect",
    "score",
    "probability",
    "probability_low",
    "probability_high",
    "verdict",
    "percentile",
    "in_domain",
    "domain_reason",
    "factors_used",
    "factors_unknown",
    "reading",
    "drivers",
)


# Every decided comparison of the training studies, as models that had not seen the study scored it:
# `gap` is how much higher the arm that the study found better scored, logit scale; below 0 = wrong order.
HELD_OUT_COLUMNS = ("effect", "arm", "than", "study", "direction", "gap")


@dataclass(frozen=True)
class Scored:
    """A scored batch, column by column.

    Parameters
    ----------
    effects : tuple of str
        The effects.
    shared : dict of str to array
        Columns of the score table that every effect of a sample shares.
    per_effect : tuple of dict of str to array
        The other columns, effect by effect.
    maps : dict of str to TermMap
        The terms of the samples.
    contributions : dict of str to array, samples by terms
        What each term contributes.
    """

    effects: tuple[str, ...]
    shared: dict[str, NDArray[Any]]
    per_effect: tuple[dict[str, NDArray[Any]], ...]
    maps: dict[str, TermMap]
    contributions: dict[str, Array]

    def __len__(self) -> int:
        return len(self.shared["sample"])

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the columns `SCORE_COLUMNS`, those of an adapted model behind; effects under one another."""
        number, count = len(self.effects), len(self)
        found = {"effect": np.tile(np.array(self.effects, dtype=object), count)}
        found |= {name: np.repeat(values, number) for name, values in self.shared.items()}
        for name in self.per_effect[0]:
            found[name] = np.stack([own[name] for own in self.per_effect], axis=1).ravel()
        return {name: found[name] for name in (*SCORE_COLUMNS, *ADAPTED_COLUMNS) if name in found}

    def scores(self) -> pd.DataFrame:
        """Return one row per sample and effect, columns `SCORE_COLUMNS`."""
        return pd.DataFrame(self.columns())

    def terms(self) -> pd.DataFrame:
        """Return one row per sample, effect and term, columns `TERM_COLUMNS`."""
        tables = [self.maps[effect].table(self.contributions[effect], effect) for effect in self.effects]
        return pd.concat(tables, ignore_index=True)


@dataclass(frozen=True)
class Model:
    """A trained model with everything that its predictions need.

    Examples
    --------
    >>> from secretome_ml import load_model, read_profiles
    >>> model = load_model()
    >>> model.effects[:3]
    ('angiogenic', 'anti_inflammatory', 'anti_fibrotic')
    """

    recipe: Recipe
    encoder: Encoder
    estimator: EffectModel
    calibrator: Calibrator
    intervals: Intervals
    domain: Domain
    usual: dict[str, float]
    reference: dict[str, np.ndarray]
    typical: Typical
    studies: list[dict[str, Any]]
    metrics: list[dict[str, Any]]
    card: str
    evidence_digest: str
    refits: ModelState
    held_out: pd.DataFrame
    digest: str = ""
    adapted: Adaptation | None = None

    @property
    def effects(self) -> tuple[str, ...]:
        """Effects that the model predicts."""
        return tuple(self.estimator.effects_)

    @property
    def grades_among(self) -> bool:
        """Whether amounts may also be graded among the samples of their file; a laboratory's lots may not."""
        return self.adapted is None

    @property
    def important_factors(self) -> tuple[str, ...]:
        """Factors that enough studies measured for the model to hold a column for them."""
        return self.encoder.single_factors

    @cached_property
    def resampled(self) -> tuple[EffectModel, ...]:
        """The estimator refitted on resampled studies, one per draw; built when first asked for.

        Raises
        ------
        BundleChanged
            If what the bundle holds of them does not fit its other parts.
        """
        with named_errors():
            found = refits_from_state(type(self.estimator), self.refits, self.encoder.columns)
            for refit in found:
                require_estimator(refit, self.effects, self.encoder.columns)
        return found

    def score(self, profiles: Profiles) -> pd.DataFrame:
        """Return one row per sample and effect, columns `SCORE_COLUMNS`.

        Parameters
        ----------
        profiles : Profiles
            As `read_profiles` gives them.
        """
        found = [self.scored(batch, terms=False).scores() for batch in batches_of(profiles)]
        return pd.concat(found, ignore_index=True)

    def explain(self, profiles: Profiles) -> pd.DataFrame:
        """Return one row per sample, effect and term; contributions add up to the score, to 1e-5."""
        found = [self.scored(batch).terms() for batch in batches_of(profiles)]
        return pd.concat(found, ignore_index=True)

    def score_and_explain(self, profiles: Profiles) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the scores and the terms behind them."""
        found = [self.scored(batch) for batch in batches_of(profiles)]
        scores = pd.concat([one.scores() for one in found], ignore_index=True)
        return scores, pd.concat([one.terms() for one in found], ignore_index=True)

    def encoded(self, profiles: Profiles) -> tuple[Features, dict[str, TermMap]]:
        """Return profiles as features, and how contributions of columns become those of terms."""
        batch = batch_of(profiles)
        features = self.encoder.encode(batch)
        return features, term_maps(self.encoder, batch, features, self.typical)

    def scored(self, batch: Batch, terms: bool = True) -> Scored:
        """Score a batch: the one road of every profile, one or ten million, for whoever asks.

        Parameters
        ----------
        batch : Batch
            The preparations.
        terms : bool
            Whether the terms behind the scores are kept; they take most of the memory.
        """
        features = self.encoder.encode(batch)
        margins = self.estimator.margins(features)
        reasons = self.domain.reasons(batch)
        stated = stated_terms(batch, features)
        maps: dict[str, TermMap] = {}
        given: dict[str, Array] = {}
        per_effect: list[dict[str, NDArray[Any]]] = []
        columns = told_columns(stated, features)
        shares = self.estimator.all_contributions(features, None if terms else columns)
        for effect, margin, share in zip(self.effects, margins, shares, strict=True):
            own = effect_map(self.encoder, batch, features, self.typical, effect, stated)
            if terms:
                maps[effect], given[effect] = own, own.contributions(share.T)
                share = share[columns]
            chance = self.calibrator.probability_of(effect, margin)
            low, high = self.intervals.bounds_of(effect, margin)
            low, high = np.minimum(low, chance), np.maximum(high, chance)
            per_effect.append(
                {
                    "score": margin,
                    "probability": chance,
                    "probability_low": low,
                    "probability_high": high,
                    "verdict": verdicts(low, high, self.usual[effect], reasons == ""),
                    "percentile": self.percentiles(effect, margin),
                    "drivers": driver_texts(own, columns, share),
                }
            )
            if self.adapted is not None:
                per_effect[-1] |= self.adapted.columns(effect, margin, batch, reasons == "")
        shared = {
            "sample": batch.samples.to_numpy(dtype=object),
            "in_domain": reasons == "",
            "domain_reason": reasons,
            "factors_used": batch.used,
            "factors_unknown": batch.unknown,
            "reading": batch.reading,
        }
        return Scored(self.effects, shared, tuple(per_effect), maps, given)

    def to_bundle(self, command: str) -> Bundle:
        """Return the model as a bundle, ready to write."""
        values = {
            "recipe.json": self.recipe.as_dict(),
            "encoder.json": {
                **self.encoder.state(),
                "typical_parts": {
                    e: [[*k, v] for k, v in sorted(t.items())] for e, t in self.typical.items()
                },
            },
            "model.json": {
                "name": self.estimator.name,
                "columns": [c.name for c in self.encoder.columns],
                "values": self.estimator.state(),
                "probe": probe(self.estimator),
            },
            "resampled.json": self.refits,
            "trust.json": {
                "calibrator": self.calibrator.state(),
                "intervals": self.intervals.state(),
                "domain": self.domain.state(),
                "usual": self.usual,
                "reference": {e: [round(float(v), 6) for v in r] for e, r in self.reference.items()},
            },
            "held_out.json": {"pairs": self.held_out.to_dict("records")},
            "evidence.json": {"digest": self.evidence_digest, "studies": self.studies},
            "metrics.json": {"metrics": self.metrics},
        }
        if self.adapted is not None:
            values[ADAPTED] = self.adapted.state()
        return make_bundle(self.recipe.name, values, {"card.md": self.card.encode()}, command)

    def percentiles(self, effect: str, scores: Array) -> Array:
        """Return the share of the corpus's arms that score lower, ties half, in percent."""
        reference = self.reference[effect]
        below = np.searchsorted(reference, scores - 1e-6)
        upto = np.searchsorted(reference, scores + 1e-6, side="right")
        found: Array = self._places[len(reference)][below + upto]
        return found

    @cached_property
    def _places(self) -> dict[int, Array]:
        """The percentile of every place among so many scores, counted from both sides."""
        return {
            size: np.array([round(50.0 * float(place) / size, 1) for place in range(2 * size + 1)])
            for size in {len(reference) for reference in self.reference.values()}
        }


def load_model(folder: Path | str | None = None) -> Model:
    """Load a model from its bundle.

    Parameters
    ----------
    folder : path, optional
        The bundle; default: the released one that ships with the package.

    Raises
    ------
    BundleRefused
        If the bundle is missing, changed, or of another protocol.
    """
    bundle = read_bundle(folder if folder is not None else models_dir() / RELEASED)
    return model_from_bundle(bundle)


def model_from_bundle(bundle: Bundle) -> Model:
    """Build the model of an audited bundle; its parts must fit each other."""
    with named_errors():
        model = _build(bundle)
        _require_fit(model)
        require(all(type(refit) is type(model.estimator) for refit in model.resampled), "the refits")
        require_same_numbers(model.estimator, bundle.values("model.json")["probe"])
    return model


def _build(bundle: Bundle) -> Model:
    names = ("encoder", "model", "trust", "resampled", "held_out", "evidence", "metrics")
    encoder, model, trust, resampled, held_out, evidence, metrics = (
        bundle.values(f"{name}.json") for name in names
    )
    fitted = Encoder.from_state(encoder)
    require(model["columns"] == [c.name for c in fitted.columns], "the columns of encoder and model")
    reference = {e: np.array(r, dtype=float) for e, r in trust["reference"].items()}
    return Model(
        recipe=recipe_from_dict(bundle.values("recipe.json")),
        encoder=fitted,
        estimator=MODELS[model["name"]].from_state(model["values"], fitted.columns),
        calibrator=Calibrator.from_state(trust["calibrator"]),
        intervals=Intervals.from_state(trust["intervals"]),
        domain=Domain.from_state(trust["domain"]),
        usual={effect: float(share) for effect, share in trust["usual"].items()},
        reference=reference,
        typical={e: {(c, t): float(v) for c, t, v in rows} for e, rows in encoder["typical_parts"].items()},
        studies=evidence["studies"],
        metrics=metrics["metrics"],
        card=bundle.files["card.md"].decode(),
        evidence_digest=evidence["digest"],
        refits=resampled,
        held_out=pd.DataFrame(held_out["pairs"], columns=list(HELD_OUT_COLUMNS)),
        digest=bundle.digest,
        adapted=Adaptation.from_state(bundle.values(ADAPTED)) if ADAPTED in bundle.files else None,
    )


# Facts by arms, and columns by effects: ten times those of the published studies.
_MOST_FACTS, _MOST_COLUMNS = 2**23, 2**15


def _require_fit(model: Model) -> None:
    """Refuse parts that do not belong together: at the door, not at the first score."""
    recipe, encoder, effects = model.recipe, model.encoder, model.recipe.effects
    require(bool(effects) and len(set(effects)) == len(effects), "the effects of the recipe")
    require(0.0 < recipe.level < 1.0 and 0.0 < model.intervals.level < 1.0, "the level of the intervals")
    require(recipe.model == model.estimator.name, "the model that the recipe asks for")
    require((encoder.effects, encoder.blocks) == (effects, recipe.blocks), "the encoder's effects or blocks")
    fitted = tuple(block.name for block in encoder.blocks_)
    values = [*encoder.known.roles.factors.values(), *encoder.known.roles.conditions.values()]
    require(all(-1.0 <= v <= 1.0 for v in values), "the roles of the encoder, which lie in -1 to 1")
    require(fitted == encoder.blocks, "the encoder's fitted blocks")
    require(encoder.known.constants == recipe.knowledge, "the constants of encoder and recipe: they differ")
    require(len(encoder.columns) * len(effects) <= _MOST_COLUMNS, "the number of columns and effects")
    require_estimator(model.estimator, effects, encoder.columns)
    require(set(model.typical) == set(effects), "the effects of the typical parts")
    require(len(model.intervals.draws) > 0, "the draws of the intervals")
    require(set(model.intervals.refused) <= set(effects), "the effects of the intervals")
    for calibrator in (model.calibrator, *model.intervals.draws):
        require_numbers(calibrator.knots, effects, "the calibrator's knots")
        require_numbers(calibrator.offsets, effects, "the calibrator's offsets")
        slopes = calibrator.below, calibrator.above
        require(all(math.isfinite(v) and v >= 0.0 for v in slopes), "the calibrator's slopes")
    require_numbers(model.usual, effects, "the usual shares")
    require(set(model.reference) == set(effects), "the effects of the reference")
    for scores in model.reference.values():
        require(scores.ndim == 1 and len(scores) > 0 and bool(np.isfinite(scores).all()), "the reference")
        require(bool((np.diff(scores) >= 0.0).all()), "the order of the reference")
    nearest = model.domain.nearest
    require(len(nearest.facts) * len(nearest.arms) <= _MOST_FACTS, "the number of facts of the domain")
    require(all(0 <= i < len(nearest.facts) for arm in nearest.arms for i in arm), "the domain's arms")
    for rows, where in ((model.studies, "studies"), (model.metrics, "metrics")):
        require(isinstance(rows, list) and all(isinstance(row, dict) for row in rows), f"the {where}")
    gaps = to_numbers(model.held_out["gap"], coerce=True).to_numpy(dtype=float)
    require(bool(np.isfinite(gaps).all()), "the gaps of the held-out pairs")
    require(set(model.held_out["effect"]) <= set(effects), "the effects of the held-out pairs")
    require(isinstance(model.evidence_digest, str), "the digest of the evidence")
    if model.adapted is not None:
        require(model.adapted.effect in effects, "the effect of the adaptation")
        require(model.adapted.fits(), "the weights of the adaptation")
