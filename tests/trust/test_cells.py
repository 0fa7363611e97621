"""Errors by cell against a count by hand over the released evidence."""

from __future__ import annotations

import numpy as np
import pandas as pd

from secretome_ml.evidence import load_evidence
from secretome_ml.models.targets import targets_from_evidence
from secretome_ml.profiles import profiles_from_evidence
from secretome_ml.trust.cells import FEWEST_ARMS, UNSTATED, cells_of, error_by_cell, judged_outcomes


def test_errors_by_cell_agree_with_a_loop() -> None:
    profiles = profiles_from_evidence(load_evidence())
    cells = cells_of(profiles)
    assert list(cells.index) == list(profiles.samples)
    random = np.random.default_rng(0)
    samples = random.choice(profiles.samples.to_numpy(str), 1500)
    seen = pd.DataFrame(
        {
            "sample": samples,
            "label": random.integers(0, 2, 1500).astype(float),
            "probability": random.random(1500),
        }
    )
    table = error_by_cell(seen, cells)
    assert table["outcomes"].sum() == len(seen)
    by_hand: dict[tuple[str, ...], list[tuple[str, float]]] = {}
    for row in seen.itertuples():
        cell = tuple(str(v) for v in cells.loc[row.sample])
        by_hand.setdefault(cell, []).append((row.sample, (row.label - row.probability) ** 2))
    assert len(by_hand) == len(table)
    for row in table.itertuples():
        own = by_hand[row.cell_source, row.product, row.preconditioning]
        assert row.arms == len({s for s, _ in own})
        assert row.studies == len({s.split("/")[0] for s, _ in own})
        if row.arms >= FEWEST_ARMS:
            assert np.isclose(row.brier, np.mean([e for _, e in own]))
        else:
            assert np.isnan(row.brier)
            assert np.isnan(row.observed)
    assert (table["arms"] >= FEWEST_ARMS).any()


def test_what_is_not_stated_is_a_cell_of_its_own() -> None:
    profiles = profiles_from_evidence(load_evidence())
    cells = cells_of(profiles)
    bare = profiles.context["cell_source"].isna().to_numpy()
    assert bare.any()
    assert (cells.loc[bare, "cell_source"] == UNSTATED).all()
    pretreated = set(profiles.preconditioning["sample"])
    assert {s for s, k in cells["preconditioning"].items() if k != UNSTATED} == pretreated & set(cells.index)


def test_only_what_was_tested_is_judged() -> None:
    evidence = load_evidence()
    effects = ("angiogenic", "anti_fibrotic")
    targets = targets_from_evidence(evidence, effects)
    samples = profiles_from_evidence(evidence).samples
    chance = pd.DataFrame(0.25, index=samples, columns=list(effects))
    seen = judged_outcomes(chance, targets)
    own = targets.outcomes[list(effects)]
    assert len(seen) == int((own.notna() & (own != 0.5)).sum().sum())
    assert (seen["probability"] == 0.25).all()
    assert set(seen["label"]) == {0.0, 1.0}
