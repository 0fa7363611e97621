"""Mistakes of other hands: each case of `hands.py` does what docs/mistakes.md says."""

import pandas as pd
import pytest

from .hands import CASES, REFUSES, SAME, UNSEEN, Files


@pytest.fixture(scope="session")
def files(changes, amounts, panel, wide) -> Files:
    return Files(changes, amounts, panel, wide)


def bytes_of(given) -> str:
    sheet = given.options.get("metadata")
    told = given.content.to_csv() if isinstance(given.content, pd.DataFrame) else repr(given.content)
    return told + (sheet.to_csv() if sheet is not None else "")


@pytest.mark.parametrize("name", CASES)
def test_of_another_hand(row, read, score, files, name):
    case = CASES[name]

    def profiles(given):
        return read(given.content, given.name, **given.options)

    wrong = case.wrong(files)
    if case.right is not None:
        assert bytes_of(wrong) != bytes_of(case.right(files)), "the mistake was not made"
    if case.outcome == REFUSES:
        row.refuses(lambda: profiles(wrong))
    elif case.outcome == SAME:
        row.same(score(profiles(case.right(files))), score(profiles(wrong)))
    elif case.outcome == UNSEEN:
        row.unseen(score(profiles(case.right(files))), score(profiles(wrong)), profiles(wrong))
    else:
        row.warns(profiles(wrong))
