"""What a caller gets: the rows of `score` or `explain`, what to look at, and which model answered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from secretome_ml.core.version import __version__
from secretome_ml.trust.verdict import Verdict

if TYPE_CHECKING:
    import pandas as pd

    from secretome_ml.model import Model
    from secretome_ml.profiles import Profiles

DISCLAIMER = "Research software, not a clinical device. It serves to choose what to test next."


class Place(BaseModel):
    """Something in the input to look at, with its place and what to do."""

    file: str
    row: int | str | None
    column: str | None
    what: str
    remedy: str


class ModelNamed(BaseModel):
    """Which model answered."""

    name: str
    digest: str = Field(description="Digest of the bundle.")
    evidence_digest: str = Field(description="Digest of the evidence that it was trained on.")
    level: float = Field(description="Level of the intervals.")
    effects: list[str]


class Score(BaseModel):
    """One sample and effect."""

    sample: str
    effect: str
    score: float = Field(description="Ranking score in logits: higher = stronger.")
    probability: float = Field(description="Calibrated probability of benefit when tested.")
    probability_low: float
    probability_high: float
    verdict: Verdict
    percentile: float = Field(description="Of the score among the arms of the training evidence.")
    in_domain: bool = Field(description="Whether the model has seen preparations like this one.")
    domain_reason: str = Field(description="Why it is outside; empty inside.")
    factors_used: int
    factors_unknown: str = Field(description="Names that did not resolve.")
    drivers: str = Field(description="The strongest contributions, signed.")


class Term(BaseModel):
    """One contribution; per sample and effect all of them add up to the score."""

    sample: str
    effect: str
    term: str
    kind: str
    value: float | None
    contribution: float


class _Answer(BaseModel):
    model: ModelNamed
    disclaimer: str
    notes: list[str] = Field(description="What was decided in reading the input.")
    warnings: list[Place] = Field(description="What to look at, although the input was read.")


class ScoreAnswer(_Answer):
    """The rows of `score`."""

    rows: list[Score]


class ExplainAnswer(_Answer):
    """The rows of `explain`."""

    rows: list[Term]


class Health(BaseModel):
    """Whether the service can score."""

    status: Literal["ready", "loading", "failed"]
    version: str
    model: ModelNamed | None


class Refusal(BaseModel):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    problems: list[Place]
    instance: str


def name_model(model: Model) -> dict[str, object]:
    """Return which model answers."""
    return {
        "name": model.recipe.name,
        "digest": model.digest,
        "evidence_digest": model.evidence_digest,
        "level": model.recipe.level,
        "effects": list(model.effects),
    }


def render(model: Model, profiles: Profiles, rows: pd.DataFrame) -> bytes:
    """Return an answer as JSON: numbers to their last digit, what is missing as null."""
    columns = [rows[c].astype(object).where(rows[c].notna(), None).tolist() for c in rows]
    answer = {
        "model": name_model(model),
        "disclaimer": DISCLAIMER,
        "notes": list(profiles.notes),
        "warnings": [w.as_dict() for w in profiles.warnings],
        "rows": [dict(zip(rows.columns, row, strict=True)) for row in zip(*columns, strict=True)],
    }
    return json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()


def health(status: Literal["ready", "loading", "failed"], model: Model | None) -> dict[str, object]:
    """Return whether the service can score, and with what."""
    named = name_model(model) if model is not None else None
    return {"status": status, "version": __version__, "model": named}
