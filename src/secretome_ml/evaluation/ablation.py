"""What each part brings: the same validation with one block, one known sum, or one kind of evidence off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from secretome_ml.evidence import Evidence
from secretome_ml.features.columns import Features
from secretome_ml.features.encoder import Encoder
from secretome_ml.features.knowledge import KnowledgeBlock
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
        yield Ablation(
            f"column {column.name}",
            replace(
                features,
                by_effect={e: frame.drop(columns=column.name) for e, frame in features.by_effect.items()},
                columns=tuple(c for c in features.columns if c != column),
            ),
            targets,
        )


def without_roles(profiles: Profiles, features: Features, targets: Targets, evidence: str) -> Ablation:
    """Return the features with the known sums made without roles of one kind of evidence, e.g. `design`."""
    block = KnowledgeBlock(targets.effects, without=(evidence,))
    known = {effect: block.transform(profiles, effect) for effect in targets.effects}
    return Ablation(f"roles whose evidence is {evidence}", replace(features, by_effect=known), targets)


def without_basis(evidence: Evidence, features: Features, targets: Targets, basis: str) -> Ablation:
    """Return only the studies that were read from something else than `basis`, e.g. `review`."""
    left = set(evidence.studies.loc[evidence.studies["basis"] == basis, "study"])
    study = study_of(features.samples)
    kept: pd.Index = features.samples[[s not in left for s in study]]
    return Ablation(f"studies read from {basis}", features.take(kept), targets.take(kept))
