"""The report about scored profiles: one HTML page that opens by double click and prints cleanly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from secretome_ml.explanation.hints import hint_words, hints
from secretome_ml.explanation.importance import global_importance
from secretome_ml.profiles import Profiles
from secretome_ml.report.figures import predictions_figure
from secretome_ml.report.group_view import Groups, group_view
from secretome_ml.report.inline import inline_svg
from secretome_ml.report.learned import LEAST_SAMPLES, effect_views
from secretome_ml.report.overall import caution_words, outside_domain, overall_words
from secretome_ml.report.panel import panel_views
from secretome_ml.report.read import read_view
from secretome_ml.report.rendering import Figures, contents, gallery, model_values, model_words, render
from secretome_ml.report.samples import HEADLINE, Shown, sample_views
from secretome_ml.report.style import svg_text
from secretome_ml.report.summary import ModelSummary
from secretome_ml.report.words import clean
from secretome_ml.trust.resampling import Estimate
from secretome_ml.vocabulary.phrases import counted

PARTS = (
    "domain", "summary", "predictions", "groups", "drivers", "panel", "learned", "gallery", "read", "methods",
    "versions",
)  # fmt: skip
# Samples that are told and drawn in full; more would make the page long and heavy.
IN_FULL = 6
# With fewer samples the table alone is seen at a glance; so many fill a printed page.
_LEAST_DRAWN, _MOST_DRAWN = 3, 55


@dataclass(frozen=True)
class Report:
    """Everything that the report tells, worked out.

    Parameters
    ----------
    profiles : Profiles
        What was read.
    scores, terms : pandas.DataFrame
        As `Model.score_and_explain` gives them, for all samples.
    spread : pandas.DataFrame
        As `sample_stability` gives it, for the samples that are told in full.
    studies : pandas.DataFrame
        As `studies_behind` gives it, for the same samples.
    prevalence : mapping of str to Estimate
        Per effect, the share of published arms that had it when tested, with its interval.
    panel, asked : pandas.DataFrame
        As `panel_function` gives them.
    panel_source : str
        Where the sets of factors come from.
    important : tuple of str
        Factors that the model has a column for.
    refits : int
        Refits behind `spread`.
    summary : ModelSummary
        What the model is.
    figures : mapping of str to (figure, caption)
        Further figures, drawn in a section of their own.
    groups : Groups, optional
        The groups of the file, where it has any.
    date : str
        Date of the input, as its owner gives it; the page never asks the clock.
    """

    profiles: Profiles = field(repr=False)
    scores: pd.DataFrame = field(repr=False)
    terms: pd.DataFrame = field(repr=False)
    spread: pd.DataFrame = field(repr=False)
    studies: pd.DataFrame = field(repr=False)
    prevalence: Mapping[str, Estimate]
    panel: pd.DataFrame = field(repr=False)
    asked: pd.DataFrame = field(repr=False)
    panel_source: str
    important: tuple[str, ...] = field(repr=False)
    refits: int
    summary: ModelSummary
    figures: Figures = field(default_factory=dict, repr=False)
    groups: Groups | None = field(default=None, repr=False)
    date: str = ""


def report_page(report: Report) -> str:
    """Return the report as HTML; the same input gives the same text, and everything in it is escaped."""
    scores, summary = report.scores, report.summary
    samples = sample_views(scores, report.spread, report.studies, report.prevalence, summary.level)
    full = [s for s in samples if s.told]
    read = read_view(report.profiles, report.important)
    outside = outside_domain(scores)
    headline = [str(e) for e in pd.unique(scores["effect"])][:HEADLINE]
    many = len(samples) >= LEAST_SAMPLES
    effects = effect_views(_headline(report.terms), global_importance(report.terms), 0) if many else []
    shown = gallery(report.figures)
    panel = panel_views(report.panel, report.asked)
    second_look = hint_words(hints(report.profiles.take(pd.unique(report.spread["sample"]))))
    return render(
        "report",
        {
            "on_paper": True,
            "parts": PARTS,
            "title": _title(report.profiles),
            "lead": f"{len(samples)} sample{'s' if len(samples) != 1 else ''}; {model_words(summary)}.",
            "contents": contents(
                [
                    ("domain", "Outside the domain", bool(outside)),
                    ("summary", "In short", True),
                    ("predictions", "All samples", True),
                    ("groups", "Between the groups", report.groups is not None),
                    ("drivers", "Sample by sample", True),
                    ("panel", "The panel", True),
                    ("learned", "Over all samples", many),
                    ("more", "Further figures", bool(shown)),
                    ("read", "What was read", True),
                    ("methods", "Methods and limits", True),
                    ("versions", "Versions", True),
                    ("cite", "How to cite", True),
                ]
            ),
            "local": True,
            "outside": outside,
            "outside_count": sum(len(names) for _, names in outside),
            "overall": overall_words(scores),
            "caution": caution_words(report.prevalence, summary.level),
            "samples": samples,
            "full": full,
            "cut": len(samples) > len(full),
            "overview": _overview(report),
            "hints": [(clean(name), found) for name, found in second_look.items()],
            "refits": report.refits,
            "read": read,
            "groups": group_view(report.groups, headline) if report.groups is not None else None,
            "brief": _brief(report, read),
            "panel": panel,
            "panel_quiet": sum(not view["rows"] for view in panel),
            "panel_source": report.panel_source,
            "effects": effects,
            "samples_drawn": len(samples),
            "gallery": shown,
            "date": clean(report.date),
            **model_values(summary),
        },
    )


def _headline(terms: pd.DataFrame) -> pd.DataFrame:
    return terms[terms["effect"].isin(list(pd.unique(terms["effect"]))[:HEADLINE])]


def _brief(report: Report, read: Mapping[str, Any]) -> dict[str, str]:
    """Return in a sentence each what was read, and what was not used."""
    factors = report.profiles.factors.dropna(subset="level")["factor"].nunique()
    what = (
        f"{counted(len(report.profiles), 'sample')} with {counted(int(factors), 'known factor')} were read."
    )
    names = len(read["names"]) + int(read["more_names"])
    unused = f"{counted(names, 'name was', 'names were')} not used." if names else ""
    return {"what": what, "unused": unused}


def _title(profiles: Profiles) -> str:
    files = list(dict.fromkeys(clean(origin.file) for origin in profiles.origins))
    if not files:
        return "Secretome report"
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return f"Secretome report: {files[0]}{more}"


def _overview(report: Report) -> Shown | None:
    """Return all samples at a glance."""
    count = report.scores["sample"].nunique()
    if count < _LEAST_DRAWN:
        return None
    scores = report.scores[report.scores["effect"].isin(list(pd.unique(report.scores["effect"]))[:HEADLINE])]
    usual = {effect: share.value for effect, share in report.prevalence.items()}
    figure = predictions_figure(scores, usual, report.summary.level, _MOST_DRAWN)
    which = f"the first {_MOST_DRAWN} of {count} samples" if count > _MOST_DRAWN else "all samples"
    caption = f"Probabilities of {which}, in the order of the input; dashed: the share of published benefits."
    return Shown(inline_svg(svg_text(figure), "p", caption), caption)
