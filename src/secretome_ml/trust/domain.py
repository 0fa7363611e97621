"""Where the model may be asked: preparations like those of the studies, with the reason where not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from secretome_ml.profiles.profiles import Profiles
from secretome_ml.trust.distance import Nearest, fit_nearest
from secretome_ml.vocabulary.columns import names_where

_WATCHED = names_where(watched=True)
_NEEDED = names_where(domain="needed")
# A panel of so many factors, of which hardly any stands in training studies, is another panel. A single
# factor that nobody else measured is no panel: such arms are predicted as well as others.
PANEL, LEAST_FACTORS = 5, 3


@dataclass(frozen=True)
class Domain:
    """How many training studies state each value, and how far from them a preparation may lie.

    Parameters
    ----------
    studies : dict of str to dict of str to int
        Number of studies per column (cell type, source, product, species, culture, preconditioning,
        factor) and value.
    nearest : Nearest
        The training arms, and the distance that is too far.
    min_studies : int
        Fewer than these, and a value is called unseen.
    """

    studies: dict[str, dict[str, int]]
    nearest: Nearest
    min_studies: int = 2

    def judge(self, profiles: Profiles) -> pd.DataFrame:
        """Return per sample `in_domain`, `domain_reason` (empty when inside) and `distance`."""
        measured = profiles.factors.dropna(subset="level")
        kinds, measured = _lists(profiles.preconditioning, "kind"), _lists(measured, "factor")
        away = self.nearest.distances(profiles)
        rows = []
        contexts = profiles.context.astype(object).to_dict("records")
        for sample, context in zip(profiles.samples, contexts, strict=True):
            reasons = self._context_reasons(context)
            reasons += self._unseen("preconditioning", kinds.get(sample, []))
            reasons += self._panel(measured.get(sample, []))
            stated = any(isinstance(context[c], str) for c in _NEEDED)
            if not stated and sample not in measured.index and sample not in kinds.index:
                reasons.append("nothing is stated about the preparation")
            if not reasons and away[sample] > self.nearest.threshold:
                shared = 1.0 - away[sample]
                reasons.append(
                    f"far from every study: no training arm shares over {shared:.0%} of what is stated"
                )
            rows.append((not reasons, "; ".join(reasons), float(away[sample])))
        return pd.DataFrame(rows, columns=["in_domain", "domain_reason", "distance"], index=profiles.samples)

    def _context_reasons(self, context: dict[str, object]) -> list[str]:
        reasons = []
        for column in _WATCHED:
            value = context[column]
            if isinstance(value, str):
                reasons += self._unseen(column, [value])
        return reasons

    def _unseen(self, column: str, values: list[str]) -> list[str]:
        counts = self.studies.get(column, {})
        return [
            f"{column.replace('_', ' ')} '{value}' stands in {counts.get(value, 0)} of the training studies"
            for value in values
            if counts.get(value, 0) < self.min_studies
        ]

    def _panel(self, factors: list[str]) -> list[str]:
        counts = self.studies.get("factor", {})
        known = sum(counts.get(f, 0) >= self.min_studies for f in factors)
        if len(factors) < PANEL or known >= LEAST_FACTORS:
            return []
        return [f"panel too different: {known} of {len(factors)} factors stand in the training studies"]

    def state(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"studies": self.studies, "nearest": self.nearest.state(), "min_studies": self.min_studies}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Domain:
        """Rebuild the domain."""
        counts = {c: {v: int(n) for v, n in d.items()} for c, d in state["studies"].items()}
        return cls(counts, Nearest.from_state(state["nearest"]), int(state["min_studies"]))


def fit_domain(profiles: Profiles, min_studies: int = 2) -> Domain:
    """Count, over the training profiles, the studies that state each value, and keep their arms."""
    study = profiles.samples.to_series().str.split("/", n=1).str[0]
    counts = {column: _count(profiles.context[column], study) for column in _WATCHED}
    for name, frame, column in (
        ("preconditioning", profiles.preconditioning, "kind"),
        ("factor", profiles.factors.dropna(subset="level"), "factor"),
    ):
        counts[name] = _count(frame[column], study.reindex(frame["sample"]).set_axis(frame.index))
    return Domain(counts, fit_nearest(profiles), min_studies)


def _lists(rows: pd.DataFrame, column: str) -> pd.Series:
    """Return sample to the sorted values of a column."""
    return rows.dropna(subset=column).groupby("sample")[column].agg(lambda values: sorted(set(values)))


def _count(values: pd.Series, study: pd.Series) -> dict[str, int]:
    pairs = pd.DataFrame({"value": values, "study": study}).dropna().drop_duplicates()
    return {str(v): int(n) for v, n in pairs["value"].value_counts().sort_index().items()}
