"""The studies behind a prediction, as a page shows them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from secretome_ml.report.words import clean, effect_label, shorten

_MOST = 3


def behind_views(studies: pd.DataFrame) -> list[dict[str, Any]]:
    """Return, per effect of one sample, the nearest studies; where any speaks against a benefit, one does.

    Parameters
    ----------
    studies : pandas.DataFrame
        As `studies_behind` gives it, for one sample.
    """
    return [
        {
            "name": effect_label(str(effect)),
            "counts": _counts(rows),
            "rows": [_row(r) for r in _nearest(rows).to_dict("records")],
        }
        for effect, rows in studies.groupby("effect", sort=False)
    ]


def _nearest(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the first rows, the last of them of the other side where the others are all of one."""
    shown = rows.head(_MOST)
    other = rows.iloc[_MOST:][rows.iloc[_MOST:]["side"] != rows["side"].iloc[0]]
    if shown["side"].nunique() == 1 and len(other):
        shown = pd.concat([shown.head(_MOST - 1), other.head(1)])
    return shown


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
