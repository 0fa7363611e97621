"""Stability over refits: by plain loops, and with refits of known signs."""

import math

import numpy as np
import pandas as pd
import pytest

from conftest import HEADLINE
from secretome_ml.explanation.stability import STABLE, sample_stability, sign_words, term_stability
from secretome_ml.vocabulary.phrases import Term

A = "angiogenic"


class Turned:
    """A model whose contributions are those of another, times a number."""

    def __init__(self, model, by: float) -> None:
        self.model, self.by = model, by

    def contributions(self, features, effect):
        return self.by * self.model.contributions(features, effect)


@pytest.fixture(scope="module")
def table(fitted, refits):
    return term_stability(fitted.maps, fitted.features, fitted.model, refits)


def test_what_having_a_factor_adds_by_another_road(fitted, refits, table):
    """VEGFA: a loop over the samples that measured it, turned where there is less of it."""
    profiles = fitted.profiles
    levels = profiles.factors[profiles.factors["factor"] == "VEGFA"].dropna(subset="level")
    level = levels.groupby("sample")["level"].mean().astype(float)

    def adds(model) -> float:
        found, terms = fitted.given(A, model), fitted.maps[A].terms
        place = terms.index(Term("factor", "VEGFA"))
        rows = {s: i for i, s in enumerate(fitted.features.samples)}
        turned = [found[rows[s], place] * (1.0 if v > 0 else -1.0) for s, v in level.items()]
        return float(np.mean(turned))

    row = table[(table["effect"] == A) & (table["term"] == "VEGFA")].iloc[0]
    own, over = adds(fitted.model), [adds(refit) for refit in refits]
    assert row["adds"] == pytest.approx(own)
    assert row["same_sign"] == pytest.approx(np.mean([np.sign(v) == np.sign(own) for v in over]))
    assert row["samples"] == len(level)
    assert row["studies"] == len({s.split("/")[0] for s in level.index})
    spread = row["high"] - row["low"]
    assert spread == pytest.approx(np.quantile(over, 0.95) - np.quantile(over, 0.05))


def test_what_is_stable_shares_its_sign_in_nine_of_ten(table):
    assert (table["stable"] == (table["same_sign"] >= STABLE)).all()
    assert table["stable"].any()
    assert not table["stable"].all(), "on few studies some signs must turn"


def test_a_sign_that_turns_is_not_stable(fitted):
    models = [Turned(fitted.model, by) for by in (1.0, 2.0, -1.0, -1.0)]
    table = term_stability(fitted.maps, fitted.features, fitted.model, models)
    moved = table[table["adds"].abs() > 1e-9]
    assert (moved["same_sign"] == 0.5).all()
    assert not moved["stable"].any()


def test_samples_keep_their_contributions_and_get_their_spread(fitted, refits):
    found = sample_stability(fitted.maps, fitted.features, fitted.model, refits)
    terms = fitted.terms()
    pd.testing.assert_frame_equal(found[list(terms.columns)], terms)
    wide = [
        pd.concat([fitted.maps[e].table(fitted.given(e, r), e) for e in HEADLINE], ignore_index=True)
        for r in refits
    ]
    for position in (5, 500, len(terms) - 7):
        own = terms["contribution"].iloc[position]
        over = [w["contribution"].iloc[position] for w in wide]
        row = found.iloc[position]
        if abs(own) > 1e-9:
            assert row["same_sign"] == pytest.approx(np.mean(np.sign(over) == np.sign(own)))
        assert row["high"] - row["low"] == pytest.approx(np.quantile(over, 0.95) - np.quantile(over, 0.05))


def test_without_refits_nothing_is_called_stable(fitted):
    found = sample_stability(fitted.maps, fitted.features, fitted.model, ())
    assert found[["low", "high", "same_sign"]].isna().all().all()
    assert not found["stable"].any()
    table = term_stability(fitted.maps, fitted.features, fitted.model, ())
    assert table["same_sign"].isna().all()
    assert table["adds"].abs().max() > 0


@pytest.mark.parametrize(
    ("share", "refits", "words"),
    [
        (0.95, 20, "same sign in 19 of 20 refits"),
        (0.85, 20, "sign not stable: the same in 17 of 20 refits"),
        (math.nan, 20, "stability not known"),
    ],
)
def test_stability_in_words(share: float, refits: int, words: str):
    assert sign_words(share, refits) == words
