"""All blocks as one: preparations in, features out; fitted on training preparations only."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Self

import numpy as np

from secretome_ml.core.registry import Registry
from secretome_ml.features.batch import Batch, batch_of
from secretome_ml.features.block import Block
from secretome_ml.features.columns import Array, FeatureColumn, Features
from secretome_ml.features.factors import FactorBlock
from secretome_ml.features.knowledge import KnowledgeBlock
from secretome_ml.features.preconditioning import PreconditioningBlock
from secretome_ml.features.roles import Known, Roles
from secretome_ml.features.words import CellSourceBlock, ProductBlock
from secretome_ml.profiles.profiles import Profiles

BLOCKS: Registry[type[Block]] = Registry(
    "feature block",
    {b.name: b for b in (CellSourceBlock, PreconditioningBlock, ProductBlock, FactorBlock, KnowledgeBlock)},
)


class Encoder:
    """Encode preparations as features for each effect.

    Parameters
    ----------
    effects : tuple of str
        Effects to encode knowledge for.
    blocks : tuple of str
        Names of the blocks to use, in order; see `BLOCKS`.
    min_studies : int
        A column that fewer training studies state is left out.
    known : Known, optional
        Roles and constants, which the encoder and its bundle keep, so that a bundle scores alike wherever the
        tables have moved on; default: the shipped ones.

    Examples
    --------
    >>> from secretome_ml import load_evidence
    >>> from secretome_ml.profiles import profiles_from_evidence
    >>> profiles = profiles_from_evidence(load_evidence())
    >>> features = Encoder(effects=("angiogenic",)).fit(profiles).transform(profiles)
    >>> len(features.samples) == len(profiles)
    True
    """

    def __init__(
        self,
        effects: tuple[str, ...],
        blocks: tuple[str, ...] = ("cell_source", "preconditioning", "product", "factors", "knowledge"),
        min_studies: int = 3,
        known: Known | None = None,
    ) -> None:
        self.effects = tuple(effects)
        self.blocks = tuple(blocks)
        self.min_studies = min_studies
        self.known = known or Known()
        self.blocks_: tuple[Block, ...] = ()

    def fit(self, profiles: Profiles) -> Self:
        """Choose the columns that the training profiles support."""
        batch = batch_of(profiles)
        self.blocks_ = tuple(BLOCKS[name](self.min_studies, self.known).fit(batch) for name in self.blocks)
        self.__dict__.pop("columns", None)
        return self

    def transform(self, profiles: Profiles) -> Features:
        """Return the features of every sample; NaN = not stated or not measured."""
        return self.encode(batch_of(profiles))

    def encode(self, batch: Batch) -> Features:
        """Return the features of a batch; NaN = not stated or not measured."""
        shared = [b.transform(batch) for b in self.blocks_ if not b.of_effects]
        by_effect = {
            effect: _stacked([b.transform(batch, effect) for b in self.blocks_ if b.of_effects], batch)
            for effect in self.effects
        }
        return Features(batch.samples, _stacked(shared, batch), by_effect, self.columns)

    @property
    def knowledge(self) -> KnowledgeBlock | None:
        """The block of signed knowledge, when it is used."""
        return next((b for b in self.blocks_ if isinstance(b, KnowledgeBlock)), None)

    @cached_property
    def columns(self) -> tuple[FeatureColumn, ...]:
        """The columns of `Features.of_effect`, in order."""
        ordered = sorted(self.blocks_, key=lambda block: block.of_effects)
        return tuple(column for block in ordered for column in block.columns_)

    @property
    def single_factors(self) -> tuple[str, ...]:
        """Factors that enough studies measured for a column of their own."""
        return tuple(f for block in self.blocks_ if isinstance(block, FactorBlock) for f in block.single)

    def get_feature_names_out(self) -> list[str]:
        """Return the column names, as scikit-learn calls them."""
        return [c.name for c in self.columns]

    def state(self) -> dict[str, Any]:
        """Return the fitted encoder as plain JSON values."""
        return {
            "effects": list(self.effects),
            "blocks": list(self.blocks),
            "min_studies": self.min_studies,
            "fitted": [[block.name, block.state()] for block in self.blocks_],
            "roles": self.known.roles.state(self.effects),
            "constants": dict(self.known.constants),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Rebuild a fitted encoder."""
        effects = tuple(str(e) for e in state["effects"])
        roles = Roles.from_state({effect: state["roles"][effect] for effect in effects})
        constants = {k: float(v) for k, v in state["constants"].items()}
        encoder = cls(effects, tuple(state["blocks"]), int(state["min_studies"]), Known(roles, constants))
        fitted = dict(state["fitted"])
        encoder.blocks_ = tuple(
            BLOCKS[name].from_state(fitted[name], encoder.known)
            if name in fitted
            else BLOCKS[name](encoder.min_studies, encoder.known)
            for name in encoder.blocks
        )
        return encoder


def _stacked(parts: list[Array], batch: Batch) -> Array:
    return np.concatenate(parts) if parts else np.empty((0, len(batch)))
