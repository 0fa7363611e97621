"""What was collected, how the cells were cultured, and what was done to the product afterwards."""

from __future__ import annotations

import pandas as pd

from secretome_ml.features.block import Block, indicators, spread
from secretome_ml.features.columns import FeatureColumn
from secretome_ml.profiles.profiles import Profiles

_VESICLES = ("ev", "exosome", "microvesicle")


class ProductBlock(Block):
    """Product, culture format, fraction, and manipulations such as depletion or neutralisation."""

    name = "product"

    def _describe(self, name: str) -> FeatureColumn:
        return FeatureColumn(name, name, "context" if name.startswith("culture=") else "product")

    def _encode(self, profiles: Profiles) -> pd.DataFrame:
        context = profiles.context
        product = context["product"].where(
            ~context["product"].str.startswith("other:").fillna(False), "other"
        )
        vesicles = product.isin(_VESICLES).astype(float).where(product.notna())
        done = profiles.manipulations.assign(column="manipulation=" + profiles.manipulations["kind"], one=1.0)
        return pd.concat(
            [
                indicators(product, "product"),
                vesicles.rename("product=any_vesicle"),
                indicators(context["culture"], "culture"),
                indicators(context["fraction"], "fraction"),
                spread(done, profiles.samples, "column", "one").astype(float).fillna(0.0),
            ],
            axis=1,
        )
