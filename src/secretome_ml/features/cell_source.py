"""Where the cells come from: type, tissue, stage, species, and the state of the donor."""

from __future__ import annotations

import pandas as pd

from secretome_ml.features.block import Block, indicators, zero_where
from secretome_ml.features.columns import FeatureColumn, kind_of
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.vocabulary import Terms, donor_state


class CellSourceBlock(Block):
    """Cell type class, tissue and tissue group, stage, species, donor state; one column per value."""

    name = "cell_source"

    def _describe(self, name: str) -> FeatureColumn:
        return FeatureColumn(name, name, kind_of(name))

    def _absent(self, names: list[str], profiles: Profiles) -> dict[str, pd.Series | float]:
        zero = {prefix: zero_where(values) for prefix, values in _stated(profiles).items()}
        return {name: zero.get(name.split("=", 1)[0], float("nan")) for name in names}

    def _encode(self, profiles: Profiles) -> pd.DataFrame:
        columns = [indicators(values, prefix) for prefix, values in _stated(profiles).items()]
        return pd.concat([*columns, _donor(profiles.context["donor"])], axis=1)


def _stated(profiles: Profiles) -> dict[str, pd.Series]:
    """Return the words behind each group of columns; missing where nothing is stated."""
    terms, context = Terms(), profiles.context
    kind = context["cell_type"].map(terms.cell_class, na_action="ignore")
    group = context["cell_source"].map(lambda v: terms.parent("cell_source", v), na_action="ignore")
    return {
        "cell_type": kind.astype("string"),
        "cell_source": context["cell_source"],
        "cell_source_group": group.astype("string"),
        "stage": context["stage"],
        "species": context["species"],
    }


def _donor(donor: pd.Series) -> pd.DataFrame:
    """Return 1 where a donor state is stated, NaN where it is not."""
    states = {sample: donor_state(text) for sample, text in donor.dropna().items()}
    names = sorted({state for found in states.values() for state in found})
    rows = {sample: {f"donor={n}": 1.0 for n in found} for sample, found in states.items()}
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=None)
    return frame.reindex(index=donor.index, columns=[f"donor={n}" for n in names])
