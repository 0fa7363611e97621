"""Every factor name in the shipped evidence resolves, or says why it stands for no single factor."""

from __future__ import annotations

from collections import Counter

import pytest

from secretome_ml.core.paths import data_dir
from secretome_ml.vocabulary import FactorVocabulary
from secretome_ml.vocabulary.tables import read_rows

VOCABULARY = FactorVocabulary.load()


def _names() -> Counter[str]:
    path = data_dir() / "evidence" / "factors.csv"
    if not path.exists():
        pytest.skip("data/evidence/factors.csv is not built yet: run `secretome-ml evidence import`")
    return Counter(row["name"] for row in read_rows(path))


def test_no_name_is_simply_unknown() -> None:
    unknown = {
        name: reason
        for name in _names()
        if (reason := VOCABULARY.resolve(name).reason or "").startswith("unknown")
        and VOCABULARY.resolve(name).factor is None
    }
    assert unknown == {}


def test_nearly_all_names_resolve() -> None:
    names = _names()
    resolved = [name for name in names if VOCABULARY.resolve(name).factor is not None]
    assert len(resolved) >= 0.98 * len(names)


def test_the_rest_says_why() -> None:
    for name in _names():
        found = VOCABULARY.resolve(name)
        assert found.factor is not None or (found.reason or "").startswith(("not one factor", "ambiguous"))
