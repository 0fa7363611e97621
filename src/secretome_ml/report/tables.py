"""Tables for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from rich import box
from rich.table import Table
from rich.text import Text

from secretome_ml.models.registry import BASELINES
from secretome_ml.report.words import (
    clean,
    decimal,
    drivers_label,
    effect_label,
    metric_label,
    model_label,
    shorten,
)
from secretome_ml.trust.verdict import LESS, MORE, NOT_JUDGED, USUAL
from secretome_ml.validation.metrics import HIGHER_IS_BETTER

# Names for narrow columns.
_SHORT = {
    "logistic": "logistic",
    "informed": "informed",
    "prevalence": "preva-\nlence",
    "cell_source_only": "cell\nsource",
    "known_factor_list": "known\nfactors",
    "average_precision_rarer": "AP, rarer",
    "concordance": "concordance",
    "brier": "Brier",
}
_MARKS = {
    MORE: (f"▲ {MORE}", "green"),
    LESS: (f"▼ {LESS}", "red"),
    USUAL: (f"● {USUAL}", "yellow"),
    NOT_JUDGED: (f"– {NOT_JUDGED}", "dim"),
}


def join_metrics(metrics_by_model: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the metrics of several models as one table with a column `model`."""
    return pd.concat([m.assign(model=name) for name, m in metrics_by_model.items()], ignore_index=True)


def results_table(metrics_by_model: Mapping[str, pd.DataFrame], level: float = 0.9) -> Table:
    """Return each effect and metric with its interval, models and baselines side by side.

    Parameters
    ----------
    metrics_by_model : mapping of str to pandas.DataFrame
        Per model, `effect, metric, value, low, high, n, studies`.
    level : float
        Level of the intervals.
    """
    metrics = join_metrics(metrics_by_model)
    models = sorted(metrics_by_model, key=lambda m: m in BASELINES)
    table = _plain_table(
        title=f"On studies not seen: value and {100 * level:.0f} % interval; ★ best, ↓ less is better",
        title_justify="left",
        title_style="bold",
    )
    table.add_column("", no_wrap=True)
    for name in models:
        heading = _SHORT.get(name, model_label(name))
        table.add_column(heading, justify="right", style="dim" if name in BASELINES else "")
    for effect, part in metrics.groupby("effect", sort=False):
        table.add_row(Text(effect_label(str(effect)).replace("-", "-\n", 1), style="bold"))
        for metric, rows in part.groupby("metric", sort=False):
            better = metric in HIGHER_IS_BETTER
            best = rows["value"].max() if better else rows["value"].min()
            found = {str(r["model"]): r for r in rows.to_dict("records")}
            cells = [_cell(found[m], float(best)) if m in found else Text("–") for m in models]
            label = Text(_SHORT.get(str(metric), metric_label(str(metric))) + ("" if better else " ↓"))
            table.add_row(label.append(f"\nn = {int(rows['n'].iloc[0])}", style="dim"), *cells)
        table.add_section()
    return table


def scores_table(scores: pd.DataFrame, level: float = 0.9, most_drivers: int = 3) -> Table:
    """Return predictions for the terminal; names from the input are shown as they are, never as markup.

    Parameters
    ----------
    scores : pandas.DataFrame
        The table that `score` writes.
    level : float
        Level of the intervals.
    most_drivers : int
        Drivers per row.
    """
    table = _plain_table(caption=_caption(scores, level), caption_justify="left")
    table.add_column("", min_width=17, max_width=30, overflow="fold")
    table.add_column("Verdict", no_wrap=True)
    table.add_column("Probability", no_wrap=True, justify="right")
    table.add_column("Score", no_wrap=True, justify="right")
    table.add_column("%ile", no_wrap=True, justify="right")
    table.add_column("Drivers", ratio=1, min_width=16, overflow="fold")
    for sample, rows in scores.groupby("sample", sort=False):
        inside = bool(rows["in_domain"].iloc[0])
        name = shorten(str(sample), 60) + ("" if inside else " (!)")
        table.add_row(Text(name, style="bold" if inside else "bold yellow"))
        for row in rows.to_dict("records"):
            mark, colour = _MARKS.get(str(row["verdict"]), (str(row["verdict"]), ""))
            drivers = row["drivers"] if isinstance(row["drivers"], str) else ""
            low, high = decimal(float(row["probability_low"])), decimal(float(row["probability_high"]))
            table.add_row(
                Text(effect_label(str(row["effect"]))),
                Text(mark, style=colour),
                Text(f"{decimal(float(row['probability']))} ({low}–{high})"),
                Text(decimal(float(row["score"]))),
                Text(f"{float(row['percentile']):.0f}"),
                Text(drivers_label(drivers, most_drivers)),
            )
        table.add_section()
    return table


def _plain_table(**settings: Any) -> Table:
    """Return a table without vertical lines, so that it fits a terminal of 80 columns."""
    return Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), **settings)


def _cell(row: Mapping[Any, Any], best: float) -> Text:
    value, low, high = float(row["value"]), float(row["low"]), float(row["high"])
    if np.isnan(value):
        return Text("–")
    won = value == best
    text = Text(("★ " if won else "") + _bare(value, 3), style="bold" if won else "")
    return text.append(f"\n{_bare(low)}–{_bare(high)}", style="dim not bold")


def _bare(value: float, decimals: int = 2) -> str:
    """Return a number without the zero before its point."""
    return decimal(value, decimals).replace("0.", ".", 1) if value < 1 else decimal(value, decimals)


def _caption(scores: pd.DataFrame, level: float) -> Text:
    outside = scores.loc[~scores["in_domain"].astype(bool)].drop_duplicates("sample")
    warnings = [
        f"(!) {shorten(str(s), 60)} is outside what the model has seen: {clean(str(r))}"
        for s, r in zip(outside["sample"], outside["domain_reason"], strict=True)
    ]
    text = Text("\n".join([*warnings, ""]), style="yellow") if warnings else Text()
    return text.append(
        f"Probability of a benefit when tested ({100 * level:.0f} % interval). %ile: published arms that "
        "score lower. Drivers in log odds. Most published preparations work; to choose, compare Score, %ile.",
        style="dim",
    )
