"""Where the model may be asked: preparations like those of the studies, with the reason where not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.features.batch import Batch, batch_of
from secretome_ml.profiles.profiles import CONTEXT_COLUMNS, Profiles
from secretome_ml.trust.distance import Nearest, fit_nearest
from secretome_ml.vocabulary import Terms
from secretome_ml.vocabulary.columns import names_where

_WATCHED = names_where(watched=True)
_NEEDED = names_where(domain="needed")
# What tells of the preparation that it is a product of cells at all.
_UNSTATED = (
    "nothing says that it is a product of cells (state cell_type, cell_source or product in a column or in a "
    "sample sheet, --metadata)"
)
_NO_CELLS = "none"
# A kind of preconditioning that the vocabulary knows means the same in every study: one is enough.
_MIN_OF_KNOWN_KINDS = 1
# A panel of so many factors, of which hardly any stands in training studies, is another panel. A single
# factor that nobody else measured is no panel: such arms are predicted as well as others.
PANEL, LEAST_FACTORS = 5, 3


@dataclass(frozen=True)
class _Described:
    """What the descriptions of a batch say about the domain, whatever was measured.

    Parameters
    ----------
    reasons : list of list of str
        Words of each that too few studies use.
    stated : array of bool
        Whether it says which cells or what product it is.
    away : array
        Distance to the nearest training arm.
    """

    reasons: list[list[str]]
    stated: NDArray[np.bool_]
    away: NDArray[np.float64]

    def words(self, row: int, common: int, measured: int, blank: bool, threshold: float) -> str:
        """Return why a sample of this description with such a panel lies outside; empty where it does not."""
        reasons = list(self.reasons[row])
        if blank:
            reasons.append(f"nothing was detected: all {measured} factors are below the limit")
        if measured >= PANEL and common < LEAST_FACTORS:
            reasons.append(
                f"panel too different: {common} of {measured} factors stand in the training studies"
            )
        if not self.stated[row]:
            reasons.append(_UNSTATED)
        if not reasons and self.away[row] > threshold:
            shared = 1.0 - self.away[row]
            reasons.append(
                f"far from every study: no training arm shares over {shared:.0%} of what is stated"
            )
        return "; ".join(reasons)


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
        batch = batch_of(profiles)
        reasons, away = self.reasons(batch), self._described(batch).away[batch.which]
        columns = {"in_domain": reasons == "", "domain_reason": reasons, "distance": away}
        return pd.DataFrame(columns, index=profiles.samples)

    def reasons(self, batch: Batch) -> NDArray[np.object_]:
        """Return why each sample lies outside the domain, empty text where it does not.

        Each combination of a description with what a panel says is put into words once.
        """
        described = self._described(batch)
        counts = self.studies.get("factor", {})
        known = np.array([counts.get(f, 0) >= self.min_studies for f in batch.factors], dtype=bool)
        common = (~np.isnan(batch.levels[known])).sum(axis=0)
        strange = (batch.used >= PANEL) & (common < LEAST_FACTORS)
        panel = np.where(strange, LEAST_FACTORS * batch.used + common + 1, np.minimum(batch.used, 1) - 1)
        blank = (batch.used >= LEAST_FACTORS) & (np.nanmax(batch.levels, axis=0, initial=-1.0) == 0.0)
        blank &= np.nanmin(batch.levels, axis=0, initial=1.0) == 0.0
        width = int(panel.max(initial=0)) + 2
        key = 2 * (batch.which * width + panel + 1) + blank
        key = np.where(blank, key + 2 * width * len(batch.described) * (batch.used + 1), key)
        _, first, code = np.unique(key, return_index=True, return_inverse=True)
        words = [
            described.words(
                int(batch.which[i]),
                int(common[i]),
                int(batch.used[i]),
                bool(blank[i]),
                self.nearest.threshold,
            )
            for i in first.tolist()
        ]
        return np.array(words, dtype=object)[code]

    def _described(self, batch: Batch) -> _Described:
        return batch.described.once("domain", self._describe)

    def _describe(self, profiles: Profiles) -> _Described:
        done = _in_terms(profiles.preconditioning)
        kinds = _lists(done[done["kind"] != "none"], "kind")
        context = {c: profiles.context[c].to_numpy(dtype=object, na_value=None) for c in CONTEXT_COLUMNS}
        terms = Terms()
        controls = {p for p in terms.ids("product") if terms.parent("product", p) == "control"}
        reasons = []
        for row, sample in enumerate(profiles.samples):
            product = context["product"][row]
            if product in controls:
                told = [f"{terms.label('product', product)} is no product of cells"]
            elif context["cell_type"][row] == _NO_CELLS:
                told = ["no cells made it"]
            else:
                told = self._unseen_words(context, row)
            reasons.append([*told, *self._unseen("preconditioning", kinds.get(sample, []))])
        stated = np.any([[value is not None for value in context[c]] for c in _NEEDED], axis=0)
        return _Described(reasons, stated, self.nearest.distances(profiles).to_numpy(dtype=float))

    def _unseen_words(self, context: dict[str, NDArray[np.object_]], row: int) -> list[str]:
        told = [(c, context[c][row]) for c in _WATCHED if context[c][row] is not None]
        return [reason for column, value in told for reason in self._unseen(column, [value])]

    def _unseen(self, column: str, values: list[str]) -> list[str]:
        counts = self.studies.get(column, {})
        known = Terms().ids("preconditioning") if column == "preconditioning" else ()
        return [
            f"{column.replace('_', ' ')} '{value}' stands in {counts.get(value, 0)} of the training studies"
            for value in values
            if counts.get(value, 0) < (_MIN_OF_KNOWN_KINDS if value in known else self.min_studies)
        ]

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
        ("preconditioning", _in_terms(profiles.preconditioning), "kind"),
        ("factor", profiles.factors.dropna(subset="level"), "factor"),
    ):
        counts[name] = _count(frame[column], study.reindex(frame["sample"]).set_axis(frame.index))
    return Domain(counts, fit_nearest(profiles), min_studies)


def _in_terms(preconditioning: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with one kind for all its spellings, be it `other:<words>` of a record."""
    words = preconditioning["kind"]
    resolve = Terms().resolve
    found = {word: resolve("preconditioning", word) or word for word in words.dropna().unique()}
    return preconditioning.assign(kind=words.map(found))


def _lists(rows: pd.DataFrame, column: str) -> dict[str, list[str]]:
    """Return sample to the sorted values of a column."""
    found: dict[str, set[str]] = {}
    for sample, value in rows[["sample", column]].dropna().itertuples(index=False):
        found.setdefault(sample, set()).add(value)
    return {sample: sorted(values) for sample, values in found.items()}


def _count(values: pd.Series, study: pd.Series) -> dict[str, int]:
    pairs = pd.DataFrame({"value": values, "study": study}).dropna().drop_duplicates()
    return {str(v): int(n) for v, n in pairs["value"].value_counts().sort_index().items()}
