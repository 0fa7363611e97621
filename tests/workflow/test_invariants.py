"""What any comparison of preparations must obey: f(a,a) = 0, f(a,b) = -f(b,a), f(a,b) + f(b,c) = f(a,c).

f is what `compare` answers for two preparations that it is given alone: what is encoded of a preparation must
not depend on what it is compared with.
"""

from dataclasses import replace
from itertools import combinations, permutations, product

import numpy as np
import pandas as pd
import pytest

from secretome_ml.workflows.compare import compare

SLACK = 1e-9
FRAMES = ("preconditioning", "manipulations", "factors", "unknown")


def named(profiles, name):
    """Return the profiles of one sample under another name."""
    frames = {
        part: getattr(profiles, part).assign(sample=name).astype({"sample": "string"}) for part in FRAMES
    }
    return replace(profiles, context=profiles.context.set_axis(pd.Index([name], name="sample")), **frames)


@pytest.fixture(scope="module")
def f(few_model, few_profiles):
    """Return (a, b) to the differences of effects and of terms, for four arms.

    Those of most factors, of most preconditioning, and the first and the last of the others.
    """
    counts = [
        rows.groupby("sample").size().reindex(few_profiles.samples).fillna(0)
        for rows in (few_profiles.factors, few_profiles.preconditioning)
    ]
    arms = list(dict.fromkeys([*(str(c.idxmax()) for c in counts), *few_profiles.samples[[0, -1]]]))
    found = {}
    for a, b in product(arms, arms):
        both = compare(
            few_model, *(named(few_profiles.take([arm]), side) for arm, side in ((a, "a"), (b, "b")))
        )
        scores = both.scores.set_index("effect")[["difference", "difference_low", "difference_high"]]
        found[a, b] = scores, both.terms.set_index(["effect", "term"])["difference"]
    return found


def arms_of(f) -> list[str]:
    return sorted({a for a, _ in f})


def test_nothing_differs_from_itself(f):
    for a in arms_of(f):
        scores, terms = f[a, a]
        assert scores.abs().max(axis=None) == 0.0
        assert (terms == 0.0).all()


def test_the_other_way_round_it_is_the_opposite(f):
    assert any(f[pair][0]["difference"].abs().max() > 0.1 for pair in f), "arms that differ"
    for a, b in combinations(arms_of(f), 2):
        (there, terms), (back, back_terms) = f[a, b], f[b, a]
        np.testing.assert_allclose(there["difference"], -back["difference"], atol=SLACK)
        np.testing.assert_allclose(there["difference_low"], -back["difference_high"], atol=SLACK)
        assert terms.add(back_terms, fill_value=0.0).abs().max() < SLACK


def test_two_steps_are_the_whole_way(f):
    for a, b, c in permutations(arms_of(f), 3):
        (first, by_term), (second, then), (whole, all_terms) = f[a, b], f[b, c], f[a, c]
        np.testing.assert_allclose(
            first["difference"] + second["difference"], whole["difference"], atol=SLACK
        )
        steps = by_term.add(then, fill_value=0.0)
        assert steps.sub(all_terms, fill_value=0.0).abs().max() < SLACK
