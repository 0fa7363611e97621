"""Blocks of words: the cells and the product, one column per value that a preparation states."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from secretome_ml.features.batch import Batch
from secretome_ml.features.block import Block, column_name, indicators, mapped, split_name
from secretome_ml.features.columns import Array, FeatureColumn, Unstated, kind_of
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.vocabulary import Terms, donor_state
from secretome_ml.vocabulary.columns import context_columns


@dataclass(frozen=True)
class Group:
    """Columns that say alike things.

    Parameters
    ----------
    unstated : str
        What a model takes where nothing is stated.
    counted : bool
        Whether a preparation may have several of the values; where it has none, `empty` stands.
    empty : float
        What a counted value is where a preparation does not have it: 0, or NaN where that says nothing.
    """

    unstated: Unstated = "missing"
    counted: bool = False
    empty: float = 0.0


class WordsBlock(Block):
    """Columns `<group>=<value>`: 1 where it is stated, 0 where another value of the group is, else NaN."""

    groups: ClassVar[Mapping[str, Group]] = {}
    plain: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        """Add the columns of terms that the table of context columns gives to this block."""
        own = (c.name for c in context_columns() if c.block == cls.name and c.is_term)
        cls.plain = tuple(name for name in own if name not in cls.groups)
        cls.groups = {**cls.groups, **dict.fromkeys(cls.plain, Group())}

    @abstractmethod
    def _words(self, profiles: Profiles) -> dict[str, pd.Series]:
        """Return, per group of single values, the word of every preparation; missing = not stated."""

    @abstractmethod
    def _counts(self, profiles: Profiles) -> dict[str, pd.DataFrame]:
        """Return, per group of several values, rows of `sample` and `value`, one per statement."""

    def _candidates(self, batch: Batch) -> list[FeatureColumn]:
        found = {g: sorted(w.dropna().unique()) for g, w in self._stated(batch)[0].items()}
        found |= {g: sorted(rows["value"].dropna().unique()) for g, rows in self._stated(batch)[1].items()}
        return [self._column(column_name(g, str(v))) for g in self.groups for v in found.get(g, ())]

    def _column(self, name: str) -> FeatureColumn:
        group = self.groups[split_name(name)[0]]
        return FeatureColumn(name, kind_of(name), unstated=group.unstated)

    def _encode(self, batch: Batch, columns: Sequence[FeatureColumn]) -> Array:
        key = (self.name, tuple(c.name for c in columns))
        found = batch.described.once(key, lambda _: self._encode_described(batch, columns))
        return found[:, batch.which]

    def _encode_described(self, batch: Batch, columns: Sequence[FeatureColumn]) -> Array:
        words, counts = self._stated(batch)
        samples = batch.described.profiles.samples
        found = np.full((len(columns), len(samples)), np.nan)
        by_group: dict[str, list[tuple[int, str]]] = {}
        for i, column in enumerate(columns):
            group, value = split_name(column.name)
            by_group.setdefault(group, []).append((i, str(value)))
        for group, own in by_group.items():
            at, values = [i for i, _ in own], [value for _, value in own]
            if group in words:
                found[at] = indicators(words[group], values)
            else:
                found[at] = counted(counts[group], samples, values, self.groups[group].empty)
        return found

    def _stated(self, batch: Batch) -> tuple[dict[str, pd.Series], dict[str, pd.DataFrame]]:
        return batch.described.once(
            (self.name, "words"),
            lambda profiles: (
                self._words(profiles) | {name: profiles.context[name] for name in self.plain},
                self._counts(profiles),
            ),
        )


class CellSourceBlock(WordsBlock):
    """Cell type class, tissue and tissue group, stage, species, donor state; one column per value."""

    name = "cell_source"
    groups: ClassVar[Mapping[str, Group]] = {
        "cell_type": Group("average"),
        "cell_source": Group("average"),
        "cell_source_group": Group("average"),
        "stage": Group("average"),
        "species": Group("average"),
        # A donor of whom nothing is said may be in any state.
        "donor": Group(counted=True, empty=float("nan")),
    }

    def _words(self, profiles: Profiles) -> dict[str, pd.Series]:
        terms, context = Terms(), profiles.context
        return {
            "cell_type": mapped(context["cell_type"], terms.cell_class),
            "cell_source": context["cell_source"],
            "cell_source_group": mapped(context["cell_source"], lambda v: terms.parent("cell_source", v)),
            "stage": context["stage"],
            "species": context["species"],
        }

    def _counts(self, profiles: Profiles) -> dict[str, pd.DataFrame]:
        return {"donor": donor_states(profiles)}


class ProductBlock(WordsBlock):
    """Product, culture format, fraction, and manipulations such as depletion or neutralisation."""

    name = "product"
    groups: ClassVar[Mapping[str, Group]] = {
        "product": Group("average"),
        "culture": Group(),
        "fraction": Group(),
        "manipulation": Group(counted=True),
    }
    _VESICLES = ("ev", "exosome", "microvesicle")
    _ANY_VESICLE = "product=any_vesicle"

    def _words(self, profiles: Profiles) -> dict[str, pd.Series]:
        context = profiles.context
        product = mapped(context["product"], lambda v: "other" if v.startswith("other:") else v)
        return {"product": product, "culture": context["culture"], "fraction": context["fraction"]}

    def _counts(self, profiles: Profiles) -> dict[str, pd.DataFrame]:
        return {"manipulation": profiles.manipulations.rename(columns={"kind": "value"})}

    def _candidates(self, batch: Batch) -> list[FeatureColumn]:
        found = super()._candidates(batch)
        manipulated = sum(split_name(c.name)[0] == "manipulation" for c in found)
        found.insert(len(found) - manipulated, self._column(self._ANY_VESICLE))
        return found

    def _encode_described(self, batch: Batch, columns: Sequence[FeatureColumn]) -> Array:
        found = super()._encode_described(batch, columns)
        product = self._stated(batch)[0]["product"]
        vesicle = product.isin(self._VESICLES).astype(float).where(product.notna())
        for i, column in enumerate(columns):
            if column.name == self._ANY_VESICLE:
                found[i] = vesicle.to_numpy(dtype=float)
        return found


def counted(rows: pd.DataFrame, samples: pd.Index, values: Sequence[str], empty: float) -> Array:
    """Return values by samples: how often each is stated, `empty` where it is not.

    Examples
    --------
    >>> rows = pd.DataFrame({"sample": ["a", "a"], "value": ["x", "x"]})
    >>> counted(rows, pd.Index(["a", "b"]), ["x"], 0.0).tolist()
    [[2.0, 0.0]]
    """
    found = np.zeros((len(values), len(samples)))
    place = pd.Index(values).get_indexer(rows["value"])
    kept = place >= 0
    np.add.at(found, (place[kept], samples.get_indexer(rows["sample"])[kept]), 1.0)
    return np.where(found == 0.0, empty, found)


def donor_states(profiles: Profiles) -> pd.DataFrame:
    """Return `sample, value`: every state of the donor that a preparation's words tell, each once."""
    donor = profiles.context["donor"].dropna()
    known = {text: sorted(donor_state(text)) for text in donor.unique()}
    told = [(sample, state) for sample, text in donor.items() for state in known[text]]
    return pd.DataFrame(told, columns=["sample", "value"], dtype=object)
