"""The samples of a page: their predictions in words and numbers, and the figures of the first of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from secretome_ml.report.bars import waterfall
from secretome_ml.report.behind import behind_views
from secretome_ml.report.summary import plain_words
from secretome_ml.report.words import (
    clean,
    decimal,
    drivers_label,
    effect_label,
)
from secretome_ml.trust.resampling import Estimate


@dataclass(frozen=True)
class Shown:
    """A figure of a page: its SVG element and its caption."""

    svg: str
    caption: str


# Effects that are told with words and figures: the headline effects come first everywhere.
HEADLINE = 3
_STEPS = 6


@dataclass(frozen=True)
class SampleView:
    """One sample as the page shows it; `told` where it has words, figures and studies."""

    name: str
    in_domain: bool
    told: bool = False
    rows: list[dict[str, Any]] = field(default_factory=list)
    behind: list[dict[str, Any]] = field(default_factory=list)


def sample_views(
    scores: pd.DataFrame,
    spread: pd.DataFrame,
    studies: pd.DataFrame,
    prevalence: Mapping[str, Estimate],
    level: float,
) -> list[SampleView]:
    """Return every sample in the order of the scores; those in `spread` with words, figures and studies.

    Parameters
    ----------
    scores : pandas.DataFrame
        One row per sample and effect.
    spread : pandas.DataFrame
        One row per sample, effect and term, for the samples to tell in full.
    studies : pandas.DataFrame
        As `studies_behind` gives it, for the same samples.
    prevalence : mapping of str to Estimate
        Per effect, the share of published arms that had it when tested.
    level : float
        Level of the intervals.
    """
    parts = dict(iter(spread.groupby(["sample", "effect"], sort=False)))
    told = set(spread["sample"])
    views = []
    for name, own in scores.groupby("sample", sort=False):
        rows = []
        for place, record in enumerate(own.to_dict("records")):
            row = _row(record, prevalence.get(str(record["effect"])))
            if name in told and place < HEADLINE:
                part = parts[name, record["effect"]]
                steps = waterfall(part, _STEPS, linked=False)
                row |= {"words": plain_words(record, part, level), "steps": steps}
            rows.append(row)
        headline = list(own["effect"].head(HEADLINE))
        near = studies[(studies["sample"] == name) & studies["effect"].isin(headline)]
        inside = bool(own["in_domain"].iloc[0])
        views.append(SampleView(clean(str(name)), inside, name in told, rows, behind_views(near)))
    return views


def _row(record: Mapping[Any, Any], usual: Estimate | None) -> dict[str, Any]:
    return {
        **{name: float(record[name]) for name in ("probability", "probability_low", "probability_high")},
        "effect": effect_label(str(record["effect"])),
        "verdict": str(record["verdict"]),
        "usual": usual.value if usual else None,
        "score": decimal(float(record["score"])),
        "percentile": f"{float(record['percentile']):.0f}",
        "factors_used": int(record["factors_used"]),
        "drivers": drivers_label(clean(record["drivers"]) if isinstance(record["drivers"], str) else ""),
        "words": "",
        "steps": [],
    }
