"""Which thing changes what another is worth: interaction values of the trees, summed to terms."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from secretome_ml.explanation.term_map import TermMap
from secretome_ml.features.columns import Features
from secretome_ml.models.contract import EffectModel
from secretome_ml.profiles.from_evidence import study_of

INTERACTION_COLUMNS = (
    "effect", "first", "first_kind", "second", "second_kind",
    "mean_magnitude", "together", "samples", "studies",
)  # fmt: skip

# Samples at a time: a matrix of columns by columns each.
_BATCH = 64
_TINY = 1e-9


def term_interactions(
    model: EffectModel, features: Features, effect: str, found: TermMap, studies_at_least: int = 2
) -> pd.DataFrame:
    """Return, per pair of terms, how much they do together beyond what each does alone.

    Parameters
    ----------
    model : EffectModel
        A fitted model.
    features : Features
        The samples.
    effect : str
        The effect.
    found : TermMap
        The samples' terms for this effect.
    studies_at_least : int
        Pairs that fewer studies state together are left out.

    Returns
    -------
    pandas.DataFrame
        Columns `INTERACTION_COLUMNS`: `mean_magnitude` over all samples; `together`, the mean over the
        samples that state both; how many samples and studies those are. In log odds; strongest first.
    """
    own = sample_interactions(model, features, effect, found)
    stated = found.present & ~np.isnan(found.values)
    row, first, second = (own[c].to_numpy() for c in ("row", "first", "second"))
    both = stated[row, first] & stated[row, second]
    own = own.assign(magnitude=own["interaction"].abs(), together=np.where(both, own["interaction"], 0.0))
    pairs = own.groupby(["first", "second"], as_index=False)[["magnitude", "together"]].sum()
    first, second = pairs["first"].to_numpy(), pairs["second"].to_numpy()
    count = np.array(
        [np.sum(stated[:, a] & stated[:, b]) for a, b in zip(first, second, strict=True)], dtype=int
    )
    study = study_of(found.samples.astype(str))
    studies = [len(set(study[stated[:, a] & stated[:, b]])) for a, b in zip(first, second, strict=True)]
    named = found.named()
    terms, kinds = named["term"].to_numpy(), named["kind"].to_numpy()
    table = pd.DataFrame(
        {
            "effect": effect,
            "first": terms[first],
            "first_kind": kinds[first],
            "second": terms[second],
            "second_kind": kinds[second],
            "mean_magnitude": pairs["magnitude"] / max(len(found.samples), 1),
            "together": pairs["together"] / np.maximum(count, 1),
            "samples": count,
            "studies": studies,
        },
        columns=list(INTERACTION_COLUMNS),
    )
    table = table[(table["mean_magnitude"] > _TINY) & (table["studies"] >= studies_at_least)]
    return table.sort_values("mean_magnitude", ascending=False, kind="stable").reset_index(drop=True)


def sample_interactions(model: EffectModel, features: Features, effect: str, found: TermMap) -> pd.DataFrame:
    """Return the interaction of every two terms in every sample: `row, first, second, interaction`.

    Interaction values of columns (Lundberg and others, doi:10.1038/s42256-019-0138-9) are summed to terms
    with their sign; those of a signed sum of known roles are divided as its contribution is. Both halves are
    added, so that a number is the whole interaction. Linear models have none. `row` is the position of
    the sample; `first` and `second` are positions in `found.terms`, first the smaller.
    """
    entries = pd.concat(list(_column_pairs(model, features, effect, found.samples)), ignore_index=True)
    divided = _divided(found)
    for side in ("i", "j"):
        entries = entries.merge(
            divided.rename(columns={"column": side, "term": f"term_{side}", "share": f"share_{side}"}),
            on=["row", side],
            how="left",
        )
        entries[f"term_{side}"] = entries[f"term_{side}"].fillna(found.unstated).astype(int)
        entries["value"] *= entries[f"share_{side}"].fillna(1.0)
    one, other = entries["term_i"].to_numpy(), entries["term_j"].to_numpy()
    named = pd.DataFrame(
        {
            "row": entries["row"],
            "first": np.minimum(one, other),
            "second": np.maximum(one, other),
            "interaction": entries["value"],
        }
    )
    # Two columns of one term act together within it: that is no interaction of two things.
    named = named[named["first"] != named["second"]]
    return named.groupby(["row", "first", "second"], as_index=False, sort=False)["interaction"].sum()


def _column_pairs(
    model: EffectModel, features: Features, effect: str, samples: pd.Index
) -> Iterator[pd.DataFrame]:
    """Yield `row, i, j, value` of the columns that interact; the base value is no column."""
    yield pd.DataFrame({"row": np.empty(0, int), "i": np.empty(0, int), "j": np.empty(0, int), "value": []})
    own = len(features.columns)
    for start in range(0, len(samples), _BATCH):
        batch = model.interactions(features.take(samples[start : start + _BATCH]), effect)[:, :own, :own]
        upper = np.triu(batch, 1)
        row, i, j = np.nonzero(np.abs(upper) > _TINY)
        yield pd.DataFrame({"row": row + start, "i": i, "j": j, "value": 2.0 * upper[row, i, j]})


def _divided(found: TermMap) -> pd.DataFrame:
    """Return `row, column, term, share` of every divided column, what stays with the column included."""
    moves = pd.DataFrame(dict(zip(("row", "column", "term", "share"), found.moves(), strict=True)))
    rest = 1.0 - moves.groupby(["row", "column"])["share"].sum()
    kept = rest[rest.abs() > _TINY].reset_index()
    whole = pd.concat([moves, kept.assign(term=found.unstated)], ignore_index=True)
    return whole.groupby(["row", "column", "term"], as_index=False)["share"].sum()
