"""What was found in the product: one column per factor and per family; NaN = not measured."""

from __future__ import annotations

import pandas as pd

from secretome_ml.features.block import Block, spread
from secretome_ml.features.columns import FeatureColumn
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.vocabulary import FactorVocabulary


class FactorBlock(Block):
    """Levels of the factors: 2 elevated, 1 present, 0 not detected, -1 decreased, NaN not measured.

    A factor that is named twice in a sample enters with the mean of its levels. A family column is the
    mean over its measured members.
    """

    name = "factors"

    def _describe(self, name: str) -> FeatureColumn:
        return FeatureColumn(name, name.split("=", 1)[1], "factor")

    def _encode(self, profiles: Profiles) -> pd.DataFrame:
        vocabulary = FactorVocabulary.load()
        rows = profiles.factors[["sample", "factor", "level"]].dropna()
        rows = rows.assign(level=rows["level"].astype(float), column="factor=" + rows["factor"])
        single = spread(rows, profiles.samples, "column", "level", "mean")
        families = rows["factor"].map(vocabulary.family).astype("string")
        grouped = rows.assign(column="family=" + families).dropna(subset="column")
        return pd.concat([single, spread(grouped, profiles.samples, "column", "level", "mean")], axis=1)
