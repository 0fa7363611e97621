"""The page about what a model learned over many samples."""

from __future__ import annotations

import pandas as pd

from secretome_ml.explanation.importance import global_importance
from secretome_ml.report.learned import effect_views
from secretome_ml.report.rendering import Figures, contents, gallery, model_values, model_words, render
from secretome_ml.report.summary import ModelSummary
from secretome_ml.report.words import clean

_DEPENDENCES = 2


def learned_page(
    title: str,
    terms: pd.DataFrame,
    summary: ModelSummary,
    importance: pd.DataFrame | None = None,
    figures: Figures | None = None,
) -> str:
    """Return the page about what a model learned.

    Parameters
    ----------
    title : str
        Heading of the page.
    terms : pandas.DataFrame
        Contributions: `sample, effect, term, kind, value, contribution`.
    summary : ModelSummary
        What the model is; see `summarise`.
    importance : pandas.DataFrame, optional
        As `global_importance` gives it; worked out where it is not given.
    figures : mapping of str to (figure, caption), optional
        Further figures, drawn in a section of their own.

    Returns
    -------
    str
        HTML; the same input gives the same text. Everything from the input is escaped.
    """
    importance = global_importance(terms) if importance is None else importance
    count = int(terms["sample"].nunique())
    shown = gallery(figures or {})
    return render(
        "report",
        {
            "on_paper": True,
            "parts": ("learned", "gallery", "methods", "versions"),
            "title": clean(title),
            "lead": f"{count:,} samples; {model_words(summary)}.",
            "contents": contents(
                [
                    ("learned", "What the model learned", True),
                    ("more", "Pathways, stability, interactions", bool(shown)),
                    ("methods", "Methods and limits", True),
                    ("versions", "Versions", True),
                    ("cite", "How to cite", True),
                ]
            ),
            "local": False,
            "effects": effect_views(terms, importance, _DEPENDENCES),
            "samples_drawn": count,
            "gallery": shown,
            "date": "",
            **model_values(summary),
        },
    )
