"""What each part brings: the same validation with one block, one known sum, or one kind of evidence off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from secretome_ml.evidence import Evidence
from secretome_ml.features.batch import batch_of
from secretome_ml.features.columns import Features
from secretome_ml.features.encoder import Encoder
from secretome_ml.features.knowledge import KnowledgeBlock
from secretome_ml.features.roles import Known, known_roles
from secretome_ml.models.targets import Targets, study_of
from secretome_ml.profiles.profiles import Profiles


@dataclass(frozen=True)
class Ablation:
    """Features and targets with something taken away."""

    without: str
    features: Features
    targets: Targets


def without_blocks(profiles: Profiles, targets: Targets, blocks: tuple[str, ...]) -> Iterator[Ablation]:
    """Yield the features without each block in turn, encoded anew."""
    for block in blocks:
        kept = tuple(b for b in blocks if b != block)
        features = Encoder(targets.effects, kept, min_studies=1).fit(profiles).transform(profiles)
        yield Ablation(f"block {block}", features, targets)


def without_known_sums(features: Features, targets: Targets) -> Iterator[Ablation]:
    """Yield the features without each column of signed knowledge in turn."""
    for column in [c for c in features.columns if c.effect is not None]:
        yield Ablation(f"column {column.name}", features.without(column), targets)


def without_roles(profiles: Profiles, features: Features, targets: Targets, evidence: str) -> Ablation:
    """Return the features with the known sums made without roles of one kind of evidence, e.g. `design`."""
    block, batch = KnowledgeBlock(known=Known(known_roles((evidence,)))), batch_of(profiles)
    known = {effect: block.transform(batch, effect) for effect in targets.effects}
    return Ablation(f"roles whose evidence is {evidence}", replace(features, by_effect=known), targets)


def without_basis(evidence: Evidence, features: Features, targets: Targets, basis: str) -> Ablation:
    """Return targets in which studies read from `basis`, e.g. `review`, weigh nothing in training.

    They stay on the test side: the folds are the same, so that nothing else changes.
    """
    left = evidence.studies.loc[evidence.studies["basis"] == basis, "study"]
    weights = targets.weights.where(~np.isin(study_of(targets.weights.index), left), 0.0)
    pairs = targets.comparisons
    silent = replace(
        targets,
        weights=weights,
        comparisons=pairs.assign(weight=pairs["weight"].where(~pairs["study"].isin(left), 0.0)),
    )
    return Ablation(f"studies read from {basis}", features, silent)
