"""Labels shuffled between studies: what the harness says when there is nothing to learn."""

from __future__ import annotations

import numpy as np

from secretome_ml.models.targets import Targets


def permuted(targets: Targets, seed: int) -> Targets:
    """Return targets in which no label belongs to its arm any more.

    Per effect, the outcomes are dealt anew among the tested arms, and one half of the decided
    comparisons, chosen at random, is turned round.

    Examples
    --------
    >>> import pandas as pd
    >>> outcomes = pd.DataFrame({"angiogenic": [1.0, 0.0, None]}, index=["s/a", "s/b", "t/a"])
    >>> pairs = pd.DataFrame({"effect": [], "arm": [], "than": [], "direction": []})
    >>> shuffled = permuted(Targets(outcomes, pd.Series(1.0, index=outcomes.index), pairs), seed=0)
    >>> float(shuffled.outcomes["angiogenic"].sum()), int(shuffled.outcomes["angiogenic"].isna().sum())
    (1.0, 1)
    """
    generator = np.random.default_rng(seed)
    outcomes = targets.outcomes.copy()
    for effect in targets.effects:
        tested = outcomes.index[outcomes[effect].notna()]
        outcomes.loc[tested, effect] = generator.permutation(outcomes.loc[tested, effect].to_numpy())
    turn = np.ones(len(targets.comparisons))
    decided = np.flatnonzero(targets.comparisons["direction"].to_numpy(dtype=float) != 0)
    turn[generator.permutation(decided)[: len(decided) // 2]] = -1.0
    pairs = targets.comparisons.assign(direction=targets.comparisons["direction"].astype(float) * turn)
    return Targets(outcomes, targets.weights, pairs)
