"""What tells the two arms of a pair apart; which kinds of pair a model still gets wrong."""

from __future__ import annotations

import pandas as pd

from secretome_ml.evaluation.judged import Judged
from secretome_ml.profiles.facts import differing_aspects
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.trust.resampling import mean_over_studies

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


def right_by_kind(judged: Judged, profiles: Profiles) -> pd.DataFrame:
    """Return `kind, pairs, studies, ties, right, low, high`, the most frequent kind first."""
    kinds = pair_kinds(profiles, judged.pairs)
    rows = []
    for kind, part in judged.pairs.groupby(kinds.to_numpy()):
        found = mean_over_studies(part["hit"], part["group"])
        ties = int((part["hit"] == 0.5).sum())
        rows.append((str(kind), found.n, found.studies, ties, found.value, found.low, found.high))
    table = pd.DataFrame(rows, columns=["kind", "pairs", "studies", "ties", "right", "low", "high"])
    return table.sort_values("pairs", ascending=False, ignore_index=True)


def described_apart(judged: Judged, profiles: Profiles) -> Judged:
    """Return only the pairs whose two descriptions differ."""
    apart = (pair_kinds(profiles, judged.pairs) != SAME).to_numpy()
    return Judged(judged.pairs[apart], judged.outcomes)
