"""How papers word things: the patterns of `data/vocabulary/wordings.csv`, each compiled once."""

from __future__ import annotations

import re
from functools import cache

from secretome_ml.vocabulary.tables import rows


@cache
def wording(name: str) -> re.Pattern[str]:
    """Return the pattern of one row of the table.

    Examples
    --------
    >>> wording("retracted").search("RETRACTED ARTICLE: cells that heal") is not None
    True
    """
    row = next(r for r in rows("wordings") if r["id"] == name)
    return re.compile(row["pattern"], re.IGNORECASE if row["case"] == "any" else 0)
