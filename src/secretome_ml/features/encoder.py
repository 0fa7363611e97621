"""All blocks as one: profiles in, features out; fitted on training profiles only."""

from __future__ import annotations

from typing import Any, Self

import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from secretome_ml.features.block import Block
from secretome_ml.features.cell_source import CellSourceBlock
from secretome_ml.features.columns import FeatureColumn, Features
from secretome_ml.features.factors import FactorBlock
from secretome_ml.features.knowledge import KnowledgeBlock
from secretome_ml.features.preconditioning import PreconditioningBlock
from secretome_ml.features.product import ProductBlock
from secretome_ml.features.roles import Roles, known_roles
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.registry import Registry

BLOCKS: Registry[type[Block]] = Registry(
    "feature block",
    {block.name: block for block in (CellSourceBlock, PreconditioningBlock, ProductBlock, FactorBlock)},
)


class Encoder(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Encode profiles as features for each effect.

    Parameters
    ----------
    effects : tuple of str
        Effects to encode knowledge for.
    blocks : tuple of str
        Names of the blocks to use, in order; see `BLOCKS`. `knowledge` adds the signed roles.
    min_studies : int
        A column that fewer training studies state is left out.
    roles : Roles, optional
        What factors and conditions are known to do; default: the shipped tables. A fitted encoder keeps
        them, so that a bundle scores alike wherever the tables have moved on.

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
        roles: Roles | None = None,
    ) -> None:
        self.effects = effects
        self.blocks = blocks
        self.min_studies = min_studies
        self.roles = roles

    def fit(self, profiles: Profiles, y: object = None) -> Self:
        """Choose the columns that the training profiles support."""
        self.roles_ = self.roles if self.roles is not None else known_roles()
        names = [b for b in self.blocks if b != KnowledgeBlock.name]
        self.blocks_ = [BLOCKS[name](min_studies=self.min_studies).fit(profiles) for name in names]
        return self

    def transform(self, profiles: Profiles) -> Features:
        """Return the features of every sample; NaN = not stated or not measured."""
        parts = [block.transform(profiles) for block in self.blocks_]
        common = pd.concat(parts, axis=1) if parts else pd.DataFrame(index=profiles.samples)
        knowledge = self.knowledge
        by_effect = {
            effect: knowledge.transform(profiles, effect)
            if knowledge
            else pd.DataFrame(index=profiles.samples)
            for effect in self.effects
        }
        return Features(common, by_effect, self.columns)

    @property
    def knowledge(self) -> KnowledgeBlock | None:
        """The knowledge block, when it is used."""
        if KnowledgeBlock.name not in self.blocks:
            return None
        return KnowledgeBlock(tuple(self.effects), self.roles_)

    @property
    def columns(self) -> tuple[FeatureColumn, ...]:
        """The columns of `Features.for_effect`, in order."""
        common = [column for block in self.blocks_ for column in block.columns_]
        return (*common, *(self.knowledge.columns if self.knowledge else ()))

    def get_feature_names_out(self, input_features: object = None) -> list[str]:
        """Return the column names, as scikit-learn asks for them."""
        return [c.name for c in self.columns]

    def state(self) -> dict[str, Any]:
        """Return the fitted encoder as plain JSON values."""
        return {
            "effects": list(self.effects),
            "blocks": list(self.blocks),
            "min_studies": self.min_studies,
            "fitted": [[block.name, block.state()] for block in self.blocks_],
            "roles": self.roles_.state(tuple(self.effects)),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Rebuild a fitted encoder."""
        encoder = cls(tuple(state["effects"]), tuple(state["blocks"]), int(state["min_studies"]))
        encoder.roles_ = Roles.from_state({effect: state["roles"][effect] for effect in encoder.effects})
        encoder.blocks_ = [BLOCKS[name].from_state(fitted) for name, fitted in state["fitted"]]
        return encoder
