"""Callers who are scored together get what each would get alone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pandas as pd
import pytest

from secretome_ml import load_model
from secretome_ml.profiles import make_profiles
from secretome_ml.web.batching import Batches


class Counted:
    """A model that notes how many samples each pass had, and waits for the first to be let go."""

    def __init__(self, model: Any) -> None:
        self.model, self.passes, self.go = model, [], threading.Event()

    def score(self, profiles: Any) -> Any:
        self.passes.append(len(profiles))
        self.go.wait(60)
        if any("poison" in str(s) for s in profiles.samples):
            raise ValueError("poison")
        return self.model.score(profiles)


@pytest.fixture(scope="module")
def model():
    return load_model()


def all_at_once(counted: Counted, parts: list[Any], most: int = 256) -> list[Any]:
    """Score parts in one thread each; the first holds the turn until all others wait."""
    batches = Batches(most)

    def score(part: Any) -> Any:
        try:
            return batches.score(counted, part)
        except ValueError as error:
            return error

    with ThreadPoolExecutor(len(parts)) as callers:
        futures = [callers.submit(score, part) for part in parts]
        while len(batches._waiting) < len(parts) - 1:
            pass
        counted.go.set()
        return [future.result() for future in futures]


def test_together_as_alone(model, few_profiles):
    parts = [few_profiles.take(few_profiles.samples[i : i + 3]) for i in range(0, 18, 3)]
    parts.append(parts[0])  # two callers with the same names
    counted = Counted(model)
    found = all_at_once(counted, parts)
    assert counted.passes == [3, 18], "the first alone, then all who waited"
    for part, scores in zip(parts, found, strict=True):
        wanted = model.score(part)
        pd.testing.assert_frame_equal(scores, wanted, rtol=0, atol=1e-10, check_dtype=False)


def test_a_table_is_bounded(model, few_profiles):
    parts = [few_profiles.take(few_profiles.samples[i : i + 2]) for i in range(0, 10, 2)]
    counted = Counted(model)
    all_at_once(counted, parts, most=4)
    assert counted.passes == [2, 4, 4]


def test_one_that_fails_does_not_take_the_others_with_it(model, few_profiles):
    poison = make_profiles(pd.DataFrame({"cell_source": ["adipose"]}, index=["poison"]))
    good = [few_profiles.take([s]) for s in few_profiles.samples[:4]]
    found = all_at_once(Counted(model), [*good[:2], poison, *good[2:]])
    assert [isinstance(f, ValueError) for f in found] == [False, False, True, False, False]
    assert [list(f["sample"].unique()) for f in found if not isinstance(f, ValueError)] == [
        list(part.samples) for part in good
    ]
