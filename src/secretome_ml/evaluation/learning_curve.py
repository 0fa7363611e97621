"""Would more studies help? The same test sides, learnt from fewer and fewer studies."""

from __future__ import annotations

import numpy as np
import pandas as pd

from secretome_ml.evaluation.splits import Split
from secretome_ml.models.targets import study_of


def thinned(split: Split, share: float, groups: pd.Series, seed: int) -> Split:
    """Return the split with only a share of the training groups; a smaller share is part of a larger one.

    Examples
    --------
    >>> whole = Split(pd.Index(["a/1", "b/1", "c/1", "d/1"]), pd.Index(["e/1"]))
    >>> groups = pd.Series(list("abcde"), index=list("abcde"))
    >>> len(thinned(whole, 0.5, groups, seed=0).train)
    2
    """
    group = groups.reindex(study_of(split.train)).to_numpy(dtype=object)
    names = np.array(sorted(set(group)), dtype=object)
    order = np.random.default_rng(seed).permutation(len(names))
    kept = set(names[order[: max(round(share * len(names)), 1)]])
    return Split(split.train[[g in kept for g in group]], split.test)
