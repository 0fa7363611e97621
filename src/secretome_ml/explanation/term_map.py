"""Which term every encoded column belongs to, per sample: worked out once, then used for any model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.explanation.division import NOTHING_USUAL, divide
from secretome_ml.explanation.naming import empty_name, term_name
from secretome_ml.features.columns import Features

Array = NDArray[np.float64]

BASE_TERM = "base value"
TERM_COLUMNS = ("sample", "effect", "term", "kind", "value", "contribution")


@dataclass(frozen=True)
class TermMap:
    """How contributions of columns become contributions of terms, for the samples and one effect.

    Parameters
    ----------
    samples : pandas.Index
        The samples.
    terms, kinds : tuple of str
        Every term, the base value among them, and what kind of thing it is.
    values : array, samples by terms
        What the sample states; NaN = not measured or not stated.
    present : array of bool, samples by terms
        Which terms a sample has.
    home : array of int, columns + 1
        The term that a column contributes to, the base value last.
    row, column, target : array of int, moves
        The sample, the column whose contribution is divided, and the term that gets a share of it.
    share : array, moves
        That share.
    """

    samples: pd.Index
    terms: tuple[str, ...]
    kinds: tuple[str, ...]
    values: Array
    present: NDArray[np.bool_]
    home: NDArray[np.int64]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    target: NDArray[np.int64]
    share: Array

    def contributions(self, found: Array) -> Array:
        """Return samples by terms.

        Parameters
        ----------
        found : array, samples by (columns + 1)
            As `EffectModel.contributions` gives it; the sum of a row is kept.
        """
        summed = np.zeros((len(self.samples), len(self.terms)))
        np.add.at(summed.T, self.home, found.T)
        moved = self.share * found[self.row, self.column]
        np.add.at(summed, (self.row, self.target), moved)
        np.add.at(summed, (self.row, self.home[self.column]), -moved)
        return summed

    def table(self, contributions: Array, effect: str) -> pd.DataFrame:
        """Return contributions as one row per sample and term that it has, columns `TERM_COLUMNS`."""
        row, place = np.nonzero(self.present)
        return pd.DataFrame(
            {
                "sample": self.samples.to_numpy()[row],
                "effect": effect,
                "term": np.array(self.terms, dtype=object)[place],
                "kind": np.array(self.kinds, dtype=object)[place],
                "value": self.values[row, place],
                "contribution": contributions[row, place],
            },
            columns=list(TERM_COLUMNS),
        )


def term_map(
    features: Features,
    effect: str,
    parts: pd.DataFrame | None = None,
    usual: Mapping[tuple[str, str], float] = NOTHING_USUAL,
) -> TermMap:
    """Return the map of some samples for one effect.

    Parameters
    ----------
    features : Features
        The encoded samples.
    effect : str
        The effect.
    parts : pandas.DataFrame, optional
        What the signed sums of known roles are made of, as `KnowledgeBlock.parts` gives it.
    usual : mapping
        (column, term) to its mean amount over the training arms.
    """
    columns, samples = features.columns, features.samples
    names = [*(term_name(c.parent) for c in columns), BASE_TERM]
    kinds = dict(zip(names[::-1], [*(c.kind for c in columns), "context"][::-1], strict=True))
    moves = _moves(features, parts, usual)
    for term, kind in zip(moves["term"], moves["kind"], strict=True):
        kinds.setdefault(term, kind)
    terms = tuple(dict.fromkeys([*names, *moves["term"]]))
    place = {term: i for i, term in enumerate(terms)}
    home = np.array([place[n] for n in names], dtype=np.int64)
    row = samples.get_indexer(moves["sample"]).astype(np.int64)
    at = {c.name: i for i, c in enumerate(columns)}
    column = np.array([at[c] for c in moves["column"]], dtype=np.int64)
    target = np.array([place[t] for t in moves["term"]], dtype=np.int64)
    present = np.zeros((len(samples), len(terms)), dtype=bool)
    present[:, home] = True
    present[row, target] = True
    # An empty sum stands under its own name, not under that of a sum that has parts.
    empty = moves["empty"].to_numpy(dtype=bool)
    present[row[empty], home[column[empty]]] = False
    values = np.full((len(samples), len(terms)), np.nan)
    encoded = features.for_effect(effect).to_numpy(dtype=float)
    for i in range(len(columns) - 1, -1, -1):
        values[:, home[i]] = np.where(np.isnan(encoded[:, i]), values[:, home[i]], encoded[:, i])
    stated = moves["value"].to_numpy(dtype=float)
    open_ = np.isnan(values[row, target])
    values[row[open_], target[open_]] = stated[open_]
    share = moves["share"].to_numpy(dtype=float)
    return TermMap(
        samples, terms, tuple(kinds[t] for t in terms), values, present, home, row, column, target, share
    )


def _moves(
    features: Features, parts: pd.DataFrame | None, usual: Mapping[tuple[str, str], float]
) -> pd.DataFrame:
    """Return what is moved from a signed sum to its parts, and from an empty sum to its own name."""
    if parts is None:
        columns = ["sample", "column", "term", "kind", "value", "share", "empty"]
        return pd.DataFrame(columns=columns).astype({"empty": bool})
    divided = divide(parts, usual).assign(empty=False)
    sums = [c.name for c in features.columns if c.kind == "knowledge"]
    filled = divided.groupby("column")["sample"].agg(set).to_dict()
    rows = [
        (sample, column, empty_name(column.replace("_", " ")), "knowledge", float("nan"), 1.0, True)
        for column in sums
        for sample in features.samples.difference(list(filled.get(column, ())), sort=False)
    ]
    empty = pd.DataFrame(rows, columns=divided.columns)
    return pd.concat([part for part in (divided, empty) if len(part)], ignore_index=True)
