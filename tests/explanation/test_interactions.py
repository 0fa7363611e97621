"""Interactions of terms by another road: dense matrices, sample by sample."""

import numpy as np
import pytest

from secretome_ml.explanation.interactions import sample_interactions, term_interactions

A = "angiogenic"


@pytest.fixture(scope="module")
def found(fitted):
    return sample_interactions(fitted.model, fitted.features, A, fitted.maps[A])


def dense(fitted, row: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the interactions of terms and what each does alone: off-diagonal and diagonal, by matrices."""
    own = fitted.maps[A]
    size = len(fitted.features.columns)
    some = fitted.features.take(fitted.features.samples[row : row + 1])
    matrix = fitted.model.interactions(some, A)[0]
    share = np.zeros((size + 1, len(own.terms)))
    share[:size, own.unstated] = 1.0
    share[size, own.base] = 1.0
    for r, c, t, s in zip(*own.moves(), strict=True):
        if r == row:
            share[c, t] += s
            share[c, own.unstated] -= s
    alone, apart = np.diag(np.diag(matrix)), matrix - np.diag(np.diag(matrix))
    return share.T @ apart @ share, (share.T @ alone).sum(axis=1)


@pytest.mark.parametrize("row", [0, 17, 40])
def test_pairs_by_dense_matrices(fitted, found, row: int):
    between, _ = dense(fitted, row)
    base = fitted.maps[A].base
    own = found[found["row"] == row]
    given = {(f, s): v for f, s, v in own[["first", "second", "interaction"]].itertuples(index=False)}
    for i in range(len(between)):
        for j in range(i + 1, len(between)):
            if base not in (i, j):
                assert given.get((i, j), 0.0) == pytest.approx(2 * between[i, j], abs=1e-7)


def test_all_interactions_of_a_term_add_up_to_its_contribution(fitted):
    for row in (3, 25):
        between, alone = dense(fitted, row)
        assert np.abs(between.sum(axis=1) + alone - fitted.given(A)[row]).max() < 1e-5


def test_the_table_by_loops(fitted, found):
    table = term_interactions(fitted.model, fitted.features, A, fitted.maps[A], studies_at_least=1)
    own = fitted.maps[A]
    stated, names = ~np.isnan(own.values), own.named()["term"].tolist()
    row = table.iloc[0]
    first, second = names.index(row["first"]), names.index(row["second"])
    pair = found[(found["first"] == first) & (found["second"] == second)]
    assert row["mean_magnitude"] == pytest.approx(pair["interaction"].abs().sum() / len(own.samples))
    both = [i for i in range(len(own.samples)) if stated[i, first] and stated[i, second]]
    values = dict(zip(pair["row"], pair["interaction"], strict=True))
    assert row["samples"] == len(both)
    if both:
        assert row["together"] == pytest.approx(sum(values.get(i, 0.0) for i in both) / len(both))
    assert table["mean_magnitude"].is_monotonic_decreasing


def test_a_linear_model_has_none(fitted):
    table = term_interactions(fitted.model.linear_, fitted.features, A, fitted.maps[A], studies_at_least=1)
    assert table.empty
