"""What tells the two arms of a pair apart."""

from __future__ import annotations

import pandas as pd

from secretome_ml.profiles.facts import differing_aspects
from secretome_ml.profiles.profiles import Profiles

SAME, SEVERAL = "nothing stated", "several"


def pair_kinds(profiles: Profiles, pairs: pd.DataFrame) -> pd.Series:
    """Return, per pair, the one aspect in which its arms differ, `several`, or `nothing stated`.

    The aspects are those of `arm_facts`, amounts included. Measured factors count as the aspect only where
    nothing else differs: they are a consequence of the rest.
    """
    levels = profiles.factors[["sample", "factor", "level"]].astype(str)
    rows = pd.Series(list(levels[["factor", "level"]].itertuples(index=False, name=None)), dtype=object)
    measured = rows.groupby(levels["sample"].to_numpy()).agg(frozenset).to_dict()
    kinds = []
    differing = differing_aspects(profiles, pairs)
    for arm, than, aspects in zip(pairs["arm"], pairs["than"], differing, strict=True):
        if not aspects:
            kinds.append("factors" if measured.get(arm) != measured.get(than) else SAME)
        else:
            kinds.append(aspects[0] if len(aspects) == 1 else SEVERAL)
    return pd.Series(kinds, index=pairs.index, name="kind")
