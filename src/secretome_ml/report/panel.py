"""What the changed factors of a sample stand for, as a page shows it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from secretome_ml.explanation.panel import SIGNIFICANT
from secretome_ml.report.words import between, clean, plain

MOST_SETS = 8


def panel_views(results: pd.DataFrame, asked: pd.DataFrame) -> list[dict[str, Any]]:
    """Return, per sample and direction that could be asked, the sets that stand out.

    Parameters
    ----------
    results, asked : pandas.DataFrame
        As `panel_function` gives them; may be empty.
    """
    views = []
    for row in asked[asked["refused"] == ""].to_dict("records"):
        own = results[(results["sample"] == row["sample"]) & (results["direction"] == row["direction"])]
        clear = own[own["adjusted"] <= SIGNIFICANT].head(MOST_SETS)
        views.append(
            {
                "sample": clean(str(row["sample"])),
                "direction": str(row["direction"]),
                "changed": int(row["changed"]),
                "background": int(row["background"]),
                "tested": int(row["tested"]),
                "rows": [_row(r) for r in clear.to_dict("records")],
            }
        )
    return views


def _row(record: dict[Any, Any]) -> dict[str, str]:
    odds, low, high = (float(record[c]) for c in ("odds_ratio", "odds_low", "odds_high"))
    return {
        "set": clean(str(record["set"])),
        "overlap": f"{int(record['overlap'])} of {int(record['size'])}",
        "odds": between(odds, low, high, plain),
        "p": plain(float(record["adjusted"])),
        "factors": clean(str(record["factors"]).replace("; ", ", ")),
    }
