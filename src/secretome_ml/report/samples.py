"""The samples of a page: their predictions in words and numbers, and the figures of the first of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.report.bars import waterfall
from secretome_ml.report.figures import published_figure
from secretome_ml.report.inline import inline_svg
from secretome_ml.report.style import svg_text
from secretome_ml.report.summary import plain_words
from secretome_ml.report.words import (
    clean,
    decimal,
    drivers_label,
    effect_label,
    shorten,
)
from secretome_ml.trust.resampling import Estimate


@dataclass(frozen=True)
class Shown:
    """A figure of a page: its SVG element and its caption."""

    svg: str
    caption: str


@dataclass(frozen=True)
class SampleView:
    """One sample as the page shows it; `published` only where it is told in full."""

    name: str
    in_domain: bool
    rows: list[dict[str, Any]] = field(default_factory=list)
    published: Shown | None = None


def sample_views(
    scores: pd.DataFrame,
    spread: pd.DataFrame,
    published: Mapping[str, NDArray[np.float64]],
    prevalence: Mapping[str, Estimate],
    level: float,
) -> list[SampleView]:
    """Return every sample in the order of the scores; those in `spread` with words and figures.

    Parameters
    ----------
    scores : pandas.DataFrame
        One row per sample and effect.
    spread : pandas.DataFrame
        One row per sample, effect and term, for the samples to tell in full.
    published : mapping of str to array
        Per effect, the scores of the published arms.
    prevalence : mapping of str to Estimate
        Per effect, the share of published arms that had it when tested.
    level : float
        Level of the intervals.
    """
    parts = dict(iter(spread.groupby(["sample", "effect"], sort=False)))
    told = set(spread["sample"])
    views = []
    for number, (name, own) in enumerate(scores.groupby("sample", sort=False), start=1):
        rows = []
        for record in own.to_dict("records"):
            row = _row(record, prevalence.get(str(record["effect"])))
            if name in told:
                part = parts[name, record["effect"]]
                row |= {"words": plain_words(record, part, level), "steps": waterfall(part, linked=False)}
            rows.append(row)
        among = _among(str(name), own, published, f"a{number}") if name in told else None
        views.append(SampleView(clean(str(name)), bool(own["in_domain"].iloc[0]), rows, among))
    return views


def _among(name: str, rows: pd.DataFrame, published: Mapping[str, NDArray[np.float64]], prefix: str) -> Shown:
    label = f"Where {shorten(name, 80)} stands among the published arms"
    caption = "The scores of all published arms (grey), and this sample's (line): where its percentiles lie."
    return Shown(inline_svg(svg_text(published_figure(rows, published)), prefix, label), caption)


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
