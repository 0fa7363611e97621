"""Samples that are described alike share a description, and no feature notices."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from conftest import make_arm, make_evidence, make_record
from secretome_ml.features import batch
from secretome_ml.features.batch import Batch, batch_of, batches_of
from secretome_ml.features.columns import FeatureColumn, Features, supported
from secretome_ml.features.encoder import Encoder
from secretome_ml.features.factors import FactorBlock
from secretome_ml.features.knowledge import KnowledgeBlock
from secretome_ml.features.preconditioning import PreconditioningBlock
from secretome_ml.profiles import Profiles, profiles_from_evidence

HYPOXIC = {"preconditioning": [{"kind": "hypoxia", "o2_percent": 1.0}]}
NEUTRALISED = {"manipulations": [{"kind": "neutralised", "target": "VEGF"}]}
DESCRIBED = {
    "a": {},
    "same as a": {},
    "hypoxic": HYPOXIC,
    "hypoxic too": HYPOXIC,
    "more hypoxic": {"preconditioning": [{"kind": "hypoxia", "o2_percent": 0.5}]},
    "neutralised": NEUTRALISED,
    "other cells": {"cell_source": "adipose"},
}
ALIKE = (("a", "same as a"), ("hypoxic", "hypoxic too"))


def described(names: Iterator[str] | tuple[str, ...] = tuple(DESCRIBED)) -> Profiles:
    arms = [
        make_arm(name, factors=[{"name": "VEGF", "state": state}], **DESCRIBED[name])
        for name, state in zip(names, ("elevated", "decreased", "detected") * 3, strict=False)
    ]
    return profiles_from_evidence(make_evidence(make_record(1, *arms)))


def sharing(one: Batch) -> dict[str, list[str]]:
    """Return sample to the samples of its description."""
    names = [str(s).partition("/")[2] for s in one.samples]
    return {
        n: [names[j] for j in np.flatnonzero(one.which == w)] for n, w in zip(names, one.which, strict=True)
    }


def test_only_what_is_described_alike_shares_a_description():
    (found,) = batches_of(described())
    expected = {name: [name] for name in DESCRIBED} | {name: list(pair) for pair in ALIKE for name in pair}
    assert sharing(found) == expected
    assert len(found.described.profiles) == len(DESCRIBED) - len(ALIKE)
    assert len(found) == len(DESCRIBED)


def test_what_differs_keeps_its_batch():
    alone = described(("a", "hypoxic", "neutralised"))
    (found,) = batches_of(alone)
    assert found.described.profiles is alone
    assert found.which.tolist() == [0, 1, 2]


def test_features_do_not_depend_on_the_batch(monkeypatch):
    """In one batch, in batches of two, and alone without sharing: the same numbers."""
    profiles = described()
    encoder = Encoder(("angiogenic",), min_studies=1).fit(profiles)
    whole = encoder.encode(batch_of(profiles))
    monkeypatch.setattr(batch, "ROWS", 2)
    parts = [encoder.encode(part) for part in batches_of(profiles)]
    assert [len(part.samples) for part in parts] == [2, 2, 2, 1]
    np.testing.assert_array_equal(np.concatenate([p.common for p in parts], axis=1), whole.common)
    own = [p.by_effect["angiogenic"] for p in parts]
    np.testing.assert_array_equal(np.concatenate(own, axis=1), whole.by_effect["angiogenic"])


def test_a_batch_is_smaller_where_there_are_many_factors(monkeypatch):
    profiles = described()
    factors = profiles.factors["factor"].nunique()
    monkeypatch.setattr(batch, "_CELLS", 3 * factors)
    assert [len(part) for part in batches_of(profiles)] == [3, 3, 1]


def test_profiles_without_factors_are_one_batch():
    (found,) = batches_of(profiles_from_evidence(make_evidence(make_record(1, make_arm("a"), make_arm("b")))))
    assert found.levels.shape == (0, 2)


def test_a_name_that_is_not_there_is_named():
    columns = (FeatureColumn("x", "factor"),)
    features = Features(pd.Index(["s/a", "s/b"]), np.zeros((1, 2)), {}, columns)
    assert features.places(pd.Index(["s/b", "s/a"])).tolist() == [1, 0]
    with pytest.raises(KeyError, match="s/c"):
        features.places(pd.Index(["s/a", "s/c"]))
    assert supported(np.zeros((1, 0)), columns, pd.Index([]), 0).dtype == bool


def test_the_mean_of_a_family_is_over_what_was_measured():
    """Two of three members measured in one arm, none in the other."""
    levels = {"FGF2": "elevated", "FGF7": "decreased"}
    arms = [
        make_arm("a", factors=[{"name": n, "state": s} for n, s in levels.items()]),
        make_arm("b", factors=[{"name": "FGF1", "state": "elevated"}]),
        make_arm("c"),
    ]
    profiles = profiles_from_evidence(make_evidence(make_record(1, *arms)))
    block = FactorBlock(min_studies=1).fit(batch_of(profiles))
    found = block.transform(batch_of(profiles))[[c.name for c in block.columns_].index("family=FGF family")]
    own = profiles.factors.set_index("factor")["level"]
    np.testing.assert_allclose(found, [(own["FGF2"] + own["FGF7"]) / 2, own["FGF1"], np.nan])


@pytest.mark.parametrize(
    ("kind", "sign"),
    [("depleted", -1.0), ("neutralised", -1.0), ("inhibited", -1.0), ("added", 1.0), ("protease", 0.0)],
)
def test_what_is_done_to_a_factor_of_the_product(kind: str, sign: float):
    (part,) = KnowledgeBlock()._manipulations([(0, kind, "VEGFA")], "angiogenic")
    assert part.amount == sign * KnowledgeBlock().known.roles.factors["angiogenic", "VEGFA"]


def test_only_whole_columns_of_preconditioning_have_a_prior():
    block = PreconditioningBlock(min_studies=1).fit(batch_of(described()))
    priors = {c.name: c.prior for c in block.columns_}
    whole = priors.keys() & set(block._WHOLE)
    assert whole
    assert any(block.known.prior(name) for name in whole)
    assert all(p == (block.known.prior(name) if name in whole else 0.0) for name, p in priors.items())


def test_names_that_are_unknown_and_amounts_that_were_read_stand_with_their_sample(tmp_path):
    from secretome_ml import read_profiles

    table = "sample,cell_source,VEGF-A [pg/mL],nonsense one,nonsense two\na,adipose,850,1,2\nb,adipose,,,\n"
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")
    found = batch_of(read_profiles(tmp_path / "t.csv"))
    assert found.unknown.tolist() == ["nonsense one; nonsense two", ""]
    assert found.reading[0].startswith("VEGFA 850 pg/mL")
    assert found.reading[1] == ""


def test_features_without_a_column_keep_the_others():
    columns = tuple(FeatureColumn(n, "factor", effect=e) for n, e in (("x", None), ("y", "e"), ("z", "e")))
    features = Features(pd.Index(["s/a"]), np.ones((1, 1)), {"e": np.array([[2.0], [3.0]])}, columns)
    found = features.without(columns[1])
    assert found.samples.tolist() == ["s/a"]
    assert found.common.tolist() == [[1.0]]
    assert found.by_effect["e"].tolist() == [[3.0]]
    assert found.columns == (columns[0], columns[2])


def test_only_the_sum_of_the_cells_is_average_where_nothing_is_stated():
    unstated = {c.name: c.unstated for c in KnowledgeBlock(min_studies=1).fit(batch_of(described())).columns_}
    assert {name for name, what in unstated.items() if what == "average"} == {
        name for name in unstated if "cells" in name
    }
