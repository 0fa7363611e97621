"""The model card: what a model is for, what it rests on, how good it is, and where it fails."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from secretome_ml.core.version import __version__
from secretome_ml.models.registry import BASELINES
from secretome_ml.recipe import Recipe
from secretome_ml.report.summary import citation
from secretome_ml.report.words import decimal, effect_label, metric_label, model_label
from secretome_ml.trust.cells import CELL, FEWEST_ARMS
from secretome_ml.validation.metrics import HIGHER_IS_BETTER

_JUDGED = ("auroc", "log_loss", "concordance")


def model_card(
    recipe: Recipe,
    metrics: pd.DataFrame,
    evidence_stats: Mapping[str, Any],
    chosen_parameters: Mapping[str, Any],
    cells: pd.DataFrame,
) -> str:
    """Return the card of a trained model as markdown; the same training gives the same text.

    Parameters
    ----------
    recipe : Recipe
        What was trained.
    metrics : pandas.DataFrame
        `model, effect, metric, value, low, high, n, studies` of the model, other models and the baselines.
    evidence_stats : mapping
        As `evidence_stats` counts the corpus.
    chosen_parameters : mapping of str to values
        Hyperparameters of the final model.
    cells : pandas.DataFrame
        The model's errors by kind of preparation, as `error_by_cell` gives them.
    """
    named = model_label(recipe.model)
    effects = ", ".join(effect_label(e) for e in recipe.effects)
    level = f"{100 * recipe.level:.0f} %"
    baselines = ", ".join(model_label(b) for b in BASELINES)
    weak = list(_weaknesses(recipe, metrics, evidence_stats))
    parts = [
        f"# Model card: {_plain(recipe.name)}",
        f"{named}, trained by secretome-ml {__version__}.",
        "## What it is for",
        "Ranking and judging stem-cell secretomes (conditioned medium, vesicles) by the effects to expect of "
        f"them: {effects}. It gives a score, a calibrated probability that the effect is beneficial when "
        "tested, its interval, and the factors and conditions that drive the score. It serves to choose what "
        "to test next.",
        "## What it must not be used for",
        "It is research software, not a clinical device. Not for diagnosis, not for choosing or releasing a "
        "treatment, not for judging the quality or safety of a product, and not in place of an experiment. "
        "A contribution is what the model makes of a statement, not proof of a cause.",
        "## Data",
        "\n".join(_data(evidence_stats)),
        "A factor that a study does not list is not measured, and an effect without an outcome is not "
        "tested; neither is ever a zero.",
        "## How it was validated",
        f"{recipe.folds}-fold cross-validation by study (repeats: {recipe.repeats}, seed: {recipe.seed}): a "
        "study is never on both sides. Hyperparameters and calibration are chosen by "
        f"{recipe.inner_folds} inner folds on the training side. Intervals ({level}) are from {recipe.draws} "
        f"bootstrap draws of studies. Three baselines are always beside it: {baselines}.",
        "## Metrics",
        *(_metric_table(metrics, effect, recipe.model) for effect in pd.unique(metrics["effect"])),
        "Best value in bold. Concordance: how often the better of two arms of an unseen study has the higher "
        "score. Average precision is that of the rarer class.",
        "## How far off, by kind of preparation",
        "Out of fold, all effects together. Where observed and predicted lie apart, or few studies stand "
        "behind a row, a probability is to be believed less, also where a sample is `in_domain`.",
        _cell_table(cells),
        "## Where it fails",
        "\n".join(f"- {w}" for w in weak),
        "## Settings",
        "\n".join(f"- {_plain(str(k))}: {_plain(_value(v))}" for k, v in sorted(chosen_parameters.items()))
        or "No hyperparameters.",
        "## Evidence digest",
        f"`{evidence_stats.get('digest', 'not stated')}`",
        "## How to cite",
        f"{citation()} Name the recipe and the evidence digest.",
    ]
    return "\n\n".join(parts) + "\n"


def _data(stats: Mapping[str, Any]) -> Iterator[str]:
    words = {
        "studies": "published studies, each with its DOI or address",
        "arms": "arms",
        "factor_rows": "statements about factors",
        "outcomes": "outcomes",
        "headline_null_or_adverse": "of the outcomes of the headline effects null or adverse",
        "headline_comparisons": "comparisons between arms of a study, for the headline effects",
    }
    for key, text in words.items():
        if key in stats:
            yield f"- {stats[key]} {text}"
    if "headline_beneficial_share" in stats:
        yield f"- {100 * float(stats['headline_beneficial_share']):.0f} % of the headline outcomes beneficial"
    for effect, counts in sorted(stats.get("by_effect", {}).items()):
        if effect in stats.get("thin", {}):
            counted = ", ".join(f"{n} {_plain(str(r))}" for r, n in sorted(counts.items()))
            yield f"- {effect_label(effect)}: {counted}"


def _metric_table(metrics: pd.DataFrame, effect: str, model: str) -> str:
    own = metrics[metrics["effect"] == effect].dropna(subset="value")
    names = sorted(pd.unique(metrics["model"]), key=lambda m: m != model)
    lines = [
        f"### {effect_label(str(effect)).capitalize()}",
        "",
        "| metric | " + " | ".join(model_label(n) for n in names) + " | outcomes or pairs | studies |",
        "|---|" + "---|" * (len(names) + 2),
    ]
    for metric, rows in own.groupby("metric", sort=False):
        found = {str(r["model"]): r for r in rows.to_dict("records")}
        best = rows["value"].max() if metric in HIGHER_IS_BETTER else rows["value"].min()
        cells = [_metric_cell(found.get(n), float(best)) for n in names]
        first = rows.iloc[0]
        cells += [str(int(first["n"])), str(int(first["studies"]))]
        lines.append(f"| {metric_label(str(metric))} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell_table(cells: pd.DataFrame) -> str:
    named = [c for c in cells if c in CELL]
    lines = [
        "| " + " | ".join(_plain(c.replace("_", " ")) for c in named)
        + " | arms | outcomes | studies | observed beneficial | predicted | Brier score |",
        "|---|" + "---|" * (len(named) + 5),
    ]  # fmt: skip
    shown = cells[cells["arms"] >= FEWEST_ARMS]
    for row in shown.to_dict("records"):
        told = [_plain(str(row[c]).replace("_", " ")) for c in named]
        told += [str(int(row[c])) for c in ("arms", "outcomes", "studies")]
        told += [decimal(float(row[c]), 2) for c in ("observed", "predicted", "brier")]
        lines.append("| " + " | ".join(told) + " |")
    few = len(cells) - len(shown)
    rest = int(cells["outcomes"].sum() - shown["outcomes"].sum())
    said = (
        f"{few} other kinds have fewer than {FEWEST_ARMS} tested arms each ({rest} outcomes): too few to say."
    )
    return "\n".join([*lines, "", said])


def _metric_cell(row: Mapping[Any, Any] | None, best: float) -> str:
    if row is None:
        return "–"
    value = decimal(float(row["value"]), 3)
    shown = f"**{value}**" if float(row["value"]) == best else value
    return f"{shown} ({decimal(float(row['low']), 3)} to {decimal(float(row['high']), 3)})"


def _weaknesses(recipe: Recipe, metrics: pd.DataFrame, stats: Mapping[str, Any]) -> Iterator[str]:
    """Yield where the model does not beat a baseline, where evidence is thin, and what holds always."""
    values = metrics.set_index(["effect", "metric", "model"])["value"].sort_index()
    for effect in map(str, pd.unique(metrics["effect"])):
        named = effect_label(effect)
        behind = [m for m in _JUDGED if _behind(values, effect, m, recipe.model)]
        if behind:
            yield f"{named}: does not beat the best baseline in {_listed(behind)}."
        by_chance = [
            m for m in _JUDGED if m in HIGHER_IS_BETTER and _near_chance(metrics, effect, m, recipe.model)
        ]
        if by_chance:
            yield f"{named}: {_listed(by_chance)} cannot be told from chance; the interval reaches 0.5."
    for effect, thin in sorted(stats.get("thin", {}).items()):
        well = [s for s in sorted(stats.get("by_cell_source", {})) if s not in thin and s != "not stated"]
        if effect in recipe.effects and thin:
            listed = ", ".join(_plain(s.replace("_", " ")) for s in well) or "no source"
            named = effect_label(effect)
            yield f"{named}: five or more arms tested only from {listed}; other sources are guesswork."
    yield "Published studies report successes more often than failures; probabilities lean to the high side."
    yield "Preparations unlike those of the studies: their scores say so (`in_domain`) and are not reliable."
    yield "Dose, donor and assay differ between studies more than the records tell."
    yield (
        "More of a factor always moves a score one way. Where a study found an optimum (tubes and migration: "
        "2 ng/mL of VEGF above 4 ng/mL, 10.1186/s13287-017-0488-3), the model does not know it."
    )
    yield (
        "Batches that act differently and have one profile: independent preparations of vesicles of which no "
        "protein and no microRNA told the active from the others (10.1016/j.jcyt.2023.03.008, "
        "10.3389/fcell.2023.1282860) have one score."
    )


def _behind(values: pd.Series, effect: str, metric: str, model: str) -> bool:
    found = {m: float(values.get((effect, metric, m), np.nan)) for m in (model, *BASELINES)}
    if np.isnan(found[model]) or all(np.isnan(found[b]) for b in BASELINES):
        return False
    if metric in HIGHER_IS_BETTER:
        return found[model] <= float(np.nanmax([found[b] for b in BASELINES]))
    return found[model] >= float(np.nanmin([found[b] for b in BASELINES]))


def _near_chance(metrics: pd.DataFrame, effect: str, metric: str, model: str) -> bool:
    own = metrics[(metrics["effect"] == effect) & (metrics["metric"] == metric) & (metrics["model"] == model)]
    return bool((own["low"] <= 0.5).any())


def _listed(metrics: list[str]) -> str:
    return " and ".join(metric_label(m) for m in metrics)


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)


def _plain(text: str) -> str:
    """Return text that markdown and HTML take as text."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")
    return " ".join(safe.split())
