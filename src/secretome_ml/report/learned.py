"""What the model learned, and how good it is, as a page shows it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from secretome_ml.models.registry import BASELINES
from secretome_ml.report.figures import beeswarm, dependence, importance_bar, metrics_forest
from secretome_ml.report.inline import inline_svg
from secretome_ml.report.samples import Shown
from secretome_ml.report.style import svg_text
from secretome_ml.report.summary import ModelSummary
from secretome_ml.report.words import clean, decimal, effect_label, metric_label, model_label, signed
from secretome_ml.validation.metrics import HIGHER_IS_BETTER

_HEADLINE, _FOREST = ("concordance", "auroc", "log_loss"), ("concordance", "auroc")
# With fewer samples a figure over all of them says less than each by itself.
LEAST_SAMPLES = 8


def effect_views(
    terms: pd.DataFrame, importance: pd.DataFrame, dependences: int, most: int = 20
) -> list[dict[str, Any]]:
    """Return, per effect, its figures and its strongest terms.

    Parameters
    ----------
    terms : pandas.DataFrame
        Contributions of all samples.
    importance : pandas.DataFrame
        As `global_importance` gives it.
    dependences : int
        For how many of the strongest terms the contribution is drawn against the value.
    most : int
        Rows of the table.
    """
    views = []
    for number, effect in enumerate(pd.unique(terms["effect"]), start=1):
        own = importance[(importance["effect"] == effect) & (importance["mean_magnitude"] > 0)]
        own = own.sort_values(["mean_magnitude", "term"], ascending=[False, True], kind="stable").head(most)
        named = effect_label(str(effect))
        figures = []
        if terms["sample"].nunique() >= LEAST_SAMPLES:
            figures.append(_shown(svg_text(beeswarm(terms, str(effect))), f"b{number}", swarm_caption(named)))
        drawn = svg_text(importance_bar(importance, str(effect)))
        figures.append(_shown(drawn, f"i{number}", bar_caption(named)))
        measured = own.loc[own["kind"] == "factor", "term"]
        for place, term in enumerate(measured.head(dependences)):
            caption = (
                f"{clean(str(term))}: contribution to the {named} score by what the sample states; "
                "bars are medians."
            )
            drawn = svg_text(dependence(terms, str(effect), str(term)))
            figures.append(_shown(drawn, f"d{number}-{place}", caption))
        views.append({"name": named, "figures": figures, "table": [_row(r) for r in own.to_dict("records")]})
    return views


def swarm_caption(effect: str) -> str:
    """Return what a reader needs to read a beeswarm without the text around it."""
    return (
        f"Contributions of the strongest factors and conditions to the {effect} score, in log odds. "
        "Each point is one sample that states the term (n, right); colour is the level of a factor from "
        "decreased to elevated, grey a condition. The strongest mean magnitude stands first."
    )


def bar_caption(effect: str) -> str:
    """Return what a reader needs to read the bars without the text around them."""
    return (
        f"What the {effect} score rests on, in log odds. Left: mean contribution over the samples "
        "that state the term (n, right), with the 10th to 90th percentile of these samples. Right: mean "
        "magnitude over all samples; a term that few samples state counts little."
    )


def metric_figures(summary: ModelSummary) -> list[Shown]:
    """Return one figure per headline metric, the model beside the baselines."""
    metrics = beside_baselines(summary)
    present = set(metrics["metric"])
    return [
        _shown(
            svg_text(metrics_forest(metrics, [name], summary.model)),
            f"m{place}",
            f"{model_label(summary.model)} beside the baselines: {metric_label(name)}.",
        )
        for place, name in enumerate(m for m in _FOREST if m in present)
    ]


def headline_table(summary: ModelSummary) -> dict[str, Any]:
    """Return the headline metrics of the model and the baselines, one row per effect and metric."""
    metrics = beside_baselines(summary)
    models = _models(metrics, summary)
    rows = [
        (effect_label(str(effect)), metric_label(metric), _cells(own, metric, models))
        for effect, part in metrics.groupby("effect", sort=False)
        for metric in _HEADLINE
        if not (own := part[part["metric"] == metric]).empty
    ]
    return {"models": [model_label(m) for m in models], "rows": rows}


def metric_tables(summary: ModelSummary) -> list[dict[str, Any]]:
    """Return, per effect, every metric of every model, the best marked."""
    if summary.metrics.empty:
        return []
    metrics = summary.metrics.dropna(subset="value")
    models = _models(metrics, summary)
    tables = []
    for effect, part in metrics.groupby("effect", sort=False):
        rows = [
            (metric_label(str(metric)), _cells(own, str(metric), models))
            for metric, own in part.groupby("metric", sort=False)
        ]
        named = [model_label(m) for m in models]
        tables.append({"effect": effect_label(str(effect)), "models": named, "rows": rows})
    return tables


def beside_baselines(summary: ModelSummary) -> pd.DataFrame:
    """Return the metrics of the model and of the baselines alone."""
    metrics = summary.metrics
    if metrics.empty:
        return pd.DataFrame(columns=["model", "effect", "metric", "value", "low", "high"])
    return metrics[metrics["model"].isin([summary.model, *BASELINES])].dropna(subset="value")


def _models(metrics: pd.DataFrame, summary: ModelSummary) -> list[str]:
    return sorted(pd.unique(metrics["model"]), key=lambda m: m != summary.model)


def _cells(rows: pd.DataFrame, metric: str, models: list[str]) -> list[dict[str, Any]]:
    best = best_value(rows["value"], metric)
    found = {str(r["model"]): r for r in rows.to_dict("records")}
    return [
        {
            "value": decimal(float(found[m]["value"])),
            "interval": f"{decimal(float(found[m]['low']))}–{decimal(float(found[m]['high']))}",
            "best": float(found[m]["value"]) == best,
        }
        if m in found
        else {"value": "–", "interval": "", "best": False}
        for m in models
    ]


def best_value(values: pd.Series, metric: str) -> float:
    """Return the best of some values of a metric."""
    return float(values.max() if metric in HIGHER_IS_BETTER else values.min())


def _shown(svg: str, prefix: str, caption: str) -> Shown:
    return Shown(inline_svg(svg, prefix, caption), caption)


def _row(record: dict[Any, Any]) -> dict[str, Any]:
    return {
        "term": clean(str(record["term"])),
        "kind": str(record["kind"]).replace("_", " "),
        "mean": signed(float(record["mean"])),
        "range": f"{signed(float(record['low']))} to {signed(float(record['high']))}",
        "mean_magnitude": decimal(float(record["mean_magnitude"]), 3),
        "samples": int(record["samples"]),
    }
