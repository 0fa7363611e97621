"""From values to one self-contained HTML page: it loads nothing, runs no script, and escapes every text."""

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
from secretome_ml.report.words import model_kind, model_label

Figures = Mapping[str, tuple[Figure, str]]

_TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, values: Mapping[str, Any]) -> str:
    """Return a template filled in; the same values give the same text."""
    return _environment().get_template(template).render(values) + "\n"


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


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
