"""A trained model: profiles in, scores and their drivers out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from secretome_ml.audit import (
    named_errors,
    probe,
    require,
    require_estimator,
    require_numbers,
    require_same_numbers,
)
from secretome_ml.bundle import Bundle, make_bundle, read_bundle
from secretome_ml.explanation.contributions import Typical, drivers_text, explain_margin
from secretome_ml.features.encoder import Encoder
from secretome_ml.features.knowledge import KnowledgeBlock
from secretome_ml.models import MODELS, EffectModel, ModelState
from secretome_ml.paths import models_dir
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.recipe import Recipe, recipe_from_dict
from secretome_ml.trust.calibration import Calibrator
from secretome_ml.trust.domain import Domain
from secretome_ml.trust.intervals import Intervals
from secretome_ml.trust.refits import refits_from_state

RELEASED = "default"
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
    "drivers",
)


# Every decided comparison of the training studies, as models that had not seen the study scored it:
# `gap` is how much higher the arm that the study found better scored, logit scale; below 0 = wrong order.
HELD_OUT_COLUMNS = ("effect", "arm", "than", "study", "direction", "gap")


@dataclass(frozen=True)
class Model:
    """A trained model with everything that its predictions need.

    Examples
    --------
    >>> from secretome_ml import load_model, read_profiles
    >>> model = load_model()
    >>> model.effects
    ('angiogenic', 'anti_inflammatory', 'anti_fibrotic')
    """

    recipe: Recipe
    encoder: Encoder
    estimator: EffectModel
    calibrator: Calibrator
    intervals: Intervals
    domain: Domain
    reference: dict[str, np.ndarray]
    typical: Typical
    studies: list[dict[str, Any]]
    metrics: list[dict[str, Any]]
    card: str
    evidence_digest: str
    refits: ModelState
    held_out: pd.DataFrame
    digest: str = ""

    @property
    def effects(self) -> tuple[str, ...]:
        """Effects that the model predicts."""
        return tuple(self.estimator.effects_)

    @property
    def important_factors(self) -> tuple[str, ...]:
        """Factors that enough studies measured for the model to hold a column for them."""
        return tuple(
            c.parent for c in self.encoder.columns if c.kind == "factor" and c.name.startswith("factor=")
        )

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
        scores, _ = self.score_and_explain(profiles)
        return scores

    def explain(self, profiles: Profiles) -> pd.DataFrame:
        """Return one row per sample, effect and term; contributions add up to the score, to 1e-5."""
        _, terms = self.score_and_explain(profiles)
        return terms

    def score_and_explain(self, profiles: Profiles) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the scores and the terms behind them."""
        features = self.encoder.transform(profiles)
        margin = self.estimator.margin(features)
        terms = explain_margin(self.estimator, features, profiles, self.encoder.knowledge, self.typical)
        chance = self.calibrator.probability(margin)
        low, high = self.intervals.bounds(margin)
        low, high = np.minimum(low, chance), np.maximum(high, chance)
        inside = self.domain.judge(profiles)
        used = profiles.factors.dropna(subset="level").groupby("sample")["factor"].nunique()
        unknown = profiles.unknown.groupby("sample")["name"].agg(
            lambda names: "; ".join(dict.fromkeys(names))
        )
        drivers = {key: drivers_text(part) for key, part in terms.groupby(["sample", "effect"], sort=False)}
        rows = []
        for sample in profiles.samples:
            for effect in self.effects:
                score = float(margin.at[sample, effect])
                bounds = float(low.at[sample, effect]), float(high.at[sample, effect])
                rows.append(
                    (
                        sample,
                        effect,
                        score,
                        float(chance.at[sample, effect]),
                        *bounds,
                        _verdict(*bounds),
                        self._percentile(effect, score),
                        bool(inside.at[sample, "in_domain"]),
                        inside.at[sample, "domain_reason"],
                        int(used.get(sample, 0)),
                        unknown.get(sample, ""),
                        drivers.get((sample, effect), ""),
                    )
                )
        return pd.DataFrame(rows, columns=list(SCORE_COLUMNS)), terms

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
                "reference": {e: [round(float(v), 6) for v in r] for e, r in self.reference.items()},
            },
            "held_out.json": {"pairs": self.held_out.to_dict("records")},
            "evidence.json": {"digest": self.evidence_digest, "studies": self.studies},
            "metrics.json": {"metrics": self.metrics},
        }
        return make_bundle(self.recipe.name, values, {"card.md": self.card.encode()}, command)

    def _percentile(self, effect: str, score: float) -> float:
        """Return the share of the corpus's arms that score lower, ties half, in percent."""
        reference = self.reference[effect]
        below = (
            np.searchsorted(reference, score - 1e-6),
            np.searchsorted(reference, score + 1e-6, side="right"),
        )
        return round(50.0 * float(sum(below)) / len(reference), 1)


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
        reference=reference,
        typical={e: {(c, t): float(v) for c, t, v in rows} for e, rows in encoder["typical_parts"].items()},
        studies=evidence["studies"],
        metrics=metrics["metrics"],
        card=bundle.files["card.md"].decode(),
        evidence_digest=evidence["digest"],
        refits=resampled,
        held_out=pd.DataFrame(held_out["pairs"], columns=list(HELD_OUT_COLUMNS)),
        digest=bundle.digest,
    )


# Facts by arms: ten times those of the published studies.
_MOST_FACTS = 2**23


def _require_fit(model: Model) -> None:
    """Refuse parts that do not belong together: at the door, not at the first score."""
    recipe, encoder, effects = model.recipe, model.encoder, model.recipe.effects
    require(bool(effects) and len(set(effects)) == len(effects), "the effects of the recipe")
    require(0.0 < recipe.level < 1.0 and 0.0 < model.intervals.level < 1.0, "the level of the intervals")
    require(recipe.model == model.estimator.name, "the model that the recipe asks for")
    require((encoder.effects, encoder.blocks) == (effects, recipe.blocks), "the encoder's effects or blocks")
    fitted = [block.name for block in encoder.blocks_]
    values = [*encoder.roles_.factors.values(), *encoder.roles_.conditions.values()]
    require(all(-1.0 <= v <= 1.0 for v in values), "the roles of the encoder, which lie in -1 to 1")
    require(fitted == [b for b in encoder.blocks if b != KnowledgeBlock.name], "the encoder's fitted blocks")
    require_estimator(model.estimator, effects, encoder.columns)
    require(len(model.intervals.draws) > 0, "the draws of the intervals")
    require(set(model.intervals.refused) <= set(effects), "the effects of the intervals")
    for calibrator in (model.calibrator, *model.intervals.draws):
        require_numbers(calibrator.knots, effects, "the calibrator's knots")
        require_numbers(calibrator.offsets, effects, "the calibrator's offsets")
        slopes = calibrator.below, calibrator.above
        require(all(math.isfinite(v) and v >= 0.0 for v in slopes), "the calibrator's slopes")
    require(set(model.reference) == set(effects), "the effects of the reference")
    for scores in model.reference.values():
        require(scores.ndim == 1 and len(scores) > 0 and bool(np.isfinite(scores).all()), "the reference")
        require(bool((np.diff(scores) >= 0.0).all()), "the order of the reference")
    nearest = model.domain.nearest
    require(len(nearest.facts) * len(nearest.arms) <= _MOST_FACTS, "the number of facts of the domain")
    require(all(0 <= i < len(nearest.facts) for arm in nearest.arms for i in arm), "the domain's arms")
    for rows, where in ((model.studies, "studies"), (model.metrics, "metrics")):
        require(isinstance(rows, list) and all(isinstance(row, dict) for row in rows), f"the {where}")
    gaps = pd.to_numeric(model.held_out["gap"], errors="coerce").to_numpy(dtype=float)
    require(bool(np.isfinite(gaps).all()), "the gaps of the held-out pairs")
    require(set(model.held_out["effect"]) <= set(effects), "the effects of the held-out pairs")
    require(isinstance(model.evidence_digest, str), "the digest of the evidence")


def _verdict(low: float, high: float) -> str:
    if low > 0.5:
        return "likely"
    return "unlikely" if high < 0.5 else "uncertain"
