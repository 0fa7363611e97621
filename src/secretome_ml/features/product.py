"""What was collected, how the cells were cultured, and what was done to the product afterwards."""

from __future__ import annotations

import pandas as pd

from secretome_ml.features.block import Block, indicators, spread, zero_where
from secretome_ml.features.columns import FeatureColumn, kind_of
from secretome_ml.profiles.profiles import Profiles

_VESICLES = ("ev", "exosome", "microvesicle")


class ProductBlock(Block):
    """Product, culture format, fraction, and manipulations such as depletion or neutralisation."""

    name = "product"

    def _describe(self, name: str) -> FeatureColumn:
        return FeatureColumn(name, name, kind_of(name))

    def _absent(self, names: list[str], profiles: Profiles) -> dict[str, pd.Series | float]:
        zero = {prefix: zero_where(values) for prefix, values in _stated(profiles).items()}
        return {name: zero.get(name.split("=", 1)[0], 0.0) for name in names}

    def _encode(self, profiles: Profiles) -> pd.DataFrame:
        stated = _stated(profiles)
        vesicles = stated["product"].isin(_VESICLES).astype(float).where(stated["product"].notna())
        done = profiles.manipulations.assign(column="manipulation=" + profiles.manipulations["kind"], one=1.0)
        return pd.concat(
            [
                *(indicators(values, prefix) for prefix, values in stated.items()),
                vesicles.rename("product=any_vesicle"),
                spread(done, profiles.samples, "column", "one").astype(float).fillna(0.0),
            ],
            axis=1,
        )


def _stated(profiles: Profiles) -> dict[str, pd.Series]:
    """Return the words behind each group of columns; missing where nothing is stated."""
    context = profiles.context
    other = context["product"].str.startswith("other:").fillna(False).astype(bool)
    return {
        "product": context["product"].where(~other, "other"),
        "culture": context["culture"],
        "fraction": context["fraction"],
    }
