"""The rows of docs/mistakes.md: a test asks its row what must happen and which words must be said."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT
from secretome_ml.core.errors import SecretomeError
from secretome_ml.profiles import Profiles

PAGE = ROOT / "docs" / "mistakes.md"
OUTCOMES = ("same answer", "warns", "refuses", "not recognisable")
_ROW = re.compile(
    r"\| (?P<mistake>[^|]+) \| (?P<outcome>[^|]+) \| (?P<message>[^|]*) \| "
    r"`tests/mistakes/(?P<module>test_\w+)\.py::(?P<test>test_\w+(?:\[\w+\])?)` \|"
)
_NUMBERS = ["score", "probability", "probability_low", "probability_high", "percentile"]


@dataclass
class Row:
    """One mistake of the page, and whether its test has judged it."""

    mistake: str
    outcome: str
    message: str
    place: str
    judged: bool = field(default=False)

    def same(self, right: pd.DataFrame, wrong: pd.DataFrame) -> None:
        """Check that the wrong file scores as the right one does, to 1e-9."""
        self._judge("same answer")
        keys = ["sample", "effect"]
        one, other = (t.set_index(keys)[_NUMBERS].sort_index().astype(float) for t in (right, wrong))
        assert one.index.equals(other.index)
        assert np.abs(one - other).to_numpy().max() <= 1e-9

    def warns(self, profiles: Profiles) -> None:
        """Check that a warning or note of the reader says what the page says."""
        self._judge("warns")
        self._said([str(w) for w in profiles.warnings] + list(profiles.notes))

    def warns_on_stderr(self, text: str) -> None:
        """Check that a command that succeeded said it."""
        self._judge("warns")
        self._said([" ".join(text.split())])

    def refuses(self, call: Callable[[], object]) -> None:
        """Check that it is refused with what the page says."""
        self._judge("refuses")
        with pytest.raises(SecretomeError) as caught:
            call()
        self._said([" ".join(str(caught.value).split())])

    def unseen(self, right: pd.DataFrame, wrong: pd.DataFrame, profiles: Profiles) -> None:
        """Check that nobody could know: other scores and no warning; the page says what is shown."""
        self._judge("not recognisable")
        # That an amount could not be used is said of the right file as well.
        assert not [w for w in profiles.warnings if not w.what.startswith("Amount not used")]
        keys = ["sample", "effect"]
        one, other = (t.set_index(keys)["score"].sort_index() for t in (right, wrong))
        assert one.index.equals(other.index)
        assert (one - other).abs().max() > 1e-6, "the scores are the same: the page should say so"
        assert (wrong["probability_low"] < wrong["probability_high"]).all()
        assert wrong["percentile"].between(0, 100).all()
        assert wrong["in_domain"].eq(wrong["domain_reason"].eq("")).all()

    def _judge(self, outcome: str) -> None:
        assert self.outcome == outcome, f"the page says {self.outcome}, the test {outcome}"
        self.judged = True

    def _said(self, texts: list[str]) -> None:
        pattern = ".*".join(re.escape(part) for part in re.split(r"\s*…\s*", self.message))
        assert len(self.message) > 10, "the page gives no message"
        assert any(re.search(pattern, t, re.DOTALL) for t in texts), f"{self.message!r} is not in {texts}"


def page_rows() -> dict[str, Row]:
    """Return the rows of the page by the name of their test."""
    found = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if "tests/mistakes/" not in line or not line.startswith("| "):
            continue
        parts = _ROW.fullmatch(line.strip())
        assert parts, f"not a row of the table: {line}"
        assert parts["test"] not in found, f"{parts['test']} stands twice"
        message = parts["message"].strip().strip("`")
        found[parts["test"]] = Row(parts["mistake"], parts["outcome"], message, parts["module"])
    return found
