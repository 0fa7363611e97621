"""What every feature block shares: fit on profiles, transform to named columns, persist as plain JSON."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Self

import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from secretome_ml.features.columns import FeatureColumn, supported
from secretome_ml.profiles.profiles import Profiles


class Block(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A feature block: one idea about a preparation, encoded as numeric columns.

    A subclass computes its columns in `_encode` and says in `_describe` what stands behind each. NaN
    means not stated or not measured and is never replaced by a zero here.

    Parameters
    ----------
    min_studies : int
        A column that fewer training studies state is left out.
    """

    name: str = ""

    def __init__(self, min_studies: int = 3) -> None:
        self.min_studies = min_studies

    def fit(self, profiles: Profiles, y: object = None) -> Self:
        """Choose the columns that enough studies among the profiles support."""
        encoded = self._encode(profiles)
        columns = tuple(self._describe(str(name)) for name in encoded.columns)
        self.columns_: tuple[FeatureColumn, ...] = supported(encoded, columns, self.min_studies)
        return self

    def transform(self, profiles: Profiles) -> pd.DataFrame:
        """Return samples by columns, float, NaN where nothing is stated."""
        encoded = self._encode(profiles)
        names = [c.name for c in self.columns_]
        # A value that no sample of the batch holds gives no column; what is stated tells what it holds.
        absent = self._absent([n for n in names if n not in encoded], profiles)
        held = encoded.reindex(index=profiles.samples).astype(float)
        if absent:
            held = pd.concat([held, pd.DataFrame(absent, index=profiles.samples, dtype=float)], axis=1)
        return held.reindex(columns=names)

    def get_feature_names_out(self, input_features: object = None) -> list[str]:
        """Return the column names, as scikit-learn asks for them."""
        return [c.name for c in self.columns_]

    def state(self) -> dict[str, Any]:
        """Return the fitted block as plain JSON values."""
        return {"min_studies": self.min_studies, "columns": [c.name for c in self.columns_]}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Rebuild a fitted block."""
        block = cls(min_studies=int(state["min_studies"]))
        block.columns_ = tuple(block._describe(name) for name in state["columns"])
        return block

    def _absent(self, names: list[str], profiles: Profiles) -> dict[str, pd.Series | float]:
        """Return what columns hold when no sample of the batch has their value; NaN = not stated."""
        return dict.fromkeys(names, float("nan"))

    @abstractmethod
    def _describe(self, name: str) -> FeatureColumn:
        """Return the column called `name` with its biological parent."""

    @abstractmethod
    def _encode(self, profiles: Profiles) -> pd.DataFrame:
        """Return samples by all columns that the profiles could fill; a row depends on its sample alone."""


def indicators(values: pd.Series, prefix: str) -> pd.DataFrame:
    """Return one 0/1 column per value of a text column; NaN in a row where nothing is stated."""
    dummies = pd.get_dummies(values, prefix=prefix, prefix_sep="=", dtype=float)
    return dummies.where(values.notna(), other=float("nan"))


def zero_where(stated: pd.Series) -> pd.Series:
    """Return 0 where something else is stated, NaN where nothing is."""
    return stated.notna().map({True: 0.0, False: float("nan")})


def spread(long: pd.DataFrame, samples: pd.Index, column: str, value: str, how: str = "sum") -> pd.DataFrame:
    """Return long rows (`sample`, `column`, `value`) as samples by columns; absent = NaN."""
    if long.empty:
        return pd.DataFrame(index=samples)
    wide = long.pivot_table(index="sample", columns=column, values=value, aggfunc=how)
    return wide.reindex(samples).rename_axis(columns=None)
