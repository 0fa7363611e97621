"""The samples of a page: their predictions in words and numbers, and the figures of the first of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from secretome_ml.reporting.figures import waterfall, waterfall_steps
from secretome_ml.reporting.inline import inline_svg
from secretome_ml.reporting.style import svg_text
from secretome_ml.reporting.summary import plain_words
from secretome_ml.reporting.words import clean, decimal, effect_label, shorten, signed, term_label


@dataclass(frozen=True)
class Shown:
    """A figure of a page: its SVG element and its caption."""

    svg: str
    caption: str


@dataclass(frozen=True)
class SampleView:
    """One sample as the page shows it."""

    name: str
    in_domain: bool
    domain_reason: str
    unknown: str
    rows: list[dict[str, Any]] = field(default_factory=list)


def sample_views(scores: pd.DataFrame, terms: pd.DataFrame, level: float, in_full: int) -> list[SampleView]:
    """Return every sample in the order of the scores, the first `in_full` with words and figures.

    Parameters
    ----------
    scores : pandas.DataFrame
        One row per sample and effect.
    terms : pandas.DataFrame
        One row per sample, effect and term.
    level : float
        Level of the intervals.
    in_full : int
        Samples that get words and figures.
    """
    names = list(pd.unique(scores["sample"]))
    drawn = terms[terms["sample"].isin(names[:in_full])]
    parts = dict(iter(drawn.groupby(["sample", "effect"], sort=False)))
    views = []
    for number, (name, own) in enumerate(scores.groupby("sample", sort=False), start=1):
        records: list[dict[str, Any]] = own.to_dict("records")
        first = records[0]
        rows = []
        for position, record in enumerate(records, start=1):
            row = _row(record)
            part = parts.get((name, record["effect"]))
            if part is not None:
                row |= _in_full(record, part, level, f"w{number}-{position}")
            rows.append(row)
        views.append(
            SampleView(
                clean(str(name)),
                bool(first["in_domain"]),
                _text(first["domain_reason"]),
                _text(first["factors_unknown"]),
                rows,
            )
        )
    return views


def _row(record: Mapping[str, Any]) -> dict[str, Any]:
    chance, low, high = (float(record[c]) for c in ("probability", "probability_low", "probability_high"))
    return {
        "effect": effect_label(str(record["effect"])),
        "verdict": str(record["verdict"]),
        "probability": decimal(chance),
        "interval": f"{decimal(low)} to {decimal(high)}",
        "at": f"{100 * chance:.1f}",
        "low_at": f"{100 * low:.1f}",
        "high_at": f"{100 * high:.1f}",
        "score": decimal(float(record["score"])),
        "percentile": f"{float(record['percentile']):.0f}",
        "factors_used": int(record["factors_used"]),
        "drivers": _drivers(_text(record["drivers"])),
        "words": "",
        "figure": None,
        "steps": [],
    }


def _in_full(record: Mapping[str, Any], part: pd.DataFrame, level: float, prefix: str) -> dict[str, Any]:
    effect = effect_label(str(record["effect"]))
    label = f"How {shorten(str(record['sample']), 80)} comes to its {effect} score"
    caption = (
        f"{effect.capitalize()}: score {decimal(float(record['score']))}, "
        f"probability {decimal(float(record['probability']))}."
    )
    steps = [
        {
            "term": term_label(str(step["term"])),
            "words": step["words"],
            "contribution": signed(float(step["contribution"]), 3),
            "end": decimal(float(step["end"]), 3),
        }
        for step in waterfall_steps(part).iloc[:-1].to_dict("records")
    ]
    return {
        "words": plain_words(record, part, level),
        "figure": Shown(inline_svg(svg_text(waterfall(part)), prefix, label), caption),
        "steps": steps,
    }


def _drivers(text: str) -> str:
    """Return drivers as words: `VEGFA +0.41; cell source: adipose −0.10`."""
    parts = []
    for driver in filter(None, text.split("; ")):
        term, _, number = driver.rpartition(" ")
        parts.append(f"{term_label(term)} {number.replace('-', '−')}" if term else driver)
    return "; ".join(parts)


def _text(value: Any) -> str:
    return clean(value) if isinstance(value, str) else ""
