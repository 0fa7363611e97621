"""Templates to HTML: one look for the report and every page, and every text escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib.figure import Figure

from secretome_ml.report.inline import inline_svg
from secretome_ml.report.learned import headline_table, metric_figures, metric_tables
from secretome_ml.report.samples import Shown
from secretome_ml.report.style import svg_text
from secretome_ml.report.summary import ModelSummary, citation
from secretome_ml.report.words import (
    VERDICT_MARKS,
    clean,
    decimal,
    effect_label,
    factor_address,
    model_kind,
    model_label,
    percent,
    signed,
)

Figures = Mapping[str, tuple[Figure, str]]

_HERE = Path(__file__).parent
STATIC = _HERE / "static"


def render(template: str, values: Mapping[str, Any]) -> str:
    """Return a template filled in; the same values give the same text.

    With `on_paper` among the values it is one file that loads nothing and runs no script.
    """
    return (
        _environment().get_template(f"{template}.html.j2").render({"on_paper": False} | dict(values)) + "\n"
    )


def model_values(summary: ModelSummary) -> dict[str, Any]:
    """Return what the sections about the model need."""
    return {
        "summary": summary,
        "model_name": model_label(summary.model),
        "model_kind": model_kind(summary.model),
        "headline": headline_table(summary),
        "metric_figures": metric_figures(summary),
        "metric_tables": metric_tables(summary),
        "level": f"{100 * summary.level:.0f}\u00a0%",
        "citation": citation(),
    }


def gallery(figures: Figures) -> list[Shown]:
    """Return further figures as elements of a page."""
    return [
        Shown(inline_svg(svg_text(figure), f"g{number}", caption), caption)
        for number, (figure, caption) in enumerate(figures.values(), start=1)
    ]


def contents(parts: Sequence[tuple[str, str, bool]]) -> list[tuple[str, str]]:
    """Return anchors and words of the sections that are there."""
    return [(anchor, words) for anchor, words, present in parts if present]


def model_words(summary: ModelSummary) -> str:
    """Return which model it is, in words."""
    bundle = f"bundle {summary.bundle_digest[:12]}" if summary.bundle_digest else "not saved"
    return (
        f"{model_label(summary.model)} (recipe “{summary.name}”, {bundle}), "
        f"learned from {summary.studies:,} published studies"
    )


def at(share: float) -> str:
    """Return a place along a bar, for SVG."""
    return f"{100 * min(max(share, 0.0), 1.0):.2f}%"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader([_HERE / "templates", STATIC]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shown = (percent, at, signed, decimal, clean, factor_address)
    environment.filters |= {f.__name__: f for f in shown} | {"effect": effect_label}
    environment.globals["verdicts"] = VERDICT_MARKS
    return environment
