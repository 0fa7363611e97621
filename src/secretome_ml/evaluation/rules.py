"""Rules of thumb that need no training: the arm with more preconditioning, the arm with more factors."""

from __future__ import annotations

import pandas as pd

from secretome_ml.profiles.profiles import Profiles

RULES = ("more preconditioning", "more factors")


def rule_margin(rule: str, profiles: Profiles, effects: tuple[str, ...]) -> pd.DataFrame:
    """Return samples by effects: what the rule counts, the same for every effect."""
    rows = profiles.preconditioning if rule == RULES[0] else profiles.factors
    count = rows.groupby("sample").size().reindex(profiles.samples).fillna(0).astype(float)
    return pd.DataFrame(dict.fromkeys(effects, count), index=profiles.samples)
