"""All samples of a report in a few sentences: what to expect, and what to be careful about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from secretome_ml.report.words import clean, effect_label, shorten
from secretome_ml.trust.resampling import Estimate
from secretome_ml.trust.verdict import VERDICTS


def outside_domain(scores: pd.DataFrame) -> list[tuple[str, list[str]]]:
    """Return why samples lie outside the domain, each reason with its samples."""
    first = scores.drop_duplicates("sample")
    found: dict[str, list[str]] = {}
    for row in first[~first["in_domain"].astype(bool)].to_dict("records"):
        reason = clean(str(row["domain_reason"])) or "no reason given"
        found.setdefault(reason, []).append(clean(str(row["sample"])))
    return list(found.items())


def overall_words(scores: pd.DataFrame) -> list[dict[str, str]]:
    """Return, per effect, how many samples should do more than usual, and which score highest and lowest.

    Examples
    --------
    >>> columns = ["sample", "effect", "verdict", "percentile", "score", "in_domain"]
    >>> rows = [("a", "angiogenic", "usual", 90.0, 3.1, True)]
    >>> overall_words(pd.DataFrame(rows, columns=columns))[0]["words"]
    'usual.'
    """
    return [
        {"effect": effect_label(str(effect)).capitalize(), "words": _words(rows)}
        for effect, rows in scores.groupby("effect", sort=False)
    ]


def caution_words(prevalence: Mapping[str, Estimate], level: float) -> str:
    """Return what a probability has to be read against."""
    shares = [
        f"{effect_label(effect)} {_percent(share.value)} ({_percent(share.low)} to {_percent(share.high)})"
        for effect, share in prevalence.items()
    ]
    return (
        "Most published preparations had the effect that they were tested for: "
        f"{', '.join(shares)}; {100 * level:.0f}\u00a0% intervals. A verdict says whether a preparation is "
        "expected above or below that. To choose among preparations compare scores and percentiles, and read "
        "what speaks against."
    )


def _words(rows: pd.DataFrame) -> str:
    counts = rows["verdict"].value_counts()
    if len(rows) == 1:
        return f"{rows['verdict'].iloc[0]}."
    told = [f"{v} for {int(counts[v])}" for v in VERDICTS if v in counts]
    inside = rows[rows["in_domain"].astype(bool)]
    text = f"{', '.join(told)} of {len(rows)} samples."
    if len(inside) < 2:
        return text
    order = inside.sort_values("score", ascending=False, kind="stable").to_dict("records")
    where = " inside the domain" if len(inside) < len(rows) else ""
    return f"{text} Highest score{where}: {_placed(order[0])}; lowest: {_placed(order[-1])}."


def _placed(row: Mapping[Any, Any]) -> str:
    return f"{shorten(str(row['sample']), 60)} (percentile {float(row['percentile']):.0f})"


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\u00a0%"
