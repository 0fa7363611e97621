"""What tells the two arms of a pair apart."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from secretome_ml.profiles.profiles import Profiles

SAME, SEVERAL = "nothing stated", "several"


def pair_kinds(profiles: Profiles, pairs: pd.DataFrame) -> pd.Series:
    """Return, per pair, the one aspect in which its arms differ, `several`, or `nothing stated`.

    The aspects are source (cell type, tissue, stage, species), donor, product (with culture, fraction
    and what was done to it), gene, agent. Measured factors count as the aspect only where nothing else
    differs: they are a consequence of the rest.
    """
    aspects = _aspects(profiles)
    kinds = []
    for arm, than in zip(pairs["arm"], pairs["than"], strict=True):
        differing = [name for name, of in aspects.items() if of(arm) != of(than)]
        if len(differing) > 1 and "factors" in differing:
            differing.remove("factors")
        kinds.append(SAME if not differing else differing[0] if len(differing) == 1 else SEVERAL)
    return pd.Series(kinds, index=pairs.index, name="kind")


def _aspects(profiles: Profiles) -> dict[str, Callable[[str], object]]:
    context = profiles.context.fillna("").to_dict("index")
    genetic = profiles.preconditioning["kind"] == "genetic_modification"
    genes = _rows(profiles.preconditioning[genetic])
    agents = _rows(profiles.preconditioning[~genetic])
    done, factors = _rows(profiles.manipulations), _rows(profiles.factors[["sample", "factor", "level"]])

    def told(*columns: str) -> Callable[[str], object]:
        return lambda sample: tuple(context[sample][c] for c in columns)

    return {
        "source": told("cell_type", "cell_source", "stage", "species"),
        "donor": told("donor"),
        "product": lambda sample: (told("product", "culture", "fraction")(sample), done.get(sample)),
        "gene": genes.get,
        "agent": agents.get,
        "factors": factors.get,
    }


def _rows(frame: pd.DataFrame) -> dict[str, frozenset[tuple[str, ...]]]:
    """Return sample to the set of its rows, as text."""
    texts = frame.drop(columns="sample").astype(str)
    rows = pd.Series(list(texts.itertuples(index=False, name=None)), index=frame["sample"], dtype=object)
    return {str(s): frozenset(part) for s, part in rows.groupby(level=0)}
