"""The studies behind a prediction, as a page shows them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from secretome_ml.report.words import clean, effect_label, shorten


def behind_views(studies: pd.DataFrame, samples: list[str]) -> list[dict[str, Any]]:
    """Return, per sample and effect, the studies that support a benefit and those that speak against it.

    Parameters
    ----------
    studies : pandas.DataFrame
        As `studies_behind` gives it.
    samples : list of str
        Samples to show.
    """
    views = []
    for sample in samples:
        own = studies[studies["sample"] == sample]
        effects = [
            {
                "name": effect_label(str(effect)),
                "counts": _counts(rows),
                "rows": [_row(r) for r in _records(rows)],
            }
            for effect, rows in own.groupby("effect", sort=False)
        ]
        if effects:
            views.append({"name": clean(sample), "effects": effects})
    return views


def _records(rows: pd.DataFrame) -> list[dict[Any, Any]]:
    found: list[dict[Any, Any]] = rows.to_dict("records")
    return found


def _counts(rows: pd.DataFrame) -> str:
    others = rows[~rows["itself"]]
    supports = int((others["side"] == "supports").sum())
    return f"{supports} support a benefit, {len(others) - supports} speak against"


def _row(record: dict[Any, Any]) -> dict[str, Any]:
    year = record["year"]
    return {
        "title": clean(str(record["title"])) or str(record["study"]),
        "doi": clean(str(record["doi"])),
        "locator": clean(str(record["locator"])),
        "place": shorten(str(record["locator"]).removeprefix("https://"), 60),
        "study": str(record["study"]),
        "year": "" if pd.isna(year) else str(int(year)),
        "arm": clean(str(record["arm"]).replace("_", " ")),
        "shared": f"{100 * float(record['shared']):.0f} %" if pd.notna(record["shared"]) else "–",
        "shared_facts": clean(str(record["shared_facts"])),
        "result": clean(str(record["result"])),
        "supports": record["side"] == "supports",
        "itself": bool(record["itself"]),
    }
