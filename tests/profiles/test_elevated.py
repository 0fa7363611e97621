"""The step of a change lies where words and numbers of the corpus meet; its page is up to date."""

import sys

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT


@pytest.fixture
def elevated(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import elevated

    yield elevated
    sys.modules.pop("elevated")


def test_what_words_call_elevated_lies_where_the_numbers_do(elevated) -> None:
    known = elevated.changes()
    apart = pd.Series(np.abs(np.log(known["fold"].to_numpy(dtype=float))) >= np.log(elevated.COUNTS))
    share = apart.groupby(known["word"]).mean()
    assert len(known) >= 25
    assert share["elevated"] > 0.8
    assert share["unchanged"] == 0.0
    assert known.loc[known["word"] == "elevated", "fold"].median() >= elevated.FULL


def test_the_page_shows_what_the_corpus_holds_today(elevated) -> None:
    text = elevated.PAGE.read_text(encoding="utf-8")
    assert elevated.filled(text, {"elevated": elevated.table(elevated.changes())}) == text
    assert elevated.FIGURE.is_file()
