"""One self-contained HTML page: opens by double click, loads nothing, runs no script, prints cleanly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib.figure import Figure

from secretome_ml.explanation.importance import global_importance
from secretome_ml.reporting.behind import behind_views
from secretome_ml.reporting.inline import inline_svg
from secretome_ml.reporting.learned import effect_views, metric_figures, metric_tables
from secretome_ml.reporting.samples import SampleView, Shown, sample_views
from secretome_ml.reporting.style import svg_text
from secretome_ml.reporting.summary import ModelSummary, citation
from secretome_ml.reporting.words import clean, model_label

# Samples that are told and drawn in full; more would make the page long and heavy.
IN_FULL = 12

_TEMPLATES = Path(__file__).parent / "templates"


def explain_page(
    title: str,
    scores: pd.DataFrame | None,
    terms: pd.DataFrame,
    importance: pd.DataFrame | None = None,
    model_summary: ModelSummary | None = None,
    notes: Sequence[str] = (),
    in_full: int = IN_FULL,
    figures: Mapping[str, tuple[Figure, str]] | None = None,
    studies: pd.DataFrame | None = None,
) -> str:
    """Return the page that explains predictions, or what a model learned.

    Parameters
    ----------
    title : str
        Heading of the page.
    scores : pandas.DataFrame or None
        The table that `score` writes. None makes the global page: what the model learned from `terms`.
    terms : pandas.DataFrame
        Contributions: `sample, effect, term, kind, value, contribution`.
    importance : pandas.DataFrame, optional
        As `global_importance` gives it. On the global page it is worked out where it is not given; on
        a local page it adds a section over all samples.
    model_summary : ModelSummary, optional
        What the model is; see `summarise`.
    notes : sequence of str
        Sentences about how the input was read.
    in_full : int
        Samples that are told and drawn in full.
    figures : mapping of str to (figure, caption), optional
        Further figures, drawn in a section of their own.
    studies : pandas.DataFrame, optional
        As `studies_behind` gives it: the studies behind the predictions.

    Returns
    -------
    str
        HTML; the same input gives the same text. Everything from the input is escaped.
    """
    local = scores is not None
    level = model_summary.level if model_summary else 0.9
    if importance is None and not local:
        importance = global_importance(terms)
    samples = sample_views(scores, terms, level, in_full) if scores is not None else []
    effects = effect_views(terms, importance, 0 if local else 2) if importance is not None else []
    outside = [s for s in samples if not s.in_domain]
    drawn = list(pd.unique(scores["sample"]))[:in_full] if scores is not None else []
    behind = behind_views(studies, drawn) if studies is not None else []
    gallery = [
        Shown(inline_svg(svg_text(figure), f"g{number}", caption), caption)
        for number, (figure, caption) in enumerate((figures or {}).values(), start=1)
    ]
    values: dict[str, Any] = {
        "title": clean(title),
        "lead": _lead(samples, terms, model_summary),
        "contents": _contents(
            local, bool(outside), bool(effects), model_summary, bool(behind), bool(gallery)
        ),
        "local": local,
        "samples": samples,
        "full": samples[:in_full],
        "cut": len(samples) > in_full,
        "outside": outside,
        "unknown": [(s.name, s.unknown) for s in samples if s.unknown],
        "notes": [clean(n) for n in notes],
        "effects": effects,
        "behind": behind,
        "gallery": gallery,
        "samples_drawn": int(terms["sample"].nunique()),
        "summary": model_summary,
        "model_name": model_label(model_summary.model) if model_summary else "",
        "metric_figures": metric_figures(model_summary) if model_summary else [],
        "metric_tables": metric_tables(model_summary) if model_summary else [],
        "level": f"{100 * level:.0f} %",
        "citation": citation(),
    }
    return _environment().get_template("page.html.j2").render(values) + "\n"


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _lead(samples: list[SampleView], terms: pd.DataFrame, summary: ModelSummary | None) -> str:
    count = len(samples) or int(terms["sample"].nunique())
    text = f"{count} sample{'s' if count != 1 else ''}"
    if summary is None:
        return f"{text}."
    bundle = f"bundle {summary.bundle_digest[:12]}" if summary.bundle_digest else "not saved"
    model = f"{model_label(summary.model)} (recipe “{summary.name}”, {bundle})"
    return f"{text}; {model}, learned from {summary.studies} published studies."


def _contents(
    local: bool, outside: bool, effects: bool, summary: ModelSummary | None, behind: bool, gallery: bool
) -> list[tuple[str, str]]:
    parts = [
        ("domain", "Outside the domain", outside),
        ("summary", "Summary", local),
        ("predictions", "Predictions", local),
        ("drivers", "Drivers", local),
        ("read", "What was read", local),
        ("studies", "The studies behind", behind),
        ("learned", "Over all samples" if local else "What the model learned", effects),
        ("more", "Pathways, stability, interactions", gallery),
        ("model", "The model", summary is not None),
        ("methods", "Methods and limits", True),
        ("cite", "Versions and citation", True),
    ]
    return [(anchor, words) for anchor, words, present in parts if present]
