"""Where the model may be asked: preparations like those that the studies describe, with the reason where not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from secretome_ml.profiles.profiles import Profiles

_WATCHED = ("cell_type", "cell_source", "product", "species", "culture")


@dataclass(frozen=True)
class Domain:
    """How many training studies state each cell type, source, product, species, culture and preconditioning.

    Parameters
    ----------
    studies : dict of str to dict of str to int
        Number of studies per column and value.
    min_studies : int
        Fewer than these, and a value is called unseen.
    """

    studies: dict[str, dict[str, int]]
    min_studies: int = 2

    def judge(self, profiles: Profiles) -> pd.DataFrame:
        """Return per sample `in_domain` and `domain_reason` (empty when inside)."""
        kinds = profiles.preconditioning.groupby("sample")["kind"].agg(list)
        known = profiles.factors.groupby("sample").size()
        rows = []
        for sample, context in profiles.context.iterrows():
            reasons = self._context_reasons(context)
            reasons += self._unseen("preconditioning", kinds.get(sample, []))
            stated = context[["cell_type", "cell_source", "product"]].notna().any()
            if not stated and known.get(sample, 0) == 0 and sample not in kinds.index:
                reasons.append("nothing is stated about the preparation")
            rows.append((not reasons, "; ".join(reasons)))
        return pd.DataFrame(rows, columns=["in_domain", "domain_reason"], index=profiles.samples)

    def _context_reasons(self, context: pd.Series) -> list[str]:
        reasons = []
        for column in _WATCHED:
            if isinstance(context[column], str):
                reasons += self._unseen(column, [context[column]])
        return reasons

    def _unseen(self, column: str, values: list[str]) -> list[str]:
        counts = self.studies.get(column, {})
        return [
            f"{column.replace('_', ' ')} '{value}' stands in {counts.get(value, 0)} of the training studies"
            for value in values
            if counts.get(value, 0) < self.min_studies
        ]

    def state(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"studies": self.studies, "min_studies": self.min_studies}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Domain:
        """Rebuild the domain."""
        return cls({c: {v: int(n) for v, n in d.items()} for c, d in state["studies"].items()}, int(state["min_studies"]))


def fit_domain(profiles: Profiles, min_studies: int = 2) -> Domain:
    """Count, over the training profiles, the studies that state each value."""
    study = profiles.samples.to_series().str.split("/", n=1).str[0]
    counts = {column: _count(profiles.context[column], study) for column in _WATCHED}
    kinds = profiles.preconditioning
    counts["preconditioning"] = _count(kinds["kind"], study.reindex(kinds["sample"]).set_axis(kinds.index))
    return Domain(counts, min_studies)


def _count(values: pd.Series, study: pd.Series) -> dict[str, int]:
    pairs = pd.DataFrame({"value": values, "study": study}).dropna().drop_duplicates()
    return {str(v): int(n) for v, n in pairs["value"].value_counts().sort_index().items()}
